// The format of libseccomp's simulation tables: `test  arches  syscall  arg0..arg5  result` under a heading `bpf-sim`, each
// argument `N` for none, a number, or a range. Text in; lines, and for each line its calls, out.

import type { SeccompData } from "../../src/compiler/bpf/instruction.ts";

export interface SimLine {
  readonly test: string;
  /** As libseccomp names them; what `all` adds is x86_64, where the tables are run. */
  readonly arches: readonly string[];
  readonly syscall: string;
  readonly args: readonly string[];
  readonly result: string;
}

interface Architecture {
  readonly audit: number;
  readonly bits: 32 | 64;
  readonly bigEndian: boolean;
}

const NATIVE = "x86_64";

/** seccomp_data.arch of each architecture that the tables name (linux/audit.h). */
export const ARCHITECTURES: Readonly<Record<string, Architecture>> = Object.fromEntries(
  (
    [
      ["x86", 0x40000003, 32],
      ["x86_64", 0xc000003e, 64],
      ["x32", 0xc000003e, 32],
      ["arm", 0x40000028, 32],
      ["aarch64", 0xc00000b7, 64],
      ["loongarch64", 0xc0000102, 64],
      ["mipsel", 0x40000008, 32],
      ["mipsel64", 0xc0000008, 64],
      ["mipsel64n32", 0xe0000008, 32],
      ["ppc64le", 0xc0000015, 64],
      ["riscv64", 0xc00000f3, 64],
      ["sh", 0x4000002a, 32],
      ["m68k", 0x00000004, 32],
      ["mips", 0x00000008, 32],
      ["mips64", 0x80000008, 64],
      ["mips64n32", 0xa0000008, 32],
      ["parisc", 0x0000000f, 32],
      ["parisc64", 0x8000000f, 64],
      ["ppc", 0x00000014, 32],
      ["ppc64", 0x80000015, 64],
      ["s390", 0x00000016, 32],
      ["s390x", 0x80000016, 64],
      ["sheb", 0x0000002a, 32],
    ] as const
  ).map(([name, audit, bits]) => [name, { audit, bits, bigEndian: (audit & 0x40000000) === 0 }]),
);

export function readLines(table: string): readonly SimLine[] {
  let simulated = false;
  return table.split("\n").flatMap(line => {
    const heading = /^test type: (.+)$/.exec(line);
    if (heading !== null) simulated = heading[1] === "bpf-sim";
    const words = line.trim().split(/\s+/);
    if (heading !== null || !simulated || words.length !== 10) return [];
    const [test, arches, syscall] = words as [string, string, string];
    return [{ test, arches: archesOf(arches), syscall, args: words.slice(3, 9), result: words[9]! }];
  });
}

/** `all` is the machine's own, `+name` another one as well, `-name` never; `all_32` and the like are classes of them. */
function archesOf(text: string): readonly string[] {
  const wanted = new Set<string>();
  const avoided = new Set<string>();
  for (const word of text.split(",")) {
    const others = word.startsWith("+");
    const name = word.replace(/^[+-]/, "");
    const named = Object.keys(ARCHITECTURES).filter(arch => isOf(arch, name));
    for (const arch of named) if (word.startsWith("-")) avoided.add(arch);
    for (const arch of named) if (!word.startsWith("-") && (others || arch === NATIVE)) wanted.add(arch);
  }
  return [...wanted].filter(arch => !avoided.has(arch));
}

function isOf(arch: string, name: string): boolean {
  const { bits, bigEndian } = ARCHITECTURES[arch]!;
  switch (name) {
    case "all":
      return true;
    case "all_le":
      return !bigEndian;
    case "all_be":
      return bigEndian;
    case "all_32":
      return bits === 32;
    case "all_64":
      return bits === 64;
    default:
      return arch === name;
  }
}

/** Every combination of the line's ranges; `resolve` numbers a syscall's name. */
export function* callsOf(
  { syscall, args }: SimLine,
  resolve: (name: string) => number,
): Generator<{ readonly nr: number; readonly args: SeccompData["args"] }> {
  const nrs = /^-?\d/.test(syscall) ? valuesOf(syscall) : [BigInt(resolve(syscall))];
  for (const nr of nrs) {
    for (const values of product(args.map(valuesOf))) {
      yield { nr: Number(nr), args: values as unknown as SeccompData["args"] };
    }
  }
}

function valuesOf(text: string): readonly bigint[] {
  if (text === "N") return [0n];
  const [, first, last] = /^([\da-fx]+)-([\da-fx]+)$/i.exec(text) ?? [];
  if (first === undefined || last === undefined) return [BigInt(text)];
  const from = BigInt(first);
  return Array.from({ length: Number(BigInt(last) - from) + 1 }, (_, step) => from + BigInt(step));
}

function product(choices: readonly (readonly bigint[])[]): readonly (readonly bigint[])[] {
  return choices.reduce<readonly (readonly bigint[])[]>(
    (tuples, values) => tuples.flatMap(tuple => values.map(value => [...tuple, value])),
    [[]],
  );
}

/** A big-endian kernel has the high word first: where a little-endian reader sees the low one. */
export function swapHalves(args: SeccompData["args"]): SeccompData["args"] {
  const swapped = args.map(arg => ((arg & 0xffffffffn) << 32n) | (arg >> 32n));
  return swapped as unknown as SeccompData["args"];
}
