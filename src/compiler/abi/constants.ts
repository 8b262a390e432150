// The constants of the kernel's and libc's headers, by ABI. Values are those of the C expression: AT_FDCWD is -100, MS_NOUSER
// -2^31; whoever compares one with an argument cuts it to the argument's width first.

import { ARCHES, type Arch } from "./arch.ts";
import { CONSTANTS } from "./constants.gen.ts";

/** undefined if this ABI lacks the name. */
export function constant(arch: Arch, name: string): bigint | undefined {
  const row = table().get(name);
  if (row === undefined) return undefined;
  const [value, ...rest] = row.split(" ") as [string, ...string[]];
  const digit = String(ARCHES.indexOf(arch));
  let here = value;
  for (const part of rest) {
    if (part.startsWith("@") && !part.includes(digit)) return undefined;
    if (part.startsWith(`${digit}=`)) here = part.slice(2);
  }
  return BigInt(here);
}

/** Every name that some ABI has, sorted by code unit. */
export function constantNames(): readonly string[] {
  return [...table().keys()];
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

let loaded: ReadonlyMap<string, string> | undefined;

function table(): ReadonlyMap<string, string> {
  loaded ??= new Map(
    CONSTANTS.split("\n").map(line => {
      const space = line.indexOf(" ");
      return [line.slice(0, space), line.slice(space + 1)];
    }),
  );
  return loaded;
}

let errnos: ReadonlyMap<number, string> | undefined;

const ERRNO = /^E(?!POLL)[A-Z0-9]+$/; // EVIOC* are far above the last
const LAST_ERRNO = 133; // EHWPOISON
const SECOND_NAMES = ["EWOULDBLOCK", "EDEADLOCK", "ENOTSUP"];

function loadErrnos(): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const [name, row] of table()) {
    if (!ERRNO.test(name) || SECOND_NAMES.includes(name)) continue;
    const value = Number.parseInt(row, 10);
    if (value <= LAST_ERRNO) names.set(value, name);
  }
  return names;
}
