// Kafel and its tests, built in a copy of the checkout with kafel-record.c in place of the tests' harness. Out comes what the
// tests say: each policy with the program that Kafel makes of it, and the calls put to it. Needs make, gcc, flex and bison.

import { execFileSync } from "node:child_process";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SeccompData, SockFilter } from "../../src/compiler/bpf/instruction.ts";

export interface RecordedCall {
  readonly data: SeccompData;
  readonly ret: number;
}

export interface RecordedPolicy {
  /** The test case's name and which of its policies this is, from 1. */
  readonly name: string;
  /** The test wants Kafel to refuse it. */
  readonly refused: boolean;
  /** undefined where Kafel refused. */
  readonly program: readonly SockFilter[] | undefined;
  readonly calls: readonly RecordedCall[];
}

const RECORDER = fileURLToPath(new URL("kafel-record.c", import.meta.url));

export function recordKafel(checkout: string, scratch: string): readonly RecordedPolicy[] {
  cpSync(checkout, scratch, { recursive: true });
  execFileSync("make", ["src"], { cwd: scratch, stdio: "ignore" });
  const tests = join(scratch, "test");
  const sources = ["basic.c", "broken.c", "includes.c", RECORDER, "../libkafel.a"];
  execFileSync("gcc", ["-w", "-I.", "-I../include", "-o", "record", ...sources], { cwd: tests });
  return readRecord(execFileSync("./record", { cwd: tests, encoding: "utf8" }));
}

function readRecord(record: string): readonly RecordedPolicy[] {
  const policies: {
    name: string;
    refused: boolean;
    program: readonly SockFilter[] | undefined;
    calls: RecordedCall[];
  }[] = [];
  let test = "";
  let ordinal = 0;
  for (const line of record.trim().split("\n")) {
    const [word, ...rest] = line.split(" ") as [string, ...string[]];
    if (word === "case") {
      test = rest[0]!;
      ordinal = 0;
    } else if (word === "policy") {
      const program = rest[1] === "none" ? undefined : rest[1]!.split(",").map(readRecordedInstruction);
      policies.push({ name: `${test}/${++ordinal}`, refused: rest[0] === "refused", program, calls: [] });
    } else if (word === "call") policies.at(-1)!.calls.push(readRecordedCall(rest));
    else throw new Error(`Kafel's tests: ${line}`);
  }
  return policies;
}

function readRecordedInstruction(text: string): SockFilter {
  const [code, jt, jf, k] = text.split(":").map(field => Number.parseInt(field, 16)) as [
    number,
    number,
    number,
    number,
  ];
  return { code, jt, jf, k };
}

/** nr, arch, instruction pointer, six arguments, and the word that the filter must return. */
function readRecordedCall(words: readonly string[]): RecordedCall {
  const [nr, arch, ip, a, b, c, d, e, f, ret] = words.map(word => BigInt(`0x${word}`)) as bigint[];
  return {
    data: {
      nr: Number(nr),
      arch: Number(arch),
      instruction_pointer: ip!,
      args: [a!, b!, c!, d!, e!, f!],
    },
    ret: Number(ret),
  };
}
