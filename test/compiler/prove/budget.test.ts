// A policy beyond the proof's budget is a finding about the policy: nothing is built, and nobody is told of a defect.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../../src/compiler/compile.ts";

test("conditions beyond proof are refused with a finding, and no program", () => {
  const bits = Array.from({ length: 30 }, (_, i) => `(raw[0] & ${1 << i} == 0 and raw[5] & ${1 << i} == 0)`);
  const text = `policy p for x86_64 {\n  default kill\n  allow process_vm_readv if ${bits.join(" or ")}\n}\n`;
  const { diagnostics, filters } = compile({ name: "p.policy", text });
  assert.ok(diagnostics.some(({ code, severity }) => code === "not-proved" && severity === "error"));
  assert.is(filters.length, 0);
});

test.run();
