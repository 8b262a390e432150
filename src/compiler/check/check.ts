// Findings about a policy as a whole, once its rules are resolved on every target, and about its file. They never change what
// it means.

import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { ResolvedPolicy } from "../policy/resolve.ts";
import { checkCache } from "./cache.ts";
import { checkDanger } from "./danger.ts";
import { checkFallbacks } from "./fallbacks.ts";
import { checkLibraries } from "./libraries.ts";
import { checkMultiplexers } from "./multiplexers.ts";
import { checkOwnFilter } from "./own-filter.ts";
import { checkShadowing } from "./shadowing.ts";
import { checkUpperHalf } from "./upper-half.ts";
import { abisOf } from "./verdicts.ts";

/** `targets`: the same policy, once a target. In steps, since each takes a while on thousands of rules. */
export function* checkPolicy(
  targets: readonly ResolvedPolicy[],
  report: (diagnostic: Diagnostic) => void,
): Generator<undefined, void> {
  for (const policy of targets) checkOwnFilter(policy, report);
  yield;
  yield* checkShadowing(targets, report);
  yield;
  const byTarget = targets.map(abisOf);
  for (const abis of byTarget) {
    checkFallbacks(abis, report);
    for (const abi of abis) {
      checkMultiplexers(abi, report);
      checkUpperHalf(abi, report);
      yield;
      checkCache(abi, report);
      yield;
    }
  }
  checkDanger(byTarget.flat(), report);
  checkLibraries(byTarget.flat(), report);
}
