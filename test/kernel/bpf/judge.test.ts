// The running kernel judges verify() and emulate(): random and mutated programs go to seccomp(2) in forked children.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { emulate } from "../../../src/compiler/bpf/emulate.ts";
import { encode } from "../../../src/compiler/bpf/encode.ts";
import type { SeccompData, SockFilter } from "../../../src/compiler/bpf/instruction.ts";
import { SECCOMP_OPCODES, verify } from "../../../src/compiler/bpf/verify.ts";

type Args = SeccompData["args"];

/** The same calls as probes[] of judge.c. */
const PROBES: readonly { nr: number; args: Args }[] = [
  { nr: 110, args: [0n, 1n, 2n, 3n, 4n, 5n] },
  {
    nr: 110,
    args: [0xfedcba9876543210n, 0x80000000ffffffffn, 0xffffffff80000000n, 0x100000001n, 0xffffn, 0x7fffffffn],
  },
  { nr: 102, args: [0xffffffffffffffffn, 0x20n, 0x1fn, 0x8000000000000000n, 0x1234567800000000n, 0x55aa55aan] },
];

const ins = (code: number, k = 0, jt = 0, jf = 0): SockFilter => ({ code, jt, jf, k });

/** xorshift32: the programs are the same on every run. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return sides => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % sides;
  };
}

const VALUES = [0, 1, 2, 15, 16, 31, 32, 33, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, 0x12345678];
const OPCODES = [...SECCOMP_OPCODES].filter(code => (code & 7) !== 6);

/** Mostly sound: random code, then twelve bits of A as an errno, so that a wrong A is seen. */
function soundProgram(roll: (sides: number) => number): SockFilter[] {
  const program: SockFilter[] = [];
  if (roll(2) === 0) for (let m = 0; m < 16; m++) program.push(ins(m % 2 === 0 ? 0x02 : 0x03, m));
  const body = 1 + roll(24);
  for (let i = 0; i < body; i++) {
    const code = OPCODES[roll(OPCODES.length)]!;
    const left = body - i;
    const k = roll(3) === 0 ? roll(0x100000000) : VALUES[roll(VALUES.length)]!;
    if (code === 0x20) program.push(ins(code, 4 * roll(16)));
    else if (code === 0x05) program.push(ins(code, roll(left)));
    else if ((code & 7) === 5) program.push(ins(code, k, roll(left), roll(left)));
    else if (code === 0x60 || code === 0x61 || code === 0x02 || code === 0x03) program.push(ins(code, roll(16)));
    else if (code === 0x34) program.push(ins(code, k === 0 ? 7 : k));
    else if (code === 0x64 || code === 0x74) program.push(ins(code, roll(32)));
    else program.push(ins(code, k));
  }
  program.push(ins(0x74, roll(21)), ins(0x54, 0xfff), ins(0x44, 0x00050000), ins(0x16));
  return program;
}

/** One field of a sound program changed to something that is often wrong. */
function mutant(roll: (sides: number) => number): SockFilter[] {
  const program = soundProgram(roll);
  const pc = roll(program.length);
  const old = program[pc]!;
  const size = program.length;
  program[pc] = [
    () => ({ ...old, code: roll(0x100) }),
    () => ({ ...old, code: roll(0x10000) }),
    () => ({ ...old, code: OPCODES[roll(OPCODES.length)]! }),
    () => ({ ...old, jt: size - pc - 2 + roll(3) }),
    () => ({ ...old, jf: size - pc - 2 + roll(3) }),
    () => ({ ...old, k: size - pc - 2 + roll(3) }),
    () => ({ ...old, k: VALUES[roll(VALUES.length)]! }),
    () => ({ ...old, k: roll(70) }),
    () => ins(0x06, [0, 0x80000000, 0x00030007, 0x00031234, 0x00050016, 0x00051fff, 0x7fc00000, 0x7ff00001][roll(8)]!),
    () => ins(0x06, [0x7ffc0000, 0x7fff0000, 0x7fff1234, 0x00010000, 0x8000ffff, 0xffffffff, 0x00040000][roll(7)]!),
  ][roll(10)]!();
  if (program[pc]!.jt < 0 || program[pc]!.jf < 0 || program[pc]!.k < 0) program[pc] = old;
  return roll(12) === 0 ? program.slice(0, -1) : program;
}

