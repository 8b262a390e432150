// What stands in a body: rules, uses, constants, heads, sections and the rows of tests. Each takes its words from the cursor.

import type * as ast from "../syntax/ast.ts";
import { type Cursor, lead, tail } from "./cursor.ts";
import { breaks, broken, type Doc, fill, group, indent, joined, line, mark, row, space, wideLine } from "./doc.ts";
import { expression, list, listEntries } from "./expressions.ts";

export type Statement = ast.Item | ast.Head | ast.Section | ast.TestRow;

export function statement(of: Statement, cursor: Cursor): Doc {
  if (!("kind" in of)) return testRow(of, cursor);
  switch (of.kind) {
    case "rule":
      return rule(of, cursor);
    case "use":
      return use(of, cursor);
    case "const":
      return constant(of, cursor);
    case "default":
    case "foreign":
      return [cursor.take(of.kind), space, action(of.action, cursor)];
    case "unknown": {
      const head = [cursor.take("unknown"), space, action(of.action, cursor)];
      return of.after === undefined ? head : [head, space, cursor.take("after"), space, cursor.take()];
    }
    case "compat":
      return [cursor.take("compat"), space, cursor.take()];
    case "limits":
      return section(of.entries, cursor, () => [cursor.take(), space, mark("section", "value"), cursor.take()]);
    case "files":
      return section(of.entries, cursor, entry => filesEntry(entry, cursor));
    case "namespaces":
      return names(cursor, of.names);
    case "network":
      return section(of.entries, cursor, entry => networkEntry(entry, cursor));
    case "env":
      return section(of.entries, cursor, ({ value }) => {
        const variable = [cursor.take(), space, mark("section", "name"), cursor.take()];
        return value === undefined ? variable : [variable, space, mark("section", "value"), cursor.take()];
      });
    case "hostname":
    case "program":
      return [cursor.take(of.kind), space, cursor.take()];
  }
}

export function constant({ value }: ast.Const, cursor: Cursor): Doc {
  return [cursor.take("const"), space, cursor.take(), space, cursor.take("="), space, expression(value, cursor)];
}

function rule({ otherwise, action: verdict, targets, guard: common }: ast.Rule, cursor: Cursor): Doc {
  const weak = otherwise ? [cursor.take("otherwise"), space] : [];
  const head = [weak, action(verdict, cursor), space];
  const table = `${otherwise ? "otherwise " : ""}${verdict.name.text}`;
  const isBlock = cursor.peek() === "{";
  const called = isBlock
    ? [block(targets, cursor), guard(common, cursor, undefined)]
    : target(targets[0]!, cursor, table);
  return row(table, head, mark(table, "call"), called);
}

/** `{ a, b }`. Broken, it has as many targets a line as fit, or one if any has a guard. */
function block(targets: readonly ast.Target[], cursor: Cursor): Doc {
  if (targets.every(({ guard: { on, condition } }) => on === undefined && condition === undefined)) {
    return list("{", targets, cursor, "}", each => target(each, cursor, "target"), line);
  }
  const open = cursor.take("{");
  const entries = listEntries(targets, cursor, each => row("target", target(each, cursor, "target")));
  const end = tail(cursor.gap());
  return group(open, indent(line, joined(entries, line)), end, line, cursor.take("}"));
}

function target({ call: called, optional, guard: own }: ast.Target, cursor: Cursor, table: string): Doc {
  const name = call(called, cursor);
  return [name, optional ? cursor.take("?") : [], guard(own, cursor, table)];
}

/** `on ARCH if CONDITION`, with a space in front. The `if` is a cell of the table, if there is one. */
function guard({ on, condition }: ast.Guard, cursor: Cursor, table: string | undefined): Doc {
  const where = on === undefined ? [] : [space, cursor.take("on"), space, arches(on, cursor)];
  if (condition === undefined) return where;
  const word = cursor.take("if");
  const column = table === undefined ? [] : mark(table, on === undefined ? "if" : "if behind on");
  const test = expression(condition, cursor);
  // `if cmd in {` ends its line, and the set is indented as a block is.
  if (endsInSet(condition) && !breaks(word)) return [where, space, column, word, space, test];
  return [where, group(indent(line, column, word, space, test))];
}

function endsInSet(condition: ast.Expr): boolean {
  return (condition.kind === "in" || condition.kind === "not in") && condition.right.kind === "set";
}

