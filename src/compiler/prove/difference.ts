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
import { type Call, callOf, type Diagram, namedMachines, type Range, splitBy } from "./diagram.ts";
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
}

export function equal(left: Diagram, right: Diagram): boolean {
  sameManager(left, right);
  return left.root === right.root;
}

/** The smallest call that tells two diagrams apart, on a machine with a name if one will do. */
export function difference(left: Diagram, right: Diagram): Witness | undefined {
  sameManager(left, right);
  const splits = splitBy(left, WORD_ARCH, left.root, right.root).filter(split => split.left !== split.right);
  const named = namedMachines();
  for (const arch of [...named, ...splits.map(split => split.first)]) {
    const split = splits.find(({ first, last }) => first <= arch && arch <= last);
    if (split === undefined) continue;
    const words = new Uint32Array(WORDS);
    words[WORD_ARCH] = arch;
    return witness(left, words, split.left, split.right, (a, b) => a !== b);
  }
  return undefined;
}

/** Every run of numbers on which two diagrams disagree. */
export function differences(left: Diagram, right: Diagram): Comparison {
  sameManager(left, right);
  const changesOf = createChanges(left);
  const found: Difference[] = [];
  for (const machines of machinesThatDiffer(left, right)) {
    const arch = namedMachines().find(named => machines.ranges.some(r => r.first <= named && named <= r.last));
    for (const numbers of mergedRuns(left, machines, changesOf)) {
      for (const change of CHANGES) {
        if ((numbers.changes & BIT[change]) === 0) continue;
        const words = new Uint32Array(WORDS);
        words[WORD_ARCH] = arch ?? machines.ranges[0]!.first;
        words[WORD_NR] = numbers.first;
        found.push({
          arches: machines.ranges,
          numbers: { first: numbers.first, last: numbers.last },
          change,
          witness: witness(left, words, numbers.left, numbers.right, (a, b) => (changesOf(a, b) & BIT[change]) !== 0),
        });
      }
    }
  }
  return { relation: relationOf(found), differences: found };
}

function sameManager(left: Diagram, right: Diagram): void {
  if (left.manager !== right.manager) throw new Bug("diagrams of two managers have nothing in common");
}

function relationOf(found: readonly Difference[]): Comparison["relation"] {
  const changes = new Set(found.map(({ change }) => change));
  if (changes.size === 0) return "equal";
  const [only] = changes;
  return changes.size === 1 && only !== "other" && only !== undefined ? only : "incomparable";
}

interface Machines {
  readonly ranges: readonly Range[];
  readonly left: Node;
  readonly right: Node;
}

/** Machines that share their pair of diagrams are one: "every other machine" is some ten ranges of arch. */
function machinesThatDiffer(left: Diagram, right: Diagram): readonly Machines[] {
  const machines = new Map<string, { ranges: Range[]; left: Node; right: Node }>();
  for (const { first, last, left: a, right: b } of splitBy(left, WORD_ARCH, left.root, right.root)) {
    if (a === b) continue;
    const key = `${a} ${b}`;
    const same = machines.get(key);
    if (same === undefined) machines.set(key, { ranges: [{ first, last }], left: a, right: b });
    else same.ranges.push({ first, last });
  }
  return [...machines.values()];
}

interface Run extends Range {
  readonly changes: number;
  readonly left: Node;
  readonly right: Node;
}

/** Neighbouring numbers that change alike, whatever the diagrams behind them. */
function mergedRuns(diagram: Diagram, { left, right }: Machines, changesOf: ChangesOf): readonly Run[] {
  const runs: Run[] = [];
  for (const split of splitBy(diagram, WORD_NR, left, right)) {
    const changes = changesOf(split.left, split.right);
    if (changes === 0) continue;
    const before = runs.at(-1);
    if (before?.changes === changes && before.last + 1 === split.first)
      runs[runs.length - 1] = { ...before, last: split.last };
    else runs.push({ ...split, changes });
  }
  return runs;
}

const CHANGES: readonly Change[] = ["wider", "narrower", "other"];
const BIT: { readonly [change in Change]: number } = { wider: 1, narrower: 2, other: 4 };

/** The changes that some call makes between two nodes, as a set of BIT. */
type ChangesOf = (left: Node, right: Node) => number;

function createChanges({ manager }: Diagram): ChangesOf {
  const done = new Map<number, number>();
  return function changesOf(left, right) {
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
export function changeOf(left: number, right: number): Change {
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
