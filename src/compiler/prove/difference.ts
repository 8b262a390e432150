// Where two filters disagree, and which way. In: two diagrams of one manager; out: witness calls, and one entry for each
// run of numbers that differ alike. Invariant: an empty list means the same root node, hence the same answer to every call.

import {
  SECCOMP_RET_ACTION_FULL,
  SECCOMP_RET_ALLOW,
  SECCOMP_RET_ERRNO,
  SECCOMP_RET_KILL_PROCESS,
  SECCOMP_RET_KILL_THREAD,
  SECCOMP_RET_LOG,
  SECCOMP_RET_TRACE,
  SECCOMP_RET_TRAP,
  SECCOMP_RET_USER_NOTIF,
} from "../bpf/instruction.ts";
import { Bug } from "../diagnostics/diagnostic.ts";
import { type Node, TERMINAL } from "./bdd.ts";
import { type Call, callOf, type Diagram, namedMachines, onMachine, type Range, splitBy } from "./diagram.ts";
import { WORD_ARCH, WORD_NR, WORDS } from "./layout.ts";

/** What right does to a call, seen from left: it lets more happen, or less, or something else of the same strictness. */
export type Change = "wider" | "narrower" | "other";

/** A call on which two filters disagree, and the ret word of each. */
export interface Witness extends Call {
  readonly left: number;
  readonly right: number;
}

/** Calls that change alike: machines (as ranges of seccomp_data.arch) times numbers. Other calls in them may be equal. */
export interface Difference {
  readonly arches: readonly Range[];
  readonly numbers: Range;
  readonly change: Change;
  readonly witness: Witness;
}

export interface Comparison {
  /** Of right against left; incomparable when it widens here and narrows there, or changes an errno. */
  readonly relation: "equal" | "narrower" | "wider" | "incomparable";
  readonly differences: readonly Difference[];
  /** False when the list was cut; the relation holds all the same. */
  readonly complete: boolean;
}

export function equal(left: Diagram, right: Diagram): boolean {
  sameManager(left, right);
  return left.root === right.root;
}

/** The smallest call that tells two diagrams apart, on a machine with a name if one will do. */
export function difference(left: Diagram, right: Diagram): Witness | undefined {
  sameManager(left, right);
  if (left.root === right.root) return undefined;
  const differ = (a: Node, b: Node): boolean => a !== b;
  for (const arch of left.layout.hasNumberParts ? namedMachines() : []) {
    const [a, b] = [onMachine(left, arch), onMachine(right, arch)];
    if (a === b) continue;
    const words = new Uint32Array(WORDS);
    words[WORD_ARCH] = arch;
    return witness(left, words, a, b, differ);
  }
  return witness(left, new Uint32Array(WORDS), left.root, right.root, differ);
}

/** Every run of numbers on which two diagrams disagree. `complete` is false when there are too many to be listed. */
export function differences(left: Diagram, right: Diagram): Comparison {
  sameManager(left, right);
  const changesOf = createChanges(left);
  const relation = relationOf(changesOf(left.root, right.root));
  // A program that compares nr with an argument has no list by numbers; difference() still has its witness.
  if (!left.layout.hasNumberParts) return { relation, differences: [], complete: relation === "equal" };
  const found: Difference[] = [];
  const machines = machinesThatDiffer(left, right);
  let { complete } = machines;
  for (const machine of machines.list) {
    const arch = namedMachines().find(named => machine.ranges.some(r => r.first <= named && named <= r.last));
    const runs = runsThatDiffer(left, machine, changesOf);
    complete &&= runs.complete;
    for (const { first, last, changes, left: a, right: b } of runs.list) {
      for (const change of CHANGES.filter(each => changes & BIT[each])) {
        const words = new Uint32Array(WORDS);
        words[WORD_ARCH] = arch ?? machine.ranges[0]!.first;
        words[WORD_NR] = first;
        const differ = (l: Node, r: Node): boolean => (changesOf(l, r) & BIT[change]) !== 0;
        const numbers = { first, last };
        found.push({ arches: machine.ranges, numbers, change, witness: witness(left, words, a, b, differ) });
      }
    }
  }
  return { relation, differences: found, complete };
}

function sameManager(left: Diagram, right: Diagram): void {
  if (left.manager !== right.manager) throw new Bug("diagrams of two managers have nothing in common");
}

function relationOf(changes: number): Comparison["relation"] {
  switch (changes) {
    case 0:
      return "equal";
    case BIT.wider:
      return "wider";
    case BIT.narrower:
      return "narrower";
    default:
      return "incomparable";
  }
}

interface Some<Item> {
  readonly list: readonly Item[];
  readonly complete: boolean;
}

