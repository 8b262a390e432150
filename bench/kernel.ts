// What the kernel takes to install Docker's profile and to make calls under it: ours beside libseccomp's two forms and no filter at
// all, in children of one C program, in shuffled rounds, so that a busy machine slows all alike. Medians.

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encode } from "../src/compiler/bpf/encode.ts";
import type { SockFilter } from "../src/compiler/bpf/instruction.ts";
import type { Filter } from "../src/compiler/compile.ts";
import type { Libseccomp } from "./libseccomp.ts";
import { median } from "./median.ts";

export interface KernelRow {
  readonly name: string;
  /** Instructions; 0 for no filter. */
  readonly length: number;
  /** Microseconds. */
  readonly install: number;
  /** Nanoseconds a call: cached, by argument, denied. */
  readonly calls: readonly [number, number, number];
}

const INSTALLS = 400;
const ROUNDS = 40;
const CALLS = 90_000;

export function measureKernel(
  filter: Filter,
  libseccomp: Libseccomp | undefined,
  folder: string,
): readonly KernelRow[] {
  const timer = join(folder, "filter-timer");
  const source = fileURLToPath(new URL("filter-timer.c", import.meta.url));
  execFileSync("gcc", ["-O2", "-o", timer, source]);
  const programs: { readonly name: string; readonly program: readonly SockFilter[] }[] = [
    { name: "no filter", program: [] },
    { name: "policyc", program: filter.program },
  ];
  for (const level of [1, 2] as const) {
    const program = libseccomp?.compile(filter, level);
    if (program !== undefined) programs.push({ name: `libseccomp ${level}`, program });
  }
  const files = programs.map(({ program }, i) => {
    if (program.length === 0) return "-";
    const file = join(folder, `${i}.bpf`);
    writeFileSync(file, encode(program));
    return file;
  });
  const installs = run(timer, INSTALLS, 0, files);
  const calls = run(timer, ROUNDS, CALLS, files);
  return programs.map(({ name, program }, i) => ({
    name,
    length: program.length,
    install: median(installs[i]!.map(row => row[0]!)) / 1000,
    calls: [
      median(calls[i]!.map(row => row[1]!)),
      median(calls[i]!.map(row => row[2]!)),
      median(calls[i]!.map(row => row[3]!)),
    ],
  }));
}

/** Per program, a row for each round. */
function run(timer: string, rounds: number, count: number, files: readonly string[]): readonly (readonly number[])[][] {
  const output = execFileSync(timer, [`${rounds}`, `${count}`, ...files], { encoding: "utf8", maxBuffer: 1 << 26 });
  const rows = output
    .trimEnd()
    .split("\n")
    .map(line => line.split(" ").map(Number));
  return files.map((_, i) => rows.filter(row => row[0] === i).map(row => row.slice(1)));
}
