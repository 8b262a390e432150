// What is known of a call's words on the way to a node: the outcomes of the tests before it in, whether they decide the next
// test out. Two views of each word are kept, since neither contains the other: for a word cut by a mask the range of its
// values and some that it has not, and for the whole word the bits that are certainly set or clear. Facts are sound, never
// complete: an undecided test is only a test that is made.

import { OFFSET_ARCH, OFFSET_NR } from "../bpf/instruction.ts";
import { type Test, testKey, type WordTest } from "./dag.ts";

export interface Facts {
  /** By offset and mask. */
  readonly ranges: ReadonlyMap<number, Values>;
  /** By offset. */
  readonly bits: ReadonlyMap<number, Bits>;
  /** Tests that are not on one word, by testKey. */
  readonly outcomes: ReadonlyMap<string, boolean>;
}

/** From lo to hi, both included, without the values in `not`. */
interface Values {
  readonly lo: number;
  readonly hi: number;
  readonly not: readonly number[];
}

interface Bits {
  readonly ones: number;
  readonly zeros: number;
}

export const NOTHING: Facts = { ranges: new Map(), bits: new Map(), outcomes: new Map() };

/** The outcome of the test, if the facts fix it. */
export function decided(facts: Facts, test: Test): boolean | undefined {
  if (test.kind !== "word") return facts.outcomes.get(testKey(test));
  const { op, k, mask } = test;
  const { lo, hi, not } = valuesOf(facts, test);
  const { ones, zeros } = bitsOf(facts, test.offset);
  switch (op) {
    case "jeq":
      if (k < lo || k > hi || not.includes(k) || (k & zeros) !== 0 || (~k & mask & ones) !== 0) return false;
      return lo === hi ? true : undefined;
    case "jge":
      return lo >= k ? true : hi < k ? false : undefined;
    case "jset":
      // `word & k` as a value of its own: JSET asks whether that is not 0.
      if ((ones & k) !== 0 || valuesOf(facts, { ...test, mask: k }).lo > 0) return true;
      return (k & ~zeros) === 0 ? false : undefined;
  }
}

/** What is known besides when the test has come out so. Only for tests that the facts do not decide. */
export function learn(facts: Facts, test: Test, outcome: boolean): Facts {
  if (test.kind !== "word") return { ...facts, outcomes: new Map(facts.outcomes).set(testKey(test), outcome) };
  const { offset, mask, op, k } = test;
  // Nothing below the search for the number asks for it again.
  if (offset === OFFSET_NR || offset === OFFSET_ARCH) return facts;
  const { lo, hi, not } = valuesOf(facts, test);
  switch (op) {
    case "jeq":
      if (outcome) return withBits(withValues(facts, test, { lo: k, hi: k, not: [] }), offset, k, ~k & mask);
      return withValues(facts, test, without({ lo, hi, not }, k));
    case "jge":
      return withValues(facts, test, outcome ? { lo: Math.max(lo, k), hi, not } : { lo, hi: Math.min(hi, k - 1), not });
    case "jset": {
      if (!outcome) return withBits(facts, offset, 0, k);
      if ((k & (k - 1)) === 0) return withBits(facts, offset, k, 0);
      const masked = { ...test, mask: k };
      return withValues(facts, masked, without(valuesOf(facts, masked), 0));
    }
  }
}

/** What holds on both of two ways. */
export function meet(a: Facts, b: Facts): Facts {
  if (a === b) return a;
  return {
    ranges: both(a.ranges, b.ranges, (x, y) => ({
      lo: Math.min(x.lo, y.lo),
      hi: Math.max(x.hi, y.hi),
      not: x.not.filter(value => y.not.includes(value) || value < y.lo || value > y.hi),
    })),
    bits: both(a.bits, b.bits, (x, y) => ({ ones: x.ones & y.ones, zeros: x.zeros & y.zeros })),
    outcomes: both(a.outcomes, b.outcomes, (x, y) => (x === y ? x : undefined)),
  };
}

function both<K, V>(
  a: ReadonlyMap<K, V>,
  b: ReadonlyMap<K, V>,
  join: (x: V, y: V) => V | undefined,
): ReadonlyMap<K, V> {
  if (a === b) return a;
  const met = new Map<K, V>();
  for (const [key, x] of a) {
    const y = b.get(key);
    const value = y === undefined ? undefined : join(x, y);
    if (value !== undefined) met.set(key, value);
  }
  return met;
}

/** More would make a long chain quadratic; what they would decide is what trees.ts merges anyway. */
const MOST_EXCLUDED = 8;

function without({ lo, hi, not }: Values, k: number): Values {
  if (k === lo) return { lo: lo + 1, hi, not };
  if (k === hi) return { lo, hi: hi - 1, not };
  return not.length < MOST_EXCLUDED ? { lo, hi, not: [...not, k] } : { lo, hi, not };
}

type Word = Pick<WordTest, "offset" | "mask">;

/** One number for the pair: both are below 2^53 together. */
function rangeKey({ offset, mask }: Word): number {
  return offset * 2 ** 32 + mask;
}

/** From what tests on this very word told, narrowed by the known bits. */
function valuesOf(facts: Facts, word: Word): Values {
  const { ones, zeros } = bitsOf(facts, word.offset);
  const least = (ones & word.mask) >>> 0;
  const most = (word.mask & ~zeros) >>> 0;
  const told = facts.ranges.get(rangeKey(word)) ?? { lo: 0, hi: word.mask, not: [] };
  return { lo: Math.max(told.lo, least), hi: Math.min(told.hi, most), not: told.not };
}

function bitsOf(facts: Facts, offset: number): Bits {
  return facts.bits.get(offset) ?? { ones: 0, zeros: 0 };
}

function withValues(facts: Facts, word: Word, values: Values): Facts {
  return { ...facts, ranges: new Map(facts.ranges).set(rangeKey(word), values) };
}

function withBits(facts: Facts, offset: number, ones: number, zeros: number): Facts {
  const old = bitsOf(facts, offset);
  return { ...facts, bits: new Map(facts.bits).set(offset, { ones: old.ones | ones, zeros: old.zeros | zeros }) };
}
