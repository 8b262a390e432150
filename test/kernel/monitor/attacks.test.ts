// Attacks on a monitor, tried for real and seen to fail. The numbers are those of the project's list of attacks.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { answerCall } from "../../../src/runtime/notified-call.ts";
import { missingX86, unless } from "../../needs.ts";
import { bearers } from "../runtime/programs.ts";
import { compileC, run } from "./watched-sandbox.ts";

const here = unless(missingX86(), test);
const hostile = missingX86() === undefined ? compileC("hostile", "-pthread") : "";

const FORBID = "policy p for x86_64 { default allow  kill mkdir }";
const ASK = "policy p for x86_64 { default allow  kill mkdir  notify rmdir }";
const NEVER = "/tmp/policyc-never";

here(
  "attack 1: a forbidden call that is taken back by a signal never runs, and trying it again is caught",
  async () => {
    const seen = await run(FORBID, [hostile, "withdraw", "2000"]);
    assert.not.ok(existsSync(NEVER));
    assert.ok(seen.told.includes("violation"), seen.stdout);
    assert.is(seen.stdout, "", "it came to its end");
  },
);

for (const [what, flags] of [
  ["a filter that hides calls from the monitor", "0"],
  ["a filter with a listener of its own", "8"],
] as const) {
  here(`attack 2: ${what} is a kill in every mode`, async () => {
    for (const mode of ["enforce", "notify", "permissive"] as const) {
      const seen = await run(ASK, [hostile, "listen", flags], { mode });
      assert.ok(seen.told.includes("ended signal 31"), `${mode}: ${seen.told}`);
      assert.is(seen.stdout, "");
      assert.not.ok(existsSync(NEVER));
    }
  });
}

here("attack 9: a forbidden call of a child, in a session of its own, ends all", async () => {
  const seen = await run(FORBID, [hostile, "child"]);
  assert.ok(seen.told.includes("violation"));
  assert.is(seen.stdout, "");
  assert.not.ok(existsSync(NEVER));
});

here("attack 15: who is killed is the sandbox, whatever number the kernel reports", async () => {
  const seen = await run(FORBID, [hostile, "thread"]);
  const { tid, held } = seen.report!;
  assert.is.not(tid, held!.pid, "a thread's number is no process's");
  assert.not.ok(lives(held!.pid));
  assert.is(process.kill(process.pid, 0), true); // nor this process's group, which kill(0) would have been
});

here("attack 16: this process dies at any moment of a launch, and nothing of the sandbox is left", async () => {
  const runtime = fileURLToPath(new URL("../../../dist/runtime.js", import.meta.url));
  const program = fileURLToPath(new URL("./exits.mjs", import.meta.url));
  const mark = `policyc-mark-${process.pid}`;
  for (const delay of [0, 1, 2, 5, 10, 20, 40, 80]) {
    const { signal } = spawnSync(process.execPath, [program, runtime, "killed", `${delay}`, mark]);
    assert.is(signal, "SIGKILL");
  }
  for (let wait = 0; bearers(mark).length > 0 && wait < 100; wait++) await sleep(20);
  assert.equal(bearers(mark), []);
});

/** A zombie does not: its namespace reaps it in its own time. */
function lives(pid: number): boolean {
  try {
    return !/^State:\s*[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "latin1"));
  } catch {
    return false;
  }
}

here("attack 25: a host that decides by a path in memory cannot let the call run on another", async () => {
  const [mine, other] = ["/tmp/policyc-a", "/tmp/policyc-b"];
  mkdirSync(other, { recursive: true });
  const notes = new Set<string>();
  let harmless = 0;
  await run(ASK, [hostile, "change", "200"], {
    mode: "notify",
    notified: (call, sandbox) =>
      void answerCall(
        sandbox,
        call,
        async ({ args, readMemory }) => {
          const path = Buffer.from((await readMemory(args[0], mine.length))!).toString();
          if (path !== mine) return { kind: "errno", errno: 1 };
          harmless++;
          return { kind: "allow" };
        },
        { note: text => void notes.add(text) },
      ),
  });
  assert.ok(existsSync(other));
  rmSync(other, { recursive: true });
  assert.ok(harmless > 0);
  assert.match([...notes].join(), /allow.*after a look at memory/);
});

test.run();
