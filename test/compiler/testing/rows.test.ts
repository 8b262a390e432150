// What a row stands for, and that it is proved for exactly that: by hand, and against decide() on calls near every constant.

import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { auditArch } from "../../../src/compiler/abi/arch.ts";
import type { SeccompData } from "../../../src/compiler/bpf/instruction.ts";
import { retOf } from "../../../src/compiler/policy/action.ts";
import { decide, holds } from "../../../src/compiler/policy/decide.ts";
import type { Model } from "../../../src/compiler/policy/model.ts";
import { meaningOf, proveClaim } from "../../../src/compiler/testing/prove-rows.ts";
import { naiveProgram } from "../prove/naive.ts";
import { constantsOf, createRandom, randomCall, randomModel } from "../prove/random.ts";
import { failingTargets, randomClaim, testItems, testText } from "./tested.ts";

/** The broken targets of a row, under a policy. */
interface Row {
  readonly rule: string;
  readonly items?: string;
  readonly targets?: string;
  readonly row: string;
  readonly broken?: readonly string[];
}

const STREAMS = "default kill\nallow read if fd == 0\nallow write if fd in {1, 2} and count <= 4096";

const ROWS: readonly Row[] = [
  { rule: "what is left out stands for every value", row: "allow read(0)" },
  { rule: "`_` stands for every value", row: "allow read(0, _, 100)" },
  { rule: "`_` is really every value", row: "allow read(_, 0, 100)", broken: ["x86_64"] },
  { rule: "no argument at all stands for every call", row: "allow read()", broken: ["x86_64"] },
  { rule: "every member of a set", row: "allow write({1, 2}, count: 5)" },
  { rule: "one member of a set is enough to fail", row: "allow write({1, 2, 3}, count: 5)", broken: ["x86_64"] },
  { rule: "both ends of a range", row: "allow write(1, count: 0..4096)" },
  { rule: "one behind the end of a range", row: "allow write(1, count: 0..4097)", broken: ["x86_64"] },
  { rule: "the low end of a range", row: "kill write(2..9)", broken: ["x86_64"] },
  { rule: "ranges in sets", row: "kill write({0, 3..9})" },
  { rule: "a range of all values", row: "allow read(0, count: 0..0xffffffffffffffff)" },
  { rule: "a range of negative values", items: "default kill\nallow openat if dirfd >= 0", row: "kill openat(-5..-1)" },
  {
    rule: "a range over the sign",
    items: "default kill\nallow openat if dirfd >= 0",
    row: "kill openat(-5..0)",
    broken: ["x86_64"],
  },
  { rule: "names in any order", row: "allow write(count: 1, fd: 2)" },
  {
    rule: "a man page's name",
    items: "default kill\nallow socket if domain == AF_UNIX",
    row: "allow socket(domain: AF_UNIX)",
  },
  {
    rule: "constants and their sums",
    items: "default kill\nallow openat if flags lacks O_CREAT",
    row: "allow openat(flags: O_RDWR | O_CLOEXEC)",
  },
  {
    rule: "another verdict of the same kind",
    items: "default kill\nerrno(EPERM) read",
    row: "errno(EACCES) read()",
    broken: ["x86_64"],
  },
  { rule: "kill is not kill-thread", row: "kill-thread getpid()", broken: ["x86_64"] },
  {
    rule: "-1 is a pattern: sign- and zero-extended alike",
    items: "default kill\nallow openat if dirfd == AT_FDCWD",
    row: "allow openat(-100)",
  },
  {
    rule: "the upper half of an int is any",
    items: "default kill\nallow read if raw[0] == 0",
    row: "allow read(0)",
    broken: ["x86_64"],
  },
  {
    rule: "the upper half of a size is not",
    items: "default kill\nallow read if raw[2] == 7",
    row: "allow read(count: 7)",
  },
  {
    rule: "the upper bits of a umode_t are any",
    items: "default kill\nallow chmod if raw[1] == 7",
    row: "allow chmod(mode: 7)",
    broken: ["x86_64"],
  },
  {
    rule: "a pointer may have any value in a row",
    items: "default kill\nallow read if buf != 0",
    row: "allow read(3, 0x7fff00001000)",
  },
  {
    rule: "arguments compared with each other",
    items: "default kill\nallow dup2 if oldfd == newfd",
    row: "allow dup2(5, 5)",
  },
  {
    rule: "arguments compared with each other, unequal",
    items: "default kill\nallow dup2 if oldfd < newfd",
    row: "allow dup2(0..3, 3)",
    broken: ["x86_64"],
  },
  { rule: "a call by number", items: "default kill\nunknown errno(ENOSYS)", row: "errno(ENOSYS) syscall(4000)()" },
  {
    rule: "registers of a call by number",
    items: "default kill\nallow syscall(4000) if raw[5] == 9",
    row: "allow syscall(4000)(0, _, _, _, _, 9)",
  },
  {
    rule: "first match wins",
    items: "default kill\nallow read if fd == 0\nerrno(EPERM) read",
    row: "errno(EPERM) read(1..9)",
  },
  {
    rule: "the policy's constants and the file's",
    items: "default kill\nconst IN = 0\nallow read if fd == IN",
    row: "allow read(IN)",
  },
  {
    rule: "every target is proved",
    items: "default kill\nallow read\nkill write on x86_64\nallow write on aarch64",
    targets: "x86_64, aarch64",
    row: "kill write()",
    broken: ["aarch64"],
  },
  {
    rule: "a target before the call is one alone",
    items: "default kill\nallow write on aarch64",
    targets: "x86_64, aarch64",
    row: "allow aarch64 write()",
  },
  {
    rule: "name? is about targets with the call",
    items: "default kill\nallow open?",
    targets: "x86_64, aarch64",
    row: "allow open?()",
  },
  { rule: "another ABI's calls are foreign", row: "kill i386 getpid()" },
  { rule: "another ABI's calls do not meet the rules", row: "allow i386 read(0)", broken: ["x86_64"] },
  { rule: "x32 is foreign", items: "default allow\nforeign errno(EPERM)", row: "errno(EPERM) x32 read(0)" },
  {
    rule: "an ABI that `compat` opted in has its rules",
    items: "default kill\ncompat i386\nallow read if fd == 0",
    row: "allow i386 read(0)",
  },
  {
    rule: "a foreign row passes over targets whose machine cannot make such calls",
    items: "default kill",
    targets: "x86_64, aarch64",
    row: "kill i386 getpid()",
  },
  {
    rule: "an own target is meant before a foreign ABI",
    items: "default kill\nallow getpid on i386",
    targets: "x86_64, i386",
    row: "allow i386 getpid()",
  },
];

