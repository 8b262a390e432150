// Conditions and values. Parentheses that change the tree stay, and those that a reader may want: around `and` in `or`, `&` in
// `|`, and a comparison behind `not`. All others go.

import type { Expr } from "../syntax/ast.ts";
import { type Cursor, lead, tail } from "./cursor.ts";
import { type Doc, fill, group, indent, line, seam, space } from "./doc.ts";

type Binary = Extract<Expr, { readonly at: unknown }>;
type ChainKind = "or" | "and" | "|" | "&";
type Chain = Binary & { readonly kind: ChainKind };

/** How tightly an expression binds, as syntax/expression.ts folds it. */
function levelOf(expr: Expr): number {
  switch (expr.kind) {
    case "or":
      return 1;
    case "and":
      return 2;
    case "not":
      return 3;
    case "==":
    case "!=":
    case "<":
    case "<=":
    case ">":
    case ">=":
    case "in":
    case "not in":
    case "has":
    case "has any":
    case "lacks":
    case "only":
      return COMPARISON;
    case "range":
      return RANGE;
    case "|":
      return 6;
    case "&":
      return 7;
    case "-":
    case "~":
      return UNARY;
    case "number":
    case "constant":
    case "param":
    case "arg":
    case "raw":
    case "set":
      return 9;
  }
}

const COMPARISON = 4;
const RANGE = 5;
const UNARY = 8;

/** The expression at the cursor. */
export function expression(expr: Expr, cursor: Cursor): Doc {
  return operand(expr, cursor, 0);
}

/** As an operand that must bind at least so tightly. */
function operand(expr: Expr, cursor: Cursor, least: number, parent?: Expr["kind"]): Doc {
  const written = parentheses(expr, cursor);
  const stays = written > 0 && (levelOf(expr) < least || isClearer(expr, parent));
  if (!stays) return dropping(written, cursor, () => bare(expr, cursor, least === 0));
  const open = cursor.take("(");
  const inner = dropping(written - 1, cursor, () => bare(expr, cursor, false));
  const end = tail(cursor.gap());
  return group(open, indent(seam, inner), end, seam, cursor.take(")"));
}

function dropping(count: number, cursor: Cursor, inner: () => Doc): Doc {
  for (let i = 0; i < count; i++) cursor.drop("(");
  const doc = inner();
  for (let i = 0; i < count; i++) cursor.drop(")");
  return doc;
}

function isClearer(expr: Expr, parent: Expr["kind"] | undefined): boolean {
  switch (parent) {
    case "or":
      return expr.kind === "and";
    case "|":
      return expr.kind === "&";
    case "not":
      return levelOf(expr) === COMPARISON;
    default:
      return false;
  }
}

/** How many pairs the text has around the expression itself, rather than around its first operand. */
function parentheses(expr: Expr, cursor: Cursor): number {
  const first =
    "left" in expr ? expr.left.span.start : expr.kind === "range" ? expr.low.span.start : Number.POSITIVE_INFINITY;
  let count = 0;
  while (cursor.peek(count) === "(" && cursor.start(count) < first) count++;
  return count;
}

function bare(expr: Expr, cursor: Cursor, hangs: boolean): Doc {
  switch (expr.kind) {
    case "number":
    case "constant":
    case "param":
    case "arg":
      return cursor.take();
    case "raw":
      return [cursor.take("raw"), cursor.take("["), cursor.take(), cursor.take("]")];
    case "set":
      return list("{", expr.of, cursor, "}", each => expression(each, cursor));
    case "range": {
      const low = operand(expr.low, cursor, RANGE + 1);
      const dots = cursor.take("..");
      const high = operand(expr.high, cursor, RANGE + 1);
      const isPlain = levelOf(expr.low) >= UNARY && levelOf(expr.high) >= UNARY;
      return isPlain ? [low, dots, high] : [low, space, dots, space, high];
    }
    case "not":
      return [cursor.take("not"), space, operand(expr.of, cursor, 3, "not")];
    case "-":
    case "~":
      return [cursor.take(expr.kind), operand(expr.of, cursor, UNARY)];
    case "or":
    case "and":
    case "|":
    case "&":
      return chain(expr as Chain, cursor, hangs);
    default: {
      const left = operand(expr.left, cursor, COMPARISON + 1);
      const operator = cursor.take();
      const second = expr.kind === "not in" || expr.kind === "has any" ? [space, cursor.take()] : [];
      return [left, space, operator, second, space, operand(expr.right, cursor, COMPARISON + 1)];
    }
  }
}

/** `a and b and c`: the tree is balanced, the text is flat. What hangs is indented below its first part. */
function chain(expr: Chain, cursor: Cursor, hangs: boolean): Doc {
  const isFlat = isBalanced(expr, expr.kind, countParts(expr, expr.kind));
  const parts: Doc[] = [];
  let joint: Doc = [];
  const walk = (node: Expr): void => {
    const written = parentheses(node, cursor);
    if (node.kind !== expr.kind || (written > 0 && !isFlat)) {
      parts.push([joint, operand(node, cursor, levelOf(expr) + 1, expr.kind)]);
      return;
    }
    dropping(written, cursor, () => both(node as Chain));
  };
  const both = ({ left, right }: Chain): Doc => {
    walk(left);
    joint = [cursor.take(expr.kind), space];
    walk(right);
    return [];
  };
  both(expr);
  if (expr.kind === "|" || expr.kind === "&") return indent(fill(parts));
  const [first, ...rest] = parts;
  const others = rest.map(part => [line, part]);
  return group(first!, hangs ? indent(...others) : others);
}

function countParts(expr: Expr, kind: ChainKind): number {
  return expr.kind === kind ? countParts((expr as Chain).left, kind) + countParts((expr as Chain).right, kind) : 1;
}

/** Whether the text without any parentheses would make the same tree. */
function isBalanced(expr: Expr, kind: ChainKind, parts: number): boolean {
  if (expr.kind !== kind) return parts === 1;
  const { left, right } = expr as Chain;
  const half = parts >> 1;
  return parts > 1 && isBalanced(left, kind, half) && isBalanced(right, kind, parts - half);
}

/** `{A, B}`, `(a, b)`: on one line, or as many a line as fit. */
export function list<T>(
  open: string,
  of: readonly T[],
  cursor: Cursor,
  close: string,
  show: (each: T) => Doc,
  padding: Doc = seam,
): Doc {
  const opening = cursor.take(open);
  const entries = listEntries(of, cursor, show);
  const end = tail(cursor.gap());
  const closing = cursor.take(close);
  if (entries.length === 0) return [opening, end, closing];
  return group(opening, indent(padding, fill(entries)), end, padding, closing);
}

/** The entries with their commas; one that ends the list is dropped. */
export function listEntries<T>(of: readonly T[], cursor: Cursor, show: (each: T) => Doc): Doc[] {
  return of.map((each, at) => {
    const isLast = at === of.length - 1;
    const entry = [...lead(cursor.gap()), show(each), isLast ? "" : ","];
    if (cursor.peek() === ",") cursor.drop(",");
    return entry;
  });
}
