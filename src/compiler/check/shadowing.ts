// Rules that never decide, decide nothing new, or win where they may not be meant to: the severity rules of the language,
// decided exactly. In: one policy resolved on each of its targets; out: findings, one a statement. A finding about a call
// must hold on every ABI that has the call; a library's rule under the user's own is an override and never a finding.

import type { Arch } from "../abi/arch.ts";
import { auditArch } from "../abi/arch.ts";
import { showCall } from "../abi/show-call.ts";
import { knownNumbers } from "../abi/syscalls.ts";
import type { Diagnostic, Fix } from "../diagnostics/diagnostic.ts";
import {
  conflictingUses,
  crossing,
  impossibleHere,
  impossibleRule,
  type RuleFacts,
  redundant,
  repeatsDefault,
  shadowed,
} from "../diagnostics/rules.ts";
import { showAction } from "../policy/action.ts";
import type { Action } from "../policy/model.ts";
import type { ResolvedPolicy, ResolvedRule } from "../policy/resolve.ts";
import { type Ordered, ordered } from "../prove/ordered.ts";
import { grouped, isOwn } from "./verdicts.ts";

type Verdict =
  | { readonly kind: "fine" | "impossible" | "repeats-default" }
  | { readonly kind: "shadowed"; readonly by: readonly ResolvedRule[]; readonly witness: string }
  | { readonly kind: "redundant"; readonly by: readonly ResolvedRule[]; readonly severity: "warning" | "hint" }
  | { readonly kind: "conflicting-uses"; readonly by: ResolvedRule }
  | { readonly kind: "crossing"; readonly by: ResolvedRule; readonly witness: string };

/** One statement for one call, on one ABI. */
interface Instance {
  readonly rule: ResolvedRule;
  readonly arch: Arch;
  readonly verdict: Verdict;
}

/** Where instances are judged: one ABI of one target. */
interface Place {
  readonly arch: Arch;
  readonly policy: ResolvedPolicy;
  readonly known: ReadonlySet<number>;
}

export function* checkShadowing(
  targets: readonly ResolvedPolicy[],
  report: (diagnostic: Diagnostic) => void,
): Generator<undefined, void> {
  const instances: Instance[] = [];
  for (const policy of targets) {
    for (const { arch, rules } of policy.abis) {
      const place: Place = { arch, policy, known: new Set(knownNumbers(arch, policy.after)) };
      for (const sameCall of grouped(rules, rule => rule.nr).values()) {
        for (const instance of judgeCall(sameCall, place)) instances.push(instance);
        yield;
      }
    }
  }
  const bySite = grouped(instances, ({ rule }) => `${placeOf(rule)} ${rule.call}`);
  const settled = [...bySite.values()].flatMap(everywhere);
  for (const group of grouped(settled, ({ rule, verdict }) => `${placeOf(rule)} ${verdict.kind}`).values()) {
    reportStatement(group, report);
  }
  reportUses(settled, report);
}

// --- One call on one ABI ------------------------------------------------------------------------------------------

function judgeCall(rules: readonly ResolvedRule[], place: Place): Instance[] {
  const quiet = rules.length === 1 && isPlain(rules[0]!) && !repeats(rules[0]!, place);
  const verdicts = quiet
    ? undefined
    : ordered(
        rules.map(rule => rule.condition),
        relations => {
          return rules.map((_, at) => judge(rules, at, relations, place));
        },
      );
  return rules.map((rule, at) => ({ rule, arch: place.arch, verdict: verdicts?.[at] ?? { kind: "fine" } }));
}

/** A condition that needs no diagram to be known as possible. */
function isPlain({ condition }: ResolvedRule): boolean {
  return condition.kind === "always" || condition.kind === "masked" || condition.kind === "atMost";
}

function judge(rules: readonly ResolvedRule[], at: number, relations: Ordered, place: Place): Verdict {
  const rule = rules[at]!;
  if (relations.impossible(at)) return { kind: "impossible" };
  if (rule.statement.otherwise) return { kind: "fine" };
  if (relations.dead(at)) return judgeDead(rules, at, relations.before(at), relations, place.arch);
  if (!isOwn(rule)) return { kind: "fine" };

  const isCrossed = (other: ResolvedRule, i: number): boolean =>
    i < at && isOwn(other) && isWeaker(other.action, rule.action) && relations.meet(i, at) && !relations.within(i, at);
  const weaker = relations.contested(at) ? rules.findIndex(isCrossed) : -1;
  if (weaker >= 0) {
    return {
      kind: "crossing",
      by: rules[weaker]!,
      witness: witness(relations.example(weaker, at).args, rule, place.arch),
    };
  }
  const idle = repeats(rule, place) && relations.after(at).every(i => sameAction(rules[i]!, rule));
  return idle ? { kind: "repeats-default" } : { kind: "fine" };
}

