// What no program that compares can be below: loads of arch and nr, one test of the arch and the return, the comparisons of
// the cheapest search tree of JGE and JEQ for the numbers under the given weights, and for a call's arguments one load of
// each word and the tests of the cheapest searches. In: a decision DAG behind its passes, and calls with their weights; out:
// instructions. Programs can be below it where a bit test takes the place of several comparisons of numbers.

import { argOffset, OFFSET_ARCH, OFFSET_NR, type SeccompData } from "../bpf/instruction.ts";
import { THOROUGH } from "../decision/cost.ts";
import type { Node } from "../decision/dag.ts";
import { joinRanges, type Range } from "../decision/dispatch.ts";
import { isTestOf, passes } from "../decision/flow.ts";
import { type Search, searchTree } from "../decision/search-tree.ts";

export interface WeighedData {
  readonly data: SeccompData;
  readonly weight: number;
}

/** ld arch, jeq arch, ld nr, ret. */
const FIXED = 4;

/** The mean over the calls; all of one audit arch, which the DAG tests first. */
export function boundOf(root: Node, calls: readonly WeighedData[]): number {
  const total = calls.reduce((sum, { weight }) => sum + weight, 0);
  const head = searchOf(root, calls[0]?.data.arch ?? 0);
  const nodes = calls.map(({ data }) => behind(head, data.nr));
  const weights = new Map<number, number>();
  for (const { data, weight } of calls) weights.set(data.nr, (weights.get(data.nr) ?? 0) + weight);
  const ranges = joinRanges(rangesOf(head, weights));
  const search = calls.reduce((sum, { weight }, i) => sum + weight * argumentCost(nodes[i]!, calls[i]!.data), 0);
  return FIXED + (comparisons(ranges) + search) / total;
}

/** Where the search for a number begins. */
function searchOf(root: Node, audit: number): Node {
  let node = root;
  while (isTestOf(node, OFFSET_ARCH)) node = node.test.kind === "word" && node.test.k === audit ? node.yes : node.no;
  return node;
}

function behind(head: Node, nr: number): Node {
  let node = head;
  while (isTestOf(node, OFFSET_NR)) node = passes(node.test, nr) ? node.yes : node.no;
  return node;
}

/** Every number at which another verdict can begin is next to one that the search compares with, or a call's own. */
function rangesOf(head: Node, weights: ReadonlyMap<number, number>): readonly Range[] {
  const starts = new Set([0]);
  const add = (nr: number): void => {
    starts.add(nr);
    if (nr < 0xffffffff) starts.add(nr + 1);
  };
  for (const nr of weights.keys()) add(nr);
  const stack: Node[] = [head];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (!isTestOf(node, OFFSET_NR) || node.test.kind !== "word") continue;
    // A bit test is the search's own abbreviation: what it decides has borders where the bits change.
    if (node.test.op === "jset") for (let nr = 0; nr <= 0x3ff; nr++) add(nr);
    else add(node.test.k);
    stack.push(node.yes, node.no);
  }
  return [...starts]
    .sort((a, b) => a - b)
    .map(start => ({ start, node: behind(head, start), weight: weights.get(start) ?? 0 }));
}

/** Executed by all calls together. */
function comparisons(ranges: readonly Range[]): number {
  const verdicts = new Map<Node, number>();
  for (const { node } of ranges) if (!verdicts.has(node)) verdicts.set(node, verdicts.size);
  const search = searchTree({
    first: Uint32Array.from(ranges, range => range.start),
    last: Uint32Array.from(ranges, (_, i) => (ranges[i + 1]?.start ?? 0x100000000) - 1),
    verdict: Int32Array.from(ranges, range => verdicts.get(range.node)!),
    weight: Float64Array.from(ranges, range => range.weight),
    price: 1e-9,
    mask: 0,
    ...THOROUGH,
  });
  return ranges.reduce((sum, { start, weight }) => sum + weight * depthOf(search, start), 0);
}

function depthOf(search: Search, value: number): number {
  let depth = 0;
  let at = search;
  for (; typeof at !== "number"; depth++) at = (at.op === "jge" ? value >= at.k : value === at.k) ? at.yes : at.no;
  return depth;
}

/** Instructions below the search for the number, the return left out. */
function argumentCost(from: Node, { args }: SeccompData): number {
  const at = (offset: number): number => {
    const index = (offset - argOffset(0, "lo")) >> 3;
    const shift = offset === argOffset(index, "lo") ? 0n : 32n;
    return Number(BigInt.asUintN(32, args[index]! >> shift));
  };
  let cost = 0;
  let held = "";
  let node = from;
  while (node.kind === "branch") {
    const { test } = node;
    switch (test.kind) {
      case "word": {
        const cut = test.op === "jset" || test.mask === 0xffffffff ? "" : ` & ${test.mask}`;
        const word = `${test.offset}${cut}`;
        if (held !== word) cost += cut === "" ? 1 : 2;
        held = word;
        cost++;
        node = passes(test, (at(test.offset) & test.mask) >>> 0) ? node.yes : node.no;
        break;
      }
      case "pair": {
        const [left, right] = [at(test.left) & test.mask, at(test.right) & test.mask].map(word => word >>> 0);
        cost += 4;
        held = `${test.left}`;
        node = (test.op === "jeq" ? left === right : left! >= right!) ? node.yes : node.no;
        break;
      }
      case "ticket":
        cost += 7;
        node = node.no;
    }
  }
  return cost;
}
