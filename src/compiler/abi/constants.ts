// The constants of the kernel's and libc's headers, by ABI. Values are those of the C expression: AT_FDCWD is -100, MS_NOUSER
// -2^31; whoever compares one with an argument cuts it to the argument's width first.

import { ARCHES, type Arch } from "./arch.ts";
import { CONSTANTS } from "./constants.gen.ts";
import { keysOf, rowOf } from "./rows.ts";

/** undefined if this ABI lacks the name. */
export function constant(arch: Arch, name: string): bigint | undefined {
  let values = decoded.get(name);
  if (values === undefined) {
    values = decode(name);
    if (values.length > 0) decoded.set(name, values);
  }
  return values[ARCHES.indexOf(arch)];
}

/** Every name that some ABI has, sorted by code unit. */
export function constantNames(): readonly string[] {
  names ??= keysOf(CONSTANTS, " ");
  return names;
}

/** The ABIs that have the name, in the order of ARCHES; none if there is no such constant. */
export function constantArches(name: string): readonly Arch[] {
  return ARCHES.filter(arch => constant(arch, name) !== undefined);
}

/** EPERM for 1. All six ABIs have the generic numbers (asm-generic/errno.h). Of two names, the one the kernel uses. */
export function errnoName(value: number): string | undefined {
  errnos ??= loadErrnos();
  return errnos.get(value);
}

/** 1 for EPERM; second names (EWOULDBLOCK) have their number too. */
export function errnoByName(name: string): number | undefined {
  if (!ERRNO.test(name)) return undefined;
  const value = constant("x86_64", name);
  return value !== undefined && value <= LAST_ERRNO ? Number(value) : undefined;
}

let names: readonly string[] | undefined;
const decoded = new Map<string, readonly (bigint | undefined)[]>();

/** Its value on each of ARCHES. */
function decode(name: string): readonly (bigint | undefined)[] {
  const row = rowOf(CONSTANTS, name, " ");
  if (row === undefined) return [];
  const [, value, ...rest] = row.split(" ") as [string, string, ...string[]];
  const having = rest.find(part => part.startsWith("@"));
  return ARCHES.map((_, i) => {
    if (having !== undefined && !having.includes(String(i))) return undefined;
    const own = rest.find(part => part.startsWith(`${i}=`));
    return BigInt(own === undefined ? value : own.slice(2));
  });
}

let errnos: ReadonlyMap<number, string> | undefined;

const ERRNO = /^E(?!POLL)[A-Z0-9]+$/; // EVIOC* are far above the last
const LAST_ERRNO = 133; // EHWPOISON
const SECOND_NAMES = ["EWOULDBLOCK", "EDEADLOCK", "ENOTSUP"];

function loadErrnos(): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const name of constantNames()) {
    const value = SECOND_NAMES.includes(name) ? undefined : errnoByName(name);
    if (value !== undefined) names.set(value, name);
  }
  return names;
}
