// What the monitor tells of a sandbox, in which order, and what it does to it.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { run } from "./watched-sandbox.ts";

const ALLOW = "policy p for x86_64 { default allow  kill mkdir }";

test("a program that breaks no rule", async () => {
  const seen = await run(ALLOW, ["/bin/sh", "-c", "echo hi; exit 3"]);
  assert.equal(seen.told, ["listening", "started", "ended 3", "gone"]);
  assert.equal([seen.stdout, seen.end], ["hi\n", "3"]);
});

test("a forbidden call", async () => {
  const seen = await run(ALLOW, ["/bin/mkdir", "/tmp/policyc-never"]);
  console.log(seen.told, seen.end, seen.report, seen.report?.held?.arguments);
});

test.run();
