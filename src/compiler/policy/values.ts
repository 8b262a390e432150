// Constant expressions to numbers. A value may be negative and is sign-extended where it is compared (AT_FDCWD, -1); a
// pattern is a set of bits of at most the argument's width and never sign-extended: MS_NOUSER is -2^31 in C, and on an
// unsigned long it must not demand 33 bits.

import { needsMask, needsValue, negativeMask } from "../diagnostics/arguments.ts";
import { fullMask } from "./condition.ts";
import { type Bound, dereference, kernelConstant } from "./scope.ts";

/** The number an expression stands for where it is compared by value; undefined after a diagnostic. */
export function numberOf(bound: Bound, bits: number): bigint | undefined {
  const at = dereference(bound);
  if (at === undefined) return undefined;
  const { expr, scope } = at;
  switch (expr.kind) {
    case "number":
      return expr.value;
    case "constant":
      return kernelConstant(expr, scope);
    case "-": {
      const value = numberOf({ expr: expr.of, scope }, bits);
      return value === undefined ? undefined : -value;
    }
    // As in C, which extends the sign of the whole: MS_NOUSER | MS_RDONLY of a 64-bit argument has the upper bits of MS_NOUSER.
    case "|":
    case "&": {
      const left = numberOf({ expr: expr.left, scope }, bits);
      const right = numberOf({ expr: expr.right, scope }, bits);
      if (left === undefined || right === undefined) return undefined;
      return expr.kind === "|" ? left | right : left & right;
    }
    default:
      return patternOf(at, bits);
  }
}

/** The same under a mask, where a value is a set of bits as the mask is: `flags & MS_NOUSER == MS_NOUSER` says 32 bits. */
export function bitsOf(bound: Bound, bits: number): bigint | undefined {
  const at = dereference(bound);
  if (at === undefined) return undefined;
  return at.expr.kind === "-" ? numberOf(at, bits) : patternOf(at, bits);
}

/** The bits an expression stands for, unsigned; undefined after a diagnostic. May exceed `bits`: callers say so. */
export function patternOf(bound: Bound, bits: number): bigint | undefined {
  const at = dereference(bound);
  if (at === undefined) return undefined;
  const { expr, scope } = at;
  switch (expr.kind) {
    case "number":
      return expr.value;
    case "constant": {
      const value = kernelConstant(expr, scope);
      // Negative constants are ints of the C headers: 32 bits.
      return value !== undefined && value < 0n ? BigInt.asUintN(value >= -(1n << 31n) ? 32 : 64, value) : value;
    }
    case "~": {
      const of = patternOf({ expr: expr.of, scope }, bits);
      return of === undefined ? undefined : fullMask(bits) & ~of;
    }
    case "|":
    case "&": {
      const left = patternOf({ expr: expr.left, scope }, bits);
      const right = patternOf({ expr: expr.right, scope }, bits);
      if (left === undefined || right === undefined) return undefined;
      return expr.kind === "|" ? left | right : left & right;
    }
    case "-":
      scope.report(negativeMask(expr.span));
      return undefined;
    case "set":
    case "range":
      scope.report(needsMask(expr.span));
      return undefined;
    default:
      scope.report(needsValue(expr.span, "this"));
      return undefined;
  }
}

/** One member of a set: a single value, or a range of them. */
export type Member =
  | { readonly kind: "one"; readonly of: Bound }
  | { readonly kind: "range"; readonly low: Bound; readonly high: Bound };

/** The members of a set or range with nested sets opened; undefined when the expression is neither. */
export function membersOf(bound: Bound): readonly Member[] | undefined {
  const at = dereference(bound);
  if (at === undefined) return undefined;
  const { expr, scope } = at;
  if (expr.kind === "range") {
    return [{ kind: "range", low: { expr: expr.low, scope }, high: { expr: expr.high, scope } }];
  }
  if (expr.kind !== "set") return undefined;
  return expr.of.flatMap(
    element => membersOf({ expr: element, scope }) ?? [{ kind: "one", of: { expr: element, scope } }],
  );
}

/** The kernel constants an expression names, for checks of what family they are of. */
export function constantsIn(bound: Bound): readonly string[] {
  const at = dereference({ ...bound, scope: { ...bound.scope, report: () => {} } });
  if (at === undefined) return [];
  const { expr, scope } = at;
  switch (expr.kind) {
    case "constant":
      return [expr.name];
    case "-":
    case "~":
    case "not":
      return constantsIn({ expr: expr.of, scope });
    case "set":
      return expr.of.flatMap(element => constantsIn({ expr: element, scope }));
    case "range":
      return [...constantsIn({ expr: expr.low, scope }), ...constantsIn({ expr: expr.high, scope })];
    case "|":
    case "&":
      return [...constantsIn({ expr: expr.left, scope }), ...constantsIn({ expr: expr.right, scope })];
    default:
      return [];
  }
}

/** Whether an expression reads an argument of the call. */
export function readsArgument(bound: Bound): boolean {
  const at = dereference({ ...bound, scope: { ...bound.scope, report: () => {} } });
  if (at === undefined) return false;
  const { expr, scope } = at;
  switch (expr.kind) {
    case "arg":
    case "raw":
      return true;
    case "-":
    case "~":
    case "not":
      return readsArgument({ expr: expr.of, scope });
    case "&":
    case "|":
      return readsArgument({ expr: expr.left, scope }) || readsArgument({ expr: expr.right, scope });
    default:
      return false;
  }
}
