// How many calls take each edge of a DAG, as far as it can be known beforehand: by number the cost model says it, and below a
// call's first test of an argument every way to a verdict that lets the call pass counts alike. In: root and cost model;
// out: the flow over each branch's two edges.

import { isDenial } from "../bpf/action.ts";
import { OFFSET_ARCH, OFFSET_NR } from "../bpf/instruction.ts";
import { Bug } from "../diagnostics/diagnostic.ts";
import { ACCIDENT, type Cost } from "./cost.ts";
import { type Branch, type Node, type Test, topological } from "./dag.ts";

export interface Flow {
  readonly yes: number;
  readonly no: number;
}

export interface Flows {
  readonly of: (branch: Branch) => Flow;
  /** The audit arch under which the search for a number begins at this node. */
  readonly auditOf: (head: Node) => number | undefined;
}

export function flowsOf(root: Node, cost: Cost): Flows {
  const order = topological(root);
  const ways = waysOf(order);
  const flows = new Map<Node, Flow>();
  const arrivals = new Map<Node, number>();
  const audits = new Map<Node, number>();

  function add(branch: Branch, yes: number, no: number): number {
    const old = flows.get(branch);
    flows.set(branch, old === undefined ? { yes, no } : { yes: old.yes + yes, no: old.no + no });
    return yes + no;
  }
  /** Those of an ABI's numbers that come to a node: down the search, and the sums up again. */
  function search(node: Node, audit: number, numbers: readonly number[]): number {
    if (isTestOf(node, OFFSET_NR)) {
      const [yes, no]: [number[], number[]] = [[], []];
      for (const nr of numbers) (passes(node.test, nr) ? yes : no).push(nr);
      return add(node, search(node.yes, audit, yes), search(node.no, audit, no));
    }
    const weight = numbers.reduce((sum, nr) => sum + cost.ofNumbers(audit, nr, nr, node), ACCIDENT);
    arrivals.set(node, (arrivals.get(node) ?? 0) + weight);
    return weight;
  }
  function chooseArch(node: Node): number {
    if (!isTestOf(node, OFFSET_ARCH)) return search(node, 0, []);
    const audit = node.test.kind === "word" ? node.test.k : 0;
    audits.set(node.yes, audit);
    return add(node, search(node.yes, audit, cost.known(audit)), chooseArch(node.no));
  }
  chooseArch(root);

  for (const node of order) {
    const weight = arrivals.get(node);
    if (node.kind === "leaf" || weight === undefined) continue;
    const [yes, no] = [ways.get(node.yes)!, ways.get(node.no)!];
    const share = yes / (yes + no);
    add(node, weight * share, weight * (1 - share));
    arrivals.set(node.yes, (arrivals.get(node.yes) ?? 0) + weight * share);
    arrivals.set(node.no, (arrivals.get(node.no) ?? 0) + weight * (1 - share));
  }
  return { of: branch => flows.get(branch) ?? { yes: 0, no: 0 }, auditOf: head => audits.get(head) };
}

/** More ways than this are as many as anybody can tell apart. */
const COUNTLESS = 1e100;

function waysOf(order: readonly Node[]): ReadonlyMap<Node, number> {
  const ways = new Map<Node, number>();
  for (const node of order.toReversed()) {
    if (node.kind === "leaf") ways.set(node, isDenial(node.ret) ? ACCIDENT : 1);
    else ways.set(node, Math.min(COUNTLESS, ways.get(node.yes)! + ways.get(node.no)!));
  }
  return ways;
}

export function isTestOf(node: Node, offset: number): node is Branch {
  return node.kind === "branch" && node.test.kind === "word" && node.test.offset === offset;
}

/** The outcome of a test of one word for a value of it. */
export function passes(test: Test, value: number): boolean {
  if (test.kind !== "word") throw new Bug("a test that is not of one word");
  switch (test.op) {
    case "jeq":
      return value === test.k;
    case "jge":
      return value >= test.k;
    case "jset":
      return (value & test.k) !== 0;
  }
}
