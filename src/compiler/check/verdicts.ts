// What the rules of one ABI come to, call by call: the questions that several checks ask. A call "passes" where it runs in the
// kernel. First match wins, so what passes is a condition made of all rules of the call, from the last to the first.

import type { Arch } from "../abi/arch.ts";
import { knownNumbers, syscall } from "../abi/syscalls.ts";
import { ALWAYS, and, type Condition, NEVER, not, or } from "../policy/condition.ts";
import type { Action } from "../policy/model.ts";
import type { ResolvedPolicy, ResolvedRule } from "../policy/resolve.ts";

export interface Abi {
  readonly arch: Arch;
  readonly policy: ResolvedPolicy;
  /** Each call's rules, in the order they are tried. */
  readonly calls: ReadonlyMap<string, readonly ResolvedRule[]>;
  readonly known: ReadonlySet<number>;
}

export function abisOf(policy: ResolvedPolicy): readonly Abi[] {
  return policy.abis.map(({ arch, rules }) => ({
    arch,
    policy,
    calls: grouped(rules, rule => rule.call),
    known: new Set(knownNumbers(arch, policy.after)),
  }));
}

/** What the policy says of a call that none of its rules decides; undefined where the ABI lacks the call. */
export function fallbackFor({ arch, policy, known }: Abi, call: string): Action | undefined {
  const nr = syscall(arch, call)?.nr;
  if (nr === undefined) return undefined;
  return (known.has(nr) ? policy.default : policy.unknown).action;
}

/** The calls that pass: always for `default allow` without a rule. */
export function passing(abi: Abi, call: string): Condition {
  const fallback = fallbackFor(abi, call);
  let rest: Condition = fallback !== undefined && passes(fallback) ? ALWAYS : NEVER;
  // Rules of one kind in a row are joined once: one by one, thousands of them would be copied as often.
  for (const row of rowsOf(abi.calls.get(call) ?? []).toReversed()) {
    const conditions = row.map(({ condition }) => condition);
    rest = passes(row[0]!.action) ? or([...conditions, rest]) : and([...conditions.map(not), rest]);
  }
  return rest;
}

function rowsOf(rules: readonly ResolvedRule[]): readonly (readonly ResolvedRule[])[] {
  const rows: ResolvedRule[][] = [];
  for (const rule of rules) {
    const row = rows.at(-1);
    if (row !== undefined && passes(row[0]!.action) === passes(rule.action)) row.push(rule);
    else rows.push([rule]);
  }
  return rows;
}

/** notify and trace leave it to another process: whoever answers there has looked at the call. */
export function passes(action: Action): boolean {
  return action.kind === "allow" || action.kind === "log";
}

/** Written in the policy's own file, not spliced from a group of any file. */
export function isOwn(rule: ResolvedRule): boolean {
  return rule.origin.uses.length === 0;
}

export function isUnconditional(rule: ResolvedRule): boolean {
  return rule.condition.kind === "always";
}

export function grouped<T, K>(items: readonly T[], key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}
