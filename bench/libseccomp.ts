// Debian's libseccomp on our policies: a filter in, the program that it makes of the same rules out, or undefined where its rules
// cannot say the same: it compares each argument once a rule, 64 bits wide, and in no order that the caller chooses.

import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { syscallByNr } from "../src/compiler/abi/syscalls.ts";
import { emulate } from "../src/compiler/bpf/emulate.ts";
import { decode } from "../src/compiler/bpf/encode.ts";
import type { SockFilter } from "../src/compiler/bpf/instruction.ts";
import type { Filter } from "../src/compiler/compile.ts";
import { retOf } from "../src/compiler/policy/action.ts";
import { type Condition, fullMask } from "../src/compiler/policy/condition.ts";
import { conjunctions } from "../src/compiler/stats/alternatives.ts";
import { statsOf } from "../src/compiler/stats/stats.ts";

/** 1: a list in the order of the numbers, its default. 2: a binary tree. */
export type Level = 1 | 2;

export interface Libseccomp {
  readonly version: string;
  readonly compile: (filter: Filter, level: Level) => readonly SockFilter[] | undefined;
}

/** undefined where gcc or the library's headers are missing. folder: for what is built. */
export function findLibseccomp(folder: string): Libseccomp | undefined {
  const binary = join(folder, "scmp");
  const source = fileURLToPath(new URL("../test/kernel/peers/scmp.c", import.meta.url));
  if (spawnSync("gcc", ["-O2", "-o", binary, source, "-lseccomp"]).status !== 0) return undefined;
  const version = execFileSync("dpkg-query", ["-W", "libseccomp-dev"], { encoding: "utf8" }).trim();
  return { version, compile: (filter, level) => compileBy(binary, filter, level) };
}

function compileBy(binary: string, filter: Filter, level: Level): readonly SockFilter[] | undefined {
  const { rules, default: last } = filter.model.abis[0]!;
  const known = new Map<string, number>();
  const lines: string[] = [];
  for (const { nr, condition, action } of rules) {
    for (const literals of conjunctions(condition)) {
      const comparisons = comparisonsOf(literals);
      if (comparisons === undefined) return undefined;
      const rule = `${syscallByNr("x86_64", nr)!.name} ${comparisons}`;
      const ret = retOf(action);
      // What an earlier rule says of the same is dead, and what repeats the default is refused.
      if (!known.has(rule) && ret !== retOf(last.action)) lines.push(`rule ${ret} ${rule}`);
      known.set(rule, ret);
    }
  }
  const input = [`default ${retOf(last.action)}`, `optimise ${level}`, ...lines].join("\n");
  const run = spawnSync(binary, { input });
  const decoded = run.status === 0 ? decode(new Uint8Array(run.stdout)) : undefined;
  const unknown = [...run.stderr.toString().matchAll(/^unknown (\w+)/gm)].map(match => match[1]!);
  return decoded?.ok && decidesAlike(filter, decoded.program, unknown) ? decoded.program : undefined;
}

/** As "INDEX OP A B" with the words of enum scmp_compare; undefined where one rule cannot say it. */
function comparisonsOf(literals: readonly Condition[]): string | undefined {
  const tests = new Map<number, { readonly op: number; readonly a: bigint; readonly b: bigint }>();
  for (const literal of literals) {
    const atom = literal.kind === "not" ? literal.of : literal;
    if (atom.kind !== "masked" && atom.kind !== "atMost") return undefined;
    const { index } = atom.argument;
    const before = tests.get(index);
    const isWhole = atom.mask === fullMask(atom.argument.bits);
    if (literal.kind !== "not" && atom.kind === "masked" && (before === undefined || before.op === MASKED_EQ)) {
      const mask = atom.mask | (before?.a ?? 0n);
      const value = atom.value | (before?.b ?? 0n);
      tests.set(index, isWhole ? { op: EQ, a: atom.value, b: 0n } : { op: MASKED_EQ, a: mask, b: value });
    } else if (before !== undefined) return undefined;
    else if (atom.kind === "atMost") {
      if (atom.argument.signed || !isWhole) return undefined;
      tests.set(index, { op: literal.kind === "not" ? GT : LE, a: atom.limit, b: 0n });
    } else if (isWhole) tests.set(index, { op: NE, a: atom.value, b: 0n });
    else if ((atom.mask & (atom.mask - 1n)) === 0n) {
      tests.set(index, { op: MASKED_EQ, a: atom.mask, b: atom.mask ^ atom.value });
    } else return undefined;
  }
  return [...tests].map(([index, { op, a, b }]) => `${index} ${op} ${a} ${b}`).join(" ");
}

const NE = 1;
const LE = 3;
const EQ = 4;
const GT = 6;
const MASKED_EQ = 7;

/**
 * On every call that we let pass, and on the rest with no argument set: a rule that swallowed another would show. Calls that
 * are too new for it aside.
 */
function decidesAlike(filter: Filter, program: readonly SockFilter[], unknown: readonly string[]): boolean {
  const passing = statsOf(filter).calls.flatMap(call => call.ways.map(way => way.data));
  const arch = passing[0]?.arch ?? 0;
  const plain = filter.model.abis[0]!.known.map(nr => {
    return { nr, arch, instruction_pointer: 0n, args: [0n, 0n, 0n, 0n, 0n, 0n] as const };
  });
  return [...passing, ...plain]
    .filter(({ nr }) => !unknown.includes(syscallByNr("x86_64", nr)?.name ?? ""))
    .every(data => emulate(program, data).ret === emulate(filter.program, data).ret);
}
