// Facts are sound: what two paths have learned of a word, met, never decides a test against a value that came on either path.
// All values of a four-bit word are tried.

import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { WordOp, WordTest } from "../../../src/compiler/decision/dag.ts";
import { decided, type Facts, learn, meet, NOTHING } from "../../../src/compiler/decision/facts.ts";

const VALUES = Array.from({ length: 16 }, (_, value) => value);
const MASKS = [0xffffffff, 15, 14, 12, 7, 6, 5, 9];
const OPS: readonly WordOp[] = ["jeq", "jge", "jset"];

/** The canonical form that the DAG has: a JSET has no mask, and no k is outside its mask. */
const TESTS: readonly WordTest[] = MASKS.flatMap(mask =>
  OPS.flatMap(op =>
    VALUES.filter(k => k > 0 && (k & ~mask) === 0).map((k): WordTest => {
      return { kind: "word", offset: 16, mask: op === "jset" ? 0xffffffff : mask, op, k };
    }),
  ),
);

function outcome({ mask, op, k }: WordTest, value: number): boolean {
  const cut = (value & mask) >>> 0;
  return op === "jeq" ? cut === k : op === "jge" ? cut >= k : (cut & k) !== 0;
}

interface Way {
  readonly facts: Facts;
  readonly values: readonly number[];
}

/** One value's way through the tests, and the values that go the same way. */
function walk(tests: readonly WordTest[], value: number): Way {
  return tests.reduce(
    ({ facts, values }: Way, each): Way => {
      const result = outcome(each, value);
      const left = values.filter(other => outcome(each, other) === result);
      return decided(facts, each) === undefined
        ? { facts: learn(facts, each, result), values: left }
        : { facts, values };
    },
    { facts: NOTHING, values: VALUES },
  );
}

const way = fc
  .tuple(fc.array(fc.constantFrom(...TESTS), { maxLength: 6 }), fc.constantFrom(...VALUES))
  .map(([tests, value]) => walk(tests, value));

test("met facts decide nothing against a value of either way", () => {
  fc.assert(
    fc.property(way, way, (a, b) => {
      const facts = meet(a.facts, b.facts);
      for (const each of TESTS) {
        const fixed = decided(facts, each);
        if (fixed === undefined) continue;
        for (const value of [...a.values, ...b.values]) assert.is(outcome(each, value), fixed, JSON.stringify(each));
      }
    }),
    { numRuns: 2000, seed: 20260727 },
  );
});

test("facts decide again what they were told", () => {
  for (const each of TESTS) {
    for (const result of [true, false]) {
      const facts = learn(NOTHING, each, result);
      // The ends of the range aside, a value that is ruled out is remembered; all else is exact.
      assert.is(decided(facts, each), result, JSON.stringify(each));
    }
  }
});

test("a known high word decides what the next rule asks of it", () => {
  const high: WordTest = { kind: "word", offset: 20, mask: 0xffffffff, op: "jeq", k: 0 };
  const facts = learn(NOTHING, high, true);
  assert.is(decided(facts, { ...high, k: 5 }), false);
  assert.is(decided(facts, { ...high, op: "jge", k: 1 }), false);
  assert.is(decided(facts, { ...high, op: "jset", k: 0xffff0000 }), false);
  assert.is(decided(facts, { ...high, mask: 0xff, k: 0 }), true);
  assert.is(decided(facts, { ...high, offset: 16 }), undefined);
});

test.run();
