// What a statement costs and decides in the program that was built from it: for each call and ABI of its rules, a call that it
// decides, how many instructions the filter runs for that one, and whether the kernel asks the filter at all.

import { type Arch, auditArch } from "../abi/arch.ts";
import { syscallByNr } from "../abi/syscalls.ts";
import { isCached } from "../bpf/cache.ts";
import { emulate } from "../bpf/emulate.ts";
import type { Filter } from "../compile.ts";
import type { Span } from "../diagnostics/diagnostic.ts";
import type { AbiModel, Action, ModelRule } from "../policy/model.ts";
import { uncovered } from "../prove/overlap.ts";
import { sameSpan } from "./snapshot.ts";

export interface RuleCost {
  readonly target: Arch;
  readonly arch: Arch;
  readonly call: string;
  readonly action: Action;
  /** Instructions run for the smallest call that the rule decides; undefined when it decides none. */
  readonly instructions: number | undefined;
  /** The kernel knows the verdict without running the filter (Linux 5.11 and later). */
  readonly cached: boolean;
}

/** `span`: of a rule, of one target of it, or of a `use`. */
export function costsOf(filters: readonly Filter[], span: Span): readonly RuleCost[] {
  return filters.flatMap(filter =>
    filter.model.abis.flatMap(abi =>
      abi.rules.filter(rule => comesFrom(rule, span)).map(rule => costOf(filter, abi, rule)),
    ),
  );
}

/** Several calls in braces have a span each, within that of their statement. */
function comesFrom({ origin }: ModelRule, span: Span): boolean {
  if (origin.uses.length > 0) return origin.uses.some(use => sameSpan(use, span));
  return origin.span.source === span.source && span.start <= origin.span.start && origin.span.end <= span.end;
}

function costOf({ program, target }: Filter, abi: AbiModel, rule: ModelRule): RuleCost {
  const { arch } = abi;
  const earlier = abi.rules.slice(0, abi.rules.indexOf(rule)).filter(({ nr }) => nr === rule.nr);
  const left = uncovered(
    rule.condition,
    earlier.map(({ condition }) => condition),
  );
  const call = { nr: rule.nr, arch: auditArch(arch), instruction_pointer: 0n };
  const data = left.kind === "open" ? { ...left.data, ...call } : undefined;
  return {
    ...{ target, arch, action: rule.action },
    call: syscallByNr(arch, rule.nr)?.name ?? `syscall(${rule.nr})`,
    instructions: data && emulate(program, data).path.length,
    cached: arch !== "x32" && isCached(program, auditArch(arch), rule.nr),
  };
}

/** `cached`, `7 instructions` or `5 to 9 instructions`. */
export function showCosts(costs: readonly RuleCost[]): string {
  if (costs.length === 0) return "";
  const running = costs.filter(cost => !cost.cached).flatMap(cost => cost.instructions ?? []);
  const cached = costs.filter(cost => cost.cached).length;
  if (running.length === 0)
    return cached === costs.length ? "cached" : cached > 0 ? `${cached} of ${costs.length} cached` : "decides nothing";
  const [least, most] = [Math.min(...running), Math.max(...running)];
  const length = least === most ? `${least} instruction${least === 1 ? "" : "s"}` : `${least} to ${most} instructions`;
  return cached === 0 ? length : `${cached} of ${costs.length} cached, else ${length}`;
}
