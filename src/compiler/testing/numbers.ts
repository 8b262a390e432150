// A model divided by the numbers of one ABI: rules of other numbers never decide a call, so that each can be looked at alone.

import { auditArch } from "../abi/arch.ts";
import { decide } from "../policy/decide.ts";
import type { AbiModel, Model, ModelRule } from "../policy/model.ts";
import { type Layout, layoutOf } from "../prove/layout.ts";
import { couplingsOfModel } from "../prove/model-diagram.ts";

/** Rules keep the order in which they are tried. */
export function rulesByNumber(rules: readonly ModelRule[]): ReadonlyMap<number, readonly ModelRule[]> {
  const found = new Map<number, ModelRule[]>();
  for (const rule of rules) {
    const same = found.get(rule.nr);
    if (same === undefined) found.set(rule.nr, [rule]);
    else same.push(rule);
  }
  return found;
}

/** One number of one ABI. */
export interface NumberPart {
  /** Knows this ABI alone, and of its numbers this one. */
  readonly model: Model;
  readonly abi: AbiModel;
  readonly nr: number;
  /** The ABI's table has the number, but calls of it are foreign: x86_64's that kernels once routed to x32. */
  readonly isForeign: boolean;
  /** Suits every condition of the number. */
  readonly layout: Layout;
}

export function partOf(model: Model, abi: AbiModel, nr: number, rules: readonly ModelRule[]): NumberPart {
  const own = { ...abi, rules, known: abi.known.includes(nr) ? [nr] : [] };
  const guards = model.guards.filter(guard => guard.arch === abi.arch && guard.nr === nr);
  const part = { ...model, abis: [own], guards, tickets: [] };
  const data = { nr, arch: auditArch(abi.arch), instruction_pointer: 0n, args: [0n, 0n, 0n, 0n, 0n, 0n] } as const;
  const isForeign = decide({ ...part, guards: [] }, data).by.kind === "foreign";
  return { model: part, abi: own, nr, isForeign, layout: layoutOf(couplingsOfModel(part)) };
}
