// What a diff says: the relation, the runs of numbers, which way each changes, and a witness that is small and true.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { emulate } from "../../../src/compiler/bpf/emulate.ts";
import * as bpf from "../../../src/compiler/bpf/instruction.ts";
import type { Model } from "../../../src/compiler/policy/model.ts";
import type { Diagram } from "../../../src/compiler/prove/diagram.ts";
import { difference, differences } from "../../../src/compiler/prove/difference.ts";
import { compose, type Subject } from "../../../src/compiler/prove/prove.ts";
import { ALLOW, EACCES, EPERM, is, policy, rule } from "./models.ts";

function pair(left: Subject, right: Subject): [Diagram, Diagram] {
  const composition = compose([left, right]);
  if (!composition.ok) throw new Error(composition.reason);
  return composition.diagrams as [Diagram, Diagram];
}

const base = policy([rule(0), rule(1, is(0, 1n)), rule(2, undefined, EPERM)]);

const rows: { title: string; right: Model; relation: string; list: string[] }[] = [
  { title: "the same text is equal", right: policy([...base.abis[0]!.rules]), relation: "equal", list: [] },
  {
    title: "a condition dropped widens",
    right: policy([rule(0), rule(1), rule(2, undefined, EPERM)]),
    relation: "wider",
    list: ["1..1 wider 0x80000000 -> 0x7fff0000 (0, 0, 0)"],
  },
  {
    title: "a condition added narrows",
    right: policy([rule(0, is(2, 7n)), rule(1, is(0, 1n)), rule(2, undefined, EPERM)]),
    relation: "narrower",
    list: ["0..0 narrower 0x7fff0000 -> 0x80000000 (0, 0, 0)"],
  },
  {
    title: "another condition is both, each with its witness",
    right: policy([rule(0), rule(1, is(0, 2n)), rule(2, undefined, EPERM)]),
    relation: "incomparable",
    list: ["1..1 wider 0x80000000 -> 0x7fff0000 (2, 0, 0)", "1..1 narrower 0x7fff0000 -> 0x80000000 (1, 0, 0)"],
  },
  {
    title: "another errno is neither",
    right: policy([rule(0), rule(1, is(0, 1n)), rule(2, undefined, EACCES)]),
    relation: "incomparable",
    list: ["2..2 other 0x50001 -> 0x5000d (0, 0, 0)"],
  },
  {
    title: "neighbouring numbers that change alike are one entry",
    right: policy([...base.abis[0]!.rules, rule(4), rule(5), rule(6, is(1, 0n)), rule(9)]),
    relation: "wider",
    list: ["4..6 wider 0x80000000 -> 0x7fff0000 (0, 0, 0)", "9..9 wider 0x80000000 -> 0x7fff0000 (0, 0, 0)"],
  },
];

for (const { title, right, relation, list } of rows) {
  test(title, () => {
    const found = differences(...pair({ model: base }, { model: right }));
    assert.is(found.relation, relation);
    assert.ok(found.complete);
    assert.equal(
      found.differences.map(({ numbers: { first, last }, change, witness: { data, left, right: to } }) => {
        const args = data.args.slice(0, 3).join(", ");
        return `${first}..${last} ${change} 0x${left.toString(16)} -> 0x${to.toString(16)} (${args})`;
      }),
      list,
    );
  });
}

test("another verdict for foreign machines is one entry with all of them, and a machine with a name as witness", () => {
  const right = policy(base.abis[0]!.rules, {}, { foreign: { action: ALLOW } });
  const { relation, differences: list } = differences(...pair({ model: base }, { model: right }));
  assert.is(relation, "wider");
  const others = list.find(({ numbers }) => numbers.first === 0)!;
  assert.equal(others.numbers, { first: 0, last: 0xffffffff });
  assert.equal(others.arches, [
    { first: 0, last: 0xc000003d },
    { first: 0xc000003f, last: 0xffffffff },
  ]);
  assert.is(others.witness.data.arch, 0x40000003);
  // On x86_64 itself x32's numbers are foreign: 512..547 and those with bit 30, but not -1.
  const own = list.filter(({ arches }) => arches[0]!.first === 0xc000003e).map(({ numbers }) => numbers);
  assert.equal(own, [
    { first: 512, last: 547 },
    { first: 0x40000000, last: 0xfffffffe },
  ]);
});

test("a program that tests single bits of nr is compared, though its runs cannot be listed", () => {
  const program = (k: number) => [
    { code: bpf.BPF_LD | bpf.BPF_ABS, jt: 0, jf: 0, k: bpf.OFFSET_NR },
    { code: bpf.BPF_JMP | bpf.BPF_JSET, jt: 0, jf: 1, k },
    { code: bpf.BPF_RET, jt: 0, jf: 0, k: bpf.SECCOMP_RET_ALLOW },
    { code: bpf.BPF_RET, jt: 0, jf: 0, k: bpf.SECCOMP_RET_KILL_PROCESS },
  ];
  const [left, right] = pair({ program: program(1) }, { program: program(5) });
  const { relation, complete } = differences(left, right);
  assert.is(relation, "wider");
  assert.not(complete);
  const { data } = difference(left, right)!;
  assert.is(data.nr, 4);
  assert.is.not(emulate(program(1), data).ret, emulate(program(5), data).ret);
});

test("a program that compares nr with an argument is compared, though it has no part for each number", () => {
  const program = (test: number) => [
    { code: bpf.BPF_LD | bpf.BPF_ABS, jt: 0, jf: 0, k: bpf.argOffset(0, "lo") },
    { code: bpf.BPF_MISC | bpf.BPF_TAX, jt: 0, jf: 0, k: 0 },
    { code: bpf.BPF_LD | bpf.BPF_ABS, jt: 0, jf: 0, k: bpf.OFFSET_NR },
    { code: bpf.BPF_JMP | test | bpf.BPF_X, jt: 0, jf: 1, k: 0 },
    { code: bpf.BPF_RET, jt: 0, jf: 0, k: bpf.SECCOMP_RET_ALLOW },
    { code: bpf.BPF_RET, jt: 0, jf: 0, k: bpf.SECCOMP_RET_KILL_PROCESS },
  ];
  const [left, right] = pair({ program: program(bpf.BPF_JGE) }, { program: program(bpf.BPF_JGT) });
  assert.equal(differences(left, right), { relation: "narrower", differences: [], complete: false });
  const { data } = difference(left, right)!;
  assert.is(BigInt(data.nr), data.args[0]);
});

test.run();
