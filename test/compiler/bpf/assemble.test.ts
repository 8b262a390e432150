// Jumps land where the labels say, however far: random blocks are run symbolically and by the emulator.

import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assemble, type Block, showBlocks } from "../../../src/compiler/bpf/assemble.ts";
import { emulate } from "../../../src/compiler/bpf/emulate.ts";
import type { SeccompData } from "../../../src/compiler/bpf/instruction.ts";
import { verify } from "../../../src/compiler/bpf/verify.ts";

function data(nr: number): SeccompData {
  return { nr, arch: 0, instruction_pointer: 0n, args: [0n, 0n, 0n, 0n, 0n, 0n] };
}

/** Follows the labels: every body here is one load of nr, or empty behind one. */
function follow(blocks: readonly Block[], nr: number): number {
  let block = blocks[0]!;
  for (;;) {
    const { end } = block;
    if (end.op === "ret") return end.k;
    const { op, k } = end.op === "ja" ? { op: "jge", k: 0 } : { op: end.op, k: Number(end.k) };
    const taken = op === "jeq" ? nr === k : op === "jgt" ? nr > k : op === "jge" ? nr >= k : (nr & k) !== 0;
    const to = end.op === "ja" ? end.to : taken ? end.yes : end.no;
    block = blocks.find(({ label }) => label === to)!;
  }
}

const padding = { op: "ld", offset: 0 } as const;

/** Blocks of up to 400 instructions that end in branches to any later ones; the last few are returns. */
const random: fc.Arbitrary<readonly Block[]> = fc
  .array(
    fc.tuple(
      fc.constantFrom(1, 2, 100, 253, 254, 255, 256, 400),
      fc.constantFrom("jeq", "jgt", "jge", "jset", "ja"),
      fc.nat({ max: 20 }),
      fc.nat(),
      fc.nat(),
    ),
    { minLength: 1, maxLength: 10 },
  )
  .map(parts => {
    const count = parts.length + 3;
    const blocks = parts.map(([size, op, k, first, second], label): Block => {
      const later = (by: number): number => label + 1 + (by % (count - label - 1));
      const body = Array.from({ length: size }, () => padding);
      if (op === "ja") return { label, body, end: { op: "ja", to: later(first) } };
      return { label, body, end: { op: op as "jeq", k, yes: later(first), no: later(second) } };
    });
    // A return with code before it can only be jumped to; a lone one may be copied.
    const ends = [1, 2, 3].map(
      (k, i): Block => ({ label: parts.length + i, body: k === 2 ? [padding] : [], end: { op: "ret", k } }),
    );
    return [...blocks, ...ends];
  });

test("every jump reaches its label", () => {
  fc.assert(
    fc.property(random, blocks => {
      const { program, owners } = assemble(blocks);
      assert.equal(verify(program), []);
      assert.is(owners.length, program.length);
      for (let nr = 0; nr <= 21; nr++)
        assert.is(emulate(program, data(nr)).ret, follow(blocks, nr), showBlocks(blocks));
    }),
    { numRuns: 600, seed: 20260727 },
  );
});

/** A branch, `gap` instructions, then the two targets. */
function gapped(gap: number): readonly Block[] {
  return [
    { label: 0, body: [padding], end: { op: "jeq", k: 1, yes: 3, no: 1 } },
    { label: 1, body: Array.from({ length: gap - 1 }, () => padding), end: { op: "ret", k: 7 } },
    { label: 3, body: [padding], end: { op: "ret", k: 9 } },
  ];
}

test("255 instructions are skipped by the jump itself, 256 by way of a trampoline", () => {
  const near = assemble(gapped(255));
  assert.equal(near.program[1], { code: 0x15, jt: 255, jf: 0, k: 1 });
  assert.is(near.program.length, 1 + 1 + 255 + 2);
  const far = assemble(gapped(256));
  assert.equal(far.program.slice(1, 3), [
    { code: 0x15, jt: 0, jf: 1, k: 1 },
    { code: 0x05, jt: 0, jf: 0, k: 256 },
  ]);
  assert.is(far.owners[2], 0);
});

test("a far return is copied rather than jumped to, and the copy belongs to the return", () => {
  const blocks = gapped(300).map(block => (block.label === 3 ? { ...block, body: [] } : block));
  const { program, owners } = assemble(blocks);
  assert.equal(program[2], { code: 0x06, jt: 0, jf: 0, k: 9 });
  assert.is(owners[2], 3);
});

test("one trampoline serves several branches", () => {
  const branches = [0, 1, 2, 3].map(
    (label): Block => ({ label, body: [], end: { op: "jeq", k: label, yes: 9, no: label + 1 } }),
  );
  const rest = gapped(300)
    .slice(1)
    .map(block => ({ ...block, label: block.label === 3 ? 9 : 4 }));
  const { program } = assemble([{ label: 50, body: [padding], end: { op: "ja", to: 0 } }, ...branches, ...rest]);
  assert.is(program.filter(({ code }) => code === 0x05).length, 1);
});

test("a jump to the next block costs nothing", () => {
  const { program } = assemble([
    { label: 0, body: [padding], end: { op: "ja", to: 1 } },
    { label: 1, body: [], end: { op: "ret", k: 1 } },
  ]);
  assert.is(program.length, 2);
});

test("holes are reported where their instruction stands", () => {
  const { program, holes } = assemble([
    {
      label: 0,
      body: [padding, { op: "xor", hole: "a" }, { op: "tax" }, { op: "xor", hole: "b" }],
      end: { op: "ret", k: 1 },
    },
  ]);
  assert.equal(holes, [
    { pc: 1, name: "a" },
    { pc: 3, name: "b" },
  ]);
  for (const { pc } of holes) assert.equal(program[pc], { code: 0xa4, jt: 0, jf: 0, k: 0 });
});

test("a label that is missing, behind the jump, or given twice is a bug", () => {
  const ret: Block = { label: 1, body: [], end: { op: "ret", k: 1 } };
  const jump: Block = { label: 0, body: [], end: { op: "jeq", k: 1, yes: 1, no: 1 } };
  assert.throws(() => assemble([jump]), /missing/);
  assert.throws(() => assemble([ret, jump]), /not behind/);
  assert.throws(() => assemble([jump, ret, ret]), /two blocks/);
});

test("showBlocks", () => {
  assert.is(
    showBlocks([
      {
        label: 0,
        body: [
          { op: "ld", offset: 0 },
          { op: "and", k: 15 },
        ],
        end: { op: "jset", k: 6, yes: 1, no: 2 },
      },
      { label: 1, body: [{ op: "xor", hole: "lo" }, { op: "or x" }], end: { op: "jeq", k: "x", yes: 2, no: 2 } },
      { label: 2, body: [], end: { op: "ret", k: 0x00050001 } },
    ]),
    "b0:\n  ld [0]\n  and #0xf\n  jset #0x6 ? b1 : b2\nb1:\n  xor <lo>\n  or x\n  jeq x ? b2 : b2\nb2:\n  ret ERRNO(EPERM)\n",
  );
});

test.run();
