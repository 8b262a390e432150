// What the monitor tells of a sandbox, in which order, and what it does to it.

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { syscall } from "../../../src/compiler/index.ts";
import { missingX86, unless } from "../../needs.ts";
import { compileC, folder, longestTurn, run, type Seen, start } from "./watched-sandbox.ts";

const here = unless(missingX86(), test);
const hostile = missingX86() === undefined ? compileC("hostile", "-pthread") : "";

const FORBID = "policy p for x86_64 { default allow  kill mkdir }";
const ASK = "policy p for x86_64 { default allow  kill mkdir  notify rmdir }";

/** Without what comes by another way than the listener, and so at any time: that it runs, and that it died of the kill. */
function told({ told }: Seen): string[] {
  return told.filter(event => event !== "started" && event !== "ended signal 9");
}

here("a program that breaks no rule", async () => {
  const seen = await run(FORBID, ["/bin/sh", "-c", "echo hi; exit 3"]);
  assert.equal(seen.told, ["listening", "started", "ended 3", "gone"]);
  assert.equal([seen.stdout, seen.end], ["hi\n", "3"]);
});

here("a program that is not there", async () => {
  const seen = await run(FORBID, ["/nowhere"]);
  assert.match(seen.told.join(" "), /^failed \d+ -2 (ended 125 )?gone$/);
});

here("a forbidden call is told with its process, program, place and arguments", async () => {
  const seen = await run(FORBID, ["/bin/mkdir", "-m", "700", "/tmp/policyc-never"]);
  assert.equal(told(seen), ["listening", "violation", "gone"]);
  const { tid, program, held } = seen.report!;
  assert.equal([program, held!.name, held!.pid], ["mkdir", "mkdir", tid]);
  assert.match(held!.executable!, /\/mkdir$/);
  assert.match(held!.module!.name, /libc/);
  assert.equal(held!.arguments, [
    { name: "pathname", text: '"/tmp/policyc-never"', source: "process" },
    { name: "mode", text: "0700", source: "registers" },
  ]);
});

here("a program from a file that is gone is marked", async () => {
  const copy = join(folder, "copied");
  const seen = await run(FORBID, [
    "/bin/sh",
    "-c",
    `cp /bin/mkdir ${copy}; exec 9<${copy}; rm ${copy}; exec /proc/self/fd/9 /tmp/policyc-never`,
  ]);
  assert.is(seen.report!.held!.executable, `${copy} (deleted)`);
});

here("kill() ends every task", async () => {
  const { sandbox, seen } = await start(FORBID, ["/bin/sh", "-c", "setsid sleep 60 & sleep 60"]);
  await sleep(100);
  sandbox.kill();
  assert.equal(told(await seen), ["listening", "gone"]);
});

// Notify rules.

for (const [what, answer, printed] of [
  ["let run", { kind: "allow" }, "2: 3\n"],
  ["refused by an errno", { kind: "errno", errno: 13 }, "13: 3\n"],
  ["answered by a value", { kind: "value", value: 0n }, "0: 3\n"],
] as const) {
  here(`a call of a \`notify\` rule is ${what}`, async () => {
    const nrs = new Set<number>();
    const seen = await run(ASK, [hostile, "ask", "3"], {
      mode: "notify",
      notified: (call, sandbox) => {
        nrs.add(call.data.nr);
        sandbox.answer(call.id, answer);
      },
    });
    assert.equal([...nrs], [syscall("x86_64", "rmdir")!.nr]);
    assert.equal(told(seen), ["listening", "notified", "ended 0", "gone"]);
    assert.is(seen.stdout, printed);
  });
}

here("beside a `notify` rule a kill is a kill", async () => {
  const seen = await run(ASK, ["/bin/mkdir", "/tmp/policyc-never"], { mode: "notify" });
  assert.equal(told(seen), ["listening", "violation", "gone"]);
});

