// seccomp(2) allowed beside notify or trace: the guards of policy/lower.ts would end the call that the text allows, so this
// says it instead of leaving a dead rule.

import { allowsOwnFilter } from "../diagnostics/actions.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Action } from "../policy/model.ts";
import type { ResolvedPolicy } from "../policy/resolve.ts";

export function checkOwnFilter(policy: ResolvedPolicy, report: (diagnostic: Diagnostic) => void): void {
  const rules = policy.abis.flatMap(abi => abi.rules);
  const actions: Action[] = [policy.default.action, ...rules.map(rule => rule.action)];
  const leaf = actions.find(action => action.kind === "notify" || action.kind === "trace");
  if (leaf === undefined) return;
  for (const rule of rules) {
    if (rule.call === "seccomp" && (rule.action.kind === "allow" || rule.action.kind === "log")) {
      report(allowsOwnFilter(rule.origin.uses.at(-1) ?? rule.origin.span, rule.call, leaf.kind));
    }
  }
}
