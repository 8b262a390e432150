// Random DAGs, denser in joins than any policy gives: walked by hand, after each pass, and as a program, on all inputs.

import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assemble, showBlocks } from "../../../src/compiler/bpf/assemble.ts";
import { emulate } from "../../../src/compiler/bpf/emulate.ts";
import { verify } from "../../../src/compiler/bpf/verify.ts";
import type { Cost } from "../../../src/compiler/decision/cost.ts";
import { type Dag, makeDag, type Node, showDag, type Test, topological } from "../../../src/compiler/decision/dag.ts";
import { dropDecidedTests } from "../../../src/compiler/decision/decided-tests.ts";
import { layout } from "../../../src/compiler/decision/layout.ts";
import { searchNumbers, searchWords } from "../../../src/compiler/decision/trees.ts";
import { denseCalls } from "./models.ts";

/** Words 16 and 24: the low halves of args[0] and args[1], of which denseCalls has all values of four bits. */
function outcome(test: Test, first: number, second: number): boolean {
  if (test.kind === "ticket") throw new Error("no ticket here");
  const at = (offset: number): number => ((offset === 16 ? first : second) & test.mask) >>> 0;
  if (test.kind === "pair")
    return test.op === "jeq" ? at(test.left) === at(test.right) : at(test.left) >= at(test.right);
  const word = at(test.offset);
  return test.op === "jeq" ? word === test.k : test.op === "jge" ? word >= test.k : (word & test.k) !== 0;
}

function walk(root: Node, first: number, second: number): number {
  let node = root;
  while (node.kind === "branch") node = outcome(node.test, first, second) ? node.yes : node.no;
  return node.ret;
}

const offset = fc.constantFrom(16, 16, 16, 24);
const mask = fc.constantFrom(0xffffffff, 0xffffffff, 15, 14, 7, 6, 3);
const anyTest: fc.Arbitrary<Test> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant("word"),
      offset,
      mask,
      op: fc.constantFrom("jeq", "jge", "jset"),
      k: fc.nat({ max: 15 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("pair"),
      left: offset,
      right: offset,
      mask,
      op: fc.constantFrom("jeq", "jge"),
    }),
  },
);

interface Recipe {
  readonly tests: readonly (readonly [Test, number, number])[];
}

const recipe: fc.Arbitrary<Recipe> = fc.record({
  tests: fc.array(fc.tuple(anyTest, fc.nat(), fc.nat()), { minLength: 2, maxLength: 16 }),
});

/** From the leaves up; each node leads to two of the last few made, so most are reached over several edges. */
function build({ tests }: Recipe, dag: Dag): Node {
  const nodes = [1, 2, 3].map(ret => dag.leaf(ret));
  for (const [test, yes, no] of tests) {
    const recent = nodes.slice(-4);
    nodes.push(dag.branch(test, recent[yes % recent.length]!, recent[no % recent.length]!));
  }
  return nodes.at(-1)!;
}

function sameOnAllInputs(made: (root: Node, dag: Dag) => (first: number, second: number) => number): void {
  fc.assert(
    fc.property(recipe, recipe => {
      const dag = makeDag();
      const root = build(recipe, dag);
      const run = made(root, dag);
      for (let i = 0; i < 256; i++) {
        if (run(i & 15, i >> 4) !== walk(root, i & 15, i >> 4)) {
          assert.is(run(i & 15, i >> 4), walk(root, i & 15, i >> 4), `args ${i & 15}, ${i >> 4}\n${showDag(root)}`);
        }
      }
    }),
    { numRuns: 1000, seed: 20260727 },
  );
}

test("branch() makes canonical tests that mean what they were given", () => {
  fc.assert(
    fc.property(anyTest, given => {
      const dag = makeDag();
      const node = dag.branch(given, dag.leaf(1), dag.leaf(0));
      for (let i = 0; i < 256; i++) assert.is(walk(node, i & 15, i >> 4), outcome(given, i & 15, i >> 4) ? 1 : 0);
    }),
  );
});

/** No number has a weight: these DAGs test arguments only. */
function priced(price: number): Cost {
  return {
    ofNumbers: () => 1,
    known: () => [],
    frequency: () => 1,
    effort: { price, small: 6, window: 8, heaviest: 2 },
  };
}

