// Text to model without the code generator, for tests of what a policy means.

import type { Arch } from "../../../src/compiler/abi/arch.ts";
import { auditArch } from "../../../src/compiler/abi/arch.ts";
import type { SeccompData } from "../../../src/compiler/bpf/instruction.ts";
import { checkPolicy } from "../../../src/compiler/check/check.ts";
import type { Diagnostic } from "../../../src/compiler/diagnostics/diagnostic.ts";
import { lower } from "../../../src/compiler/policy/lower.ts";
import type { Model } from "../../../src/compiler/policy/model.ts";
import { loadModules, type Read } from "../../../src/compiler/policy/modules.ts";
import { resolvePolicy } from "../../../src/compiler/policy/resolve.ts";

export interface Outcome {
  readonly models: readonly Model[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Every policy of the text on every of its targets. */
export function resolveText(text: string, read: Read = () => undefined): Outcome {
  const { main, diagnostics } = loadModules({ name: "t.policy", text }, read);
  const all: Diagnostic[] = [...diagnostics];
  const models = main.file.policies.flatMap(policy => {
    const targets = policy.targets.map(target => target.text as Arch);
    const resolved = targets.flatMap(target => resolvePolicy(policy, main, target, targets, d => all.push(d)) ?? []);
    Array.from(checkPolicy(resolved, d => all.push(d)));
    return resolved.map(lower);
  });
  return { models, diagnostics: all };
}

/** A model from the items of one policy; fails on any error. */
export function modelOf(items: string, arch: Arch = "x86_64", outer = ""): Model {
  const { models, diagnostics } = resolveText(`${outer}\npolicy t for ${arch} {\ndefault kill\n${items}\n}`);
  const errors = diagnostics.filter(d => d.severity === "error");
  if (errors.length > 0 || models[0] === undefined)
    throw new Error(errors.map(d => `${d.code}: ${d.message}`).join("\n"));
  return models[0];
}

/** The codes a policy's items give, in order. */
export function codesOf(items: string, arch = "x86_64", outer = ""): string[] {
  return resolveText(`${outer}\npolicy t for ${arch} {\ndefault kill\n${items}\n}`).diagnostics.map(d => d.code);
}

export function data(arch: Arch, nr: number, ...args: readonly bigint[]): SeccompData {
  const six = [0, 1, 2, 3, 4, 5].map(i => BigInt.asUintN(64, args[i] ?? 0n));
  return { nr, arch: auditArch(arch), instruction_pointer: 0n, args: six as unknown as SeccompData["args"] };
}
