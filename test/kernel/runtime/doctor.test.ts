// doctor() tells what this kernel has by asking it; a filter around the process changes the answers.

import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { doctor } from "../../../src/runtime/doctor.ts";
import { runFixture } from "./bundled.ts";

test("every finding says what was seen and what it means here, each under its own key", () => {
  const findings = doctor();
  assert.is(new Set(findings.map(({ key }) => key)).size, findings.length);
  for (const { key, seen, means } of findings) assert.ok(seen !== "" && means !== "", key);
});

test("the actions agree with the kernel's own list", () => {
  const listed = readFileSync("/proc/sys/kernel/seccomp/actions_avail", "utf8").trim().split(" ");
  const found = doctor().find(({ key }) => key === "actions");
  assert.is(found?.state, listed.length === 8 ? "found" : "missing");
});

test("without koffi, or on another machine, it says that nothing can be enforced", () => {
  const { stdout } = runFixture("doctor", ["other-machine"]);
  const findings = JSON.parse(stdout) as ReturnType<typeof doctor>;
  assert.equal(
    findings.map(({ key, state }) => `${key} ${state}`),
    ["kernel found", "koffi blocked"],
  );
  assert.match(findings[1]!.seen, /darwin/);
});

test("a filter that hides seccomp(2) is seen as what it is", () => {
  const { stdout } = runFixture("doctor", ["hidden-seccomp"]);
  const state = new Map((JSON.parse(stdout) as ReturnType<typeof doctor>).map(({ key, state }) => [key, state]));
  assert.is(state.get("tsync"), "blocked");
  assert.is(state.get("user-notif"), "missing");
  assert.is(state.get("outer-filter"), "missing");
});

test.run();
