// The system calls of every ABI: name <-> number, arguments with what the kernel reads of each, first release. Rows are decoded
// from syscalls.gen.ts when first asked for and kept; the values given out are shared and never change.

import { ARCHES, type Arch, wordBits, X32_SYSCALL_BIT } from "./arch.ts";
import { narrowed } from "./narrowed.ts";
import { keysOf, rowOf } from "./rows.ts";
import { ABI_SINCE, ALIASES, CALLS, KERNEL, TYPES } from "./syscalls.gen.ts";

/** One argument. bits and signed are what the kernel reads of the register: its C type, or less where its code reads less. */
export interface Arg {
  /** The kernel's own parameter name. */
  readonly name: string;
  /** The C type of the kernel's definition. */
  readonly type: string;
  readonly bits: 16 | 32 | 64;
  readonly signed: boolean;
  readonly pointer: boolean;
  /** Other names for it: those of the man pages. */
  readonly aliases: readonly string[];
}

export interface Syscall {
  readonly name: string;
  /** As in seccomp_data.nr: x32 numbers have bit 30. */
  readonly nr: number;
  /** First release with the call on this ABI, or the oldest that may have it; undefined if it never was implemented. */
  readonly since: string | undefined;
  readonly args: readonly Arg[];
  /** The number is reserved, but the kernel has no entry point for it (any more): it answers ENOSYS. */
  readonly unimplemented: boolean;
}

/** The release whose table this is, as `major.minor`. */
export const TABLE_VERSION = KERNEL.replace(/^v(\d+\.\d+).*$/, "$1");

/** A call by its name on one ABI; second names (sync_file_range2) are resolved. */
export function syscall(arch: Arch, name: string): Syscall | undefined {
  const row = rowByName(name);
  return row && decode(row, ARCHES.indexOf(arch));
}

/** nr as in seccomp_data.nr. */
export function syscallByNr(arch: Arch, nr: number): Syscall | undefined {
  const name = namesByNr(arch).get(nr);
  return name === undefined ? undefined : syscall(arch, name);
}

/** Every name that some ABI has, sorted; without second names. */
export function syscallNames(): readonly string[] {
  names ??= keysOf(CALLS, "|");
  return names;
}

/** The ABIs that have the name, in the order of ARCHES. */
export function archesWith(name: string): readonly Arch[] {
  return ARCHES.filter(arch => syscall(arch, name) !== undefined);
}

/**
 * Ascending numbers that the table names; with `after`, only those that this release ("6.12") assigns on this ABI. A number
 * without an entry point is no assigned number: the kernel answers ENOSYS there, and so should a filter's `unknown`. That
 * includes calls that a release up to `after` still had and a later one removed (lookup_dcookie went in 6.7).
 */
export function knownNumbers(arch: Arch, after?: string): readonly number[] {
  const key = `${arch} ${after}`;
  const found = knownByPin.get(key) ?? findKnown(arch, after);
  knownByPin.set(key, found);
  return found;
}

/** What findKnown() gave: several phases ask for the same pin. */
const knownByPin = new Map<string, readonly number[]>();

function findKnown(arch: Arch, after: string | undefined): readonly number[] {
  const numbers = [...namesByNr(arch).keys()].sort((a, b) => a - b);
  if (after === undefined) return numbers;
  return numbers.filter(nr => {
    const { since, unimplemented } = syscallByNr(arch, nr)!;
    return since !== undefined && !unimplemented && compareVersions(since, after) <= 0;
  });
}

/**
 * Calls that no filter ever sees: since 6.14 (uretprobe) and 6.18 (uprobe) the kernel lets them pass before it runs one, as they
 * are not called by programs but by code that the kernel planted (seccomp_uprobe_exception, kernel/seccomp.c).
 */
export function kernelExempt(arch: Arch, nr: number): boolean {
  return arch === "x86_64" && (nr === 335 || nr === 336);
}

