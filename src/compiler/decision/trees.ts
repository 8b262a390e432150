// The pass that makes search trees of comparisons of one word, whichever rules they come from: numbers, sets of values, a rule
// for each value. DAG in, DAG out. A region is a head and the comparisons of the same word below it that are reached over
// the region only; as such it is nothing but a function from the word's values to the nodes it leads to, and dispatch()
// builds it anew by what calls take which way. Nodes that somebody else leads to stay outside, so nothing is copied. A tree
// is faster than a chain but up to half as long again; generate() leaves chains where the program would not fit.

import { OFFSET_ARCH, OFFSET_NR } from "../bpf/instruction.ts";
import type { Origin } from "../policy/model.ts";
import type { Cost } from "./cost.ts";
import { type Branch, type Dag, type Node, topological } from "./dag.ts";
import { dispatch, type Range, type Word } from "./dispatch.ts";
import { type Flows, flowsOf } from "./flow.ts";

/** One comparison is what it is. */
const WORTH = 2;

export function searchWords(root: Node, dag: Dag, cost: Cost): Node {
  return regionsToTrees(root, dag, cost, WORTH);
}

export function searchNumbers(root: Node, dag: Dag, cost: Cost): Node {
  return regionsToTrees(root, dag, cost, Number.POSITIVE_INFINITY);
}

/** least: comparisons of an argument that are left as they are when fewer. */
function regionsToTrees(root: Node, dag: Dag, cost: Cost, least: number): Node {
  const order = topological(root);
  const flows = flowsOf(root, cost);
  const regions = findRegions(order, flows, least);
  const inside = new Set([...regions.values()].flatMap(({ head, members }) => members.filter(node => node !== head)));
  const rebuilt = new Map<Node, Node>();
  for (const node of order.toReversed()) {
    if (node.kind === "leaf") rebuilt.set(node, node);
    else if (!inside.has(node)) {
      const region = regions.get(node);
      const [yes, no] = [rebuilt.get(node.yes), rebuilt.get(node.no)];
      if (region !== undefined) rebuilt.set(node, rebuild(region, rebuilt, flows.auditOf(node), cost, dag));
      else if (yes === node.yes && no === node.no) rebuilt.set(node, node);
      else rebuilt.set(node, dag.branch(node.test, yes!, no!, dag.originsOf(node)));
    }
  }
  return rebuilt.get(root)!;
}

interface Region {
  readonly head: Branch;
  readonly word: Word;
  readonly members: readonly Branch[];
  /** Where each value of the word leads; ascending, from 0 to the greatest, without gaps. */
  readonly ranges: readonly Piece[];
}

/** Values from first to last that all lead to a node, and how many calls have them. */
interface Piece extends Interval {
  readonly to: Node;
  readonly weight: number;
}

/** By head. No node is in two regions. */
function findRegions(order: readonly Node[], flows: Flows, least: number): ReadonlyMap<Node, Region> {
  const edges = new Map<Node, number>();
  for (const node of order) {
    if (node.kind === "leaf") continue;
    for (const to of [node.yes, node.no]) edges.set(to, (edges.get(to) ?? 0) + 1);
  }
  const regions = new Map<Node, Region>();
  const settled = new Set<Node>();
  for (const node of order) {
    const word = settled.has(node) ? undefined : comparedWord(node);
    if (node.kind === "leaf" || word === undefined) continue;
    const region = grow(node, word, edges, flows);
    if (region.members.length >= least || word.offset === OFFSET_NR) regions.set(node, region);
    // A member's own region would be a part of this one, so too small as well.
    for (const member of region.members) settled.add(member);
  }
  return regions;
}

/** The arch is left out: there are few, and the target's own comes first. */
function comparedWord(node: Node): Word | undefined {
  if (node.kind === "leaf" || node.test.kind !== "word") return undefined;
  const { offset, mask, op, k } = node.test;
  if (offset === OFFSET_ARCH) return undefined;
  return { offset, mask: op === "jset" ? k : mask };
}

/** Values from first to last, both included. */
interface Interval {
  readonly first: number;
  readonly last: number;
}

/** What has come into a node from the region: over how many edges, and which values, disjoint. */
interface Arrival {
  edges: number;
  readonly pieces: Piece[];
}

