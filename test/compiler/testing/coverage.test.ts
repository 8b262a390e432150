// What rows reach: by hand, and decide() never names a decider that was not found.

import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { auditArch } from "../../../src/compiler/abi/arch.ts";
import { type Decision, decide, holds } from "../../../src/compiler/policy/decide.ts";
import type { Model } from "../../../src/compiler/policy/model.ts";
import { NotProved } from "../../../src/compiler/prove/bdd.ts";
import type { CoveredStatement } from "../../../src/compiler/testing/coverage.ts";
import { type Decider, reachOf } from "../../../src/compiler/testing/reach.ts";
import { naiveProgram } from "../prove/naive.ts";
import { constantsOf, createRandom, randomCall, randomModel } from "../prove/random.ts";
import { FILE, randomClaim, testText } from "./tested.ts";

interface Row {
  readonly rule: string;
  readonly text: string;
  readonly files?: { readonly [name: string]: string };
  /** `line kind status`, in order; statements that are covered are left out. */
  readonly open: readonly string[];
}

const FALLBACKS = "kill i386 getpid()  kill ptrace()  errno(ENOSYS) syscall(4000)()";

const ROWS: readonly Row[] = [
  {
    rule: "a rule is covered by a row that it decides, each target of a block for itself",
    text: `policy t for x86_64 {
  default kill
  unknown errno(ENOSYS)
  allow { read, close }
  allow write if fd == 1
}
test t { allow read()  ${FALLBACKS} }`,
    open: ["4 rule missed", "5 rule missed"],
  },
  {
    rule: "the fallbacks count, written or not",
    text: "policy t for x86_64 {\n  default kill\n  allow read\n}\ntest t { allow read() }",
    open: ["2 default missed", "- unknown missed", "- foreign missed"],
  },
  {
    rule: "a row that fails covers nothing",
    text: `policy t for x86_64 { default kill  unknown errno(ENOSYS)\n  allow read if fd == 0 }\ntest t { allow read()  ${FALLBACKS} }`,
    open: ["2 rule missed"],
  },
  {
    rule: "one call of a row is enough",
    text: `policy t for x86_64 { default kill  unknown errno(ENOSYS)\n  allow read if fd == 0\n  allow read }\ntest t { allow read()  ${FALLBACKS} }`,
    open: [],
  },
  {
    rule: "an earlier rule takes the calls",
    text: `policy t for x86_64 { default kill  unknown errno(ENOSYS)\n  allow read if fd == 0\n  allow read }\ntest t { allow read(0)  ${FALLBACKS} }`,
    open: ["3 rule missed"],
  },
  {
    rule: "a rule that decides nothing is no gap",
    text: `policy t for x86_64 { default kill  unknown errno(ENOSYS)\n  allow read\n  allow read if fd == 0 }\ntest t { allow read()  ${FALLBACKS} }`,
    open: ["3 rule redundant"],
  },
  {
    rule: "covered on one target is covered",
    text: `policy t for x86_64, aarch64 { default kill  unknown errno(ENOSYS)\n  allow read\n  allow write }
test t { allow aarch64 read()  kill i386 getpid()  kill ptrace()  errno(ENOSYS) syscall(4000)() }`,
    open: ["3 rule missed"],
  },
  {
    rule: "rules of another file are covered together, by their `use`",
    text: `import "./g.policy"\npolicy t for x86_64 { default kill  unknown errno(ENOSYS)\n  use g\n  use h }\ntest t { allow read()  ${FALLBACKS} }`,
    files: { "./g.policy": "group g { allow { read, write } }\ngroup h { allow close }" },
    open: ["4 use missed"],
  },
  {
    rule: "rules of the file's own groups are statements of it",
    text: `group g { allow read\n  allow write }\npolicy t for x86_64 { default kill  unknown errno(ENOSYS)\n  use g }\ntest t { allow read()  ${FALLBACKS} }`,
    open: ["2 rule missed"],
  },
  {
    rule: "a policy without tests has no coverage at all",
    text: "policy t for x86_64 {\n  default kill\n  unknown errno(ENOSYS)\n  foreign kill\n  allow read }",
    open: ["5 rule missed", "2 default missed", "3 unknown missed", "4 foreign missed"],
  },
];

for (const { rule, text, files = {}, open } of ROWS) {
  test(rule, () => {
    const { statements, covered, total } = testText(text, { coverage: true }, files)[0]!.coverage!;
    const line = ({ span }: CoveredStatement): string =>
      span === undefined ? "-" : `${text.slice(0, span.start).split("\n").length}`;
    const gaps = statements.filter(({ status }) => status !== "covered");
    assert.equal(
      gaps.map(statement => `${line(statement)} ${statement.kind} ${statement.status}`),
      open,
    );
    assert.is(covered, statements.length - gaps.length);
    assert.is(total, statements.filter(({ status }) => status !== "redundant").length);
    assert.ok(statements.every(({ span }) => span === undefined || span.source === FILE));
  });
}

function deciderOf({ by }: Decision): Decider | undefined {
  switch (by.kind) {
    case "rule":
      return by.rule;
    case "default":
    case "unknown":
    case "foreign":
      return by.kind;
    default:
      return undefined;
  }
}

test("whoever decide() names for a call was found to reach it", () => {
  let calls = 0;
  let missed = 0;
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), seed => {
      const random = createRandom(seed);
      const model: Model = { ...randomModel(random), tickets: [] };
      const claim = randomClaim(random, model);
      let reach: ReturnType<typeof reachOf>;
      try {
        reach = reachOf(model, [claim]);
      } catch (error) {
        if (error instanceof NotProved) return; // pairs of arguments
        throw error;
      }
      const { alive, reached } = reach;
      missed += alive.size - reached.size;
      const constants = constantsOf(naiveProgram(model).program);
      for (let i = 0; i < 40; i++) {
        const any = randomCall(random, constants);
        const data = random.chance(80) ? { ...any, arch: auditArch(claim.arch), nr: claim.nr } : any;
        const decider = deciderOf(decide(model, data));
        if (decider === undefined) continue;
        calls++;
        assert.ok(alive.has(decider));
        if (data.nr === claim.nr && data.arch === auditArch(claim.arch) && holds(claim.condition, data))
          assert.ok(reached.has(decider));
      }
      for (const decider of reached) assert.ok(alive.has(decider));
    }),
    { numRuns: 300 },
  );
  assert.ok(calls > 3000 && missed > 300, `${calls} ${missed}`);
});

test.run();