function arches(on: readonly ast.Name[], cursor: Cursor): Doc {
  if (cursor.peek() !== "{") return cursor.take();
  if (on.length > 1) return list("{", on, cursor, "}", () => cursor.take());
  cursor.drop("{");
  const only = cursor.take();
  if (cursor.peek() === ",") cursor.drop(",");
  cursor.drop("}");
  return only;
}

function call(of: ast.Call, cursor: Cursor): Doc {
  if (of.kind === "name") return cursor.take();
  return [cursor.take("syscall"), cursor.take("("), cursor.take(), cursor.take(")")];
}

function action({ value }: ast.Action, cursor: Cursor): Doc {
  const name = cursor.take();
  return value === undefined ? name : [name, cursor.take("("), cursor.take(), cursor.take(")")];
}

function use({ qualifier, args, except }: ast.Use, cursor: Cursor): Doc {
  const from = [cursor.take("use"), space, qualifier === undefined ? [] : [cursor.take(), cursor.take(".")]];
  const name = [from, cursor.take()];
  const values = args.length === 0 ? emptyParentheses(cursor) : callArguments(args, cursor);
  if (except.length === 0) return [name, values];
  const word = cursor.take("except");
  return [name, values, space, word, space, list("{", except, cursor, "}", () => cursor.take(), line)];
}

/** `()` says nothing where it may be left out. */
export function emptyParentheses(cursor: Cursor): Doc {
  if (cursor.peek() === "(") {
    cursor.drop("(");
    cursor.drop(")");
  }
  return [];
}

function testRow({ action: verdict, call: { arch, call: called, args } }: ast.TestRow, cursor: Cursor): Doc {
  const wanted = [action(verdict, cursor), space];
  const where = arch === undefined ? [] : [cursor.take(), space];
  const name = call(called, cursor);
  const optional = cursor.peek() === "?" ? cursor.take() : [];
  const values = callArguments(args, cursor);
  return row("test", wanted, mark("test", "call"), where, name, optional, values);
}

/** Of `use` and of test rows. The braces of a set that is alone need no indentation besides the parentheses'. */
function callArguments(args: readonly (ast.Expr | ast.ArgPattern)[], cursor: Cursor): Doc {
  const show = (each: ast.Expr | ast.ArgPattern): Doc => {
    if ("kind" in each) return expression(each, cursor);
    const label = each.name === undefined ? [] : [cursor.take(), cursor.take(":"), space];
    return [label, each.value === undefined ? cursor.take("_") : expression(each.value, cursor)];
  };
  const [only] = args;
  const value = only === undefined || "kind" in only ? only : only.value;
  if (args.length !== 1 || value?.kind !== "set") return list("(", args, cursor, ")", show);
  const open = cursor.take("(");
  const entries = listEntries(args, cursor, show);
  return [open, entries, tail(cursor.gap()), cursor.take(")")];
}

/** On one line if it was and fits, else an entry a line: the lines of a list of paths are its author's. */
function section<T>(entries: readonly T[], cursor: Cursor, entry: (each: T) => Doc): Doc {
  const open = [cursor.take(), space, cursor.take("{")];
  const gap = cursor.gap();
  const rows = entries.map((each, at) => [lead(at === 0 ? gap : cursor.gap()), row("section", entry(each))]);
  const end = tail(rows.length === 0 ? gap : cursor.gap());
  if (rows.length === 0 && !breaks(end)) return [open, cursor.take("}")];
  const lines = [open, indent(line, joined(rows, wideLine)), end, line, cursor.take("}")];
  return rows.length > 0 && gap.breaks ? broken(...lines) : group(...lines);
}

function filesEntry({ optional, size }: ast.FilesSection["entries"][number], cursor: Cursor): Doc {
  const verb = [cursor.take(), optional ? cursor.take("?") : []];
  const path = [verb, space, mark("section", "path"), cursor.take()];
  return size === undefined ? path : [path, space, mark("section", "size"), cursor.take("size"), space, cursor.take()];
}

function networkEntry({ protocol, port, path }: ast.NetworkSection["entries"][number], cursor: Cursor): Doc {
  const words = [protocol, port, path].filter(word => word !== undefined);
  return [cursor.take(), ...words.flatMap((_, at) => [space, at === 0 ? mark("section", "what") : [], cursor.take()])];
}

function names(cursor: Cursor, of: readonly ast.Name[]): Doc {
  const open = [cursor.take("namespaces"), space, cursor.take("{")];
  const words = of.map(() => [lead(cursor.gap()), cursor.take()]);
  const end = tail(cursor.gap());
  if (words.length === 0 && !breaks(end)) return [open, cursor.take("}")];
  return group(open, indent(line, fill(words)), end, line, cursor.take("}"));
}
