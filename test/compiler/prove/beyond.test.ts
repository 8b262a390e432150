// Where the algebra ends it says so: "not proved", with the place, and never "equal".

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { SockFilter } from "../../../src/compiler/bpf/instruction.ts";
import * as bpf from "../../../src/compiler/bpf/instruction.ts";
import type { Condition } from "../../../src/compiler/policy/condition.ts";
import { relate, uncovered } from "../../../src/compiler/prove/overlap.ts";
import { compose, proveProgram } from "../../../src/compiler/prove/prove.ts";
import { atMost, EPERM, is, masked, policy, rule } from "./models.ts";
import { naiveProgram } from "./naive.ts";

const insn = (code: number, k = 0, jt = 0, jf = 0): SockFilter => ({ code, jt, jf, k });
const load = (k: number): SockFilter => insn(bpf.BPF_LD | bpf.BPF_ABS, k);
const allow = insn(bpf.BPF_RET, bpf.SECCOMP_RET_ALLOW);
const kill = insn(bpf.BPF_RET, bpf.SECCOMP_RET_KILL_PROCESS);
const tax = insn(bpf.BPF_MISC | bpf.BPF_TAX);

const rows: { title: string; program: SockFilter[]; reason: RegExp }[] = [
  {
    title: "a product of two arguments",
    program: [load(16), tax, load(24), insn(bpf.BPF_ALU | bpf.BPF_MUL | bpf.BPF_X), insn(0x15, 6, 0, 1), allow, kill],
    reason: /^arithmetic on arguments at 3$/,
  },
  {
    title: "a shift by an argument",
    program: [load(16), tax, load(24), insn(bpf.BPF_ALU | bpf.BPF_LSH | bpf.BPF_X), insn(0x15, 6, 0, 1), allow, kill],
    reason: /^arithmetic on arguments at 3$/,
  },
  {
    title: "an argument divided by three",
    program: [load(16), insn(bpf.BPF_ALU | bpf.BPF_DIV, 3), insn(0x15, 6, 0, 1), allow, kill],
    reason: /^arithmetic on arguments at 1$/,
  },
  {
    title: "an argument as the verdict",
    program: [load(16), insn(bpf.BPF_RET | bpf.BPF_A)],
    reason: /^the program returns an argument at 1$/,
  },
  { title: "a program that the kernel refuses", program: [load(64), allow], reason: /^the kernel refuses .* at 0/ },
];

for (const { title, program, reason } of rows) {
  test(`not proved: ${title}`, () => {
    const composition = compose([{ program }, { program }]);
    assert.not(composition.ok);
    if (!composition.ok) assert.match(composition.reason, reason);
  });
}

test("not proved: a ticket slot where a launcher would overwrite the distance of a jump", () => {
  const program = [insn(bpf.BPF_JMP | bpf.BPF_JA, 0), allow];
  const composition = compose([{ program, slots: [{ pc: 0, half: "lo" }] }]);
  assert.not(composition.ok);
  if (!composition.ok) assert.is(composition.reason, "the instruction at 0 has no constant to take the ticket");
});

test("not proved: what the node budget does not suffice for", () => {
  const model = policy([rule(1, { kind: "and", of: [is(0, 5n), masked(1, 0xffn, 3n)] })]);
  const { program } = naiveProgram(model);
  assert.ok(proveProgram(model, program).proved);
  const composition = compose([{ model }, { program }], 150);
  assert.not(composition.ok);
  if (!composition.ok) assert.match(composition.reason, /more than 150 nodes/);
});

test("a division by an X of zero ends the filter with 0, as in the kernel", () => {
  const program = [insn(bpf.BPF_ALU | bpf.BPF_DIV | bpf.BPF_X), allow];
  const composition = compose([{ program }, { program: [insn(bpf.BPF_RET, 0)] }]);
  assert.ok(composition.ok && composition.diagrams[0]!.root === composition.diagrams[1]!.root);
});

test("a wrong program comes back with a call, both verdicts, and who decides it", () => {
  const wanted = policy([rule(1, is(0, 5n)), rule(2, undefined, EPERM)]);
  const { program } = naiveProgram(policy([rule(1, is(0, 4n)), rule(2, undefined, EPERM)]));
  const proof = proveProgram(wanted, program);
  assert.not(proof.proved);
  if (proof.proved) return;
  assert.is(proof.witness?.data.nr, 1);
  assert.equal([proof.witness?.data.args[0], proof.want, proof.got], [4n, 0x80000000, 0x7fff0000]);
  assert.is(proof.by?.kind, "default");
});

const relations: [Condition, Condition, string][] = [
  [is(0, 1n), is(0, 1n), "equal"],
  [is(0, 1n), is(0, 2n), "disjoint"],
  [is(0, 1n), atMost(0, 2n), "inside"],
  [atMost(0, 2n), is(0, 1n), "around"],
  [atMost(0, 2n), masked(0, 1n, 1n), "crossing"],
  [is(0, 1n), is(1, 1n), "crossing"],
];

for (const [left, right, relation] of relations) {
  test(`conditions: ${relation}`, () => assert.is(relate(left, right), relation));
}

test("a rule is dead when earlier ones cover it together, and else has a call of its own", () => {
  const small = atMost(0, 3n);
  assert.equal(uncovered(small, [is(0, 0n), is(0, 1n), masked(0, 0xfffffffen, 2n)]), { kind: "covered" });
  const open = uncovered(small, [is(0, 0n), is(0, 1n), is(0, 3n)]);
  assert.is(open.kind === "open" && open.data.args[0], 2n);
});

test.run();
