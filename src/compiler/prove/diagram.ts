// Walks over a finished diagram: fix some words, look a call up, find an example call for each leaf, split by number. In: a
// root and the manager and layout it lives in; out: plain data. Invariant: an example is the smallest call of its kind: the
// bits that do not matter are 0, and those that do are 0 where they can be.

import { ARCHES, auditArch } from "../abi/arch.ts";
import type { SeccompData } from "../bpf/instruction.ts";
import { type Manager, type Node, TERMINAL } from "./bdd.ts";
import {
  argWord,
  type Layout,
  WORD_ARCH,
  WORD_IP_HI,
  WORD_IP_LO,
  WORD_NR,
  WORD_TICKET_HI,
  WORD_TICKET_LO,
  WORDS,
  type Word,
} from "./layout.ts";

/** A function from calls to numbers: ret words, or indices of labels. Only diagrams of one manager can be compared. */
export interface Diagram {
  readonly manager: Manager;
  readonly layout: Layout;
  readonly root: Node;
}

/** A call, and the ticket its launcher has drawn (0 where none plays a part). */
export interface Call {
  readonly data: SeccompData;
  readonly ticket: bigint;
}

/** Values of a word, both ends included. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

/**
 * The diagram of all calls in which some words have known values; those words no longer occur in it.
 * The one walk here that makes nodes: throws BudgetExceeded.
 */
export function restrict(diagram: Diagram, known: ReadonlyMap<Word, number>): Diagram {
  const { manager, layout } = diagram;
  const done = new Map<Node, Node>();
  return { ...diagram, root: restricted(diagram.root) };

  function restricted(node: Node): Node {
    const level = manager.level(node);
    if (level === TERMINAL) return node;
    let result = done.get(node);
    if (result !== undefined) return result;
    const place = layout.places[level]!;
    const value = known.get(place >>> 5);
    if (value === undefined) {
      // Children keep their order, so the node above them is made directly.
      result = manager.make(level, restricted(manager.lo(node)), restricted(manager.hi(node)));
    } else {
      result = restricted((value >>> (place & 31)) & 1 ? manager.hi(node) : manager.lo(node));
    }
    done.set(node, result);
    return result;
  }
}

/** What is left of a diagram on one machine; only for layouts that have number parts. */
export function onMachine({ manager, layout, root }: Diagram, arch: number): Node {
  const end = layout.levels[WORD_ARCH * 32]!;
  let node = root;
  for (let level = manager.level(node); level <= end; level = manager.level(node)) {
    node = (arch >>> (end - level)) & 1 ? manager.hi(node) : manager.lo(node);
  }
  return node;
}

/** What the diagram says of one call. */
export function valueAt({ manager, layout, root }: Diagram, call: Call): number {
  const words = wordsOf(call);
  let node = root;
  for (let level = manager.level(node); level !== TERMINAL; level = manager.level(node)) {
    const place = layout.places[level]!;
    node = (words[place >>> 5]! >>> (place & 31)) & 1 ? manager.hi(node) : manager.lo(node);
  }
  return manager.value(node);
}

export interface LeafExample extends Call {
  readonly value: number;
}

/** Every value the diagram can give, each with its smallest call; machines with a name are tried before others. */
export function leaves(diagram: Diagram): readonly LeafExample[] {
  const { manager, layout, root } = diagram;
  const words = new Uint32Array(WORDS);
  const found = new Map<number, LeafExample>();
  const seen = new Set<Node>();
  for (const arch of layout.hasNumberParts ? namedMachines() : []) {
    words[WORD_ARCH] = arch;
    visit(onMachine(diagram, arch));
  }
  words[WORD_ARCH] = 0;
  visit(root);
  return [...found.values()].sort((a, b) => a.value - b.value);

  // 0 before 1, so the first way to a node is its smallest; a node seen before leads to nothing new.
  function visit(node: Node): void {
    if (seen.has(node)) return;
    seen.add(node);
    const level = manager.level(node);
    if (level === TERMINAL) {
      const value = manager.value(node);
      if (!found.has(value)) found.set(value, { value, ...callOf(words) });
      return;
    }
    const place = layout.places[level]!;
    visit(manager.lo(node));
    words[place >>> 5]! |= 1 << (place & 31);
    visit(manager.hi(node));
    words[place >>> 5]! &= ~(1 << (place & 31));
  }
}

