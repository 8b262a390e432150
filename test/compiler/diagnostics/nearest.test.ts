// The name that was probably meant.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { nearest } from "../../../src/compiler/diagnostics/nearest.ts";

const rows: readonly (readonly [
  rule: string,
  name: string,
  candidates: readonly string[],
  meant: string | undefined,
])[] = [
  ["a letter left out", "alow", ["allow", "log"], "allow"],
  ["a letter too many", "reead", ["read", "readv"], "read"],
  ["two letters swapped", "raed", ["read", "send"], "read"],
  ["two letters swapped is one change, so it beats two others", "fokr", ["fork", "focus"], "fork"],
  ["case alone", "ALLOW", ["allow", "alloc"], "allow"],
  ["case alone wins over a nearer spelling", "o_rdonly", ["o_rdonlx", "O_RDONLY"], "O_RDONLY"],
  ["nothing near", "xyz", ["read", "write"], undefined],
  ["short names are not everything", "if", ["on", "in", "of"], "in"],
  ["one letter is like nothing", "x", ["a", "b"], undefined],
  ["a tie goes to the nearest length, then to the alphabet", "opem", ["opex", "opea", "ope"], "opea"],
  ["the order of candidates does not matter", "opem", ["ope", "opea", "opex"], "opea"],
  ["no candidates", "read", [], undefined],
  ["itself is no suggestion", "read", ["read", "readv"], "readv"],
  ["an empty name", "", ["a"], undefined],
];

for (const [rule, name, candidates, meant] of rows) {
  test(rule, () => assert.is(nearest(name, candidates), meant));
}

test("3,252 candidates are no burden", () => {
  const candidates = Array.from({ length: 3252 }, (_, i) => `CONSTANT_${i.toString(36)}_${(i * 7919).toString(36)}`);
  const started = performance.now();
  nearest("CONSTANT_zz_abcd", candidates);
  assert.ok(performance.now() - started < 5_000);
});

test.run();