here("memory and arguments of a held call can be read, and not after it was answered", async () => {
  const found: unknown[] = [];
  await run(ASK, ["/bin/rmdir", "/tmp/policyc-asked"], {
    mode: "notify",
    notified: async (call, sandbox) => {
      const bytes = await sandbox.read(call.id, call.data.args[0], 8);
      found.push(bytes && Buffer.from(bytes).toString(), (await sandbox.look(call.id))?.[0]?.text);
      sandbox.answer(call.id, { kind: "errno", errno: 1 });
      found.push(await sandbox.read(call.id, call.data.args[0], 8));
    },
  });
  assert.equal(found, ["/tmp/pol", '"/tmp/policyc-asked"', undefined]);
});

here("a call that nobody answers holds up nobody else", async () => {
  const held = await start(ASK, ["/bin/rmdir", "/tmp/policyc-asked"], { mode: "notify" });
  const other = await run(FORBID, ["/bin/echo", "on"]);
  assert.is(other.stdout, "on\n");
  held.sandbox.kill();
  await held.seen;
});

// Permissive.

here("in permissive mode what is forbidden is counted by shape and runs", async () => {
  const made = join(folder, "made");
  const seen = await run(
    FORBID,
    ["/bin/sh", "-c", `mkdir ${made} ${made}2; mkdir ${made}3; rmdir ${made} ${made}2 ${made}3 && echo removed`],
    {
      mode: "permissive",
    },
  );
  assert.equal(told(seen), ["listening", "ended 0", "passed", "gone"]);
  assert.is(seen.stdout, "removed\n");
  assert.equal(
    seen.counted.map(({ count, data }) => [count, data.nr]),
    [[3, syscall("x86_64", "mkdir")!.nr]],
  );
});

// Programs that make life hard.

here("a path in memory that never arrives holds up neither the kill nor others (needs userfaultfd)", async () => {
  const before = performance.now();
  const running = await start(FORBID, [hostile, "page"]);
  const turn = longestTurn(running.seen);
  const seen = await running.seen;
  if (seen.end === "77") throw new Error(seen.stdout);
  assert.equal(told(seen), ["listening", "violation", "gone"]);
  assert.ok(performance.now() - before < 2000);
  assert.ok((await turn) < 500);
  // The page is not there, its other arguments are.
  assert.equal(
    seen.report!.held!.arguments.map(({ text }) => text),
    ["0777"],
  );
});

here("a sandboxee that dies mid-report", async () => {
  const outcomes = new Set<string>();
  for (const delay of [0, 0, 50, 100, 200, 400, 800, 1600]) {
    const seen = await run(FORBID, [hostile, "die", `${delay}`]);
    assert.is(seen.told.at(-1), "gone");
    outcomes.add(told(seen).slice(1).join(" "));
  }
  for (const outcome of outcomes)
    assert.match(outcome, /^(ended 7 |violation |ended 7 violation |violation ended 7 )gone$/);
});

here("500 children under a storm of signals starve nobody", async () => {
  const { sandbox, seen } = await start(ASK, [hostile, "storm", "500"], {
    mode: "notify",
    notified: (call, sandbox) => sandbox.answer(call.id, { kind: "errno", errno: 1 }),
  });
  await sleep(1500);
  const before = performance.now();
  const other = await run(FORBID, ["/bin/mkdir", "/tmp/policyc-never"]);
  const others = performance.now() - before;
  assert.ok(other.told.includes("violation"));
  sandbox.kill();
  assert.is((await seen).told.at(-1), "gone");
  assert.ok(others < 5000, `another sandbox took ${others} ms`);
  assert.ok(performance.now() - before < 10_000);
});

here("a flood of forbidden calls ends with its first", async () => {
  const seen = await run("policy p for x86_64 { default allow  kill rmdir }", [hostile, "storm", "500"]);
  assert.equal(seen.told.filter(event => event === "violation").length, 1);
  assert.is(seen.told.at(-1), "gone");
});

// Its own end.

here("when the monitor dies, what it watched dies, and the next sandbox gets another", async () => {
  const { sandbox, seen } = await start(FORBID, ["/bin/sleep", "60"]);
  await sleep(100);
  sandbox.adopt(-1); // no descriptor at all: the monitor cannot watch it, and throws
  const { told, end, lost } = await seen;
  assert.equal([told.at(-1), end], ["lost", "SIGKILL"]);
  assert.ok(lost instanceof Error);
  assert.is((await run(FORBID, ["/bin/echo", "again"])).stdout, "again\n");
});

test.run();
