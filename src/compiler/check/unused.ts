// Names that a file gives and nothing in it uses. A file without a policy is a library: its groups and constants are for
// others. Names are compared as text: a name that is used somewhere counts as used.

import type { Diagnostic, Fix, Span } from "../diagnostics/diagnostic.ts";
import { unusedConstant, unusedGroup, unusedImport, unusedParameter } from "../diagnostics/unused.ts";
import type { Module } from "../policy/modules.ts";
import type { Action, Expr, File, Item, Use } from "../syntax/ast.ts";

export function checkUnused({ file, imports, groups }: Module, report: (diagnostic: Diagnostic) => void): void {
  const blocks = [...file.policies, ...file.groups];
  const uses = blocks.flatMap(({ items }) => items.filter(item => item.kind === "use"));
  const used = namesOf(file);
  const locals = blocks.flatMap(({ items }) => items.filter(item => item.kind === "const"));
  const consts = file.policies.length > 0 ? [...file.consts, ...locals] : locals;
  for (const each of consts) {
    if (!used.has(each.name.text))
      report(unusedConstant(each.name.span, each.name.text, removal("constant", each.span)));
  }
  for (const { name, params, items } of file.groups) {
    const inside = new Set<string>();
    collectItems(items, inside);
    for (const param of params) {
      if (!inside.has(param.text)) report(unusedParameter(param.span, param.text, name.text));
    }
    const isSpliced = uses.some(use => use.qualifier === undefined && use.name.text === name.text);
    if (file.policies.length > 0 && !isSpliced) report(unusedGroup(name.span, name.text));
  }
  for (const { specifier, alias, span } of file.imports) {
    const found = imports.find(each => each.specifier === specifier.text && each.alias === alias?.text);
    if (found === undefined) continue; // it could not be read, which has been said
    const splices = uses.some(use => isFrom(use, found, groups));
    const lends = alias === undefined && [...found.module.consts.keys()].some(name => used.has(name));
    if (!splices && !lends) report(unusedImport(specifier.span, specifier.text, removal("import", span)));
  }
}

function isFrom(use: Use, { alias, module }: Module["imports"][number], own: Module["groups"]): boolean {
  if (use.qualifier !== undefined) return use.qualifier.text === alias;
  return alias === undefined && module.groups.has(use.name.text) && !own.has(use.name.text);
}

function removal(what: string, span: Span): Fix {
  return { title: `remove the ${what}`, edits: [{ span, text: "" }] };
}

/** Every constant and parameter that is read anywhere. */
function namesOf(file: File): ReadonlySet<string> {
  const names = new Set<string>();
  for (const each of file.consts) collect(each.value, names);
  for (const { items } of file.groups) collectItems(items, names);
  for (const { heads, items } of file.policies) {
    for (const head of heads) if (head.kind !== "compat") collectAction(head.action, names);
    collectItems(items, names);
  }
  for (const row of file.tests.flatMap(({ rows }) => rows)) {
    collectAction(row.action, names);
    for (const { value } of row.call.args) collect(value, names);
  }
  return names;
}

function collectItems(items: readonly Item[], names: Set<string>): void {
  for (const item of items) {
    switch (item.kind) {
      case "const":
        collect(item.value, names);
        break;
      case "use":
        for (const arg of item.args) collect(arg, names);
        break;
      case "rule":
        collectAction(item.action, names);
        collect(item.guard.condition, names);
        for (const target of item.targets) collect(target.guard.condition, names);
    }
  }
}

function collectAction({ value }: Action, names: Set<string>): void {
  collect(value, names);
}

function collect(expr: Expr | undefined, names: Set<string>): void {
  if (expr === undefined) return;
  switch (expr.kind) {
    case "number":
    case "arg":
    case "raw":
      return;
    case "constant":
    case "param":
      names.add(expr.name);
      return;
    case "set":
      for (const each of expr.of) collect(each, names);
      return;
    case "range":
      collect(expr.low, names);
      collect(expr.high, names);
      return;
    case "not":
    case "-":
    case "~":
      collect(expr.of, names);
      return;
    default:
      collect(expr.left, names);
      collect(expr.right, names);
  }
}
