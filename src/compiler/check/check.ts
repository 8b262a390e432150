// Findings about a policy as a whole, once its rules are resolved on every target. They never change what it means.

import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { ResolvedPolicy } from "../policy/resolve.ts";
import { checkOwnFilter } from "./own-filter.ts";
import { checkShadowing } from "./shadowing.ts";

/** `targets`: the same policy, once a target. */
export function checkPolicy(targets: readonly ResolvedPolicy[], report: (diagnostic: Diagnostic) => void): void {
  for (const policy of targets) checkOwnFilter(policy, report);
  checkShadowing(targets, report);
}
