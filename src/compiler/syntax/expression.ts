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
  // Operators taken so far, which is also the operand that comes next.
  let at = 0;
  // How many prefixes of the next operand negation() has taken already.
  let taken = 0;
  let faulty = false;

  const fault = (diagnostic: Diagnostic): void => {
    if (!faulty) report(diagnostic);
    faulty = true;
  };

  const chain = (kind: "or" | "and" | "|" | "&", part: () => Expr): Expr => {
    const first = part();
    if (operators[at]?.kind !== kind) return first;
    const parts = [first];
    const joints: Span[] = [];
    while (operators[at]?.kind === kind) {
      joints.push(operators[at++]!.span);
      parts.push(part());
    }
    return balanced(kind, parts, joints, 0, parts.length);
  };

  const negation = (): Expr => {
    const { prefixes } = operands[at]!;
    let nots = 0;
    while (prefixes[nots]?.kind === "not") nots++;
    taken = nots;
    let value = comparison();
    while (nots > 0) value = { kind: "not", of: value, span: cover(prefixes[--nots]!.span, value.span) };
    return value;
  };

  const comparison = (): Expr => {
    let left = range();
    for (let first = true; at < operators.length && isComparison(operators[at]!); first = false) {
      const operator = operators[at++]! as Operator & { kind: BinaryKind };
      const right = range();
      if (!first) fault(chainedComparison(left, operator, right));
      left = { kind: operator.kind, left, right, at: operator.span, span: cover(left.span, right.span) };
    }
    return left;
  };

  const range = (): Expr => {
    let low = chain("|", intersection);
    for (let first = true; operators[at]?.kind === ".."; first = false) {
      const operator = operators[at++]!;
      const high = chain("|", intersection);
      if (!first) fault(chainedRange(operator.span));
      low = { kind: "range", low, high, span: cover(low.span, high.span) };
    }
    return low;
  };

  const intersection = (): Expr => chain("&", unary);

  const unary = (): Expr => {
    const { prefixes, value } = operands[at]!;
    let result = value;
    for (let i = prefixes.length - 1; i >= taken; i--) {
      const prefix = prefixes[i]!;
      if (prefix.kind === "not") fault(misplacedNot(prefix.span));
      result = { kind: prefix.kind, of: result, span: cover(prefix.span, result.span) };
    }
    taken = 0;
    return result;
  };

  const whole = chain("or", () => chain("and", negation));
  return faulty ? undefined : whole;
}

function isComparison({ kind }: Operator): boolean {
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
