// Values of one word to the node that decides each: ranges of equal verdict in, a search tree of JGE and JEQ out. Splits by
// JGE where the weights balance; a single value amid one verdict (a hole) costs one JEQ where splitting would cost two JGE,
// so holes are taken out where few ranges are left or where one outweighs the rest.

import { Bug } from "../diagnostics/diagnostic.ts";
import type { Node, WordTest } from "./dag.ts";

/** From `start` to the next range's start, or to the greatest value. */
export interface Range {
  readonly start: number;
  readonly node: Node;
  /** How often calls take it, relative to the others; positive. */
  readonly weight: number;
}

/** What is searched: a word of seccomp_data, cut by mask. */
export interface Word {
  readonly offset: number;
  readonly mask: number;
}

type Branching = (test: WordTest, yes: Node, no: Node) => Node;

/** ranges: ascending, the first at 0. */
export function dispatch(word: Word, ranges: readonly Range[], branch: Branching): Node {
  if (ranges[0]?.start !== 0) throw new Bug("dispatch: the ranges do not start at 0");
  return search(word, joinRanges(ranges), branch);
}

/** The same verdicts with neighbours of one verdict joined. */
export function joinRanges(ranges: readonly Range[]): readonly Range[] {
  const joined: Range[] = [];
  for (const range of ranges) {
    const last = joined.at(-1);
    if (last?.node !== range.node) joined.push(range);
    else joined[joined.length - 1] = { ...last, weight: last.weight + range.weight };
  }
  return joined;
}

/** With this many ranges left, two holes or fewer, a chain of JEQ is as short as any tree. */
const FEW = 5;

function search(word: Word, ranges: readonly Range[], branch: Branching): Node {
  if (ranges.length === 1) return ranges[0]!.node;
  const total = ranges.reduce((sum, range) => sum + range.weight, 0);
  const hole = heaviestHole(ranges);
  if (hole !== undefined && (ranges.length <= FEW || ranges[hole]!.weight * 2 >= total)) {
    const rest = search(word, joinRanges(ranges.toSpliced(hole, 1)), branch);
    return branch({ kind: "word", ...word, op: "jeq", k: ranges[hole]!.start }, ranges[hole]!.node, rest);
  }
  const middle = balancedSplit(ranges, total);
  const below = search(word, ranges.slice(0, middle), branch);
  const above = search(word, ranges.slice(middle), branch);
  return branch({ kind: "word", ...word, op: "jge", k: ranges[middle]!.start }, above, below);
}

function heaviestHole(ranges: readonly Range[]): number | undefined {
  let best: number | undefined;
  for (let i = 1; i + 1 < ranges.length; i++) {
    const isHole = ranges[i + 1]!.start === ranges[i]!.start + 1 && ranges[i - 1]!.node === ranges[i + 1]!.node;
    if (isHole && (best === undefined || ranges[i]!.weight > ranges[best]!.weight)) best = i;
  }
  return best;
}

/** The first range of the upper part: 1 or more, so that both parts have one. */
function balancedSplit(ranges: readonly Range[], total: number): number {
  let best = 1;
  let least = Number.POSITIVE_INFINITY;
  let below = 0;
  for (let i = 1; i < ranges.length; i++) {
    below += ranges[i - 1]!.weight;
    const difference = Math.abs(total - 2 * below);
    if (difference < least) [best, least] = [i, difference];
  }
  return best;
}