/** Negative, zero or positive, for dotted numbers: 6.9 < 6.12. */
export function compareVersions(a: string, b: string): number {
  const left = a.split(".").map(Number);
  const right = b.split(".").map(Number);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

// One call: the line's fields, and its decoded form for each ABI (null: the ABI lacks it).
interface Row {
  readonly fields: readonly string[];
  readonly numbers: readonly string[];
  readonly decoded: (Syscall | null | undefined)[];
}

let names: readonly string[] | undefined;
const rows = new Map<string, Row>();
const byNr: (ReadonlyMap<number, string> | undefined)[] = [];

function rowByName(name: string): Row | undefined {
  let row = rows.get(name);
  if (row === undefined) {
    const line = rowOf(CALLS, rowOf(ALIASES, name, "|")?.slice(name.length + 1) ?? name, "|");
    if (line === undefined) return undefined;
    const fields = line.split("|");
    // A second name shares the row, and so the values given out.
    row = rows.get(fields[0]!) ?? { fields, numbers: fields[2]!.split(","), decoded: [] };
    rows.set(fields[0]!, row).set(name, row);
  }
  return row;
}

function namesByNr(arch: Arch): ReadonlyMap<number, string> {
  const a = ARCHES.indexOf(arch);
  let found = byNr[a];
  if (found === undefined) {
    const entries: [number, string][] = [];
    for (const line of CALLS.split("\n")) {
      const [name, , numbers] = line.split("|", 3) as [string, string, string];
      const text = numbers.split(",")[a]!;
      if (text !== "") entries.push([number(text, a), name]);
    }
    found = new Map(entries);
    byNr[a] = found;
  }
  return found;
}

function number(text: string, a: number): number {
  return Number.parseInt(text, 10) + (ARCHES[a] === "x32" ? X32_SYSCALL_BIT : 0);
}

function decode(row: Row, a: number): Syscall | undefined {
  let call = row.decoded[a];
  if (call === undefined) {
    call = decodeNow(row, a);
    row.decoded[a] = call;
  }
  return call ?? undefined;
}

function decodeNow({ fields, numbers }: Row, a: number): Syscall | null {
  const text = numbers[a]!;
  if (text === "") return null;
  const name = fields[0]!;
  const own = fields.slice(4).find(list => list.slice(0, list.indexOf("=")).includes(String(a)));
  const list = own === undefined ? fields[3]! : own.slice(own.indexOf("=") + 1);
  return {
    name,
    nr: number(text, a),
    since: text.split("@")[1] ?? later(fields[1]!, ABI_SINCE.split(",")[a]!),
    args: list === "" ? [] : list.split(" ").map(arg => decodeArg(name, ARCHES[a]!, arg)),
    unimplemented: text.includes("!"),
  };
}

// No call is older than its ABI: `since` tells when the first ABI had it.
function later(since: string, abi: string): string | undefined {
  if (since === "") return undefined;
  return abi !== "" && compareVersions(since, abi) < 0 ? abi : since;
}

function decodeArg(call: string, arch: Arch, text: string): Arg {
  const colon = text.indexOf(":");
  const [name, ...aliases] = text.slice(colon + 1).split("/") as [string, ...string[]];
  const [type, code] = types()[Number.parseInt(text, 36)]!;
  const { bits, signed } = narrowed(call, name) ?? { bits: declaredBits(arch, code), signed: code.startsWith("s") };
  return { name, type, bits, signed, pointer: code === "p", aliases };
}

// x32 enters the 64-bit entry points, or compat ones whose narrower types the table has as such (u32, int). Either way a long, a
// size or a pointer is read as the whole 64-bit register: only its program thinks them 32 bits wide
// (arch/x86/include/asm/syscall_wrapper.h, SC_X86_64_REGS_TO_ARGS; __SC_DELOUSE in linux/compat.h keeps a pointer whole).
function declaredBits(arch: Arch, code: string): 16 | 32 | 64 {
  if (code === "p" || code.endsWith("word")) return arch === "x32" ? 64 : wordBits(arch);
  return Number(code.slice(1)) as 16 | 32 | 64;
}

let decodedTypes: readonly (readonly [type: string, code: string])[] | undefined;

function types(): readonly (readonly [type: string, code: string])[] {
  decodedTypes ??= TYPES.split("\n").map(line => line.split("|") as [string, string]);
  return decodedTypes;
}
