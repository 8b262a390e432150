// The search among ranges: right for every value, never dearer than any tree of single tests, and by bits where these tell.

import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { makeDag, type Node, topological } from "../../../src/compiler/decision/dag.ts";
import { dispatch } from "../../../src/compiler/decision/dispatch.ts";
import { type Problem, type Search, searchTree } from "../../../src/compiler/decision/search-tree.ts";

/** Ranges from 0 to LAST, neighbours of different verdicts. */
const LAST = 63;

interface Drawn {
  readonly starts: readonly number[];
  readonly verdicts: readonly number[];
  readonly weights: readonly number[];
}

function drawn(most: number): fc.Arbitrary<Drawn> {
  const length = { minLength: most, maxLength: most };
  return fc.record({
    starts: fc.uniqueArray(fc.integer({ min: 1, max: LAST }), { maxLength: most - 1 }),
    verdicts: fc.array(fc.nat({ max: 2 }), length),
    weights: fc.array(fc.constantFrom(0, 0.02, 1, 1, 7, 50), length),
  });
}

function problemOf({ starts, verdicts, weights }: Drawn, price: number, mask: number): Problem {
  const first = [0, ...starts].sort((a, b) => a - b);
  const verdict: number[] = [];
  // Each is another than its neighbour's.
  for (const i of first.keys()) {
    verdict.push(verdicts[i]! === verdict.at(-1) ? (verdicts[i]! + 1) % 3 : verdicts[i]!);
  }
  return {
    first: Uint32Array.from(first),
    last: Uint32Array.from(first, (_, i) => (first[i + 1] ?? LAST + 1) - 1),
    verdict: Int32Array.from(verdict),
    weight: Float64Array.from(first, (_, i) => weights[i]!),
    price,
    mask,
    small: 16,
    window: 12,
    heaviest: 4,
  };
}

function found(search: Search, value: number): { readonly range: number; readonly tests: number } {
  let tests = 0;
  let at = search;
  for (; typeof at !== "number"; tests++) {
    const yes = at.op === "jge" ? value >= at.k : at.op === "jeq" ? value === at.k : (value & at.k) !== 0;
    at = yes ? at.yes : at.no;
  }
  return { range: at, tests };
}

function testsIn(search: Search): number {
  return typeof search === "number" ? 0 : 1 + testsIn(search.yes) + testsIn(search.no);
}

function costOf(search: Search, { first, weight, price }: Problem): number {
  const executed = [...first].reduce((sum, value, i) => sum + weight[i]! * found(search, value).tests, 0);
  return executed + price * testsIn(search);
}

/** The least cost of any tree of JGE and JEQ: all of them tried, on the values that are left. */
function leastCost({ first, last, verdict, weight, price }: Problem): number {
  const known = new Map<string, number>();
  const cost = (left: readonly number[]): number => {
    if (left.every(i => verdict[i] === verdict[left[0]!])) return 0;
    const key = left.join();
    const cached = known.get(key);
    if (cached !== undefined) return cached;
    let least = Number.POSITIVE_INFINITY;
    for (let k = 1; k < left.length; k++) least = Math.min(least, cost(left.slice(0, k)) + cost(left.slice(k)));
    for (const i of left) if (first[i] === last[i]) least = Math.min(least, cost(left.filter(other => other !== i)));
    const total = least + price + left.reduce((sum, i) => sum + weight[i]!, 0);
    known.set(key, total);
    return total;
  };
  return cost([...first.keys()]);
}

test("every value comes to its range's verdict", () => {
  const cases = fc.tuple(drawn(40), fc.constantFrom(1e-6, 1, 1e6), fc.constantFrom(0, LAST));
  fc.assert(
    fc.property(cases, ([draw, price, mask]) => {
      const problem = problemOf(draw, price, mask);
      const search = searchTree(problem);
      for (let value = 0; value <= LAST; value++) {
        const range = problem.first.findLastIndex(first => first <= value);
        assert.is(problem.verdict[found(search, value).range], problem.verdict[range], `value ${value}`);
      }
    }),
    { numRuns: 400, seed: 20261123 },
  );
});

test("no tree of JGE and JEQ costs less, by weight or by length", () => {
  let equal = 0;
  let runs = 0;
  for (const price of [1e-6, 1, 1e6]) {
    fc.assert(
      fc.property(drawn(9), draw => {
        const problem = problemOf(draw, price, 0);
        const [ours, least] = [costOf(searchTree(problem), problem), leastCost(problem)];
        // Three holes at once are beyond the two that are tried, and can matter a little.
        assert.ok(ours <= least * 1.02 + 1e-9, `${ours} instead of ${least}: ${JSON.stringify(draw)}`);
        if (ours <= least * (1 + 1e-9)) equal++;
        runs++;
      }),
      { numRuns: 150, seed: 20261123 },
    );
  }
  assert.ok(equal > 0.98 * runs, `the least cost in ${equal} of ${runs}`);
});

test("bits that only one verdict's values have are one test", () => {
  const [starts, verdicts, weights] = [[4, 8, 12, 16, 20], [0, 1, 0, 1, 0, 1], Array.from({ length: 6 }, () => 1)];
  const problem = problemOf({ starts, verdicts, weights }, 1e-6, LAST);
  const search = searchTree({ ...problem, last: problem.last.map(last => Math.min(last, 23)) });
  assert.equal(search, { op: "jset", k: 4, yes: 1, no: 0 });
});

test("thousands of ranges are searched in a logarithm of tests", () => {
  const dag = makeDag();
  const leaves: readonly Node[] = [1, 2].map(ret => dag.leaf(ret));
  const ranges = Array.from({ length: 4000 }, (_, i) => ({ start: 5 * i, node: leaves[i % 2]!, weight: 1 }));
  const root = dispatch(
    { offset: 16, mask: 0xffffffff },
    ranges,
    { price: 1e-6, small: 6, window: 8, heaviest: 2 },
    dag.branch,
  );
  assert.ok(topological(root).length < 4100);
  for (let value = 0; value < 20000; value += 3) {
    let depth = 0;
    let node = root;
    for (; node.kind === "branch"; depth++) {
      const { test } = node;
      if (test.kind !== "word") throw new Error("a word is searched");
      node = (test.op === "jeq" ? value === test.k : test.op === "jge" ? value >= test.k : (value & test.k) !== 0)
        ? node.yes
        : node.no;
    }
    assert.is(node, leaves[Math.floor(value / 5) % 2]);
    assert.ok(depth <= 14, `${depth} tests`);
  }
});

test.run();
