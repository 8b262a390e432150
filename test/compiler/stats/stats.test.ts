// Figures that were worked out by hand or by others: ways to pass, what they execute, and the bounds that were published for four
// policies (JGE and JEQ trees, 32-bit loads for typed arguments, 64-bit for whole registers).

import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type CompileOptions, compile } from "../../../src/compiler/compile.ts";
import type { Argument, Condition } from "../../../src/compiler/policy/condition.ts";
import { alternatives } from "../../../src/compiler/stats/alternatives.ts";
import { statsOf } from "../../../src/compiler/stats/stats.ts";

const fd: Argument = { index: 0, bits: 32, signed: false };
const word = 0xffffffffn;
const is = (value: bigint, argument = fd): Condition => ({ kind: "masked", argument, mask: word, value });
const has = (mask: bigint): Condition => ({ kind: "masked", argument: fd, mask, value: mask });
const not = (of: Condition): Condition => ({ kind: "not", of });

const ways: readonly { readonly condition: Condition; readonly first: readonly bigint[] }[] = [
  { condition: { kind: "always" }, first: [0n] },
  { condition: { kind: "never" }, first: [] },
  { condition: { kind: "or", of: [is(1n), is(2n)] }, first: [1n, 2n] },
  {
    condition: { kind: "and", of: [has(4n), not(has(1n)), { kind: "or", of: [has(8n), has(16n)] }] },
    first: [12n, 20n],
  },
  { condition: not({ kind: "or", of: [is(0n), has(2n)] }), first: [1n] },
  { condition: { kind: "atMost", argument: { ...fd, signed: true }, mask: word, limit: -5n }, first: [0xfffffffbn] },
  { condition: not({ kind: "atMost", argument: fd, mask: word, limit: 7n }), first: [8n] },
];

for (const { condition, first } of ways) {
  test(`ways to meet ${JSON.stringify(condition, (_, v) => (typeof v === "bigint" ? `${v}` : v))}`, () => {
    assert.equal(
      alternatives(condition).map(args => args[0]),
      first,
    );
  });
}

const histogram = JSON.parse(readFileSync(new URL("../../../bench/histogram.json", import.meta.url), "utf8"));

function stats(file: string, options: CompileOptions) {
  const name = new URL(`../../../bench/policies/${file}.policy`, import.meta.url);
  const { filters } = compile({ name: file, text: readFileSync(name, "utf8") }, options);
  return statsOf(filters[0]!);
}

const bounds = [
  { file: "names", mean: 7.15, weighted: 6.4 },
  { file: "docker", mean: 8.75, weighted: 7.02 },
  { file: "arguments", mean: 8.69, weighted: 7.64 },
  { file: "firecracker-vmm", mean: 10.02, weighted: 8.97 },
];

for (const { file, mean, weighted } of bounds) {
  test(`the bounds of ${file} are the published ones, and its filters are within 2 % of them`, () => {
    const every = stats(file, { kernel: "5.10" }).all!;
    const often = stats(file, { kernel: "5.10", profile: histogram }).all!;
    // Bit tests in arguments make them a little lower; theirs are rounded.
    assert.ok(every.bound.mean <= mean + 0.005 && every.bound.mean > mean * 0.99, `${every.bound.mean}`);
    assert.ok(
      often.bound.weighted <= weighted + 0.01 && often.bound.weighted > weighted * 0.99,
      `${often.bound.weighted}`,
    );
    assert.ok(every.mean <= every.bound.mean * 1.02, `${every.mean}`);
    assert.ok(often.weighted <= often.bound.weighted * 1.02, `${often.weighted}`);
  });
}

test("a small filter, counted by hand", () => {
  const text = "policy p for x86_64 {\n  default kill\n  allow read\n  allow write if fd in {1, 2}\n}\n";
  const { filters } = compile({ name: "p", text });
  const { length, calls, all, uncached, rules } = statsOf(filters[0]!);
  assert.is(length, filters[0]!.program.length);
  assert.equal(
    calls.map(({ nr, cached, ways }) => [nr, cached, ways.length]),
    [
      [0, true, 1],
      [1, false, 2],
    ],
  );
  // ld arch, jeq, ld nr, jeq 1, ld fd, jge 1, jge 3, ret.
  assert.equal([uncached!.min, uncached!.mean, uncached!.max, uncached!.bound.mean], [8, 8, 8, 8]);
  assert.is(all!.max, Math.max(...calls.flatMap(call => call.ways.map(way => way.executed))));
  const write = rules.find(rule => rule.origin.span.start === text.indexOf("allow write"))!;
  assert.is(write.executed, uncached!.mean);
  assert.ok(write.instructions >= 3);
});

test("a policy that lets nothing pass costs nobody anything", () => {
  const { filters } = compile({ name: "p", text: "policy p for x86_64 {\n  default kill\n}\n" });
  const { all, uncached, calls } = statsOf(filters[0]!);
  assert.equal([all, uncached, calls], [undefined, undefined, []]);
});

test.run();
