// Folds a flat expression, operand (operator operand)*, into a tree by precedence. Loose to tight: or, and, not, comparison,
// `..`, `|`, `&`, unary. One grammar for conditions and values, since `(` may open either and one token does not tell which;
// whether a value stands where a condition must is for policy/ to check. Comparisons do not associate: C reads 1 < fd < 5 as
// (1 < fd) < 5, which nobody means. Chains of `or`, `and` and `|` fold to balanced trees, so that a thousand alternatives do
// not make a tree a thousand deep.

import type { Diagnostic, Span } from "../diagnostics/diagnostic.ts";
import { chainedComparison, chainedRange, misplacedNot } from "../diagnostics/syntax.ts";
import type { Expr } from "./ast.ts";

export type BinaryKind = Extract<Expr, { readonly at: Span }>["kind"];

export interface Prefix {
  readonly kind: "not" | "-" | "~";
  readonly span: Span;
}

export interface Operand {
  readonly prefixes: readonly Prefix[];
  readonly value: Expr;
}

export interface Operator {
  readonly kind: BinaryKind | "..";
  readonly span: Span;
}

/** operators[i] stands between operands[i] and operands[i + 1]. Undefined when a mistake was reported. */
export function foldExpression(
  operands: readonly Operand[],
  operators: readonly Operator[],
  report: (diagnostic: Diagnostic) => void,
): Expr | undefined {
  const reading: Reading = { operands, operators, at: 0, taken: 0, fault: undefined };
  const whole = disjunction(reading);
  if (reading.fault !== undefined) report(reading.fault);
  return reading.fault === undefined ? whole : undefined;
}

interface Reading {
  readonly operands: readonly Operand[];
  readonly operators: readonly Operator[];
  /** Operators taken so far, which is also the operand that comes next. */
  at: number;
  /** How many prefixes of the next operand are `not`s that negation() has taken. */
  taken: number;
  /** The first mistake; the others may follow from it. */
  fault: Diagnostic | undefined;
}

type Level = (reading: Reading) => Expr;

const disjunction: Level = reading => chain("or", conjunction, reading);
const conjunction: Level = reading => chain("and", negation, reading);

const negation: Level = reading => {
  const { prefixes } = reading.operands[reading.at]!;
  let nots = 0;
  while (prefixes[nots]?.kind === "not") nots++;
  reading.taken = nots;
  let value = comparison(reading);
  while (nots > 0) value = { kind: "not", of: value, span: cover(prefixes[--nots]!.span, value.span) };
  return value;
};

const comparison: Level = reading => {
  let left = range(reading);
  for (let first = true; ; first = false) {
    const operator = reading.operators[reading.at];
    if (operator === undefined || !isComparison(operator)) return left;
    reading.at++;
    const right = range(reading);
    if (!first) reading.fault ??= chainedComparison(left, operator, right);
    left = { kind: operator.kind, left, right, at: operator.span, span: cover(left.span, right.span) };
  }
};

const range: Level = reading => {
  let low = union(reading);
  for (let first = true; reading.operators[reading.at]?.kind === ".."; first = false) {
    const operator = reading.operators[reading.at++]!;
    const high = union(reading);
    if (!first) reading.fault ??= chainedRange(operator.span);
    low = { kind: "range", low, high, span: cover(low.span, high.span) };
  }
  return low;
};

const union: Level = reading => chain("|", intersection, reading);
const intersection: Level = reading => chain("&", unary, reading);

const unary: Level = reading => {
  const { prefixes, value } = reading.operands[reading.at]!;
  let result = value;
  for (let i = prefixes.length - 1; i >= reading.taken; i--) {
    const prefix = prefixes[i]!;
    if (prefix.kind === "not") reading.fault ??= misplacedNot(prefix.span);
    result = { kind: prefix.kind, of: result, span: cover(prefix.span, result.span) };
  }
  reading.taken = 0;
  return result;
};

function chain(kind: "or" | "and" | "|" | "&", part: Level, reading: Reading): Expr {
  const first = part(reading);
  if (reading.operators[reading.at]?.kind !== kind) return first;
  const parts = [first];
  const joints: Span[] = [];
  while (reading.operators[reading.at]?.kind === kind) {
    joints.push(reading.operators[reading.at++]!.span);
    parts.push(part(reading));
  }
  return balanced(kind, parts, joints, 0, parts.length);
}

function isComparison(operator: Operator): operator is Operator & { readonly kind: BinaryKind } {
  const { kind } = operator;
  return kind !== "or" && kind !== "and" && kind !== "|" && kind !== "&" && kind !== "..";
}

function balanced(
  kind: "or" | "and" | "|" | "&",
  parts: readonly Expr[],
  joints: readonly Span[],
  from: number,
  to: number,
): Expr {
  if (to - from === 1) return parts[from]!;
  const middle = (from + to) >> 1;
  const left = balanced(kind, parts, joints, from, middle);
  const right = balanced(kind, parts, joints, middle, to);
  return { kind, left, right, at: joints[middle - 1]!, span: cover(left.span, right.span) };
}

function cover(from: Span, to: Span): Span {
  return { source: from.source, start: from.start, end: to.end };
}
