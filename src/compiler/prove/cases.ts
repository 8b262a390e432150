// A diagram as words for people: each verdict, and when. In: a diagram, usually with arch and nr fixed; out: conjunctions of
// tests on whole arguments, `args[0] == 3`, `(args[2] & 0x4) == 0`, `args[0] < args[1]`. Invariant: the cases exclude each
// other, and unless `complete` is false they cover every call.
//
// A diagram tests bits; this reads it an argument at a time. From a node in args[0], every node behind args[0] that can be
// reached is one continuation, and the values of args[0] that lead there are a set, which is given the shortest name it has.

import { FALSE, type Manager, type Node, TERMINAL, TRUE } from "./bdd.ts";
import type { Diagram } from "./diagram.ts";
import type { Layout, Word } from "./layout.ts";
import { bitAt, QUANTITIES, type Quantity, type Relation, type Test, type ValueRange, wordsOf } from "./quantity.ts";
import { below, equalTo, negated, type Vector, wordVector } from "./vector.ts";

/** The calls for which every test of `when` holds end in `value`. */
export interface Case {
  readonly value: number;
  readonly when: readonly Test[];
}

export interface Cases {
  readonly cases: readonly Case[];
  /** False when there were more than `limit`. */
  readonly complete: boolean;
}

/** At most `limit` cases. Makes nodes: throws BudgetExceeded. */
export function casesOf({ manager, layout, root }: Diagram, limit = 64): Cases {
  const units = unitsOf(layout);
  const cases: Case[] = [];
  let complete = true;
  walk(root, []);
  return { cases, complete };

  function walk(node: Node, when: readonly Test[]): void {
    if (cases.length === limit) {
      complete = false;
      return;
    }
    const level = manager.level(node);
    if (level === TERMINAL) {
      cases.push({ value: manager.value(node), when });
      return;
    }
    const unit = units.find(({ end }) => level <= end)!;
    for (const next of nodesBehind(manager, unit, node)) {
      const { alternatives, all } = named(manager, layout, unit, waysTo(manager, unit, node, next), limit);
      if (!all) complete = false;
      for (const tests of alternatives) walk(next, [...when, ...tests]);
    }
  }
}

/** Levels that are read together: one quantity, or several whose words are interleaved. */
interface Unit {
  readonly end: number;
  readonly of: readonly Quantity[];
}

function unitsOf(layout: Layout): readonly Unit[] {
  const spans = QUANTITIES.map(({ of, words }) => {
    const levels = words.flatMap(word => [layout.levels[word * 32]!, layout.levels[word * 32 + 31]!]);
    return { of, start: Math.min(...levels), end: Math.max(...levels) };
  }).sort((a, b) => a.start - b.start);
  const units: { end: number; of: Quantity[] }[] = [];
  for (const { of, start, end } of spans) {
    const before = units.at(-1);
    if (before === undefined || start > before.end) {
      units.push({ end, of: [of] });
    } else {
      before.of.push(of);
      before.end = Math.max(before.end, end);
    }
  }
  return units;
}

/** The nodes behind a unit that can be reached from a node in it, in the order of the smallest values that lead there. */
function nodesBehind(manager: Manager, unit: Unit, from: Node): ReadonlySet<Node> {
  const behind = new Set<Node>();
  const seen = new Set<Node>();
  visit(from);
  return behind;

  function visit(node: Node): void {
    if (seen.has(node)) return;
    seen.add(node);
    if (manager.level(node) > unit.end) {
      behind.add(node);
      return;
    }
    visit(manager.lo(node));
    visit(manager.hi(node));
  }
}

/** The condition, within one unit, of getting from one node to another. */
function waysTo(manager: Manager, unit: Unit, from: Node, to: Node): Node {
  const done = new Map<Node, Node>();
  return ways(from);

  function ways(node: Node): Node {
    if (node === to) return TRUE;
    const level = manager.level(node);
    if (level > unit.end) return FALSE;
    let result = done.get(node);
    if (result === undefined) {
      result = manager.make(level, ways(manager.lo(node)), ways(manager.hi(node)));
      done.set(node, result);
    }
    return result;
  }
}

