// What a launcher's target numbers in its own way: system calls and constants. Plans call both by name, so that one plan serves
// every target; the encoder asks here. A name that a target lacks is a defect of the plan's author.

import type { Arch } from "../abi/arch.ts";
import { constant } from "../abi/constants.ts";
import { syscall } from "../abi/syscalls.ts";
import { Bug } from "../diagnostics/diagnostic.ts";
import { CANARY_NR } from "./canary.ts";

/** The targets that have a plan interpreter. */
export const LAUNCHER_ARCHES = ["x86_64", "aarch64"] as const;

export type LauncherArch = (typeof LAUNCHER_ARCHES)[number];

/** A policy for another target can be compiled, but not launched this way. */
export function hasLauncher(target: Arch): target is LauncherArch {
  return LAUNCHER_ARCHES.some(arch => arch === target);
}

export function callNumber(arch: Arch, name: string): number {
  const nr = name === "canary" ? CANARY_NR : syscall(arch, name)?.nr;
  if (nr === undefined) throw new Bug(`a launch plan calls ${name}, which ${arch} does not have`);
  return nr;
}

/** The value of `A` or `A | B`. */
export function kernelConstant(arch: LauncherArch, expression: string): bigint {
  const values = expression.split(" | ").map(name => {
    const value = constant(arch, name);
    if (value === undefined) throw new Bug(`a launch plan uses ${name}, which ${arch} does not have`);
    return value;
  });
  return values.reduce((union, value) => union | value);
}

/** The value that every target has, for the bytes of a datum, which is made without asking for whom. */
export function commonConstant(expression: string): bigint {
  const [value, ...others] = LAUNCHER_ARCHES.map(arch => kernelConstant(arch, expression));
  if (others.some(other => other !== value)) throw new Bug(`${expression} is not the same on every target`);
  return value!;
}
