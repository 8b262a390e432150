// What changes when a policy's pin moves: numbers that one release assigns and the other does not go from `unknown` to
// `default` or back. Rules decide as before. In: a model and the release to move to; out: the calls concerned.

import type { Arch } from "../abi/arch.ts";
import { kernelExempt, knownNumbers, syscallByNr } from "../abi/syscalls.ts";
import { showAction } from "../policy/action.ts";
import type { Model } from "../policy/model.ts";

export interface Change {
  readonly arch: Arch;
  readonly nr: number;
  readonly call: string;
  /** The release that has the call. */
  readonly since: string | undefined;
  readonly before: string;
  readonly after: string;
  /** Some rule is about the call, and the change is for what the rule leaves. */
  readonly hasRules: boolean;
}

/** release: `6.18`, not above TABLE_VERSION. By ABI, then number. */
export function upgradeChanges({ abis }: Model, release: string): readonly Change[] {
  return abis.flatMap(({ arch, rules, known, default: byDefault, unknown }) => {
    const [before, after] = [showAction(unknown.action), showAction(byDefault.action)];
    if (before === after) return [];
    const then = new Set(known);
    const now = new Set(knownNumbers(arch, release));
    const moved = [...new Set([...then, ...now])]
      .filter(nr => then.has(nr) !== now.has(nr) && !kernelExempt(arch, nr))
      .sort((a, b) => a - b);
    return moved.flatMap(nr => {
      const own = rules.filter(rule => rule.nr === nr);
      if (own.some(({ condition }) => condition.kind === "always")) return [];
      const facts = syscallByNr(arch, nr);
      const call = facts?.name ?? `syscall(${nr})`;
      const verdicts = now.has(nr) ? { before, after } : { before: after, after: before };
      return [{ arch, nr, call, since: facts?.since, ...verdicts, hasRules: own.length > 0 }];
    });
  });
}