/** A condition as conjunctions of which one holds. */
interface Named {
  readonly alternatives: readonly (readonly Test[])[];
  readonly all: boolean;
}

function named(manager: Manager, layout: Layout, unit: Unit, condition: Node, limit: number): Named {
  const tested = testedBy(manager, layout, unit, condition);
  const [only, ...more] = tested;
  const test =
    only !== undefined && more.length === 0
      ? valueTest(manager, layout, only, condition)
      : comparison(manager, layout, tested, condition);
  return test ? { alternatives: [[test]], all: true } : cubes(manager, layout, condition, limit);
}

/** The quantities of the unit whose bits decide the condition. */
function testedBy(manager: Manager, layout: Layout, unit: Unit, condition: Node): readonly Quantity[] {
  const words = new Set<Word>();
  const seen = new Set<Node>();
  visit(condition);
  return unit.of.filter(of => wordsOf(of).some(word => words.has(word)));

  function visit(node: Node): void {
    if (seen.has(node) || manager.level(node) === TERMINAL) return;
    seen.add(node);
    words.add(layout.places[manager.level(node)]! >>> 5);
    visit(manager.lo(node));
    visit(manager.hi(node));
  }
}

/** A set of values of one quantity, as the shortest of: a range or two, a mask, a mask that must not match, some ranges. */
function valueTest(manager: Manager, layout: Layout, of: Quantity, condition: Node): Test | undefined {
  const words = wordsOf(of);
  const [lower, upper = lower] = words;
  const upperEnd = layout.levels[upper! * 32]!;
  if (upper !== lower && upperEnd > layout.levels[lower! * 32 + 31]!) return undefined; // halves compared with each other
  const bits = upper !== lower && manager.level(condition) <= upperEnd ? 64 : 32;
  const ranges = rangesOf(manager, layout, words, bits, condition);
  if (ranges !== undefined && ranges.length <= 2) return { kind: "in", of, bits, ranges };
  const inside = cubeOf(manager, layout, condition);
  if (inside !== undefined) return { kind: "masked", of, bits, ...inside, relation: "==" };
  const outside = cubeOf(manager, layout, negated(manager, condition));
  if (outside !== undefined) return { kind: "masked", of, bits, ...outside, relation: "!=" };
  return ranges && { kind: "in", of, bits, ranges };
}

const MAX_RANGES = 16;

/** Ascending; undefined when there are too many to be read. */
function rangesOf(
  manager: Manager,
  layout: Layout,
  words: readonly Word[],
  bits: 32 | 64,
  condition: Node,
): readonly ValueRange[] | undefined {
  const ranges: { first: bigint; last: bigint }[] = [];
  return block(bits - 1, 0n, condition) ? ranges : undefined;

  function block(bit: number, base: bigint, node: Node): boolean {
    if (node === FALSE) return true;
    const size = 1n << BigInt(bit + 1);
    if (node === TRUE) {
      const before = ranges.at(-1);
      if (before !== undefined && before.last + 1n === base) before.last = base + size - 1n;
      else ranges.push({ first: base, last: base + size - 1n });
      return ranges.length <= MAX_RANGES;
    }
    const word = words[bit >>> 5]!;
    const tests = manager.level(node) === layout.levels[word * 32 + (bit & 31)]!;
    const half = size / 2n;
    return (
      block(bit - 1, base, tests ? manager.lo(node) : node) &&
      block(bit - 1, base + half, tests ? manager.hi(node) : node)
    );
  }
}

