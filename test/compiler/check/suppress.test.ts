// Comments that answer for findings, and a project's own severities.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Severities } from "../../../src/compiler/check/suppress.ts";
import { type CompileOptions, compile } from "../../../src/compiler/compile.ts";

function found(items: string, options: CompileOptions = {}): readonly string[] {
  const text = `policy p for x86_64 {\n  default kill\n${items}\n}\n`;
  return compile({ name: "p.policy", text }, options).diagnostics.map(({ severity, code }) => `${severity} ${code}`);
}

const WHY = "// policyc-ignore dangerous-call: a debugger";

const rows: readonly (readonly [is: string, items: string, found: readonly string[]])[] = [
  ["no comment", "  allow ptrace", ["warning dangerous-call"]],
  ["behind the line", `  allow ptrace ${WHY}`, []],
  ["on the line above", `  ${WHY}\n  allow ptrace`, []],
  ["above other comments", `  ${WHY}\n  // which everybody knows\n  allow ptrace`, []],
  ["two lines above", `  ${WHY}\n  allow read\n  allow ptrace`, ["warning ignore-unused", "warning dangerous-call"]],
  [
    "the line below is not meant",
    `  allow read ${WHY}\n  allow ptrace`,
    ["warning ignore-unused", "warning dangerous-call"],
  ],
  [
    "several codes",
    "  allow { clone, ptrace } // policyc-ignore new-namespace, dangerous-call, missing-sibling: init",
    [],
  ],
  [
    "one of several is unused",
    "  allow ptrace // policyc-ignore dangerous-call, crossing: a debugger",
    ["warning ignore-unused"],
  ],
  [
    "no reason",
    "  allow ptrace // policyc-ignore dangerous-call",
    ["warning dangerous-call", "error ignore-without-reason"],
  ],
  [
    "an empty reason",
    "  allow ptrace // policyc-ignore dangerous-call:  ",
    ["warning dangerous-call", "error ignore-without-reason"],
  ],
  [
    "no code",
    "  allow ptrace // policyc-ignore: a debugger",
    ["warning dangerous-call", "error ignore-without-reason"],
  ],
  ["a misspelt code", "  allow read // policyc-ignore crosing: why not", ["warning ignore-unknown"]],
  ["an arguable error", "  allow read\n  kill read if fd == 5 // policyc-ignore shadowed: a note", []],
  [
    "an error without meaning",
    "  allow raed // policyc-ignore unknown-syscall: soon",
    ["error unknown-syscall", "warning ignore-error"],
  ],
  [
    "another code does not answer",
    "  allow ptrace // policyc-ignore crossing: no",
    ["warning dangerous-call", "warning ignore-unused"],
  ],
  ["slashes in a string are no comment", '  allow read\n  hostname "a//policyc-ignore"', ["error bad-hostname"]],
];

for (const [is, items, wanted] of rows) test(is, () => assert.equal(found(items), wanted));

test("a misspelt code is offered the nearest, a comment without a reason is offered to go", () => {
  const text =
    "policy p for x86_64 {\n  default kill\n  allow read // policyc-ignore crosing: x\n  allow close // policyc-ignore\n}\n";
  const { diagnostics } = compile({ name: "p.policy", text });
  assert.match(diagnostics[0]!.hint ?? "", /`crossing`/);
  const { span } = diagnostics[1]!.fix!.edits[0]!;
  assert.is(text.slice(span.start, span.end), "// policyc-ignore");
});

test("what was checked in part says nothing about a comment", () => {
  assert.equal(found(`  allow read ${WHY}`, { arches: ["x86_64"] }), []);
});

const severities: readonly (readonly [is: string, items: string, set: Severities, found: readonly string[]])[] = [
  ["off", "  allow ptrace", { "dangerous-call": "off" }, []],
  ["graver", "  allow ptrace", { "dangerous-call": "error" }, ["error dangerous-call"]],
  ["milder", "  allow read\n  kill read if fd == 5", { shadowed: "hint" }, ["hint shadowed"]],
  ["not without meaning", "  allow raed", { "unknown-syscall": "off" }, ["error unknown-syscall"]],
];

for (const [is, items, set, wanted] of severities) {
  test(`severity: ${is}`, () => assert.equal(found(items, { severities: set }), wanted));
}

test("a finding that was made an error stops the build, one that was made milder does not", () => {
  const text = "policy p for x86_64 { default kill  allow read  kill read if fd == 5  allow ptrace }";
  const build = (set: Severities) => compile({ name: "p.policy", text }, { severities: set }).filters.length;
  assert.is(build({}), 0);
  assert.is(build({ shadowed: "warning" }), 1);
  assert.is(build({ shadowed: "warning", "voids-rules": "error" }), 0);
});

test.run();
