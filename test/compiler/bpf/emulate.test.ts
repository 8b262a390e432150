// Each opcode by hand: what the kernel's instruction table (Documentation/networking/filter.rst) says it does to A and X.
// test/kernel/bpf asks the running kernel about the same; these rows say it on any machine.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { emulate } from "../../../src/compiler/bpf/emulate.ts";
import type { SeccompData, SockFilter } from "../../../src/compiler/bpf/instruction.ts";
import { SECCOMP_OPCODES, verify } from "../../../src/compiler/bpf/verify.ts";

const ins = (code: number, k = 0, jt = 0, jf = 0): SockFilter => ({ code, jt, jf, k });

const DATA: SeccompData = {
  nr: 0xfffffff6,
  arch: 0xc000003e,
  instruction_pointer: 0x1122334455667788n,
  args: [0x0f1e2d3c4b5a6978n, 1n, 0x8000000000000000n, 3n, 4n, 0xffffffff00000000n],
};

const covered = new Set<number>();

/** Runs `body` behind A = a, X = x and returns what `view` shows: A itself, or X through txa. */
function run(body: readonly SockFilter[], a: number, x: number, view: "A" | "X"): number {
  const program = [ins(0x00, a), ins(0x01, x), ...body, ...(view === "X" ? [ins(0x87)] : []), ins(0x16)];
  for (const { code } of program) covered.add(code);
  assert.equal(verify(program), []);
  return emulate(program, DATA).ret;
}

const rows: [rule: string, body: SockFilter[], a: number, x: number, view: "A" | "X", result: number][] = [
  ["ld imm", [ins(0x00, 0xffffffff)], 1, 2, "A", 0xffffffff],
  ["ldx imm leaves A", [ins(0x01, 7)], 1, 2, "A", 1],
  ["ldx imm", [ins(0x01, 7)], 1, 2, "X", 7],
  ["ld [0] is nr", [ins(0x20, 0)], 1, 2, "A", 0xfffffff6],
  ["ld [4] is arch", [ins(0x20, 4)], 1, 2, "A", 0xc000003e],
  ["ld [8] is the low half of the instruction pointer", [ins(0x20, 8)], 1, 2, "A", 0x55667788],
  ["ld [12] is its high half", [ins(0x20, 12)], 1, 2, "A", 0x11223344],
  ["ld [16] is args[0] low", [ins(0x20, 16)], 1, 2, "A", 0x4b5a6978],
  ["ld [20] is args[0] high", [ins(0x20, 20)], 1, 2, "A", 0x0f1e2d3c],
  ["ld [36] is args[2] high", [ins(0x20, 36)], 1, 2, "A", 0x80000000],
  ["ld [60] is args[5] high", [ins(0x20, 60)], 1, 2, "A", 0xffffffff],
  ["ld len is sizeof(struct seccomp_data)", [ins(0x80)], 1, 2, "A", 64],
  ["ldx len", [ins(0x81)], 1, 2, "X", 64],
  ["st, ld mem", [ins(0x02, 3), ins(0x00, 0), ins(0x60, 3)], 0xabcdef01, 2, "A", 0xabcdef01],
  ["stx, ldx mem", [ins(0x03, 15), ins(0x01, 0), ins(0x61, 15)], 1, 0xfedcba98, "X", 0xfedcba98],
  ["st leaves the other words", [ins(0x02, 0), ins(0x03, 1), ins(0x60, 0)], 5, 6, "A", 5],
  ["tax", [ins(0x07)], 9, 2, "X", 9],
  ["txa", [ins(0x87)], 9, 2, "A", 2],
  ["add k wraps", [ins(0x04, 1)], 0xffffffff, 2, "A", 0],
  ["add x", [ins(0x0c)], 0x80000000, 0x80000001, "A", 1],
  ["sub k wraps", [ins(0x14, 2)], 1, 2, "A", 0xffffffff],
  ["sub x", [ins(0x1c)], 7, 3, "A", 4],
  ["mul k keeps the low 32 bits", [ins(0x24, 0xffffffff)], 0xffffffff, 2, "A", 1],
  ["mul x is exact where doubles are not", [ins(0x2c)], 0x12345679, 0x9abcdef1, "A", 0xd11e55e9],
  ["div k is unsigned", [ins(0x34, 2)], 0xffffffff, 2, "A", 0x7fffffff],
  ["div x", [ins(0x3c)], 100, 7, "A", 14],
  ["div by an X of 0 ends the filter with 0", [ins(0x3c), ins(0x00, 5)], 100, 0, "A", 0],
  ["or k", [ins(0x44, 0x80000000)], 1, 2, "A", 0x80000001],
  ["or x", [ins(0x4c)], 0xf0f0f0f0, 0x0f000000, "A", 0xfff0f0f0],
  ["and k", [ins(0x54, 0xffff0000)], 0x87654321, 2, "A", 0x87650000],
  ["and x", [ins(0x5c)], 0xff00ff00, 0xf0f0f0f0, "A", 0xf000f000],
  ["xor k", [ins(0xa4, 0xffffffff)], 0, 2, "A", 0xffffffff],
  ["xor x", [ins(0xac)], 0xaaaaaaaa, 0xaaaaaaaa, "A", 0],
  ["lsh k", [ins(0x64, 31)], 3, 2, "A", 0x80000000],
  ["lsh x counts modulo 32", [ins(0x6c)], 3, 33, "A", 6],
  ["rsh k shifts zeros in", [ins(0x74, 31)], 0x80000000, 2, "A", 1],
  ["rsh x counts modulo 32", [ins(0x7c)], 0x80000000, 0xffffffff, "A", 1],
  ["neg", [ins(0x84)], 1, 2, "A", 0xffffffff],
  ["neg of 0", [ins(0x84)], 0, 2, "A", 0],
];