/** (quantity & mask) == value, where the condition is nothing but that. */
function cubeOf(manager: Manager, layout: Layout, condition: Node): { mask: bigint; value: bigint } | undefined {
  let [mask, value] = [0n, 0n];
  for (let node = condition; node !== TRUE; ) {
    const bit = bitAt(layout, manager.level(node));
    if (manager.lo(node) === FALSE) {
      value |= bit;
      node = manager.hi(node);
    } else if (manager.hi(node) === FALSE) {
      node = manager.lo(node);
    } else {
      return undefined;
    }
    mask |= bit;
  }
  return { mask, value };
}

/** Argument against argument, for the pair and the relation that give exactly this condition. */
function comparison(manager: Manager, layout: Layout, of: readonly Quantity[], condition: Node): Test | undefined {
  for (const [at, left] of of.entries()) {
    for (const right of of.slice(at + 1)) {
      for (const bits of [32, 64] as const) {
        if (!areInterleaved(layout, left, right, bits)) continue; // the comparison alone would exceed any budget
        for (const signed of [false, true]) {
          const relation = relationOf(manager, vectorOf(left, bits, signed), vectorOf(right, bits, signed), condition);
          if (relation !== undefined) return { kind: "compared", of: left, with: right, bits, signed, relation };
        }
      }
    }
  }
  return undefined;

  function vectorOf(quantity: Quantity, bits: 32 | 64, signed: boolean): Vector {
    const vector = Int32Array.from(
      wordsOf(quantity)
        .slice(0, bits / 32)
        .flatMap(word => [...wordVector(manager, layout, word)]),
    );
    return signed ? vector.with(-1, negated(manager, vector.at(-1)!)) : vector;
  }
}

function areInterleaved(layout: Layout, left: Quantity, right: Quantity, bits: 32 | 64): boolean {
  const firstLevels = (of: Quantity): number[] =>
    wordsOf(of)
      .slice(0, bits / 32)
      .map(word => layout.levels[word * 32 + 31]!);
  const others = firstLevels(right);
  // Bits of one rank stand side by side in interleaved words, and a word apart in others.
  return firstLevels(left).every((level, half) => Math.abs(level - others[half]!) < 32);
}

function relationOf(manager: Manager, left: Vector, right: Vector, condition: Node): Relation | undefined {
  if (left.length !== right.length) return undefined;
  const [same, less, more] = [equalTo(manager, left, right), below(manager, left, right), below(manager, right, left)];
  if (condition === same) return "==";
  if (condition === less) return "<";
  if (condition === more) return ">";
  const opposite = negated(manager, condition);
  if (opposite === same) return "!=";
  if (opposite === less) return ">=";
  return opposite === more ? "<=" : undefined;
}

/** Every way down, as masks: what is left when a condition has no better name. */
function cubes(manager: Manager, layout: Layout, condition: Node, limit: number): Named {
  const alternatives: (readonly Test[])[] = [];
  const chosen = new Map<Quantity, { mask: bigint; value: bigint }>();
  return { all: walk(condition), alternatives };

  function walk(node: Node): boolean {
    if (node === FALSE) return true;
    if (alternatives.length === limit) return false;
    if (node === TRUE) {
      alternatives.push(
        [...chosen].map(([of, { mask, value }]) => {
          const bits = mask > 0xffffffffn ? 64 : 32;
          return { kind: "masked", of, bits, mask, value, relation: "==" };
        }),
      );
      return true;
    }
    const level = manager.level(node);
    const word = layout.places[level]! >>> 5;
    const { of } = QUANTITIES.find(({ words }) => words.includes(word))!;
    const bit = bitAt(layout, level);
    const before = chosen.get(of);
    const { mask, value } = before ?? { mask: 0n, value: 0n };
    chosen.set(of, { mask: mask | bit, value });
    const lower = walk(manager.lo(node));
    chosen.set(of, { mask: mask | bit, value: value | bit });
    const upper = walk(manager.hi(node));
    if (before === undefined) chosen.delete(of);
    else chosen.set(of, before);
    return lower && upper;
  }
}
