// Cases read as people would write them, and between them say exactly what the diagram says.

import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Condition } from "../../../src/compiler/policy/condition.ts";
import { casesOf } from "../../../src/compiler/prove/cases.ts";
import { type Call, type Diagram, restrict, valueAt } from "../../../src/compiler/prove/diagram.ts";
import { argWord, WORD_ARCH, WORD_NR } from "../../../src/compiler/prove/layout.ts";
import { compose } from "../../../src/compiler/prove/prove.ts";
import { type Quantity, type Test, testText } from "../../../src/compiler/prove/quantity.ts";
import { atMost, is, masked, policy, rule } from "./models.ts";
import { naiveProgram } from "./naive.ts";
import { constantsOf, createRandom, randomCall, randomCondition } from "./random.ts";

const X86_64 = 0xc000003e;

function diagramOf(condition: Condition): Diagram {
  const composition = compose([{ model: policy([rule(1, condition)]) }]);
  if (!composition.ok) throw new Error(composition.reason);
  return restrict(composition.diagrams[0]!, new Map([[WORD_ARCH, X86_64], [WORD_NR, 1]])); // biome-ignore format: one line
}

const names = ["fd", "buf", "count"];
const name = (of: Quantity): string => (typeof of === "number" ? names[of]! : of);

function allowed(diagram: Diagram): string[] {
  return casesOf(diagram)
    .cases.filter(({ value }) => value === 0x7fff0000)
    .map(({ when }) => when.map(each => testText(each, name)).join(" and "));
}

const less: Condition = {
  kind: "less",
  left: { index: 0, bits: 64, signed: false },
  right: { index: 2, bits: 64, signed: false },
};

const rows: { condition: Condition; text: string[] }[] = [
  { condition: { kind: "always" }, text: [""] },
  { condition: is(0, 0n), text: ["fd == 0"] },
  { condition: { kind: "not", of: is(0, 3n) }, text: ["fd in {0..2, 4..0xffffffff}"] },
  { condition: { kind: "or", of: [is(0, 1n), is(0, 2n)] }, text: ["fd in 1..2"] },
  { condition: { kind: "or", of: [is(0, 1n), is(0, 3n)] }, text: ["fd in {1, 3}"] },
  { condition: masked(2, 4n, 0n), text: ["(count & 4) == 0"] },
  { condition: { kind: "not", of: masked(2, 0x14n, 0x14n) }, text: ["(count & 0x14) != 0x14"] },
  { condition: atMost(2, 10n, 64), text: ["count <= 0xa"] },
  { condition: is(2, 0x1_0000_0005n, 64), text: ["count == 0x100000005"] },
  { condition: { kind: "and", of: [is(0, 1n), masked(2, 1n, 1n)] }, text: ["fd == 1 and (count & 1) == 1"] },
  { condition: less, text: ["fd < count"] },
  { condition: { kind: "not", of: less }, text: ["fd >= count"] },
  { condition: { kind: "same", left: less.left, right: less.right }, text: ["fd == count"] },
  { condition: atMost(0, -1n, 32, true), text: ["fd >= 0x80000000"] },
];

for (const { condition, text } of rows) {
  test(`allowed when: ${text.join("; or ")}`, () => assert.equal(allowed(diagramOf(condition)), text));
}

test("known arguments no longer occur in the cases", () => {
  const diagram = diagramOf({ kind: "and", of: [is(0, 1n), is(2, 5n)] });
  assert.equal(allowed(restrict(diagram, new Map([[argWord(0, "lo"), 1]]))), ["count == 5"]);
});

test("a list that was cut says so", () => {
  const odd: Condition = { kind: "or", of: [0, 1, 2, 3, 4, 5].map(index => masked(index, 5n, 5n)) };
  assert.ok(casesOf(diagramOf(odd), 3).cases.length <= 3);
  assert.not(casesOf(diagramOf(odd), 3).complete);
  assert.ok(casesOf(diagramOf(odd)).complete);
});

test("exactly one case holds for a call, and it says what the diagram says", () => {
  let complete = 0;
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), seed => {
      const random = createRandom(seed);
      const condition = randomCondition(random, 2);
      const diagram = diagramOf(condition);
      const found = casesOf(diagram, 512);
      if (!found.complete) return;
      complete++;
      const { program } = naiveProgram(policy([rule(1, condition)]));
      for (let i = 0; i < 30; i++) {
        const call = { data: randomCall(random, constantsOf(program)), ticket: 0n };
        const holding = found.cases.filter(({ when }) => when.every(each => holds(each, call)));
        assert.is(holding.length, 1);
        assert.is(holding[0]!.value, valueAt(diagram, call));
      }
    }),
    { numRuns: 200 },
  );
  assert.ok(complete > 120, `${complete} of 200 have at most 512 cases`);
});

/** A test by its definition in quantity.ts. */
function holds(each: Test, { data }: Call): boolean {
  const read = (of: Quantity, signed = false): bigint => {
    const value = typeof of === "number" ? data.args[of]! : 0n;
    return signed ? BigInt.asIntN(each.bits, value) : BigInt.asUintN(each.bits, value);
  };
  switch (each.kind) {
    case "in":
      return each.ranges.some(({ first, last }) => first <= read(each.of) && read(each.of) <= last);
    case "masked":
      return ((read(each.of) & each.mask) === each.value) === (each.relation === "==");
    case "compared": {
      const [left, right] = [read(each.of, each.signed), read(each.with, each.signed)];
      const sides = { "==": left === right, "!=": left !== right, "<": left < right, "<=": left <= right };
      return { ...sides, ">": left > right, ">=": left >= right }[each.relation];
    }
  }
}

test.run();