/** Each opcode by itself and each rule of acceptance at its edge. */
function edgePrograms(): SockFilter[][] {
  const ret = ins(0x06, 0x7fff0000);
  const programs: SockFilter[][] = [[], [ret]];
  for (let code = 0; code < 0x100; code++) programs.push([ins(0x02, 0), ins(0x03, 1), ins(code, 1), ret, ret, ret]);
  for (let offset = 0; offset <= 66; offset++) programs.push([ins(0x20, offset), ret]);
  for (const k of [15, 16, 0xffffffff]) {
    for (const code of [0x02, 0x03]) programs.push([ins(code, k), ret]);
    for (const code of [0x60, 0x61]) programs.push([ins(0x02, k & 15), ins(code, k), ret]);
  }
  for (const k of [0, 31, 32, 0xffffffff]) for (const code of [0x64, 0x74, 0x34]) programs.push([ins(code, k), ret]);
  for (const k of [0, 1, 2, 0xfffffffe, 0xffffffff]) programs.push([ins(0x05, k), ret, ret]);
  for (const length of [4095, 4096, 4097]) programs.push(Array.from({ length }, () => ret));
  // Every operation by X on values at the edges of 32 bits.
  const words = [0, 1, 31, 32, 0x7fffffff, 0x80000000, 0xfffffff1];
  for (const code of OPCODES.filter(opcode => (opcode & 0x0f) === 0x0c)) {
    for (const a of words) {
      for (const x of words) {
        for (const part of [0, 12, 20]) {
          programs.push([
            ins(0x00, a),
            ins(0x01, x),
            ins(code),
            ins(0x74, part),
            ins(0x54, 0xfff),
            ins(0x44, 0x50000),
            ins(0x16),
          ]);
        }
      }
    }
  }
  // M[0] stored on one of two paths, on both, and behind a return only.
  programs.push([ins(0x15, 0, 1, 0), ins(0x02, 0), ins(0x60, 0), ret]);
  programs.push([ins(0x15, 0, 2, 0), ins(0x02, 0), ins(0x05, 1), ins(0x02, 0), ins(0x60, 0), ret]);
  programs.push([ins(0x02, 0), ins(0x15, 0, 1, 0), ret, ins(0x60, 0), ret]);
  programs.push([ins(0x15, 0, 0, 2), ins(0x02, 0), ins(0x06, 0), ins(0x60, 0), ret]);
  programs.push([ins(0x15, 0, 1, 0), ret, ins(0x02, 0), ins(0x60, 0), ret]);
  return programs;
}

/** What the call gives under this verdict: no tracer, no listener; errnos are capped at 4095; unknown actions kill. */
function expected(ret: number, real: number): string {
  const data = ret & 0xffff;
  switch ((ret & 0xffff0000) >>> 0) {
    case 0x00030000:
      return `trap${data}`;
    case 0x00050000:
      return `r${0 - Math.min(data, 4095)}`;
    case 0x7fc00000:
    case 0x7ff00000:
      return "r-38";
    case 0x7ffc0000:
    case 0x7fff0000:
      return `r${real}`;
    default:
      return "kill";
  }
}

const missing =
  process.platform !== "linux" || process.arch !== "x64"
    ? "needs Linux on x86_64"
    : spawnSync("gcc", ["--version"]).status === 0
      ? undefined
      : "needs gcc";

if (missing !== undefined) test.skip(`the kernel agrees with verify and emulate (skipped: ${missing})`, () => {});
else
  test("the kernel agrees with verify and emulate on edge, random and mutated programs", () => {
    const roll = dice(20260727);
    const programs = edgePrograms();
    for (let i = 0; i < 300; i++) programs.push(soundProgram(roll));
    for (let i = 0; i < 500; i++) programs.push(mutant(roll));

    const u32 = (value: number): Uint8Array => new Uint8Array(new Uint32Array([value]).buffer);
    const input = [u32(programs.length), ...programs.flatMap(program => [u32(program.length), encode(program)])];
    const folder = mkdtempSync(join(tmpdir(), "policyc-judge-"));
    let lines: string[];
    try {
      const judge = join(folder, "judge");
      execFileSync("gcc", ["-O1", "-Wall", "-o", judge, new URL("judge.c", import.meta.url).pathname]);
      lines = execFileSync(judge, { input: Buffer.concat(input), encoding: "utf8" })
        .trim()
        .split("\n");
    } finally {
      rmSync(folder, { recursive: true });
    }
    const [ip, pid, uid] = lines[0]!.split(" ");
    assert.is(lines.length, programs.length + 1);

    let accepted = 0;
    programs.forEach((program, i) => {
      const line = lines[i + 1]!;
      const faults = verify(program);
      const told = `program ${i}: ${JSON.stringify(program.slice(0, 60))} ${JSON.stringify(faults)}`;
      assert.is(faults.length === 0 ? "accepted" : "refused 22", line.startsWith("accepted") ? "accepted" : line, told);
      if (faults.length > 0) return;
      accepted++;
      const verdicts = PROBES.map(({ nr, args }) => {
        const data = { nr, arch: 0xc000003e, instruction_pointer: BigInt(ip!), args };
        return expected(emulate(program, data).ret, Number(nr === 110 ? pid : uid));
      });
      assert.is(line, ["accepted", ...verdicts].join(" "), told);
    });
    // Both outcomes must be well represented, or the comparison says little.
    assert.ok(accepted > 400 && accepted < programs.length - 200, `${accepted} of ${programs.length} accepted`);
  });

test.run();
