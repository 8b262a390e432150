// One comparison of a policy, typed: T1 to T4 of the language. In: operator and operands; out: a Condition, or undefined
// after a diagnostic. What cannot be meant (a constant too big, a pointer's value, a flag without bits) is never guessed.

import {
  alwaysTrue,
  constantTooBig,
  emptyRange,
  emptySet,
  impossible,
  needsArgument,
  needsMask,
  needsSet,
  outsideType,
  pairMask,
  pairPointer,
  pairSign,
  pairWidth,
  pointerValue,
  zeroFlag,
} from "../diagnostics/arguments.ts";
import type { Span } from "../diagnostics/diagnostic.ts";
import type { CompareOp, MaskOp } from "../syntax/ast.ts";
import { type Argument, and, type Condition, fullMask, not, or } from "./condition.ts";
import { checkFamily, checkLacks, checkUnmasked } from "./constant-checks.ts";
import type { Bound } from "./scope.ts";
import { type CallSite, isMasked, type Subject, subjectOf } from "./subject.ts";
import { bitsOf, constantsIn, type Member, membersOf, numberOf, patternOf, readsArgument } from "./values.ts";

const FLIPPED: { readonly [op in CompareOp]: CompareOp } = {
  "==": "==",
  "!=": "!=",
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
};

/** `left op right` with the argument on either side, or on both. */
export function compare(op: CompareOp, left: Bound, right: Bound, span: Span, site: CallSite): Condition | undefined {
  const { report } = left.scope;
  if (!readsArgument(left)) {
    if (readsArgument(right)) return compare(FLIPPED[op], right, left, span, site);
    report(needsArgument(span));
    return undefined;
  }
  const subject = subjectOf(left, site);
  if (subject === undefined) return undefined;
  if (readsArgument(right)) {
    const other = subjectOf(right, site);
    return other === undefined ? undefined : comparePair(op, subject, other, span, left);
  }
  checkFamily(subject, right, site);
  if (op === "==" || op === "!=") {
    checkUnmasked(subject, [right], span);
    const equal = equals(subject, right);
    return equal === undefined || op === "==" ? equal : not(equal);
  }
  return order(op, subject, right);
}

/** `subject in {...}`, `subject in low..high`. */
export function isIn(left: Bound, right: Bound, span: Span, site: CallSite): Condition | undefined {
  const { report } = left.scope;
  if (!readsArgument(left)) {
    report(needsArgument(span));
    return undefined;
  }
  const subject = subjectOf(left, site);
  const members = membersOf(right);
  if (members === undefined) report(needsSet(right.expr.span));
  if (subject === undefined || members === undefined) return undefined;
  if (members.length === 0) {
    report(emptySet(right.expr.span));
    return undefined;
  }
  checkFamily(subject, right, site);
  checkUnmasked(
    subject,
    members.flatMap(member => (member.kind === "one" ? [member.of] : [])),
    span,
  );
  const parts = members.map(member => isMember(subject, member));
  return parts.every(part => part !== undefined) ? or(parts) : undefined;
}

function isMember(subject: Subject, member: Member): Condition | undefined {
  if (member.kind === "one") return equals(subject, member.of);
  const low = orderable(subject, member.low);
  const high = orderable(subject, member.high);
  if (low === undefined || high === undefined) return undefined;
  if (low > high) {
    member.low.scope.report(emptyRange({ ...member.low.expr.span, end: member.high.expr.span.end }, low, high));
    return undefined;
  }
  return and([not(atMost(subject, low - 1n)), atMost(subject, high)]);
}

/** `subject has|has any|lacks|only MASK`. */
export function testMask(op: MaskOp, left: Bound, right: Bound, span: Span, site: CallSite): Condition | undefined {
  const { report } = left.scope;
  if (!readsArgument(left) || readsArgument(right)) {
    report(needsArgument(span));
    return undefined;
  }
  const subject = subjectOf(left, site);
  if (subject === undefined) return undefined;
  if (subject.pointer) {
    report(pointerValue(span, subject.name));
    return undefined;
  }
  if (membersOf(right) !== undefined) {
    report(needsMask(right.expr.span));
    return undefined;
  }
  const { argument } = subject;
  const bits = patternOf(right, argument.bits);
  if (bits === undefined) return undefined;
  checkFamily(subject, right, site);
  if (bits > fullMask(argument.bits)) {
    report(constantTooBig(right.expr.span, bits, subject.name, subject.type, argument.bits));
    return undefined;
  }
  if (bits === 0n) {
    report(zeroFlag(right.expr.span, constantsIn(right)[0] ?? "0", op, accessMode(right)));
    return undefined;
  }
  if ((bits & subject.mask) !== bits && op !== "only") {
    report(impossible(right.expr.span, "the mask on the left has removed these bits"));
    return undefined;
  }
  switch (op) {
    case "has":
      return { kind: "masked", argument, mask: bits, value: bits };
    case "has any":
      return not({ kind: "masked", argument, mask: bits, value: 0n });
    case "lacks":
      checkLacks(subject, right, bits);
      return { kind: "masked", argument, mask: bits, value: 0n };
    case "only": {
      const others = subject.mask & ~bits;
      if (others !== 0n) return { kind: "masked", argument, mask: others, value: 0n };
      report(alwaysTrue(span, "there are no other bits"));
      return { kind: "always" };
    }
  }
}

