// The decision DAG: what a program tests and answers, before there are instructions. A node is a leaf with the returned word
// or a branch on one test. Nodes are hash-consed: equal nodes are the same object, so twins merge as they are made, and
// comparing nodes is comparing references. branch() keeps every test in one canonical form and never makes a test whose
// outcome is fixed or whose two sides are the same. Which rules a node serves is kept beside the nodes.

import { showRet } from "../bpf/action.ts";
import { argOffset, OFFSET_ARCH, OFFSET_NR } from "../bpf/instruction.ts";
import type { Origin } from "../policy/model.ts";

/**
 * word:   the 32-bit word of seccomp_data at `offset`, cut by `mask`, against k. Words and k are u32.
 * pair:   the words at `left` and `right`, both cut by `mask`, against each other: left == right, left >= right.
 * ticket: args[5] equals the launch's 64 random bits.
 */
export type Test =
  | { readonly kind: "word"; readonly offset: number; readonly mask: number; readonly op: WordOp; readonly k: number }
  | { readonly kind: "pair"; readonly left: number; readonly right: number; readonly mask: number; readonly op: PairOp }
  | { readonly kind: "ticket" };

/** jgt is not here: `word > k` is `word >= k + 1`. */
export type WordOp = "jeq" | "jge" | "jset";
export type PairOp = "jeq" | "jge";
export type WordTest = Extract<Test, { kind: "word" }>;

export interface Leaf {
  readonly kind: "leaf";
  readonly id: number;
  readonly ret: number;
}

export interface Branch {
  readonly kind: "branch";
  readonly id: number;
  readonly test: Test;
  readonly yes: Node;
  readonly no: Node;
}

export type Node = Leaf | Branch;

/** Makes nodes for somebody: the origins it was given are added to what it makes. */
export interface Make {
  readonly leaf: (ret: number) => Node;
  readonly branch: (test: Test, yes: Node, no: Node) => Node;
}

/** Itself makes nodes that serve no rule in particular. */
export interface Dag extends Make {
  readonly serving: (origins: readonly Origin[]) => Make;
  readonly originsOf: (node: Node) => readonly Origin[];
}

export const FULL = 0xffffffff;

export function makeDag(): Dag {
  const nodes = new Map<string, Node>();
  const served = new Map<Node, Set<Origin>>();

  function node(key: string, make: (id: number) => Node, origins: readonly Origin[]): Node {
    let found = nodes.get(key);
    if (found === undefined) {
      found = make(nodes.size);
      nodes.set(key, found);
    }
    if (origins.length > 0) {
      const set = served.get(found) ?? new Set();
      served.set(found, set);
      for (const origin of origins) set.add(origin);
    }
    return found;
  }
  function serving(origins: readonly Origin[]): Make {
    return {
      leaf: ret => node(`ret ${ret}`, id => ({ kind: "leaf", id, ret }), origins),
      branch: (given, whenTrue, whenFalse) => {
        const canonical = canonicalise(given);
        if (typeof canonical === "boolean") return canonical ? whenTrue : whenFalse;
        const { test, swap } = canonical;
        const [yes, no] = swap ? [whenFalse, whenTrue] : [whenTrue, whenFalse];
        if (yes === no) return yes;
        return node(`${testKey(test)} ${yes.id} ${no.id}`, id => ({ kind: "branch", id, test, yes, no }), origins);
      },
    };
  }
  return { ...serving([]), serving, originsOf: node => [...(served.get(node) ?? [])] };
}

/** The same test in the one form that all equal tests share, or its outcome where that is fixed. */
function canonicalise(test: Test): boolean | { readonly test: Test; readonly swap: boolean } {
  if (test.kind === "pair" && test.left === test.right) return true;
  if (test.kind !== "word") return { test, swap: false };
  const { offset, mask, op, k } = test;
  const as = (op: WordOp, mask: number, k: number, swap = false) => ({
    test: { kind: "word", offset, mask, op, k } as const,
    swap,
  });
  switch (op) {
    case "jset": {
      const bits = (k & mask) >>> 0;
      if (bits === 0) return false;
      return bits === FULL ? as("jeq", FULL, 0, true) : as("jset", FULL, bits);
    }
    case "jge":
      if (k === 0) return true;
      if (k > mask) return false;
      if (k === 1) return canonicalise({ ...test, op: "jset", k: mask });
      return k === mask ? as("jeq", mask, k) : as("jge", mask, k);
    case "jeq":
      if ((k & ~mask) !== 0) return false;
      if (mask === 0) return true;
      // JSET needs no AND, which would cost A. All of the word has none, and stays comparable with other values.
      if (mask !== FULL && k === 0) return as("jset", FULL, mask, true);
      return k === mask && isBit(mask) ? as("jset", FULL, mask) : as("jeq", mask, k);
  }
}

export function isBit(value: number): boolean {
  return value !== 0 && (value & (value - 1)) === 0;
}

/** Equal for equal tests. */
export function testKey(test: Test): string {
  switch (test.kind) {
    case "word":
      return `${test.op} ${test.offset} ${test.mask} ${test.k}`;
    case "pair":
      return `pair ${test.op} ${test.left} ${test.right} ${test.mask}`;
    case "ticket":
      return "ticket";
  }
}

/** Every node below and including root, each before the nodes it leads to; a branch's `no` right behind it where that can be. */
export function topological(root: Node): readonly Node[] {
  // Depth first, without recursion: chains are as long as policies. A node is listed when all below it are.
  const finished: Node[] = [];
  const seen = new Set<Node>([root]);
  const stack: { readonly node: Node; next: number }[] = [{ node: root, next: 0 }];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const { node } = top;
    const child = node.kind === "leaf" ? undefined : [node.yes, node.no][top.next++];
    if (child === undefined) {
      finished.push(node);
      stack.pop();
    } else if (!seen.has(child)) {
      seen.add(child);
      stack.push({ node: child, next: 0 });
    }
  }
  return finished.reverse();
}

/** One line a node, in topological order. */
export function showDag(root: Node): string {
  const order = topological(root);
  const name = new Map(order.map((node, i) => [node, `n${i}`]));
  return order
    .map(node => {
      if (node.kind === "leaf") return `${name.get(node)}: ${showRet(node.ret)}\n`;
      return `${name.get(node)}: ${showTest(node.test)} ? ${name.get(node.yes)} : ${name.get(node.no)}\n`;
    })
    .join("");
}

function showTest(test: Test): string {
  const cut = (word: string, mask: number): string => (mask === FULL ? word : `(${word} & 0x${mask.toString(16)})`);
  switch (test.kind) {
    case "word": {
      const word = cut(showOffset(test.offset), test.mask);
      const k = `0x${test.k.toString(16)}`;
      return test.op === "jset" ? `${word} & ${k}` : `${word} ${test.op === "jeq" ? "==" : ">="} ${k}`;
    }
    case "pair": {
      const [left, right] = [test.left, test.right].map(offset => cut(showOffset(offset), test.mask));
      return `${left} ${test.op === "jeq" ? "==" : ">="} ${right}`;
    }
    case "ticket":
      return "args[5] == ticket";
  }
}

function showOffset(offset: number): string {
  if (offset === OFFSET_NR) return "nr";
  if (offset === OFFSET_ARCH) return "arch";
  const index = (offset - argOffset(0, "lo")) >> 3;
  return `args[${index}].${offset === argOffset(index, "lo") ? "lo" : "hi"}`;
}
