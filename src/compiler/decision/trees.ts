// The pass that turns chains of comparisons of one word into search trees, whichever rules the comparisons come from: sets of
// values, or a rule for each value. DAG in, DAG out. A region is a head and the comparisons of the same word below it that
// are reached over the region only; as such it is nothing but a function from the word's values to the nodes it leads to,
// and dispatch() builds it anew. Nodes that somebody else leads to stay outside, so nothing is copied. A tree is shorter to
// run than a chain but up to half as long again, so short chains stay; generate() leaves more of them when the program would
// not fit.

import { OFFSET_ARCH, OFFSET_NR } from "../bpf/instruction.ts";
import type { Origin } from "../policy/model.ts";
import { type Branch, type Dag, type Node, topological } from "./dag.ts";
import { dispatch, type Range, type Word } from "./dispatch.ts";

/** A chain of fewer comparisons is as good as a tree. */
const WORTH = 4;

export function chainsToTrees(root: Node, dag: Dag): Node {
  return regionsToTrees(root, dag, WORTH);
}

/** With which a tree is many times shorter to run. */
const LONG = 24;

export function longChainsToTrees(root: Node, dag: Dag): Node {
  return regionsToTrees(root, dag, LONG);
}

function regionsToTrees(root: Node, dag: Dag, least: number): Node {
  const order = topological(root);
  const regions = findRegions(order, least);
  const inside = new Set([...regions.values()].flatMap(({ head, members }) => members.filter(node => node !== head)));
  const rebuilt = new Map<Node, Node>();
  for (const node of order.toReversed()) {
    if (node.kind === "leaf") rebuilt.set(node, node);
    else if (!inside.has(node)) {
      const region = regions.get(node);
      const [yes, no] = [rebuilt.get(node.yes), rebuilt.get(node.no)];
      if (region !== undefined) rebuilt.set(node, rebuild(region, rebuilt, dag));
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
  /** Where each value of the word leads; ascending, from 0. */
  readonly ranges: readonly { readonly start: number; readonly to: Node }[];
}

/** By head. No node is in two regions. */
function findRegions(order: readonly Node[], least: number): ReadonlyMap<Node, Region> {
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
    const region = grow(node, word, edges);
    if (region.members.length >= least) regions.set(node, region);
    // A member's own region would be a part of this one, so too small as well.
    for (const member of region.members) settled.add(member);
  }
  return regions;
}

/** nr and arch are left out: dispatch() has built those, with weights. */
function comparedWord(node: Node): Word | undefined {
  if (node.kind === "leaf" || node.test.kind !== "word") return undefined;
  const { offset, mask, op, k } = node.test;
  if (offset === OFFSET_NR || offset === OFFSET_ARCH) return undefined;
  return { offset, mask: op === "jset" ? k : mask };
}

/** Values from first to last, both included. */
interface Interval {
  readonly first: number;
  readonly last: number;
}

/** What has come into a node from the region: over how many edges, and which values, disjoint and ascending. */
interface Arrival {
  edges: number;
  values: Interval[];
}

function grow(head: Branch, word: Word, edges: ReadonlyMap<Node, number>): Region {
  const arrivals = new Map<Node, Arrival>([[head, { edges: 0, values: [{ first: 0, last: word.mask }] }]]);
  const members: Branch[] = [];
  const ready: Branch[] = [head];
  for (let node = ready.pop(); node !== undefined; node = ready.pop()) {
    members.push(node);
    const { values } = arrivals.get(node)!;
    arrivals.delete(node);
    const { yes, no } = split(node, word, values);
    for (const [to, part] of [
      [node.yes, yes],
      [node.no, no],
    ] as const) {
      const arrival = arrivals.get(to) ?? { edges: 0, values: [] };
      arrivals.set(to, arrival);
      arrival.edges++;
      arrival.values = arrival.values.length === 0 ? part : unite(arrival.values, part);
      if (arrival.edges === edges.get(to) && to.kind === "branch" && compares(to, word)) ready.push(to);
    }
  }
  const ranges = [...arrivals].flatMap(([to, { values }]) => values.map(({ first }) => ({ start: first, to })));
  return { head, word, members, ranges: ranges.sort((a, b) => a.start - b.start) };
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

function unite(a: readonly Interval[], b: readonly Interval[]): Interval[] {
  return [...a, ...b].sort((x, y) => x.first - y.first);
}

function rebuild({ word, members, ranges }: Region, rebuilt: ReadonlyMap<Node, Node>, dag: Dag): Node {
  const origins = originsAt(members, dag);
  const weighted: Range[] = ranges.map(({ start, to }) => ({ start, node: rebuilt.get(to)!, weight: 1 }));
  return dispatch(word, weighted, (test, yes, no) => dag.branch(test, yes, no, origins.get(test.k)));
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
