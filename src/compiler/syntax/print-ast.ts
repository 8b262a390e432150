// The tree as text, for `policyc explain --stage ast` and the goldens: a line a node, every expression in full parentheses,
// so that precedence can be seen. Not the formatter: comments and layout are gone.

import type * as ast from "./ast.ts";

export function printAst(file: ast.File): string {
  const lines = [
    ...file.imports.map(
      ({ specifier, alias }) => `import ${quote(specifier.text)}${alias === undefined ? "" : ` as ${alias.text}`}`,
    ),
    ...file.consts.map(printConst),
    ...file.groups.flatMap(printGroup),
    ...file.policies.flatMap(printPolicy),
    ...file.tests.flatMap(printTest),
  ];
  return lines.map(line => `${line}\n`).join("");
}

function printExpr(expr: ast.Expr): string {
  switch (expr.kind) {
    case "number":
      return expr.text === `${expr.value}` ? expr.text : `${expr.text}=${expr.value}`;
    case "constant":
    case "param":
    case "arg":
      return expr.name;
    case "raw":
      return `raw[${printExpr(expr.index)}]`;
    case "set":
      return `{${expr.of.map(printExpr).join(", ")}}`;
    case "range":
      return `(${printExpr(expr.low)} .. ${printExpr(expr.high)})`;
    case "not":
    case "-":
    case "~":
      return `(${expr.kind} ${printExpr(expr.of)})`;
    default:
      return `(${printExpr(expr.left)} ${expr.kind} ${printExpr(expr.right)})`;
  }
}

export function printCall({ arch, call, optional, args }: ast.CallPattern): string {
  const printed = args.map(({ name, value }) => {
    const shown = value === undefined ? "_" : printExpr(value);
    return name === undefined ? shown : `${name.text}: ${shown}`;
  });
  return `${arch === undefined ? "" : `${arch.text} `}${printName(call)}${optional ? "?" : ""}(${printed.join(", ")})`;
}

function printConst({ name, value }: ast.Const): string {
  return `const ${name.text} = ${printExpr(value)}`;
}

function printGroup({ name, params, items, doc }: ast.Group): string[] {
  const head = `group ${name.text}(${names(params)})`;
  return [head, ...printDoc(doc), ...items.map(item => `  ${printItem(item)}`)];
}

function printPolicy({ name, targets, heads, items, sections, doc }: ast.Policy): string[] {
  return [
    `policy ${name.text} for ${names(targets)}`,
    ...printDoc(doc),
    ...[...heads.map(printHead), ...items.map(printItem), ...sections.map(printSection)].map(line => `  ${line}`),
  ];
}

function printTest({ policy, title, rows }: ast.Test): string[] {
  const head = `test ${policy.text}${title === undefined ? "" : ` ${quote(title.text)}`}`;
  return [head, ...rows.map(({ action, call }) => `  ${printAction(action)} ${printCall(call)}`)];
}

function printDoc(doc: string): string[] {
  return doc === "" ? [] : [`  doc ${quote(doc)}`];
}

function printHead(head: ast.Head): string {
  switch (head.kind) {
    case "default":
    case "foreign":
      return `${head.kind} ${printAction(head.action)}`;
    case "unknown":
      return `unknown ${printAction(head.action)}${head.after === undefined ? "" : ` after ${head.after.text}`}`;
    case "compat":
      return `compat ${head.arch.text}`;
  }
}

function printItem(item: ast.Item): string {
  switch (item.kind) {
    case "const":
      return printConst(item);
    case "use": {
      const name = item.qualifier === undefined ? item.name.text : `${item.qualifier.text}.${item.name.text}`;
      const except = item.except.length === 0 ? "" : ` except {${names(item.except)}}`;
      return `use ${name}(${item.args.map(printExpr).join(", ")})${except}`;
    }
    case "rule": {
      const targets = item.targets.map(
        ({ call, optional, guard }) => `${printName(call)}${optional ? "?" : ""}${printGuard(guard)}`,
      );
      const otherwise = item.otherwise ? "otherwise " : "";
      return `${otherwise}${printAction(item.action)} {${targets.join(", ")}}${printGuard(item.guard)}`;
    }
  }
}

function printGuard({ on, condition }: ast.Guard): string {
  const where = on === undefined ? "" : ` on {${names(on)}}`;
  return condition === undefined ? where : `${where} if ${printExpr(condition)}`;
}

function printAction({ name, value }: ast.Action): string {
  return value === undefined ? name.text : `${name.text}(${printExpr(value)})`;
}

function printName(call: ast.Call): string {
  return call.kind === "name" ? call.name.text : `syscall(${printExpr(call.nr)})`;
}

function printSection(section: ast.Section): string {
  switch (section.kind) {
    case "limits":
      return `limits {${section.entries.map(({ name, value }) => ` ${name.text} ${printExpr(value)}`).join("")} }`;
    case "files": {
      const entries = section.entries.map(({ verb, optional, path, size }) => {
        const limit = size === undefined ? "" : ` size ${printExpr(size)}`;
        return ` ${verb.text}${optional ? "?" : ""} ${quote(path.text)}${limit}`;
      });
      return `files {${entries.join("")} }`;
    }
    case "namespaces":
      return `namespaces {${section.names.map(({ text }) => ` ${text}`).join("")} }`;
    case "network": {
      const entries = section.entries.map(({ verb, protocol, port, path }) => {
        const parts = [verb.text, protocol?.text, port && printExpr(port), path && quote(path.text)];
        return ` ${parts.filter(part => part !== undefined).join(" ")}`;
      });
      return `network {${entries.join("")} }`;
    }
    case "env": {
      const entries = section.entries.map(({ verb, name, value }) => {
        return ` ${verb.text} ${name.text}${value === undefined ? "" : ` ${quote(value.text)}`}`;
      });
      return `env {${entries.join("")} }`;
    }
    case "hostname":
    case "program":
      return `${section.kind} ${quote(section.value.text)}`;
  }
}

function names(list: readonly ast.Name[]): string {
  return list.map(({ text }) => text).join(", ");
}

function quote(text: string): string {
  return JSON.stringify(text);
}
