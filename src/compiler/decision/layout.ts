// A decision DAG to blocks for the assembler: one block a node, in topological order, so that every jump goes forwards, a
// branch's `no` falls through where it can, and leaves that many share stand at the end.
//
// What A holds is carried from block to block. The invariant: the state at the entry of a block is what holds on every edge
// into it; each of these comes from a block that stands earlier, whose state at exit is therefore known. Where the edges
// disagree nothing is known and the word is loaded. A block never assumes more than this state, and what it leaves behind is
// computed from what its own code does. X and the scratch words carry nothing between blocks.

import type { Block, End, Statement } from "../bpf/assemble.ts";
import { argOffset } from "../bpf/instruction.ts";
import { type Branch, FULL, type Node, type Test, topological } from "./dag.ts";

export interface Layout {
  /** A block's label is the index of its node in `nodes`. */
  readonly blocks: readonly Block[];
  readonly nodes: readonly Node[];
}

/** Names of the two holes of a ticket's comparison. */
export const TICKET_LO = "lo";
export const TICKET_HI = "hi";

/** Without `reuse` every block loads what it needs: the plain form that the other is compared with. */
export function layout(root: Node, reuse: boolean): Layout {
  const nodes = topological(root);
  const label = new Map(nodes.map((node, i) => [node, i]));
  const entries = new Map<Node, Accumulator>([[root, UNKNOWN]]);
  const blocks = nodes.map((node, i): Block => {
    if (node.kind === "leaf") return { label: i, body: [], end: { op: "ret", k: node.ret } };
    const { body, leaves } = code(node.test, reuse ? entries.get(node)! : UNKNOWN);
    for (const to of [node.yes, node.no]) {
      const other = entries.get(to);
      entries.set(to, other === undefined ? leaves : meet(other, leaves));
    }
    return { label: i, body, end: jump(node, label) };
  });
  return { blocks, nodes };
}

/** A holds bits of the word at `offset`: those in `mask` are the word's; the others are 0 if `exact`, else anything. */
type Accumulator =
  | { readonly known: false }
  | { readonly known: true; readonly offset: number; readonly mask: number; readonly exact: boolean };

const UNKNOWN: Accumulator = { known: false };

function meet(a: Accumulator, b: Accumulator): Accumulator {
  if (!a.known || !b.known || a.offset !== b.offset) return UNKNOWN;
  return { ...a, mask: (a.mask & b.mask) >>> 0, exact: a.exact && b.exact && a.mask === b.mask };
}

interface Code {
  readonly body: readonly Statement[];
  /** A behind it. */
  readonly leaves: Accumulator;
}

function code(test: Test, a: Accumulator): Code {
  switch (test.kind) {
    case "word": {
      const { offset, mask, op, k } = test;
      // A bit test looks at its bits only; the others may be anything.
      return op === "jset" ? bits(offset, k, a) : exactly(offset, mask, a);
    }
    case "pair": {
      const { left, right, mask } = test;
      const second = exactly(right, mask, a);
      const first = exactly(left, mask, second.leaves);
      return { body: [...second.body, { op: "tax" }, ...first.body], leaves: first.leaves };
    }
    case "ticket":
      // Without a branch between the halves: with one, time tells which half of a guess was right.
      return {
        body: [
          { op: "ld", offset: argOffset(5, "lo") },
          { op: "xor", hole: TICKET_LO },
          { op: "tax" },
          { op: "ld", offset: argOffset(5, "hi") },
          { op: "xor", hole: TICKET_HI },
          { op: "or x" },
        ],
        leaves: UNKNOWN,
      };
  }
}

/** A = word & mask. */
function exactly(offset: number, mask: number, a: Accumulator): Code {
  const leaves: Accumulator = { known: true, offset, mask, exact: true };
  if (a.known && a.offset === offset && a.exact && a.mask === mask) return { body: [], leaves };
  const load: Statement[] = a.known && a.offset === offset && (mask & ~a.mask) === 0 ? [] : [{ op: "ld", offset }];
  return { body: mask === FULL ? load : [...load, { op: "and", k: mask }], leaves };
}

/** A has the word's bits of `mask`, and any others. */
function bits(offset: number, mask: number, a: Accumulator): Code {
  if (a.known && a.offset === offset && (mask & ~a.mask) === 0) return { body: [], leaves: a };
  return { body: [{ op: "ld", offset }], leaves: { known: true, offset, mask: FULL, exact: true } };
}

function jump({ test, yes, no }: Branch, label: ReadonlyMap<Node, number>): End {
  const to = { yes: label.get(yes)!, no: label.get(no)! };
  switch (test.kind) {
    case "word":
      return { op: test.op, k: test.k, ...to };
    case "pair":
      return { op: test.op, k: "x", ...to };
    case "ticket":
      return { op: "jeq", k: 0, ...to };
  }
}
