// What a filter answers to each call of an ABI, as a ladder: the first step whose condition holds gives the verdict. In: a filter; out: for
// each number its steps, those that no call can reach left out, each with the instructions that calls through it execute.
// Invariant: a call with one step has a constant verdict; every verdict of a ladder was given by decide() to a call that was run.

import { type Arch, auditArch, X32_SYSCALL_BIT } from "../abi/arch.ts";
import { syscallByNr } from "../abi/syscalls.ts";
import { isCached } from "../bpf/cache.ts";
import { emulate } from "../bpf/emulate.ts";
import type { SeccompData } from "../bpf/instruction.ts";
import type { Filter } from "../compile.ts";
import { retOf } from "../policy/action.ts";
import { type Condition, or } from "../policy/condition.ts";
import { type Decider, decide } from "../policy/decide.ts";
import type { AbiModel, Action, Guard, Model, ModelRule, Origin } from "../policy/model.ts";
import { leaves, restrict } from "../prove/diagram.ts";
import { WORD_ARCH, WORD_NR } from "../prove/layout.ts";
import { compose } from "../prove/prove.ts";
import { type Args, alternatives } from "../stats/alternatives.ts";
import { type Place, showCondition } from "./condition-text.ts";

/** Instructions of runs that were tried. */
export interface Executed {
  readonly min: number;
  readonly max: number;
}

export interface Step {
  /** undefined: whatever is left. */
  readonly when: string | undefined;
  readonly action: Action;
  readonly by: Decider["kind"];
  /** Of the rule; none where no rule decides. */
  readonly origin: Origin | undefined;
  readonly executed: Executed;
}

export interface Answer {
  readonly nr: number;
  readonly name: string;
  readonly steps: readonly Step[];
  /** The kernel's cache lets it pass before the filter runs. */
  readonly cached: boolean;
}

/** By number, for all that the policy's kernel assigns or a rule names. */
export function answersOf(filter: Filter, abi: AbiModel): readonly Answer[] {
  const rules = new Map<number, ModelRule[]>();
  for (const rule of abi.rules) rules.set(rule.nr, [...(rules.get(rule.nr) ?? []), rule]);
  const numbers = [...new Set([...abi.known, ...rules.keys()])].sort((a, b) => a - b);
  const reached = reachedIn(filter.model);
  return numbers.map(nr => {
    const ofCall = rules.get(nr) ?? [];
    const guards = filter.model.guards.filter(guard => guard.arch === abi.arch && guard.nr === nr);
    // decide() reads all rules on purpose; those of other numbers decide nothing.
    const part = {
      ...filter.model,
      abis: filter.model.abis.map(each => (each === abi ? { ...abi, rules: ofCall } : each)),
    };
    const runs = samples(abi.arch, nr, ofCall, guards, reached);
    const cached = nr < X32_SYSCALL_BIT && isCached(filter.program, auditArch(abi.arch), nr);
    return { nr, name: callName(abi.arch, nr), cached, steps: ladder(runs, part, filter, { arch: abi.arch, nr }) };
  });
}

/** A call that reaches each verdict there is for a number. */
type Reached = (audit: number, nr: number) => readonly SeccompData[];

function reachedIn(model: Model): Reached {
  const composed = compose([{ model }]);
  const [diagram] = composed.ok ? composed.diagrams : [];
  return (audit, nr) => {
    if (diagram === undefined) return [];
    const known = new Map([
      [WORD_ARCH, audit],
      [WORD_NR, nr],
    ] as const);
    return leaves(restrict(diagram, known)).map(({ data }) => ({ ...data, arch: audit, nr }));
  };
}

function samples(
  arch: Arch,
  nr: number,
  rules: readonly ModelRule[],
  guards: readonly Guard[],
  reached: Reached,
): readonly SeccompData[] {
  const audit = auditArch(arch);
  const call = (args: Args): SeccompData => ({ nr, arch: audit, instruction_pointer: 0n, args });
  const none: Args = [0n, 0n, 0n, 0n, 0n, 0n];
  const conditions = [...guards, ...rules].map(({ condition }) => condition);
  if (conditions.every(({ kind }) => kind === "always")) return [call(none)];
  const unmet = conditions.map(condition => ({ kind: "not", of: condition }) as const);
  return [
    ...reached(audit, nr),
    ...conditions.flatMap(alternatives).map(call),
    ...alternatives({ kind: "and", of: unmet }).map(call),
  ];
}

/** Steps in the order they are tried: guards, rules, what is left. */
function ladder(runs: readonly SeccompData[], model: Model, { program }: Filter, place: Place): readonly Step[] {
  const found = new Map<unknown, { step: Omit<Step, "executed">; rank: number; lengths: number[] }>();
  for (const data of runs) {
    const { action, by } = decide(model, data);
    const rank =
      by.kind === "guard" ? -1 : by.kind === "rule" ? by.abi.rules.indexOf(by.rule) : Number.MAX_SAFE_INTEGER;
    const known = found.get(rank);
    const length = emulate(program, data).path.length;
    if (known !== undefined) known.lengths.push(length);
    else found.set(rank, { rank, step: { ...stepOf(by, model, place), action, by: by.kind }, lengths: [length] });
  }
  const steps = [...found.values()]
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ step, lengths }) => ({ ...step, executed: { min: Math.min(...lengths), max: Math.max(...lengths) } }));
  return steps.reduce<readonly Step[]>(joined, []);
}

/** Neighbours that say the same are one step: what is said of both is said of either. */
function joined(before: readonly Step[], next: Step): readonly Step[] {
  const last = before.at(-1);
  if (last === undefined || retOf(last.action) !== retOf(next.action)) return [...before, next];
  const when = last.when === undefined || next.when === undefined ? undefined : `${last.when}\nor ${next.when}`;
  const executed = {
    min: Math.min(last.executed.min, next.executed.min),
    max: Math.max(last.executed.max, next.executed.max),
  };
  return [...before.slice(0, -1), { ...last, when, executed }];
}

function stepOf(by: Decider, model: Model, place: Place): Pick<Step, "when" | "origin"> {
  if (by.kind === "guard") {
    const guards = model.guards.filter(({ arch, nr }) => arch === place.arch && nr === place.nr);
    return { when: conditionText(or(guards.map(({ condition }) => condition)), place), origin: undefined };
  }
  if (by.kind !== "rule") return { when: undefined, origin: undefined };
  const { condition, origin } = by.rule;
  return { when: conditionText(condition, place), origin };
}

function conditionText(condition: Condition, place: Place): string | undefined {
  return condition.kind === "always" ? undefined : showCondition(condition, place);
}

export function callName(arch: Arch, nr: number): string {
  return syscallByNr(arch, nr)?.name ?? `syscall(${nr})`;
}