for (const { rule, items = STREAMS, targets = "x86_64", row, broken = [] } of ROWS) {
  test(`${rule}: ${row}`, () => assert.equal(failingTargets(testItems(items, row, {}, targets)), broken));
}

test("a row that fails brings the smallest call, and who decided it", () => {
  const [row] = testItems(STREAMS, "allow write({1, 2})").tests[0]!.rows;
  const { proof } = row!.proofs[0]!;
  assert.is(proof.kind, "broken");
  if (proof.kind !== "broken") return;
  assert.equal(proof.by.args.slice(0, 3), [1n, 0n, 4097n]);
  assert.is(proof.decision.by.kind, "default");
  assert.ok(proof.isPartial);
});

test("tests of imported files are not run", () => {
  const files = {
    "./other.policy": "policy other for x86_64 { default kill }\ntest other { allow read() }\ngroup g { allow read }",
  };
  const [report] = testText(
    'import "./other.policy"\npolicy t for x86_64 { default kill  use g }\ntest t { allow read() }',
    {},
    files,
  );
  assert.equal(
    report!.tests.flatMap(({ rows }) => rows.map(({ passed }) => passed)),
    [true],
  );
});

test("a policy without tests is reported, without rows", () => {
  assert.equal(
    testText("policy a for x86_64 { default kill }\npolicy b for x86_64 { default kill }\ntest b { kill read() }").map(
      ({ policy, tests }) => [policy, tests.length],
    ),
    [
      ["a", 0],
      ["b", 1],
    ],
  );
});

test("a row is proved or broken as decide() says of the calls it stands for", () => {
  const seen = { proved: 0, broken: 0, calls: 0 };
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), seed => {
      const random = createRandom(seed);
      const model: Model = { ...randomModel(random), tickets: [] };
      const meaning = meaningOf(model);
      const claim = randomClaim(random, model);
      const proof = proveClaim(meaning, claim);
      if (proof.kind === "not-decided") return; // two arguments multiplied out
      const isMeant = (data: SeccompData): boolean => holds(claim.condition, data);
      const gets = (data: SeccompData): number => retOf(decide(model, data).action);
      if (proof.kind === "broken") {
        seen.broken++;
        assert.ok(isMeant(proof.by));
        assert.is.not(gets(proof.by), retOf(claim.action));
        return;
      }
      seen.proved++;
      const constants = constantsOf(naiveProgram(model).program);
      for (let i = 0; i < 60; i++) {
        const data = { ...randomCall(random, constants), arch: auditArch(claim.arch), nr: claim.nr };
        if (!isMeant(data)) continue;
        seen.calls++;
        assert.is(gets(data), retOf(claim.action));
      }
    }),
    { numRuns: 600 },
  );
  assert.ok(seen.proved > 50 && seen.broken > 50 && seen.calls > 500, JSON.stringify(seen));
});

test.run();
