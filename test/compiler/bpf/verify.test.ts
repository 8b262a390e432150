// A row for each acceptance rule: the program just inside it and the one just outside, with the fault's place.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { SockFilter } from "../../../src/compiler/bpf/instruction.ts";
import { SECCOMP_OPCODES, verify } from "../../../src/compiler/bpf/verify.ts";

const ins = (code: number, k = 0, jt = 0, jf = 0): SockFilter => ({ code, jt, jf, k });
const RET = ins(0x06, 0x7fff0000);
const rets = (length: number): SockFilter[] => Array.from({ length }, () => RET);

interface Row {
  readonly rule: string;
  readonly good: readonly SockFilter[];
  readonly bad: readonly SockFilter[];
  readonly pc: number;
  readonly reason: RegExp;
}

const rows: readonly Row[] = [
  { rule: "at least one instruction", good: [RET], bad: [], pc: 0, reason: /empty/ },
  { rule: "at most 4096", good: rets(4096), bad: rets(4097), pc: 4096, reason: /4097 instructions.*4096/ },
  { rule: "ends in ret", good: [ins(0x00), RET], bad: [RET, ins(0x00)], pc: 1, reason: /last instruction/ },
  { rule: "ret a ends it too", good: [ins(0x16)], bad: [ins(0x05, 0)], pc: 0, reason: /past the end/ },
  {
    rule: "loads inside seccomp_data",
    good: [ins(0x20, 60), RET],
    bad: [ins(0x20, 64), RET],
    pc: 0,
    reason: /64 bytes/,
  },
  { rule: "loads are aligned", good: [ins(0x20, 8), RET], bad: [RET, ins(0x20, 10), RET], pc: 1, reason: /aligned/ },
  { rule: "words only, no bytes", good: [ins(0x20, 0), RET], bad: [ins(0x30, 0), RET], pc: 0, reason: /opcode 0x30/ },
  { rule: "no indirect loads", good: [RET], bad: [ins(0x40, 0), RET], pc: 0, reason: /opcode 0x40/ },
  { rule: "no modulo", good: [ins(0x34, 3), RET], bad: [ins(0x94, 3), RET], pc: 0, reason: /opcode 0x94/ },
  { rule: "no modulo by x", good: [ins(0x3c), RET], bad: [ins(0x9c), RET], pc: 0, reason: /opcode 0x9c/ },
  { rule: "no ldx msh, a packet's", good: [ins(0x81), RET], bad: [ins(0xb1), RET], pc: 0, reason: /opcode 0xb1/ },
  { rule: "neg has one form", good: [ins(0x84), RET], bad: [ins(0x8c), RET], pc: 0, reason: /opcode 0x8c/ },
  { rule: "st has one form", good: [ins(0x02, 1), RET], bad: [ins(0x0a, 1), RET], pc: 0, reason: /opcode 0xa/ },
  { rule: "no ret x", good: [RET], bad: [ins(0x0e), RET], pc: 0, reason: /opcode 0xe/ },
  { rule: "no eBPF", good: [RET], bad: [ins(0x95), RET], pc: 0, reason: /opcode 0x95/ },
  {
    rule: "jt in range",
    good: [ins(0x15, 0, 1, 0), RET, RET],
    bad: [ins(0x15, 0, 2, 0), RET, RET],
    pc: 0,
    reason: /jt 2/,
  },
  {
    rule: "jf in range",
    good: [ins(0x1d, 0, 0, 1), RET, RET],
    bad: [ins(0x1d, 0, 0, 2), RET, RET],
    pc: 0,
    reason: /jf 2/,
  },
  { rule: "ja in range", good: [ins(0x05, 1), RET, RET], bad: [ins(0x05, 2), RET, RET], pc: 0, reason: /past the end/ },
  {
    rule: "ja never backwards",
    good: [ins(0x05, 0), RET],
    bad: [RET, ins(0x05, 0xfffffffe), RET],
    pc: 1,
    reason: /past/,
  },
  { rule: "no division by 0", good: [ins(0x34, 1), RET], bad: [ins(0x34, 0), RET], pc: 0, reason: /zero/ },
  { rule: "left shift below 32", good: [ins(0x64, 31), RET], bad: [ins(0x64, 32), RET], pc: 0, reason: /shifts by 32/ },
  {
    rule: "right shift below 32",
    good: [ins(0x74, 31), RET],
    bad: [ins(0x74, 32), RET],
    pc: 0,
    reason: /shifts by 32/,
  },
  { rule: "st to M[0..15]", good: [ins(0x02, 15), RET], bad: [ins(0x02, 16), RET], pc: 0, reason: /M\[16\]/ },
  { rule: "stx to M[0..15]", good: [ins(0x03, 15), RET], bad: [ins(0x03, 16), RET], pc: 0, reason: /M\[16\]/ },
  {
    rule: "ld mem only after a store",
    good: [ins(0x02, 3), ins(0x60, 3), RET],
    bad: [ins(0x02, 3), ins(0x60, 4), RET],
    pc: 1,
    reason: /not every path/,
  },
  {
    rule: "ldx mem after a store on every path",
    good: [ins(0x15, 0, 0, 2), ins(0x02, 0), ins(0x05, 1), ins(0x03, 0), ins(0x61, 0), RET],
    bad: [ins(0x15, 0, 0, 2), ins(0x02, 0), ins(0x05, 1), ins(0x03, 1), ins(0x61, 0), RET],
    pc: 4,
    reason: /M\[0\]/,
  },
  {
    rule: "behind a ret the words before it count, as the kernel walks",
    good: [ins(0x02, 0), ins(0x15, 0, 1, 0), RET, ins(0x60, 0), RET],
    bad: [ins(0x15, 0, 1, 0), RET, ins(0x60, 0), RET],
    pc: 2,
    reason: /M\[0\]/,
  },
  { rule: "jt is a byte", good: [RET], bad: [ins(0x15, 0, 256, 0), ...rets(300)], pc: 0, reason: /does not fit/ },
  { rule: "k is a u32", good: [ins(0x00, 0xffffffff), RET], bad: [ins(0x00, -1), RET], pc: 0, reason: /does not fit/ },
];

for (const { rule, good, bad, pc, reason } of rows) {
  test(rule, () => {
    assert.equal(verify(good), []);
    const fault = verify(bad)[0];
    assert.is(fault?.pc, pc);
    assert.match(fault?.reason ?? "", reason);
  });
}

test("all faults are reported, not the first alone", () => {
  const faults = verify([ins(0x34, 0), ins(0x64, 40), ins(0x20, 3)]);
  assert.equal(
    faults.map(fault => fault.pc),
    [0, 1, 2, 2],
  );
});

test("seccomp_check_filter lets 41 of the classic opcodes through", () => {
  assert.is(SECCOMP_OPCODES.size, 41);
});

test.run();
