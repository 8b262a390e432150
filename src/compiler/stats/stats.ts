// What a filter costs, measured on the program itself: its length, the calls that the kernel's cache answers, and the
// instructions executed for every call that the policy lets pass, one call for each way in which a rule's condition can hold.
// In: a filter and the choices of the cost model; out: numbers, and the bound that no search by comparisons can be below.

import { auditArch, X32_SYSCALL_BIT } from "../abi/arch.ts";
import { isDenial } from "../bpf/action.ts";
import { isCached } from "../bpf/cache.ts";
import { emulate } from "../bpf/emulate.ts";
import type { SeccompData, SockFilter } from "../bpf/instruction.ts";
import type { Filter } from "../compile.ts";
import { type Cost, costOf, THOROUGH } from "../decision/cost.ts";
import type { Node } from "../decision/dag.ts";
import { stages, TUNINGS } from "../decision/generate.ts";
import { retOf } from "../policy/action.ts";
import type { Condition } from "../policy/condition.ts";
import { decide } from "../policy/decide.ts";
import type { AbiModel, Model, ModelRule, Origin } from "../policy/model.ts";
import { type Args, alternatives } from "./alternatives.ts";
import { boundOf } from "./bound.ts";

/** Instructions executed, over calls that the policy lets pass. */
export interface Executed {
  readonly min: number;
  /** Each call alike, and within a call each way to pass. */
  readonly mean: number;
  /** Each call as often as the profile has it; the same as `mean` without a profile. */
  readonly weighted: number;
  readonly max: number;
  /** What no program that compares can be below, with the weights of `mean` and of `weighted`. */
  readonly bound: { readonly mean: number; readonly weighted: number };
}

export interface CallCost {
  readonly nr: number;
  readonly ways: readonly Way[];
  /** The kernel's cache lets it pass: its verdict is a constant ALLOW. */
  readonly cached: boolean;
  /** How often it is made, 1 on average. */
  readonly weight: number;
}

/** One way to pass, and the rule that says so; none where the default does. */
interface Way {
  readonly data: SeccompData;
  readonly executed: number;
  readonly rule: ModelRule | undefined;
}

export interface RuleCost {
  readonly origin: Origin;
  /** In the program, those that it shares with other rules included. */
  readonly instructions: number;
  /** By calls that it lets pass, on average; undefined where it lets none pass. */
  readonly executed: number | undefined;
}

export interface Stats {
  readonly length: number;
  readonly calls: readonly CallCost[];
  /** undefined where no call passes. */
  readonly all: Executed | undefined;
  /** Over the calls for which the filter runs on kernels that have the cache. */
  readonly uncached: Executed | undefined;
  /** A rule's own text is one rule for each `use` of it; in the order of the model. */
  readonly rules: readonly RuleCost[];
}

/** Calls are those of the target's own ABI: what `compat` opts in is there for the rare case. */
export function statsOf({
  model,
  program,
  origins,
  cost,
}: Pick<Filter, "model" | "program" | "origins" | "cost">): Stats {
  const calls = callsOf(model, model.abis[0]!, program, costOf(model, cost));
  // The bound is not to depend on how much the program's own search tried.
  const { dag } = stages(model, cost, { ...TUNINGS[0]!, effort: THOROUGH });
  const late = calls.filter(call => !call.cached);
  return {
    length: program.length,
    calls,
    all: summary(calls, dag),
    uncached: summary(late, dag),
    rules: rulesOf(model, origins, calls),
  };
}

function callsOf(model: Model, abi: AbiModel, program: readonly SockFilter[], cost: Cost): readonly CallCost[] {
  const numbers = [...new Set([...abi.known, ...abi.rules.map(rule => rule.nr)])].sort((a, b) => a - b);
  const audit = auditArch(abi.arch);
  return numbers.flatMap(nr => {
    const ways = passing(model, abi, nr).map(({ data, rule }) => {
      return { data, rule, executed: emulate(program, data).path.length };
    });
    const cached = nr < X32_SYSCALL_BIT && isCached(program, audit, nr);
    return ways.length === 0 ? [] : [{ nr, ways, cached, weight: cost.frequency(audit, nr) }];
  });
}

function dataOf(abi: AbiModel, nr: number, args: Args): SeccompData {
  return { nr, arch: auditArch(abi.arch), instruction_pointer: 0n, args };
}

/** A call for each way to pass. */
function passing(model: Model, abi: AbiModel, nr: number): readonly Omit<Way, "executed">[] {
  const rules = abi.rules.filter(rule => rule.nr === nr);
  const byRule = rules.flatMap(rule =>
    alternatives(rule.condition).flatMap(args => {
      const data = dataOf(abi, nr, args);
      const { action, by } = decide(model, data);
      return by.kind === "rule" && by.rule === rule && !isDenial(retOf(action)) ? [{ data, rule }] : [];
    }),
  );
  const rest = abi.known.includes(nr) ? abi.default : abi.unknown;
  if (isDenial(retOf(rest.action))) return byRule;
  // The default lets pass what no rule decides: one call that fails every rule stands for that.
  const unmet = rules.map(({ condition }): Condition => ({ kind: "not", of: condition }));
  const left = alternatives({ kind: "and", of: unmet })
    .map(args => dataOf(abi, nr, args))
    .find(data => ["default", "unknown"].includes(decide(model, data).by.kind));
  return left === undefined ? byRule : [...byRule, { data: left, rule: undefined }];
}

function summary(calls: readonly CallCost[], dag: Node): Executed | undefined {
  if (calls.length === 0) return undefined;
  const all = calls.flatMap(call => call.ways.map(way => way.executed));
  const bound = (weightOf: (call: CallCost) => number): number => {
    const weighed = calls.map(call =>
      call.ways.map(({ data }) => ({ data, weight: weightOf(call) / call.ways.length })),
    );
    return boundOf(dag, weighed.flat());
  };
  return {
    min: Math.min(...all),
    mean: average(calls, () => 1),
    weighted: average(calls, call => call.weight),
    max: Math.max(...all),
    bound: { mean: bound(() => 1), weighted: bound(call => call.weight) },
  };
}

function average(calls: readonly CallCost[], weightOf: (call: CallCost) => number): number {
  const total = calls.reduce((sum, call) => sum + weightOf(call), 0);
  return calls.reduce((sum, call) => sum + weightOf(call) * meanOf(call.ways), 0) / total;
}

function meanOf(ways: readonly Way[]): number {
  return ways.reduce((sum, way) => sum + way.executed, 0) / ways.length;
}

function rulesOf(
  model: Model,
  origins: readonly (readonly Origin[])[],
  calls: readonly CallCost[],
): readonly RuleCost[] {
  const key = ({ span, uses }: Origin): string =>
    [span, ...uses].map(({ source, start, end }) => `${source} ${start} ${end}`).join("\n");
  const rules = new Map<string, { readonly origin: Origin; instructions: number; readonly ways: Way[] }>();
  for (const { origin } of model.abis.flatMap(abi => abi.rules)) {
    if (!rules.has(key(origin))) rules.set(key(origin), { origin, instructions: 0, ways: [] });
  }
  for (const each of origins) {
    for (const served of new Set(each.map(key))) {
      const rule = rules.get(served);
      if (rule !== undefined) rule.instructions++;
    }
  }
  for (const way of calls.flatMap(call => call.ways)) {
    if (way.rule !== undefined) rules.get(key(way.rule.origin))?.ways.push(way);
  }
  return [...rules.values()].map(({ origin, instructions, ways }) => {
    return { origin, instructions, executed: ways.length === 0 ? undefined : meanOf(ways) };
  });
}
