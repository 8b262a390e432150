// Arguments of which the kernel's code reads less than its signature says. The filter must look where the kernel looks: if it
// compared all 64 bits of mmap's fd, garbage above the low half would hide a value from a rule that denies it. Each row is
// proved on a running kernel: a call with garbage in the bits said to be unread does what the call without does.

import type { Arch } from "./arch.ts";

/** What is read of one argument, by kernel names. */
export interface Narrowed {
  readonly call: string;
  readonly arg: string;
  readonly bits: 32;
  readonly signed: boolean;
  /** Where the kernel drops the rest. */
  readonly where: string;
}

export const NARROWED: readonly Narrowed[] = [
  { call: "mmap", arg: "fd", bits: 32, signed: true, where: "ksys_mmap_pgoff: fget(fd), unsigned int" },
];

let byArgument: ReadonlyMap<string, Narrowed> | undefined;

/** undefined: read as declared. A 32-bit ABI has nothing to narrow, but the sign of the narrowed type holds there too. */
export function readBits(_arch: Arch, call: string, arg: string): { bits: 32; signed: boolean } | undefined {
  byArgument ??= new Map(NARROWED.map(row => [`${row.call}.${row.arg}`, row]));
  const row = byArgument.get(`${call}.${arg}`);
  return row && { bits: row.bits, signed: row.signed };
}