/** The values of arch or nr on which two diagrams keep the same pair of continuations. */
export interface Split extends Range {
  readonly left: Node;
  readonly right: Node;
}

export interface Splits {
  /** Ascending, from 0 on without a gap. */
  readonly runs: readonly Split[];
  /** False when there are more than MAX_RUNS: the rest is left out. */
  readonly complete: boolean;
}

/** More runs than this come from tests of single bits (`nr & 1` has 2^31) in a foreign program; nobody reads such a list. */
const MAX_RUNS = 1 << 14;

/**
 * Splits two nodes by one word, which has to come first in both: arch in a whole diagram, nr in what is left of it then. Only
 * for layouts that have number parts.
 */
export function splitBy({ manager, layout }: Omit<Diagram, "root">, word: Word, left: Node, right: Node): Splits {
  const start = layout.levels[word * 32 + 31]!;
  const runs: { first: number; last: number; left: Node; right: Node }[] = [];
  const complete = block(0, 0, left, right);
  return { runs, complete };

  /** Values from `base` on whose first `depth` bits are decided. */
  function block(depth: number, base: number, a: Node, b: Node): boolean {
    const [levelA, levelB] = [manager.level(a), manager.level(b)];
    if (Math.min(levelA, levelB) >= start + 32) {
      const last = base + 2 ** (32 - depth) - 1;
      const before = runs.at(-1);
      if (before?.left === a && before.right === b) before.last = last;
      else runs.push({ first: base, last, left: a, right: b });
      return runs.length <= MAX_RUNS;
    }
    const [testsA, testsB] = [levelA === start + depth, levelB === start + depth];
    const middle = base + 2 ** (31 - depth);
    return (
      block(depth + 1, base, testsA ? manager.lo(a) : a, testsB ? manager.lo(b) : b) &&
      block(depth + 1, middle, testsA ? manager.hi(a) : a, testsB ? manager.hi(b) : b)
    );
  }
}

/** The audit arches that have a name, each once. */
export function namedMachines(): readonly number[] {
  return [...new Set(ARCHES.map(auditArch))];
}

/** The call whose words these are. */
export function callOf(words: Uint32Array): Call {
  const quad = (hi: Word, lo: Word): bigint =>
    words[hi] === 0 ? BigInt(words[lo]!) : (BigInt(words[hi]!) << 32n) | BigInt(words[lo]!);
  const arg = (index: number): bigint => quad(argWord(index, "hi"), argWord(index, "lo"));
  return {
    data: {
      nr: words[WORD_NR]!,
      arch: words[WORD_ARCH]!,
      instruction_pointer: quad(WORD_IP_HI, WORD_IP_LO),
      args: [arg(0), arg(1), arg(2), arg(3), arg(4), arg(5)],
    },
    ticket: quad(WORD_TICKET_HI, WORD_TICKET_LO),
  };
}

function wordsOf({ data, ticket }: Call): Uint32Array {
  const words = new Uint32Array(WORDS);
  words[WORD_NR] = data.nr;
  words[WORD_ARCH] = data.arch;
  const put = (hi: Word, lo: Word, value: bigint): void => {
    words[hi] = Number((value >> 32n) & 0xffffffffn);
    words[lo] = Number(value & 0xffffffffn);
  };
  put(WORD_IP_HI, WORD_IP_LO, data.instruction_pointer);
  for (const [index, value] of data.args.entries()) put(argWord(index, "hi"), argWord(index, "lo"), value);
  put(WORD_TICKET_HI, WORD_TICKET_LO, ticket);
  return words;
}
