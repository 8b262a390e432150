// What people call a number and its arguments, where a table has names for them.

import type { Arch } from "../abi/arch.ts";
import { syscallByNr } from "../abi/syscalls.ts";

export function callName(arch: Arch, nr: number): string {
  return syscallByNr(arch, nr)?.name ?? `syscall(${nr})`;
}

export function argumentName(arch: Arch, nr: number, index: number): string {
  return syscallByNr(arch, nr)?.args[index]?.name ?? `raw[${index}]`;
}
