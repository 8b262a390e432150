// A decision DAG to blocks for the assembler, in topological order, so that every jump goes forwards, a branch's `no` falls
// through where it can, and leaves that many share stand at the end. A branch has two blocks: one that brings into A what
// its test looks at, falling into one that is the test alone; edges on which A holds that already go to the second.
//
// The invariant of A: the state at the entry of a block is what holds on every edge into it; each of these comes from a block
// that stands earlier, whose state at exit is therefore known. Where edges disagree, the state is what they have in common. A
// block never assumes more than this state, and what it leaves behind is computed from what its own code does. X and the
// scratch words carry nothing between blocks.

import type { Block, End, Label, Statement } from "../bpf/assemble.ts";
import { argOffset } from "../bpf/instruction.ts";
import { Bug } from "../diagnostics/diagnostic.ts";
import { FULL, type Node, type Test, topological } from "./dag.ts";

export interface Layout {
  readonly blocks: readonly Block[];
  /** The node that a block belongs to. */
  readonly nodeAt: (label: Label) => Node;
}

/** Names of the two holes of a ticket's comparison. */
export const TICKET_LO = "lo";
export const TICKET_HI = "hi";

/** Without `reuse` every test loads what it looks at: the plain form that the other is compared with. */
export function layout(root: Node, reuse: boolean): Layout {
  const nodes = topological(root);
  const index = new Map(nodes.map((node, i) => [node, i]));
  const states = new Map<Label, Accumulator>();

  /** Leads an edge to one of the two blocks of a node. */
  function enter(to: Node, a: Accumulator): Label {
    const ready = to.kind === "leaf" || (reuse && code(to.test, a).body.length === 0);
    const label = (ready ? testLabel : loadLabel)(index.get(to)!);
    const others = states.get(label);
    states.set(label, others === undefined ? a : meet(others, a));
    return label;
  }
  enter(root, UNKNOWN);
  const blocks = nodes.flatMap((node, i): readonly Block[] => {
    const label = testLabel(i);
    if (node.kind === "leaf") return [{ label, body: [], end: { op: "ret", k: node.ret } }];
    const load = states.get(loadLabel(i));
    const loading = load && code(node.test, reuse ? load : UNKNOWN);
    const ready = states.get(label);
    // Every edge to the second block was found to need no code; then neither does what they have in common.
    const tested = ready && code(node.test, ready);
    if (tested !== undefined && tested.body.length > 0) throw new Bug("layout: the accumulator is stale");
    const leaves = loading && tested ? meet(loading.leaves, tested.leaves) : (loading ?? tested)!.leaves;
    const end = jump(node.test, enter(node.yes, leaves), enter(node.no, leaves));
    const test: Block = { label, body: [], end };
    return loading === undefined
      ? [test]
      : [{ label: loadLabel(i), body: loading.body, end: { op: "ja", to: label } }, test];
  });
  return { blocks, nodeAt: label => nodes[label >> 1]! };
}

function loadLabel(index: number): Label {
  return 2 * index;
}

function testLabel(index: number): Label {
  return 2 * index + 1;
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

function jump(test: Test, yes: Label, no: Label): End {
  switch (test.kind) {
    case "word":
      return { op: test.op, k: test.k, yes, no };
    case "pair":
      return { op: test.op, k: "x", yes, no };
    case "ticket":
      return { op: "jeq", k: 0, yes, no };
  }
}
