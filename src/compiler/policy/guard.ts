// The `if` of a rule: boolean algebra over comparisons. In: an expression and the call it stands at; out: a Condition, or
// undefined after a diagnostic. Every operand is visited even when one is wrong, so that all mistakes show in one run.

import { needsCondition } from "../diagnostics/arguments.ts";
import type { Expr } from "../syntax/ast.ts";
import { compare, isIn, testMask } from "./comparison.ts";
import { and, type Condition, not, or } from "./condition.ts";
import { type Bound, dereference } from "./scope.ts";
import type { CallSite } from "./subject.ts";

export function conditionOf(bound: Bound, site: CallSite): Condition | undefined {
  const at = dereference(bound);
  if (at === undefined) return undefined;
  const { expr, scope } = at;
  const side = (of: Expr): Bound => ({ expr: of, scope });
  switch (expr.kind) {
    case "and":
    case "or": {
      const left = conditionOf(side(expr.left), site);
      const right = conditionOf(side(expr.right), site);
      if (left === undefined || right === undefined) return undefined;
      return expr.kind === "and" ? and([left, right]) : or([left, right]);
    }
    case "not": {
      const of = conditionOf(side(expr.of), site);
      return of === undefined ? undefined : not(of);
    }
    case "==":
    case "!=":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return compare(expr.kind, side(expr.left), side(expr.right), expr.span, site);
    case "in":
      return isIn(side(expr.left), side(expr.right), expr.span, site);
    case "not in": {
      const of = isIn(side(expr.left), side(expr.right), expr.span, site);
      return of === undefined ? undefined : not(of);
    }
    case "has":
    case "has any":
    case "lacks":
    case "only":
      return testMask(expr.kind, side(expr.left), side(expr.right), expr.span, site);
    default:
      scope.report(needsCondition(bound.expr.span, noun(expr)));
      return undefined;
  }
}

function noun(expr: Expr): string {
  switch (expr.kind) {
    case "arg":
      return `\`${expr.name}\` alone`;
    case "raw":
      return `\`raw[${expr.index.text}]\` alone`;
    case "number":
    case "constant":
      return "a constant";
    case "set":
      return "a set";
    case "range":
      return "a range";
    default:
      return "this";
  }
}
