// The arguments of a test row as a condition: TRUE for the calls that the row stands for. In: `(0, _, count: 1..5)` and the call
// on one ABI; out: a Condition, or undefined after a diagnostic. `_`, what is left out, and the bits of a register that the kernel
// does not read are in no test, and so stand for every value.

import { constantTooBig, emptyRange, emptySet, outsideType } from "../diagnostics/arguments.ts";
import { argumentTwice, positionAfterName, surplusArgument } from "../diagnostics/tests.ts";
import { ALWAYS, and, type Condition, fullMask, not, or } from "../policy/condition.ts";
import { checkFamily } from "../policy/constant-checks.ts";
import type { Bound, Scope } from "../policy/scope.ts";
import { type CallSite, type Subject, subjectOf } from "../policy/subject.ts";
import { type Member, membersOf, numberOf } from "../policy/values.ts";
import type { ArgPattern } from "../syntax/ast.ts";

/** Registers of a call (struct seccomp_data). */
const REGISTERS = 6;

export function rowCondition(args: readonly ArgPattern[], site: CallSite, scope: Scope): Condition | undefined {
  const given = new Map<number, ArgPattern>();
  const firstNamed = args.findIndex(arg => arg.name !== undefined);
  const parts = args.map((arg, position) => {
    if (arg.name === undefined && firstNamed >= 0 && position > firstNamed) {
      scope.report(positionAfterName(arg.span));
      return undefined;
    }
    const subject = subjectAt(arg, position, site, scope);
    if (subject === undefined) return undefined;
    const before = given.get(subject.argument.index);
    if (before !== undefined) {
      scope.report(argumentTwice(arg.span, site.name, subject.name, before.span));
      return undefined;
    }
    given.set(subject.argument.index, arg);
    return arg.value === undefined ? ALWAYS : oneOf(subject, { expr: arg.value, scope }, site);
  });
  return parts.every(part => part !== undefined) ? and(parts) : undefined;
}

/** The argument of a pattern by its name or its place; a number without a name in the table has six bare registers. */
function subjectAt({ name, span }: ArgPattern, position: number, site: CallSite, scope: Scope): Subject | undefined {
  if (name !== undefined) return subjectOf({ expr: { kind: "arg", name: name.text, span: name.span }, scope }, site);
  const args = site.facts?.args;
  const has = args?.length ?? REGISTERS;
  if (position >= has) {
    scope.report(surplusArgument(span, site.name, has));
    return undefined;
  }
  if (args !== undefined) return subjectOf({ expr: { kind: "arg", name: args[position]!.name, span }, scope }, site);
  const index = { kind: "number", value: BigInt(position), text: `${position}`, span } as const;
  return subjectOf({ expr: { kind: "raw", index, span }, scope }, site);
}

/** A value, a range, or a set of both. Unlike a rule, a row may give a pointer any value: it is a call, not a test of one. */
function oneOf(subject: Subject, value: Bound, site: CallSite): Condition | undefined {
  const members = membersOf(value) ?? [{ kind: "one", of: value }];
  if (members.length === 0) {
    value.scope.report(emptySet(value.expr.span));
    return undefined;
  }
  checkFamily(subject, value, site);
  const parts = members.map(member => (member.kind === "one" ? exactly(subject, member.of) : between(subject, member)));
  return parts.every(part => part !== undefined) ? or(parts) : undefined;
}

/** T1 of the language: any bit pattern of the width, written signed or unsigned. */
function exactly({ argument, name, type }: Subject, { expr, scope }: Bound): Condition | undefined {
  const { bits } = argument;
  const value = numberOf({ expr, scope }, bits);
  if (value === undefined) return undefined;
  if (value < -(1n << BigInt(bits - 1)) || value > fullMask(bits)) {
    scope.report(constantTooBig(expr.span, value, name, type, bits));
    return undefined;
  }
  return { kind: "masked", argument, mask: fullMask(bits), value: BigInt.asUintN(bits, value) };
}

/** Both ends included, in the argument's own order. */
function between(subject: Subject, { low, high }: Extract<Member, { kind: "range" }>): Condition | undefined {
  const { argument } = subject;
  const mask = fullMask(argument.bits);
  const least = argument.signed ? -(1n << BigInt(argument.bits - 1)) : 0n;
  const from = ordered(subject, low, least, least + mask);
  const to = ordered(subject, high, least, least + mask);
  if (from === undefined || to === undefined) return undefined;
  if (from > to) {
    low.scope.report(emptyRange({ ...low.expr.span, end: high.expr.span.end }, from, to));
    return undefined;
  }
  const atMost = (limit: bigint): Condition => ({ kind: "atMost", argument, mask, limit });
  return and([from === least ? ALWAYS : not(atMost(from - 1n)), to === least + mask ? ALWAYS : atMost(to)]);
}

function ordered(subject: Subject, { expr, scope }: Bound, least: bigint, most: bigint): bigint | undefined {
  const value = numberOf({ expr, scope }, subject.argument.bits);
  if (value === undefined || (value >= least && value <= most)) return value;
  scope.report(outsideType(expr.span, value, subject.name, subject.type, least, most));
  return undefined;
}