/** O_RDONLY and its like are 0 under a mask of their own; other zero flags are compared whole. */
function accessMode(right: Bound): string | undefined {
  return constantsIn(right)[0] === "O_RDONLY" ? "O_ACCMODE" : undefined;
}

/** T1: `==` takes any bit pattern of the width, written signed or unsigned. */
function equals(subject: Subject, right: Bound): Condition | undefined {
  const { argument, mask } = subject;
  const { report } = right.scope;
  const { span } = right.expr;
  if (membersOf(right) !== undefined) {
    report({ ...needsArgument(span), message: "`==` compares with one value", hint: "for several, write `in {...}`" });
    return undefined;
  }
  const value = isMasked(subject) ? bitsOf(right, argument.bits) : numberOf(right, argument.bits);
  if (value === undefined) return undefined;
  if (value < -(1n << BigInt(argument.bits - 1)) || value > fullMask(argument.bits)) {
    report(constantTooBig(span, value, subject.name, subject.type, argument.bits));
    return undefined;
  }
  const pattern = BigInt.asUintN(argument.bits, value);
  if (subject.pointer && pattern !== 0n) {
    report(pointerValue(span, subject.name));
    return undefined;
  }
  if ((pattern & mask) !== pattern) {
    report(impossible(span, "the value has bits that the mask removes"));
    return undefined;
  }
  return { kind: "masked", argument, mask, value: pattern };
}

/** T1: order takes values of the type only; what is always false is an error, always true a warning. */
function order(op: "<" | "<=" | ">" | ">=", subject: Subject, right: Bound): Condition | undefined {
  const value = orderable(subject, right);
  if (value === undefined) return undefined;
  const { low, high } = valuesOf(subject);
  const limit = op === "<" || op === ">=" ? value - 1n : value;
  const upward = op === ">" || op === ">=";
  const shown = `\`${subject.name}\` (${subject.type}) is never ${limit < low ? "below" : "above"} ${limit < low ? low : high}`;
  if (limit < low || limit >= high) {
    const always = upward === limit < low;
    right.scope.report(always ? alwaysTrue(right.expr.span, shown) : impossible(right.expr.span, shown));
    return always ? { kind: "always" } : undefined;
  }
  return upward ? not(atMost(subject, limit)) : atMost(subject, limit);
}

/** The value of an operand of an order, when the subject's type has it. */
function orderable(subject: Subject, right: Bound): bigint | undefined {
  const { report } = right.scope;
  if (subject.pointer) {
    report(pointerValue(right.expr.span, subject.name));
    return undefined;
  }
  const value = numberOf(right, subject.argument.bits);
  if (value === undefined) return undefined;
  const { low, high } = valuesOf(subject);
  if (value >= low && value <= high) return value;
  report(outsideType(right.expr.span, value, subject.name, subject.type, low, high));
  return undefined;
}

function valuesOf(subject: Subject): { low: bigint; high: bigint } {
  const { bits, signed } = subject.argument;
  if (isMasked(subject)) return { low: 0n, high: subject.mask };
  const half = 1n << BigInt(bits - 1);
  return signed ? { low: -half, high: half - 1n } : { low: 0n, high: fullMask(bits) };
}

/** argument <= limit; a limit below the type's lowest value is what a range that begins there asks for. */
function atMost(subject: Subject, limit: bigint): Condition {
  const { low, high } = valuesOf(subject);
  if (limit < low) return { kind: "never" };
  if (limit >= high) return { kind: "always" };
  return { kind: "atMost", argument: subject.argument, mask: subject.mask, limit };
}

/** T4: two arguments of one width; an order needs one sign too. */
function comparePair(op: CompareOp, left: Subject, right: Subject, span: Span, at: Bound): Condition | undefined {
  const { report } = at.scope;
  if (isMasked(left) || isMasked(right)) {
    report(pairMask(span));
    return undefined;
  }
  const pointer = [left, right].find(each => each.pointer);
  if (pointer !== undefined) {
    report(pairPointer(span, pointer.name));
    return undefined;
  }
  const [a, b]: [Argument, Argument] = [left.argument, right.argument];
  if (a.bits !== b.bits) {
    report(pairWidth(span, left.name, a.bits, right.name, b.bits));
    return undefined;
  }
  if (a.index === b.index) {
    report(impossible(span, "this compares an argument with itself"));
    return undefined;
  }
  const equal: Condition = { kind: "same", left: a, right: b };
  if (op === "==") return equal;
  if (op === "!=") return not(equal);
  if (a.signed !== b.signed) {
    report(pairSign(span, left.name, right.name));
    return undefined;
  }
  const less: Condition = { kind: "less", left: a, right: b };
  const greater: Condition = { kind: "less", left: b, right: a };
  switch (op) {
    case "<":
      return less;
    case "<=":
      return not(greater);
    case ">":
      return greater;
    case ">=":
      return not(less);
  }
}
