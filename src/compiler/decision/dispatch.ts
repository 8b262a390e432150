// Values of one word to the node that decides each: ranges of equal verdict in, the search tree of JGE, JEQ and JSET out that
// costs least: each test its weight, the calls that make it, plus a price for its place in the program. Many ranges are
// halved by weight until search-tree.ts can try all ways to search them.

import { Bug } from "../diagnostics/diagnostic.ts";
import type { Node, WordTest } from "./dag.ts";
import { type Problem, type Search, searchTree } from "./search-tree.ts";

/** From `start` to the next range's start, or to the greatest value. */
export interface Range {
  readonly start: number;
  readonly node: Node;
  /** How often calls take it, relative to the others; not negative. */
  readonly weight: number;
}

/** What is searched: a word of seccomp_data, cut by mask. */
export interface Word {
  readonly offset: number;
  readonly mask: number;
}

type Branching = (test: WordTest, yes: Node, no: Node) => Node;

/** What a search costs besides the calls that make it, and how much is tried to find the cheapest. */
export type Effort = Pick<Problem, "price" | "small" | "window" | "heaviest">;

/** ranges: ascending, the first at 0. */
export function dispatch(word: Word, ranges: readonly Range[], effort: Effort, branch: Branching): Node {
  if (ranges[0]?.start !== 0) throw new Bug("dispatch: the ranges do not start at 0");
  const joined = joinRanges(ranges);
  const most = joined.length <= MOST ? MOST : PART;
  return halve(joined, word.mask);

  function halve(part: readonly Range[], last: number): Node {
    if (part.length <= most) return build(searchTree(problemOf(part, last, word.mask, effort)), part);
    const middle = balancedSplit(part);
    const k = part[middle]!.start;
    return test("jge", k, halve(part.slice(middle), last), halve(part.slice(0, middle), k - 1));
  }
  function build(tree: Search, part: readonly Range[]): Node {
    if (typeof tree === "number") return part[tree]!.node;
    return test(tree.op, tree.k, build(tree.yes, part), build(tree.no, part));
  }
  function test(op: WordTest["op"], k: number, yes: Node, no: Node): Node {
    // JSET looks at the bits of k alone, and k is within the mask.
    return branch({ kind: "word", ...word, op, k }, yes, no);
  }
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

/** Of so many ranges all ways to search are tried; no policy that was written by hand has had more. */
const MOST = 160;

/** More are halved by weight into parts of this size: the time then grows as their number. */
const PART = 16;

function problemOf(ranges: readonly Range[], last: number, mask: number, effort: Effort): Problem {
  const verdicts = new Map<Node, number>();
  for (const { node } of ranges) if (!verdicts.has(node)) verdicts.set(node, verdicts.size);
  return {
    first: Uint32Array.from(ranges, range => range.start),
    last: Uint32Array.from(ranges, (_, i) => (i + 1 < ranges.length ? ranges[i + 1]!.start - 1 : last)),
    verdict: Int32Array.from(ranges, range => verdicts.get(range.node)!),
    weight: Float64Array.from(ranges, range => range.weight),
    mask,
    ...effort,
  };
}

/** The first range of the upper part: 1 or more, so that both parts have one. */
function balancedSplit(ranges: readonly Range[]): number {
  const total = ranges.reduce((sum, range) => sum + range.weight, 0);
  // Where weights are equal the middle is best; a split far out of it would make the halving quadratic.
  const quarter = ranges.length >> 2;
  let best = ranges.length >> 1;
  let least = Number.POSITIVE_INFINITY;
  let below = 0;
  for (let i = 1; i < ranges.length - quarter; i++) {
    below += ranges[i - 1]!.weight;
    const difference = Math.abs(total - 2 * below);
    if (i >= quarter && difference < least) [best, least] = [i, difference];
  }
  return best;
}
