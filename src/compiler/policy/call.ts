// A call as a person writes it, `i386 read(0, _, count: 5)`, to what the kernel would hand to a filter. In: the pattern
// and the ABIs a model knows; out: number and registers, undefined where every value is meant.

import { ARCHES, type Arch, auditArch, isArch } from "../abi/arch.ts";
import { constantTooBig, unknownArgument } from "../diagnostics/arguments.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { nearest } from "../diagnostics/nearest.ts";
import { unknownArch } from "../diagnostics/structure.ts";
import type { ArgPattern, CallPattern } from "../syntax/ast.ts";
import type { Module } from "./modules.ts";
import type { Scope } from "./scope.ts";
import { siteOf } from "./site.ts";
import type { CallSite } from "./subject.ts";
import { numberOf } from "./values.ts";

export interface ResolvedCall {
  readonly name: string;
  readonly arch: Arch;
  readonly auditArch: number;
  readonly nr: number;
  /** Whole registers, u64; undefined: left open by `_` or by leaving it out. */
  readonly args: readonly (bigint | undefined)[];
}

/** undefined after a diagnostic. `fallbackArch` is where a pattern without an arch word stands. */
export function resolveCall(
  pattern: CallPattern,
  fallbackArch: Arch,
  module: Module,
  report: (diagnostic: Diagnostic) => void,
): ResolvedCall | undefined {
  const arch = pattern.arch?.text ?? fallbackArch;
  if (!isArch(arch)) {
    report(unknownArch(pattern.arch!.span, arch, ARCHES, nearest(arch, ARCHES)));
    return undefined;
  }
  const scope: Scope = { arch, module, locals: new Map(), params: new Map(), report };
  const target = { call: pattern.call, optional: false, guard: {}, span: pattern.call.span };
  const site = siteOf(target, undefined, scope);
  if (site === undefined) return undefined;
  const args = registersOf(pattern.args, site, scope);
  return args && { name: site.name, arch, auditArch: auditArch(arch), nr: site.nr, args };
}

function registersOf(
  patterns: readonly ArgPattern[],
  site: CallSite,
  scope: Scope,
): (bigint | undefined)[] | undefined {
  const registers: (bigint | undefined)[] = new Array(6).fill(undefined);
  let fine = true;
  patterns.forEach((pattern, position) => {
    const index = pattern.name === undefined ? position : indexOf(pattern.name.text, site);
    if (index < 0 || index > 5) {
      const names = site.facts?.args.map(arg => arg.name) ?? [];
      const name = pattern.name?.text ?? `number ${position + 1}`;
      scope.report(unknownArgument(pattern.span, site.name, name, names, nearest(name, names)));
      fine = false;
    } else if (pattern.value !== undefined) {
      const value = numberOf({ expr: pattern.value, scope }, 64);
      if (value === undefined) fine = false;
      else if (value < -(1n << 63n) || value >= 1n << 64n) {
        scope.report(
          constantTooBig(pattern.span, value, site.facts?.args[index]?.name ?? `raw[${index}]`, "register", 64),
        );
        fine = false;
      } else registers[index] = BigInt.asUintN(64, value);
    }
  });
  return fine ? registers : undefined;
}

function indexOf(name: string, site: CallSite): number {
  return site.facts?.args.findIndex(arg => arg.name === name || arg.aliases.includes(name)) ?? -1;
}