function grow(head: Branch, word: Word, edges: ReadonlyMap<Node, number>, flows: Flows): Region {
  const arrivals = new Map<Node, Arrival>();
  const members: Branch[] = [];
  const ready: { readonly node: Branch; readonly values: Interval[] }[] = [
    { node: head, values: [{ first: 0, last: word.mask }] },
  ];
  for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
    const { node, values } = next;
    members.push(node);
    const { yes, no } = split(node, word, values);
    const flow = flows.of(node);
    for (const [to, part, calls] of [
      [node.yes, yes, flow.yes],
      [node.no, no, flow.no],
    ] as const) {
      const arrival = arrivals.get(to) ?? { edges: 0, pieces: [] };
      arrivals.set(to, arrival);
      arrival.edges++;
      const isInner = arrival.edges === edges.get(to) && to.kind === "branch" && compares(to, word);
      if (isInner && arrival.pieces.length === 0) {
        // Chains hand on long lists: not copied.
        arrivals.delete(to);
        ready.push({ node: to, values: part });
        continue;
      }
      const weight = calls / part.length;
      for (const { first, last } of part) arrival.pieces.push({ first, last, to, weight });
      if (isInner) {
        arrivals.delete(to);
        ready.push({ node: to, values: ascending(arrival.pieces) });
      }
    }
  }
  const ranges = ascending([...arrivals.values()].flatMap(({ pieces }) => pieces));
  return { head, word, members, ranges };
}

function ascending<T extends Interval>(pieces: readonly T[]): T[] {
  return pieces.toSorted((a, b) => a.first - b.first);
}

function compares(node: Branch, word: Word): boolean {
  const other = comparedWord(node);
  return other !== undefined && other.offset === word.offset && other.mask === word.mask;
}

/** Cuts the list in two; takes it over, since chains hand on long ones. */
function split(node: Branch, word: Word, values: Interval[]): { readonly yes: Interval[]; readonly no: Interval[] } {
  if (node.test.kind !== "word") return { yes: [], no: values };
  const { op, k } = node.test;
  switch (op) {
    case "jge": {
      const upper = cut(values, k, word.mask);
      return { yes: upper, no: values };
    }
    case "jeq":
      return { yes: cut(values, k, k), no: values };
    case "jset":
      return { no: cut(values, 0, 0), yes: values };
  }
}

/** Takes the values from first to last out of the list and returns them. */
function cut(values: Interval[], first: number, last: number): Interval[] {
  let from = 0;
  for (let end = values.length; from < end; ) {
    const middle = (from + end) >> 1;
    if (values[middle]!.last < first) from = middle + 1;
    else end = middle;
  }
  let to = from;
  while (to < values.length && values[to]!.first <= last) to++;
  const hit = values.slice(from, to);
  if (hit.length === 0) return [];
  const left = hit[0]!.first < first ? [{ first: hit[0]!.first, last: first - 1 }] : [];
  const right = hit.at(-1)!.last > last ? [{ first: last + 1, last: hit.at(-1)!.last }] : [];
  values.splice(from, to - from, ...left, ...right);
  return hit.map(part => ({ first: Math.max(part.first, first), last: Math.min(part.last, last) }));
}

function rebuild(
  { word, members, ranges }: Region,
  rebuilt: ReadonlyMap<Node, Node>,
  audit: number | undefined,
  cost: Cost,
  dag: Dag,
): Node {
  const origins = originsAt(members, dag);
  const weighted = ranges.map(({ first, last, to, weight }): Range => {
    const node = rebuilt.get(to)!;
    return { start: first, node, weight: audit === undefined ? weight : cost.ofNumbers(audit, first, last, node) };
  });
  return dispatch(word, weighted, cost.effort, (test, yes, no) => dag.branch(test, yes, no, origins.get(test.k)));
}

/** Which rules ask for a border of the ranges: those of the comparisons it comes from. */
function originsAt(members: readonly Branch[], dag: Dag): ReadonlyMap<number, readonly Origin[]> {
  const origins = new Map<number, readonly Origin[]>();
  for (const member of members) {
    if (member.test.kind !== "word") continue;
    const { op, k } = member.test;
    // A JEQ has a border on either side of its value.
    const borders = op === "jge" ? [k] : op === "jeq" ? [k, k + 1] : [0, 1];
    for (const border of borders) {
      origins.set(border, [...new Set([...(origins.get(border) ?? []), ...dag.originsOf(member)])]);
    }
  }
  return origins;
}
