// What a filter costs, measured on the program itself: its length, the calls that the kernel's cache answers, and the
// instructions executed for every call that the policy lets pass, one call for each way in which a rule's condition can hold.
// In: a filter and the choices of the cost model; out: numbers, and the bound that no search by comparisons can be below.

import { auditArch, X32_SYSCALL_BIT } from "../abi/arch.ts";
import { isCached } from "../bpf/cache.ts";
import { emulate } from "../bpf/emulate.ts";
import type { SeccompData, SockFilter } from "../bpf/instruction.ts";
import { type Cost, type CostOptions, costOf, isDenial } from "../decision/cost.ts";
import type { Node } from "../decision/dag.ts";
import { stages } from "../decision/generate.ts";
import { retOf } from "../policy/action.ts";
import { decide } from "../policy/decide.ts";
import type { AbiModel, Model } from "../policy/model.ts";
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
  readonly abi: AbiModel;
  readonly nr: number;
  /** Instructions executed for each way to pass. */
  readonly executed: readonly number[];
  readonly ways: readonly SeccompData[];
  readonly cached: boolean;
  /** How often it is made, 1 on average. */
  readonly weight: number;
}

export interface Measured {
  readonly calls: readonly CallCost[];
  /** undefined where no call passes. */
  readonly all: Executed | undefined;
  /** Over the calls for which the filter runs on kernels that have the cache. */
  readonly uncached: Executed | undefined;
}

/** Of the target's own ABI: what `compat` opts in is there for the rare case. */
export function measure(model: Model, program: readonly SockFilter[], options: CostOptions = {}): Measured {
  const cost = costOf(model, options);
  const calls = callsOf(model, model.abis[0]!, program, cost);
  const { dag } = stages(model, options);
  return {
    calls,
    all: summary(calls, dag),
    uncached: summary(
      calls.filter(call => !call.cached),
      dag,
    ),
  };
}

function callsOf(model: Model, abi: AbiModel, program: readonly SockFilter[], cost: Cost): readonly CallCost[] {
  const numbers = [...new Set([...abi.known, ...abi.rules.map(rule => rule.nr)])].sort((a, b) => a - b);
  const audit = auditArch(abi.arch);
  return numbers.flatMap(nr => {
    const ways = passing(model, abi, nr).map(args => dataOf(abi, nr, args));
    if (ways.length === 0) return [];
    const executed = ways.map(data => emulate(program, data).path.length);
    const cached = nr < X32_SYSCALL_BIT && isCached(program, audit, nr);
    return [{ abi, nr, executed, ways, cached, weight: cost.frequency(audit, nr) }];
  });
}

function dataOf(abi: AbiModel, nr: number, args: Args): SeccompData {
  return { nr, arch: auditArch(abi.arch), instruction_pointer: 0n, args };
}

/** Arguments with which the call passes, one vector for each way. */
export function passing(model: Model, abi: AbiModel, nr: number): readonly Args[] {
  const rules = abi.rules.filter(rule => rule.nr === nr);
  const byRule = rules.flatMap(rule =>
    alternatives(rule.condition).filter(args => {
      const { action, by } = decide(model, dataOf(abi, nr, args));
      return by.kind === "rule" && by.rule === rule && !isDenial(retOf(action));
    }),
  );
  // The default lets pass what no rule decides: a vector that fails every rule stands for that.
  const rest = abi.known.includes(nr) ? abi.default : abi.unknown;
  if (isDenial(retOf(rest.action))) return byRule;
  const others = alternatives({
    kind: "and",
    of: rules.map(({ condition }) => ({ kind: "not", of: condition }) as const),
  });
  const left = others.filter(args => {
    const { by } = decide(model, dataOf(abi, nr, args));
    return by.kind === "default" || by.kind === "unknown";
  });
  return [...byRule, ...left.slice(0, 1)];
}

function summary(calls: readonly CallCost[], dag: Node): Executed | undefined {
  if (calls.length === 0) return undefined;
  const all = calls.flatMap(call => call.executed);
  const bound = (weightOf: (call: CallCost) => number): number =>
    boundOf(
      dag,
      calls.flatMap(call => call.ways.map(data => ({ data, weight: weightOf(call) / call.ways.length }))),
    );
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
  return calls.reduce((sum, call) => sum + weightOf(call) * meanOf(call.executed), 0) / total;
}

function meanOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0) / counts.length;
}