for (const [rule, body, a, x, view, result] of rows) {
  test(rule, () => assert.is(run(body, a, x, view), result));
}

const jumps: [rule: string, code: number, k: number, a: number, x: number, taken: boolean][] = [
  ["jeq k", 0x15, 5, 5, 0, true],
  ["jeq k, other", 0x15, 5, 4, 5, false],
  ["jeq k on the highest bit", 0x15, 0x80000000, 0x80000000, 0, true],
  ["jeq x", 0x1d, 0, 5, 5, true],
  ["jeq x, other", 0x1d, 5, 5, 4, false],
  ["jgt k is strict", 0x25, 5, 5, 0, false],
  ["jgt k is unsigned", 0x25, 0x7fffffff, 0x80000000, 0, true],
  ["jgt x", 0x2d, 0, 1, 0, true],
  ["jgt x, equal", 0x2d, 0, 9, 9, false],
  ["jge k takes equal", 0x35, 5, 5, 0, true],
  ["jge k is unsigned", 0x35, 0x80000000, 0x7fffffff, 0, false],
  ["jge x", 0x3d, 0, 9, 9, true],
  ["jge x, less", 0x3d, 0, 8, 9, false],
  ["jset k: any bit", 0x45, 6, 4, 0, true],
  ["jset k: none", 0x45, 6, 9, 6, false],
  ["jset k on the highest bit", 0x45, 0x80000000, 0xffffffff, 0, true],
  ["jset x", 0x4d, 0, 0x80000000, 0x80000001, true],
  ["jset x: none", 0x4d, 1, 1, 2, false],
];

for (const [rule, code, k, a, x, taken] of jumps) {
  test(rule, () => {
    // jt and jf both skip something, so that neither falls through by chance.
    const program = [
      ins(0x00, a),
      ins(0x01, x),
      ins(code, k, 1, 2),
      ins(0x06, 1),
      ins(0x06, 2),
      ins(0x06, 3),
      ins(0x06, 4),
    ];
    for (const { code } of program) covered.add(code);
    assert.equal(emulate(program, DATA), taken ? { ret: 2, path: [0, 1, 2, 4] } : { ret: 3, path: [0, 1, 2, 5] });
  });
}

test("ja skips k instructions", () => {
  covered.add(0x05);
  const program = [ins(0x05, 1), ins(0x06, 1), ins(0x06, 2)];
  assert.equal(emulate(program, DATA), { ret: 2, path: [0, 2] });
});

test("A and X start as 0", () => {
  assert.is(emulate([ins(0x16)], DATA).ret, 0);
  assert.is(emulate([ins(0x87), ins(0x16)], DATA).ret, 0);
});

test("an unverified program is a bug of ours, not a verdict", () => {
  assert.throws(() => emulate([ins(0x94, 3), ins(0x16)], DATA), /not verified/);
  assert.throws(() => emulate([ins(0x00, 3)], DATA), /past the end/);
  assert.throws(() => emulate([ins(0x20, 64), ins(0x16)], DATA), /no word/);
});

test("every opcode that seccomp knows has a row here", () => {
  assert.equal(
    [...SECCOMP_OPCODES].filter(code => !covered.has(code)),
    [],
  );
});

test.run();
