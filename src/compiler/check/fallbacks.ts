// What the verdicts outside the rules leave open: a default that lets calls run, and a second ABI by which a program gets what
// the first one refuses.

import { syscall } from "../abi/syscalls.ts";
import { compatWider, defaultAllow } from "../diagnostics/dangers.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { showAction } from "../policy/action.ts";
import { type Abi, passes, passing } from "./verdicts.ts";

/** abis: of one target, its own first. */
export function checkFallbacks(abis: readonly Abi[], report: (diagnostic: Diagnostic) => void): void {
  const [own, ...compat] = abis;
  if (own === undefined) return;
  const { action, origin } = own.policy.default;
  if (passes(action) && origin !== undefined) report(defaultAllow(origin.span, showAction(action)));
  for (const abi of compat) checkCompat(own, abi, report);
}

function checkCompat(own: Abi, compat: Abi, report: (diagnostic: Diagnostic) => void): void {
  const names = [...new Set([...own.calls.keys(), ...compat.calls.keys()])];
  const wider = names.filter(name => {
    if (syscall(own.arch, name) === undefined || syscall(compat.arch, name) === undefined) return false;
    return passing(compat, name).kind === "always" && passing(own, name).kind !== "always";
  });
  const rule = wider.flatMap(name => own.calls.get(name) ?? compat.calls.get(name) ?? [])[0];
  if (rule === undefined) return;
  report(compatWider(rule.origin.uses.at(-1) ?? rule.origin.span, compat.arch, own.arch, wider.sort()));
}
