// The call a rule stands at, looked up on one ABI: by name, or by bare number.

import { type Arch, isArch, X32_SYSCALL_BIT } from "../abi/arch.ts";
import { archesWith, kernelExempt, syscall, syscallByNr, syscallNames } from "../abi/syscalls.ts";
import { neverFiltered, numberRange, syscallNotHere, unknownSyscall } from "../diagnostics/calls.ts";
import { nearest } from "../diagnostics/nearest.ts";
import type { Name, Target } from "../syntax/ast.ts";
import type { Scope } from "./scope.ts";
import type { CallSite } from "./subject.ts";

/** undefined after a diagnostic, or silently for `name?` on an ABI without the call. */
export function siteOf(
  target: Target,
  on: readonly Name[] | undefined,
  scope: Scope,
): (CallSite & { readonly nr: number }) | undefined {
  const { call } = target;
  const site = call.kind === "name" ? siteByName(call.name, target.optional, on, scope) : siteByNumber(call.nr, scope);
  if (site !== undefined && kernelExempt(scope.arch, site.nr)) scope.report(neverFiltered(call.span, site.name));
  return site;
}

function siteByName(name: Name, optional: boolean, on: readonly Name[] | undefined, scope: Scope) {
  const facts = syscall(scope.arch, name.text);
  if (facts !== undefined) return { name: facts.name, arch: scope.arch, nr: facts.nr, facts };
  const elsewhere = archesWith(name.text);
  if (elsewhere.length === 0) {
    scope.report(unknownSyscall(name.span, name.text, nearest(name.text, syscallNames())));
  } else if (!optional) {
    scope.report(syscallNotHere(name.span, name.text, scope.arch, narrowed(elsewhere, on)));
  }
  return undefined;
}

/** Where the rule could stay: the call's ABIs, cut down to those that `on` names already. */
function narrowed(elsewhere: readonly Arch[], on: readonly Name[] | undefined): readonly Arch[] {
  const named = on?.map(name => name.text).filter(isArch) ?? [];
  const both = elsewhere.filter(arch => named.includes(arch));
  return both.length > 0 ? both : elsewhere;
}

function siteByNumber(nr: { readonly value: bigint; readonly span: Name["span"] }, scope: Scope) {
  const { arch } = scope;
  const low = arch === "x32" ? BigInt(X32_SYSCALL_BIT) : 0n;
  const high = arch === "x32" ? 0xfffffffen : BigInt(X32_SYSCALL_BIT) - 1n;
  if (nr.value < low || nr.value > high) {
    scope.report(numberRange(nr.span, nr.value));
    return undefined;
  }
  const facts = syscallByNr(arch, Number(nr.value));
  return { name: facts?.name ?? `syscall(${nr.value})`, arch, nr: Number(nr.value), facts };
}