for (const pass of [dropDecidedTests, searchWords, searchNumbers]) {
  for (const price of [1e-6, 1e6]) {
    test(`${pass.name} keeps what every input decides, a test priced ${price}`, () =>
      sameOnAllInputs((root, dag) => {
        const after = pass(root, dag, priced(price));
        return (first, second) => walk(after, first, second);
      }));
  }
}

test("dropDecidedTests never adds a node", () => {
  fc.assert(
    fc.property(recipe, recipe => {
      const dag = makeDag();
      const root = build(recipe, dag);
      assert.ok(topological(dropDecidedTests(root, dag)).length <= topological(root).length);
    }),
    { numRuns: 1000, seed: 20260727 },
  );
});

for (const reuse of [true, false]) {
  test(`a program decides as its DAG, ${reuse ? "reusing A" : "loading always"}`, () =>
    sameOnAllInputs(root => {
      const { program } = assemble(layout(root, reuse).blocks);
      assert.equal(verify(program), []);
      return (first, second) => emulate(program, denseCalls[first + 16 * second]!).ret;
    }));
}

test("no word is loaded on an edge that brings it", () => {
  const dag = makeDag();
  const word = (offset: number, k: number): Test => ({ kind: "word", offset, mask: 0xffffffff, op: "jeq", k });
  const shared = dag.branch(word(16, 9), dag.leaf(1), dag.leaf(2));
  const other = dag.branch(word(24, 5), shared, dag.leaf(3));
  const { blocks } = layout(dag.branch(word(16, 1), other, shared), true);
  const { program } = assemble(blocks);
  // args[0] = 0 comes to the second test of args[0] with it in A; args[0] = 1, args[1] = 5 comes with args[1].
  const loads = (call: number): number =>
    emulate(program, denseCalls[call]!).path.filter(pc => program[pc]!.code === 0x20).length;
  assert.is(loads(0), 1, showBlocks(blocks));
  assert.is(loads(1 + 16 * 5), 3);
});

test("words cut by different masks are not taken for one cut by what the masks share", () => {
  for (const behind of [false, true]) {
    const dag = makeDag();
    const cut = (mask: number, k: number): Test => ({ kind: "word", offset: 16, mask, op: "jeq", k });
    const last = dag.branch(cut(6, 2), dag.leaf(1), dag.leaf(2));
    // A bit test changes nothing of A, so what is unsure before it stays so.
    const bit = dag.branch({ kind: "word", offset: 16, mask: 0xffffffff, op: "jset", k: 4 }, dag.leaf(3), last);
    const join = behind ? bit : last;
    const [left, right] = [dag.branch(cut(7, 1), dag.leaf(3), join), dag.branch(cut(14, 8), dag.leaf(3), join)];
    const root = dag.branch({ kind: "word", offset: 24, mask: 0xffffffff, op: "jeq", k: 1 }, left, right);
    const { program } = assemble(layout(root, true).blocks);
    for (let i = 0; i < 256; i++)
      assert.is(emulate(program, denseCalls[i]!).ret, walk(root, i & 15, i >> 4), String(i));
  }
});

test("equal nodes are one node", () => {
  const dag = makeDag();
  const test: Test = { kind: "word", offset: 16, mask: 0xffffffff, op: "jge", k: 1 };
  const one = dag.branch(test, dag.leaf(1), dag.leaf(2));
  assert.is(one, dag.branch({ ...test, op: "jeq", k: 0 }, dag.leaf(2), dag.leaf(1)));
  assert.is(dag.branch(test, one, one), one);
});

test("showDag", () => {
  const dag = makeDag();
  const test: Test = { kind: "word", offset: 20, mask: 0xff, op: "jeq", k: 3 };
  const inner = dag.branch(
    { kind: "pair", left: 16, right: 24, mask: 0xffffffff, op: "jge" },
    dag.leaf(0x7fff0000),
    dag.leaf(0x80000000),
  );
  assert.is(
    showDag(dag.branch(test, inner, dag.branch({ kind: "ticket" }, dag.leaf(0x7fff0000), inner))),
    [
      "n0: (args[0].hi & 0xff) == 0x3 ? n2 : n1",
      "n1: args[5] == ticket ? n4 : n2",
      "n2: args[0].lo >= args[1].lo ? n4 : n3",
      "n3: KILL_PROCESS",
      "n4: ALLOW",
      "",
    ].join("\n"),
  );
});

test.run();
