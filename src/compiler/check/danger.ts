// Own rules that let dangerous calls through, and calls that pass by the conditions of other rules. What a library's group
// allows is its author's to answer for; a condition on the user's own rule is taken as an answer unless the danger is in some
// arguments only: then it is decided exactly whether one of those calls is left.

import { type Arch, auditArch } from "../abi/arch.ts";
import { constant } from "../abi/constants.ts";
import { showCall } from "../abi/show-call.ts";
import { type Arg, syscall } from "../abi/syscalls.ts";
import { dangerous, voidsRules } from "../diagnostics/dangers.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { type Argument, and, type Condition, fullMask, not, or } from "../policy/condition.ts";
import type { ResolvedRule } from "../policy/resolve.ts";
import { ordered } from "../prove/ordered.ts";
import { uncovered } from "../prove/overlap.ts";
import { BYPASSES, type Bypass, DANGERS, type Danger, type DangerousArgument } from "./dangers.ts";
import { type Abi, grouped, isOwn, isUnconditional, passes } from "./verdicts.ts";

interface Found {
  readonly rule: ResolvedRule;
  readonly danger: Danger;
  readonly witness: string | undefined;
}

export function checkDanger(abis: readonly Abi[], report: (diagnostic: Diagnostic) => void): void {
  const voiding = abis.flatMap(voidingOf);
  for (const { rule, bypass, voids } of voiding) {
    const instead = DANGERS.find(({ calls }) => calls.includes(rule.call))?.instead;
    const rules = voids.map(({ origin }) => origin.uses.at(-1) ?? origin.span);
    const calls = [...new Set(voids.map(({ call }) => call))];
    report(voidsRules(rule.origin.span, rule.call, { voids: calls, how: bypass.how, rules, instead }));
  }
  // One finding a rule: what it voids says more than that it is dangerous.
  const told = new Set(voiding.map(({ rule }) => rule.origin.span));
  const found = abis.flatMap(abi => DANGERS.flatMap(danger => dangersOf(abi, danger)));
  const untold = found.filter(({ rule }) => !told.has(rule.origin.span));
  for (const group of grouped(untold, ({ rule, danger }) => `${place(rule)} ${DANGERS.indexOf(danger)}`).values()) {
    const [{ rule, danger, witness }] = group as [Found];
    const calls = [...new Set(group.map(each => each.rule.call))];
    const span = calls.length === 1 ? rule.origin.span : rule.statement.span;
    report(dangerous(span, { ...danger, calls, witness }));
  }
}

function place({ statement: { span } }: ResolvedRule): string {
  return `${span.source} ${span.start}`;
}

// --- Dangerous calls ----------------------------------------------------------------------------------------------

function dangersOf(abi: Abi, danger: Danger): Found[] {
  return danger.calls.flatMap((call): Found[] => {
    const rules = abi.calls.get(call) ?? [];
    const suspects = rules.filter(rule => isOwn(rule) && passes(rule.action));
    if (suspects.length === 0) return [];
    const bad = danger.when === undefined ? undefined : dangerousArguments(abi.arch, call, danger.when);
    if (bad === undefined) return suspects.filter(isUnconditional).map(rule => ({ rule, danger, witness: undefined }));
    return reaching(rules, suspects, bad, abi.arch).map(found => ({ ...found, danger }));
  });
}

/** Which of the suspects let a bad call through that no earlier rule decides, each with such a call. */
function reaching(
  rules: readonly ResolvedRule[],
  suspects: readonly ResolvedRule[],
  bad: Condition,
  arch: Arch,
): { readonly rule: ResolvedRule; readonly witness: string }[] {
  // All in one diagram first: most rules meet no bad call at all.
  const last = suspects.length;
  const near = ordered([...suspects.map(rule => rule.condition), bad], relations =>
    suspects.filter((_, at) => relations.meet(at, last)),
  );
  const found: { readonly rule: ResolvedRule; readonly witness: string }[] = [];
  for (const rule of (near ?? []).slice(0, MOST_ASKED)) {
    if (found.length === MOST_TOLD) break;
    const earlier = rules.slice(0, rules.indexOf(rule)).map(({ condition }) => condition);
    const left = uncovered(and([rule.condition, bad]), earlier);
    if (left.kind !== "open") continue;
    found.push({ rule, witness: showCall({ arch: auditArch(arch), nr: rule.nr, args: left.data.args }) });
  }
  return found;
}

// A call with thousands of rules is decided in time for an editor, and the ninth finding about it would say nothing new.
const MOST_ASKED = 64;
const MOST_TOLD = 8;

/** undefined where the ABI passes the argument otherwise, and no condition could see it. */
function dangerousArguments(arch: Arch, call: string, when: DangerousArgument): Condition | undefined {
  const args: readonly Arg[] = syscall(arch, call)?.args ?? [];
  const index = args.findIndex(({ name }) => name === when.arg);
  const arg = args[index];
  if (arg === undefined) return undefined;
  const argument: Argument = { index, bits: arg.bits, signed: arg.signed };
  const full = fullMask(arg.bits);
  const patterns = (names: readonly string[]) =>
    names.flatMap(name => constant(arch, name) ?? []).map(value => BigInt.asUintN(arg.bits, value));
  const masked = (mask: bigint, value: bigint): Condition => ({ kind: "masked", argument, mask, value });
  const all = patterns(when.all ?? []).reduce((a, b) => a | b, 0n);
  const any = patterns(when.any ?? []).reduce((a, b) => a | b, 0n);
  return and([
    when.values === undefined ? masked(all, all) : or(patterns(when.values).map(value => masked(full, value))),
    ...(any === 0n ? [] : [not(masked(any, 0n))]),
    ...(when.unless === undefined ? [] : [not(masked(full, BigInt.asUintN(arg.bits, when.unless)))]),
  ]);
}

// --- Calls that pass by other rules -------------------------------------------------------------------------------

interface Voiding {
  readonly rule: ResolvedRule;
  readonly bypass: Bypass;
  readonly voids: readonly ResolvedRule[];
}

function voidingOf(abi: Abi): Voiding[] {
  return BYPASSES.flatMap(bypass =>
    bypass.calls.flatMap(call => {
      const rules = abi.calls.get(call) ?? [];
      const rule = rules.find(each => isOwn(each) && passes(each.action) && isUnconditional(each));
      if (rule === undefined || isSettledBefore(rules, rule)) return [];
      const names = bypass.voids === "any" ? [...abi.calls.keys()] : bypass.voids;
      const voids = names.filter(name => name !== call).flatMap(name => conditional(abi, name));
      return voids.length === 0 ? [] : [{ rule, bypass, voids }];
    }),
  );
}

function isSettledBefore(rules: readonly ResolvedRule[], rule: ResolvedRule): boolean {
  return rules.slice(0, rules.indexOf(rule)).some(isUnconditional);
}

/** The rules of a call of which some pass and some do not, by their arguments. */
function conditional(abi: Abi, call: string): readonly ResolvedRule[] {
  const rules = abi.calls.get(call) ?? [];
  const fallsThrough = abi.policy.default.action;
  const lets = rules.some(({ action }) => passes(action)) || passes(fallsThrough);
  const denies = rules.some(({ action }) => !passes(action)) || !rules.some(isUnconditional);
  return lets && denies ? rules.filter(rule => !isUnconditional(rule)) : [];
}