function judgeDead(
  rules: readonly ResolvedRule[],
  at: number,
  earlier: readonly number[],
  relations: Ordered,
  arch: Arch,
): Verdict {
  const rule = rules[at]!;
  const by = earlier.map(i => rules[i]!);
  const other = earlier.find(i => !sameAction(rules[i]!, rule));
  const ownOnes = earlier.filter(i => isOwn(rules[i]!));
  const underOwn = relations.covered(at, ownOnes);
  if (!isOwn(rule)) {
    const spliced = earlier.find(i => !isOwn(rules[i]!) && !sameAction(rules[i]!, rule));
    return underOwn || spliced === undefined ? { kind: "fine" } : { kind: "conflicting-uses", by: rules[spliced]! };
  }
  if (other === undefined) return { kind: "redundant", by, severity: underOwn ? "warning" : "hint" };
  const first = [other, ...earlier.filter(i => i !== other)].map(i => rules[i]!);
  return { kind: "shadowed", by: first, witness: witness(relations.example(other, at).args, rule, arch) };
}

function sameAction(a: ResolvedRule, b: ResolvedRule): boolean {
  return showAction(a.action) === showAction(b.action);
}

const STRICTEST_FIRST: readonly Action["kind"][] = [
  "kill",
  "kill-thread",
  "trap",
  "errno",
  "notify",
  "trace",
  "log",
  "allow",
];

function isWeaker(action: Action, than: Action): boolean {
  return STRICTEST_FIRST.indexOf(action.kind) > STRICTEST_FIRST.indexOf(than.kind);
}

function repeats(rule: ResolvedRule, { policy, known }: Place): boolean {
  const fallback = known.has(rule.nr) ? policy.default : policy.unknown;
  return isOwn(rule) && showAction(fallback.action) === showAction(rule.action);
}

function witness(args: readonly bigint[], rule: ResolvedRule, arch: Arch): string {
  return showCall({ arch: auditArch(arch), nr: rule.nr, args });
}

// --- All ABIs together --------------------------------------------------------------------------------------------

/** The text of a rule together with the `use` chain it came through. */
function placeOf({ origin: { span, uses } }: ResolvedRule): string {
  return [span, ...uses].map(at => `${at.source}:${at.start}:${at.end}`).join(" ");
}

interface Settled extends Instance {
  /** For an impossible condition: the ABIs on which it is, when it is possible on others. */
  readonly only?: readonly Arch[];
}

/** What can be said of a statement and call on every ABI that has the call. */
function everywhere(instances: readonly Instance[]): Settled[] {
  const [first] = instances as [Instance];
  const impossible = instances.filter(({ verdict }) => verdict.kind === "impossible");
  if (impossible.length > 0 && impossible.length < instances.length) {
    return [{ ...impossible[0]!, only: [...new Set(impossible.map(({ arch }) => arch))] }];
  }
  const mild = instances.find(({ verdict }) => verdict.kind === "redundant" && verdict.severity === "hint");
  return instances.every(({ verdict }) => verdict.kind === first.verdict.kind) ? [mild ?? first] : [];
}

function reportStatement(group: readonly Settled[], report: (diagnostic: Diagnostic) => void): void {
  const [{ rule, verdict, only }] = group as [Settled];
  const calls = [...new Set(group.map(each => each.rule.call))];
  const facts = factsOf(rule);
  switch (verdict.kind) {
    case "fine":
    case "conflicting-uses":
      return;
    case "impossible":
      report(only === undefined ? impossibleRule(facts.span, calls) : impossibleHere(facts.span, only));
      return;
    case "shadowed":
      report(shadowed(facts, calls, verdict.by.map(factsOf), verdict.witness));
      return;
    case "redundant":
      report(redundant(facts, calls, verdict.by.map(factsOf), verdict.severity, removal(rule)));
      return;
    case "crossing":
      report(crossing(facts, factsOf(verdict.by), calls, verdict.witness));
      return;
    case "repeats-default":
      report(repeatsDefault(facts.span, calls, facts.verdict));
  }
}

/** One warning a pair of `use`: the rules in question are in libraries, what can be changed is here. */
function reportUses(settled: readonly Settled[], report: (diagnostic: Diagnostic) => void): void {
  const pairs = settled.flatMap(({ rule, verdict }) => {
    if (verdict.kind !== "conflicting-uses") return [];
    const later = rule.origin.uses.at(-1)!;
    const earlier = verdict.by.origin.uses.at(-1)!;
    return later === earlier ? [] : [{ later, earlier, call: rule.call }];
  });
  for (const pair of grouped(pairs, ({ later, earlier }) => `${later.start} ${earlier.start}`).values()) {
    report(conflictingUses(pair[0]!.later, pair[0]!.earlier, [...new Set(pair.map(({ call }) => call))]));
  }
}

function factsOf(rule: ResolvedRule): RuleFacts {
  return { span: rule.origin.span, verdict: showAction(rule.action) };
}

/** A statement with one call can go as a whole; from a block it takes an editor's care. */
function removal({ statement }: ResolvedRule): Fix | undefined {
  if (statement.targets.length !== 1) return undefined;
  return { title: "remove the rule", edits: [{ span: statement.span, text: "" }] };
}
