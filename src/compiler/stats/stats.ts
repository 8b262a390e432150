// What a filter costs, measured on the program itself: its length, the calls that the kernel's cache answers, and the
// instructions executed for every call that the policy lets pass, one call for each way in which a rule's condition can hold.
// In: a filter and the choices of the cost model; out: numbers, and the bound that no search by comparisons can be below.

import { auditArch, X32_SYSCALL_BIT } from "../abi/arch.ts";
import { isCached } from "../bpf/cache.ts";
import { emulate } from "../bpf/emulate.ts";
import type { SeccompData, SockFilter } from "../bpf/instruction.ts";
import { type Cost, type CostOptions, costOf, isDenial } from "../decision/cost.ts";
import { retOf } from "../policy/action.ts";
import { decide } from "../policy/decide.ts";
import type { AbiModel, Model } from "../policy/model.ts";
import { type Args, alternatives } from "./alternatives.ts";

/** Over calls that the policy lets pass. */
export interface Executed {
  readonly min: number;
  /** Each call alike, and within a call each way to pass. */
  readonly mean: number;
  /** Each call as often as the profile has it; the same as `mean` without a profile. */
  readonly weighted: number;
  readonly max: number;
}

export interface CallCost {
  readonly abi: AbiModel;
  readonly nr: number;
  /** Instructions executed, the mean over the ways to pass. */
  readonly executed: number;
  readonly min: number;
  readonly max: number;
  readonly cached: boolean;
  readonly weight: number;
}

export interface Measured {
  readonly calls: readonly CallCost[];
  /** undefined where no call passes. */
  readonly all: Executed | undefined;
  /** Over the calls for which the filter runs on kernels that have the cache. */
  readonly uncached: Executed | undefined;
}

export function measure(model: Model, program: readonly SockFilter[], options: CostOptions = {}): Measured {
  const cost = costOf(model, options);
  const calls = model.abis.flatMap(abi => callsOf(model, abi, program, cost));
  return { calls, all: summary(calls), uncached: summary(calls.filter(call => !call.cached)) };
}

function callsOf(model: Model, abi: AbiModel, program: readonly SockFilter[], cost: Cost): readonly CallCost[] {
  const numbers = [...new Set([...abi.known, ...abi.rules.map(rule => rule.nr)])].sort((a, b) => a - b);
  return numbers.flatMap(nr => {
    const ways = passing(model, abi, nr);
    if (ways.length === 0) return [];
    const counts = ways.map(args => emulate(program, dataOf(abi, nr, args)).path.length);
    return [
      {
        abi,
        nr,
        executed: counts.reduce((sum, count) => sum + count, 0) / counts.length,
        min: Math.min(...counts),
        max: Math.max(...counts),
        cached: nr < X32_SYSCALL_BIT && isCached(program, auditArch(abi.arch), nr),
        weight: cost.frequency(auditArch(abi.arch), nr),
      },
    ];
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

function summary(calls: readonly CallCost[]): Executed | undefined {
  if (calls.length === 0) return undefined;
  const total = calls.reduce((sum, call) => sum + call.weight, 0);
  return {
    min: Math.min(...calls.map(call => call.min)),
    mean: calls.reduce((sum, call) => sum + call.executed, 0) / calls.length,
    weighted: calls.reduce((sum, call) => sum + call.executed * call.weight, 0) / total,
    max: Math.max(...calls.map(call => call.max)),
  };
}
