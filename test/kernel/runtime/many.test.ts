// Many launches leave nothing behind in the process that makes them, and many sandboxes at once share its one monitor thread.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { runFixture } from "./bundled.ts";

const FREE = "policy free for x86_64 { default allow kill { mkdir, mkdirat } }";
const ALONE = `policy alone for x86_64 {
  default allow
  kill { fork, vfork, clone3, mkdir, mkdirat }
  kill clone if clone_flags lacks CLONE_THREAD
}`;

interface Held {
  readonly fds: number;
  readonly threads: number;
  readonly children: number;
}

function execute(policy: string, count: number, how: "series" | "parallel", hard: boolean) {
  const ran = runFixture("many", [policy, String(count), how, String(hard)]);
  assert.is(ran.status, 0, JSON.stringify(ran));
  return JSON.parse(ran.stdout) as {
    readonly statuses: Readonly<Record<string, number>>;
    readonly before: Held;
    readonly during: Held;
    readonly after: Held;
  };
}

for (const { name, policy } of [
  { name: "in a pid namespace", policy: FREE },
  { name: "of one process", policy: ALONE },
]) {
  for (const hard of [false, true]) {
    test(`100 launches ${name}${hard ? ", hard" : ""}, violations among them: no descriptor, child or thread stays`, () => {
      const { statuses, before, after } = execute(policy, 100, "series", hard);
      assert.equal(statuses, { ok: 90, violation: 10 });
      assert.equal(after, before);
    });
  }
}

test("50 sandboxes at once: one child and no thread more for each, and nothing afterwards", () => {
  const { statuses, before, during, after } = execute(FREE, 50, "parallel", false);
  assert.equal(statuses, { ok: 50 });
  assert.is(during.children, 50);
  assert.is(during.threads, before.threads);
  assert.equal(after, before);
});

test.run();
