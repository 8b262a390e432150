// Groups that nothing splices are looked at all the same, but never blamed for an architecture nobody named.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../../src/compiler/compile.ts";

function codes(text: string): string[] {
  return compile({ name: "lib.policy", text }).diagnostics.map(d => `${d.severity} ${d.code}`);
}

const rows: readonly (readonly [is: string, text: string, found: readonly string[]])[] = [
  [
    "a typo in a library",
    "group g { allow { raed, write if fdd == 1 } }",
    ["error unknown-syscall", "error unknown-argument"],
  ],
  ["a call of one architecture", "group g { allow { open, arch_prctl } }", []],
  [
    "a group through another that is not spliced",
    "group a { allow raed }\ngroup b { use a }",
    ["error unknown-syscall"],
  ],
  ["a group with parameters waits for them", "group g($fds) { allow write if fd in $fds }", []],
  [
    "beside a policy",
    "group g { allow raed }\npolicy p for x86_64 { default kill  allow exit_group }",
    ["error unknown-syscall"],
  ],
  [
    "spliced and told once",
    "group g { allow raed }\npolicy p for x86_64 { default kill  use g }",
    ["error unknown-syscall"],
  ],
  ["a cycle", "group a { use b }\ngroup b { use a }", []],
];

for (const [is, text, found] of rows)
  test(`${is}: ${text.replace("\n", "; ")}`, () => assert.equal(codes(text), found));

test.run();
