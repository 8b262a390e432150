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

/** Makes nodes that serve the rules given; without, no rule in particular. */
export interface Make {
  readonly leaf: (ret: number, origins?: readonly Origin[]) => Node;
  readonly branch: (test: Test, yes: Node, no: Node, origins?: readonly Origin[]) => Node;
}

export interface Dag extends Make {
  readonly originsOf: (node: Node) => readonly Origin[];
}

export const FULL = 0xffffffff;

export function makeDag(): Dag {
  const leaves = new Map<number, Leaf>();
  const canonical = new Map<string, Test>();
  /** By test, then by the two sides. Only canonical tests are in it, and by identity: passes hand them back as they are. */
  const branches = new Map<Test, Map<number, Branch>>();
  const served = new Map<Node, Set<Origin>>();
  let ids = 0;

  function serve<N extends Node>(node: N, origins: readonly Origin[]): N {
    if (origins.length === 0) return node;
    const set = served.get(node);
    if (set === undefined) served.set(node, new Set(origins));
    else for (const origin of origins) set.add(origin);
    return node;
  }
  function intern(test: Test): Test {
    const key = testKey(test);
    const known = canonical.get(key) ?? test;
    if (known === test) {
      canonical.set(key, test);
      branches.set(test, new Map());
    }
    return known;
  }
  function cons(test: Test, yes: Node, no: Node): Branch {
    const same = branches.get(test)!;
    const key = yes.id * 2 ** 26 + no.id;
    let node = same.get(key);
    if (node === undefined) {
      node = { kind: "branch", id: ids++, test, yes, no };
      same.set(key, node);
    }
    return node;
  }
  return {
    leaf: (ret, origins = []) => {
      let node = leaves.get(ret);
      if (node === undefined) {
        node = { kind: "leaf", id: ids++, ret };
        leaves.set(ret, node);
      }
      return serve(node, origins);
    },
    branch: (given, yes, no, origins = []) => {
      if (yes === no) return yes;
      if (branches.has(given)) return serve(cons(given, yes, no), origins);
      const found = canonicalise(given);
      if (typeof found === "boolean") return found ? yes : no;
      const test = intern(found.test);
      return serve(found.swap ? cons(test, no, yes) : cons(test, yes, no), origins);
    },
    originsOf: node => [...(served.get(node) ?? [])],
  };
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