interface Machine {
  readonly ranges: readonly Range[];
  readonly left: Node;
  readonly right: Node;
}

/** Machines that share their pair of diagrams are one: "every other machine" is some ten ranges of arch. */
function machinesThatDiffer(left: Diagram, right: Diagram): Some<Machine> {
  const machines = new Map<string, { ranges: Range[]; left: Node; right: Node }>();
  const { runs, complete } = splitBy(left, WORD_ARCH, left.root, right.root);
  for (const { first, last, left: a, right: b } of runs) {
    if (a === b) continue;
    const key = `${a} ${b}`;
    const same = machines.get(key);
    if (same === undefined) machines.set(key, { ranges: [{ first, last }], left: a, right: b });
    else same.ranges.push({ first, last });
  }
  return { list: [...machines.values()], complete };
}

interface Run extends Range {
  readonly changes: number;
  readonly left: Node;
  readonly right: Node;
}

/** Neighbouring numbers that change alike, whatever the diagrams behind them. */
function runsThatDiffer(diagram: Diagram, { left, right }: Machine, changesOf: ChangesOf): Some<Run> {
  const list: Run[] = [];
  const { runs, complete } = splitBy(diagram, WORD_NR, left, right);
  for (const split of runs) {
    const changes = changesOf(split.left, split.right);
    if (changes === 0) continue;
    const before = list.at(-1);
    if (before?.changes === changes && before.last + 1 === split.first)
      list[list.length - 1] = { ...before, last: split.last };
    else list.push({ ...split, changes });
  }
  return { list, complete };
}

const CHANGES: readonly Change[] = ["wider", "narrower", "other"];
const BIT = { wider: 1, narrower: 2, other: 4 } as const satisfies { readonly [change in Change]: number };

/** The changes that some call makes between two nodes, as a set of BIT. */
type ChangesOf = (left: Node, right: Node) => number;

function createChanges({ manager }: Diagram): ChangesOf {
  const done = new Map<number, number>();
  return function changesOf(left, right): number {
    if (left === right) return 0;
    const [a, b] = [manager.level(left), manager.level(right)];
    if (a === TERMINAL && b === TERMINAL) return BIT[changeOf(manager.value(left), manager.value(right))];
    const key = left * 2 ** 26 + right; // a node number is below 2^26 in any budget that memory allows
    const known = done.get(key);
    if (known !== undefined) return known;
    const level = Math.min(a, b);
    const lo = changesOf(a === level ? manager.lo(left) : left, b === level ? manager.lo(right) : right);
    const hi = changesOf(a === level ? manager.hi(left) : left, b === level ? manager.hi(right) : right);
    done.set(key, lo | hi);
    return lo | hi;
  };
}

/** Strictest first: the order in which the kernel lets one of several filters win (SECCOMP_RET_*, linux/seccomp.h). */
const STRICTNESS: readonly number[] = [
  SECCOMP_RET_KILL_PROCESS,
  SECCOMP_RET_KILL_THREAD,
  SECCOMP_RET_TRAP,
  SECCOMP_RET_ERRNO,
  SECCOMP_RET_USER_NOTIF,
  SECCOMP_RET_TRACE,
  SECCOMP_RET_LOG,
  SECCOMP_RET_ALLOW,
];

/** What a step from one ret word to another means. */
function changeOf(left: number, right: number): Change {
  const [before, after] = [strictness(left), strictness(right)];
  if (before === after) return "other";
  return after > before ? "wider" : "narrower";
}

function strictness(ret: number): number {
  const at = STRICTNESS.indexOf((ret & SECCOMP_RET_ACTION_FULL) >>> 0);
  return Math.max(at, 0); // __seccomp_filter ends the process for an action that it does not know
}

/** Walks down two nodes where they differ as asked, 0 before 1. */
function witness(
  { manager, layout }: Diagram,
  words: Uint32Array,
  left: Node,
  right: Node,
  differ: (left: Node, right: Node) => boolean,
): Witness {
  let [a, b] = [left, right];
  for (;;) {
    const level = Math.min(manager.level(a), manager.level(b));
    if (level === TERMINAL) return { ...callOf(words), left: manager.value(a), right: manager.value(b) };
    const [aTests, bTests] = [manager.level(a) === level, manager.level(b) === level];
    const [aLo, bLo] = [aTests ? manager.lo(a) : a, bTests ? manager.lo(b) : b];
    if (differ(aLo, bLo)) {
      [a, b] = [aLo, bLo];
    } else {
      [a, b] = [aTests ? manager.hi(a) : a, bTests ? manager.hi(b) : b];
      const place = layout.places[level]!;
      words[place >>> 5]! |= 1 << (place & 31);
    }
  }
}
