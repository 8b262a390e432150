// Where the names that people make are defined and used: groups, constants, parameters, policies, imports' aliases. In: a loaded
// module; out: each place with what it refers to, by the rules of scope.ts and groups.ts. A kernel name has no definition here.

import type { Span } from "../diagnostics/diagnostic.ts";
import { findGroup } from "../policy/groups.ts";
import type { Module } from "../policy/modules.ts";
import { openImports, type Scope } from "../policy/scope.ts";
import type { Action, Const, Expr, Group, Item, Name, Rule, Test, Use } from "../syntax/ast.ts";

export type NameKind = "group" | "constant" | "parameter" | "policy" | "alias" | "file";

export interface Occurrence {
  readonly kind: NameKind;
  readonly text: string;
  readonly span: Span;
  /** Where the name is defined; this very span for a definition. Of a file, its start. */
  readonly definition: Span;
}

interface Block {
  readonly locals: ReadonlyMap<string, Const>;
  readonly params: ReadonlyMap<string, Name>;
}

/** In no particular order. */
export function occurrencesOf(module: Module): readonly Occurrence[] {
  const { imports, consts, groups, policies, tests } = module.file;
  const outer: Block = { locals: new Map(), params: new Map() };
  return [
    ...imports.flatMap(({ specifier, alias }): Occurrence[] => {
      const imported = module.imports.find(each => each.specifier === specifier.text)?.module;
      const start = imported && { source: imported.source.name, start: 0, end: 0 };
      return [
        ...(start === undefined ? [] : [{ kind: "file" as const, ...specifier, definition: start }]),
        ...(alias === undefined ? [] : [defined("alias", alias)]),
      ];
    }),
    ...consts.flatMap(node => constOccurrences(node, module, outer)),
    ...groups.flatMap(group => groupOccurrences(group, module)),
    ...policies.flatMap(({ name, items, heads }) => {
      const block = { ...outer, locals: constsIn(items) };
      const actions = heads.flatMap(head =>
        head.kind === "compat" ? [] : actionOccurrences(head.action, module, block),
      );
      return [defined("policy", name), ...actions, ...items.flatMap(item => itemOccurrences(item, module, block))];
    }),
    ...tests.flatMap(test => testOccurrences(test, module)),
  ];
}

function defined(kind: NameKind, { text, span }: Name): Occurrence {
  return { kind, text, span, definition: span };
}

function groupOccurrences({ name, params, items }: Group, module: Module): Occurrence[] {
  const block: Block = { locals: constsIn(items), params: new Map(params.map(param => [param.text, param])) };
  const own = [defined("group", name), ...params.map(param => defined("parameter", param))];
  return [...own, ...items.flatMap(item => itemOccurrences(item, module, block))];
}

function constsIn(items: readonly Item[]): ReadonlyMap<string, Const> {
  return new Map(items.filter(item => item.kind === "const").map(item => [item.name.text, item]));
}

function itemOccurrences(item: Item, module: Module, block: Block): Occurrence[] {
  switch (item.kind) {
    case "const":
      return constOccurrences(item, module, block);
    case "use":
      return useOccurrences(item, module, block);
    case "rule":
      return ruleOccurrences(item, module, block);
  }
}

function constOccurrences(node: Const, module: Module, block: Block): Occurrence[] {
  return [defined("constant", node.name), ...exprOccurrences(node.value, module, block)];
}

function useOccurrences(use: Use, module: Module, block: Block): Occurrence[] {
  const scope: Scope = { arch: "x86_64", module, locals: new Map(), params: new Map(), report: () => undefined };
  const group = findGroup(use, scope)?.group;
  const alias = module.file.imports.find(each => each.alias?.text === use.qualifier?.text)?.alias;
  return [
    ...(group === undefined ? [] : [{ kind: "group" as const, ...use.name, definition: group.name.span }]),
    ...(use.qualifier && alias ? [{ kind: "alias" as const, ...use.qualifier, definition: alias.span }] : []),
    ...use.args.flatMap(arg => exprOccurrences(arg, module, block)),
  ];
}

function ruleOccurrences({ action, targets, guard }: Rule, module: Module, block: Block): Occurrence[] {
  const conditions = [guard.condition, ...targets.map(target => target.guard.condition)];
  const found = conditions.flatMap(condition => (condition ? exprOccurrences(condition, module, block) : []));
  return [...actionOccurrences(action, module, block), ...found];
}

function actionOccurrences({ value }: Action, module: Module, block: Block): Occurrence[] {
  return value === undefined ? [] : exprOccurrences(value, module, block);
}

/** A test sees its policy's own constants. */
function testOccurrences({ policy, rows }: Test, module: Module): Occurrence[] {
  const tested = module.file.policies.find(each => each.name.text === policy.text);
  const block: Block = { locals: constsIn(tested?.items ?? []), params: new Map() };
  return [
    ...(tested === undefined ? [] : [{ kind: "policy" as const, ...policy, definition: tested.name.span }]),
    ...rows.flatMap(({ action, call }) => [
      ...actionOccurrences(action, module, block),
      ...call.args.flatMap(({ value }) => (value === undefined ? [] : exprOccurrences(value, module, block))),
    ]),
  ];
}

function exprOccurrences(expr: Expr, module: Module, block: Block): Occurrence[] {
  switch (expr.kind) {
    case "number":
    case "arg":
    case "raw":
      return [];
    case "constant": {
      const found = constantNamed(expr.name, module, block.locals);
      return found ? [{ kind: "constant", text: expr.name, span: expr.span, definition: found.name.span }] : [];
    }
    case "param": {
      const param = block.params.get(expr.name);
      return param ? [{ kind: "parameter", text: expr.name, span: expr.span, definition: param.span }] : [];
    }
    case "set":
      return expr.of.flatMap(each => exprOccurrences(each, module, block));
    case "range":
      return [expr.low, expr.high].flatMap(each => exprOccurrences(each, module, block));
    case "not":
    case "-":
    case "~":
      return exprOccurrences(expr.of, module, block);
    default:
      return [expr.left, expr.right].flatMap(each => exprOccurrences(each, module, block));
  }
}

/** A constant that some text defines; undefined for the kernel's. */
export function constantNamed(
  name: string,
  module: Module,
  locals: ReadonlyMap<string, Const> = new Map(),
): Const | undefined {
  return (
    locals.get(name) ??
    module.consts.get(name) ??
    openImports(module)
      .map(each => each.module.consts.get(name))
      .find(found => found !== undefined)
  );
}
