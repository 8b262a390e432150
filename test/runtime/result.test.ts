// What a result says when several things apply, in rows. What TypeScript makes of it: result-types.ts.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Result, resultOf, type Seen, withNote } from "../../src/runtime/result.ts";
import { setupError } from "../../src/runtime/setup-error.ts";

const NOTHING = {
  usage: undefined,
  violations: "every process",
  survivors: false,
  limits: [],
  passed: undefined,
  notes: [],
} as const;

const exit0 = { kind: "exited", code: 0 } as const;
const sigkill = { kind: "signaled", signal: "SIGKILL", number: 9 } as const;
const sigsegv = { kind: "signaled", signal: "SIGSEGV", number: 11 } as const;
const violation = { of: undefined, foreign: false };
const broken = { reason: "monitor", message: "it died" } as const;
const failure = setupError("open the program", "no such file", "look there");

const rows: readonly { readonly rule: string; readonly seen: Seen; readonly says: string }[] = [
  { rule: "an exit is ok, whatever its code", seen: { end: { kind: "exited", code: 7 } }, says: "OK - exit code 7" },
  { rule: "a death by a signal is one", seen: { end: sigsegv }, says: "SIGNALED - SIGSEGV" },
  { rule: "a SIGKILL that nobody here sent is a signal", seen: { end: sigkill }, says: "SIGNALED - SIGKILL" },
  { rule: "a supervisor killed from outside took the program along", seen: {}, says: "SIGNALED - SIGKILL" },
  { rule: "the wall clock's kill is a timeout", seen: { end: sigkill, timedOut: 50 }, says: "TIMEOUT - after 50 ms" },
  { rule: "the host's kill is one", seen: { end: sigkill, killed: "kill" }, says: "EXTERNAL_KILL - by the host" },
  {
    rule: "so is the abort signal's",
    seen: { killed: "abort-signal" },
    says: "EXTERNAL_KILL - by the host's AbortSignal",
  },
  {
    rule: "an external kill comes before a timeout",
    seen: { end: sigkill, killed: "kill", timedOut: 50 },
    says: "EXTERNAL_KILL - by the host",
  },
  {
    rule: "a kill that found the program ended did nothing",
    seen: { end: exit0, killed: "kill" },
    says: "OK - exit code 0",
  },
  {
    rule: "nor one that found it dying of a signal",
    seen: { end: sigsegv, killed: "kill" },
    says: "SIGNALED - SIGSEGV",
  },
  { rule: "nor did a timeout that came too late", seen: { end: sigsegv, timedOut: 50 }, says: "SIGNALED - SIGSEGV" },
  {
    rule: "a violation comes before all else",
    seen: { violation, broken, failure, killed: "kill", timedOut: 50, end: exit0 },
    says: "VIOLATION - ended by SIGSYS, no details",
  },
  {
    rule: "a monitor that died comes before what followed from it",
    seen: { broken, killed: "kill", end: sigkill },
    says: "INTERNAL_ERROR - it died",
  },
  {
    rule: "a launch that failed comes before the end of its launcher",
    seen: { failure, timedOut: 50, end: exit0 },
    says: "SETUP_ERROR - no such file; look there",
  },
];

for (const { rule, seen, says } of rows) test(rule, () => assert.is(`${resultOf(seen, NOTHING)}`, says));

test("a SIGKILL after all the cpu time that the limit allows is the limit's", () => {
  const limits = [{ limit: "cpu", value: 1000n, means: "RLIMIT_CPU", by: "policy" }] as const;
  const spent = (userTime: number) => {
    const usage = { userTime, systemTime: 1000 } as NonNullable<Result["usage"]>;
    return resultOf({ end: sigkill }, { ...NOTHING, limits, usage }).reason;
  };
  assert.is(spent(999_000), "cpu-limit");
  assert.is(spent(700_000), "signal");
});

test("a result is plain data with a text: it compares by its fields, and a later note keeps both", () => {
  const result = resultOf({ end: exit0 }, NOTHING);
  assert.equal(JSON.parse(JSON.stringify(result)), {
    status: "ok",
    reason: "exit",
    exitCode: 0,
    violations: "every process",
    survivors: false,
    limits: [],
    notes: [],
  });
  assert.is(`${withNote(result, "late")}`, "OK - exit code 0");
  assert.equal(withNote(result, "late").notes, ["late"]);
});

test.run();
