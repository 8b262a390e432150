// What can be wrong with a test block is said when its policy is compiled, whether the block is run or not.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../../src/compiler/compile.ts";
import { type Diagnostic, hasErrors } from "../../../src/compiler/diagnostics/diagnostic.ts";
import { compileText } from "./tested.ts";

/** Findings about the test blocks; what checks say of the policies is not the matter here. */
function findings(text: string): readonly Diagnostic[] {
  const { diagnostics } = compileText(text);
  return diagnostics.filter(({ span }) => span.start >= text.indexOf("test "));
}

const POLICY = "policy p for x86_64, aarch64 { default kill  allow read }\n";

const ROWS: readonly (readonly [row: string, codes: readonly string[]])[] = [
  ["allow read(0, _, count: 1..5)", []],
  ["allow raed()", ["unknown-syscall"]],
  ["allow open()", ["syscall-not-on-arch"]],
  ["kill open?()", []],
  ["kill x86_64 open()", []],
  ["kill fork?()", []],
  ["kill aarch64 open?()", ["row-without-target"]],
  ["kill s390 getpid()", ["unknown-arch"]],
  ["kill riscv64 getpid()", ["call-never-seen"]],
  ["kill arm getpid()", []],
  ["errno read()", ["missing-errno"]],
  ["errno(EPREM) write()", ["unknown-constant"]],
  ["kill-thread write()", []],
  ["allow read(fdd: 0)", ["unknown-argument"]],
  ["allow read(0, 0, 0, 0)", ["surplus-argument"]],
  ["allow read(0, fd: 1)", ["argument-twice"]],
  ["allow read(fd: 0, 1)", ["position-after-name"]],
  ["allow read(0x100000000)", ["constant-too-big"]],
  ["allow read(count: 5..1)", ["empty-range"]],
  ["allow read(fd: -1..3)", ["outside-type"]],
  ["allow read({})", ["empty-set"]],
  ["allow read(fd: count)", ["not-a-value"]],
  ["allow read(UNKNOWN)", ["unknown-constant"]],
  ["kill mmap(flags: MAP_32BIT)", ["constant-not-on-arch"]],
  ["kill openat(flags: AF_UNIX)", ["constant-family"]],
  ["kill socket(AF_INET, SOCK_STREAM)", []],
  ["kill syscall(5000000000)()", ["syscall-number"]],
];

for (const [row, codes] of ROWS) {
  test(`${row}: ${codes.join(", ") || "nothing"}`, () => {
    assert.equal(
      findings(`${POLICY}test p { ${row} }`).map(({ code }) => code),
      codes,
    );
  });
}

test("a test of a policy that the file has not names the nearest", () => {
  assert.equal(
    findings("policy crc4 for x86_64 { default kill  allow read }\ntest crc5 { allow read() }").map(
      ({ code, hint }) => [code, hint],
    ),
    [["unknown-policy", "did you mean `crc4`?"]],
  );
});

test("the rows of a policy that could not be resolved wait for it", () => {
  assert.equal(findings("policy p for x86_64 { allow read }\ntest p { allow raed() }"), []);
});

test("tests of other policies are left alone when one is chosen", () => {
  const text = `policy a for x86_64 { default kill }\npolicy b for x86_64 { default kill }
test a { kill raed() }\ntest b { kill write() }`;
  const { tests, diagnostics } = compile({ name: "t.policy", text }, { policy: "b" });
  assert.not.ok(hasErrors(diagnostics));
  assert.equal(
    tests.map(({ policy }) => policy),
    ["b"],
  );
});

test.run();
