// Executor and Sandbox on the running kernel: kills and clocks, limits, callbacks, streams.

import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { compilePolicy } from "../../../src/runtime/compile-policy.ts";
import { Executor, type ExecutorOptions } from "../../../src/runtime/executor.ts";
import type { NotifiedCall } from "../../../src/runtime/notified-call.ts";
import type { Notify } from "../../../src/runtime/notify.ts";
import { Sandbox } from "../../../src/runtime/sandbox.ts";
import type { Answer } from "../../../src/runtime/watched.ts";
import { bearers } from "./programs.ts";

const ALLOW = "policy p for x86_64 { default allow kill { mkdir, mkdirat } }";

interface Given extends Partial<ExecutorOptions> {
  readonly policy?: string;
  readonly notify?: Notify;
}

/** A shell script under a policy, its output in pipes. */
function shell(script: string, { policy = ALLOW, notify = {}, ...options }: Given = {}): Sandbox {
  const quiet = ["ignore", "pipe", "ignore"] as const;
  const executor = new Executor({ path: "/bin/sh", args: ["-c", script], stdio: quiet, ...options });
  return new Sandbox(executor, compilePolicy({ source: policy }), notify);
}

const MODES = [
  { name: "with the monitor", hard: false },
  { name: "without a monitor", hard: true },
] as const;

for (const { name, hard } of MODES) {
  test(`the host's kill ends all of it and is told, with what was used, ${name}`, async () => {
    const sandbox = shell("sleep 30.601 & sleep 30.601", { hard });
    assert.is(await sandbox.runAsync(), true);
    assert.ok(sandbox.pid! > 0 && existsSync(`/proc/${sandbox.pid}`));
    sandbox.kill();
    const result = await sandbox.awaitResult();
    assert.is(`${result}`, "EXTERNAL_KILL - by the host");
    assert.ok(result.usage !== undefined);
    assert.equal(bearers("30.601"), []);
    assert.not.ok(existsSync(`/proc/${sandbox.pid}`));
  });

  test(`a kill right after the start ends it too, whatever it has come to, ${name}`, async () => {
    for (let i = 0; i < 10; i++) {
      const sandbox = shell("sleep 30.602", { hard });
      const running = sandbox.run();
      await sleep(i % 5);
      sandbox.kill();
      assert.is(`${await running}`, "EXTERNAL_KILL - by the host");
    }
    assert.equal(bearers("30.602"), []);
  });

  test(`the wall clock ends it, ${name}`, async () => {
    const begun = Date.now();
    const result = await shell("sleep 30", { hard, wallTime: 150 }).run();
    assert.is(`${result}`, "TIMEOUT - after 150 ms");
    assert.ok(Date.now() - begun < 5000);
  });
}

test("the policy's wall is a clock too, and the result lists it", async () => {
  const result = await shell("sleep 30", {
    policy: "policy p for x86_64 { default allow limits { wall 100ms } }",
  }).run();
  assert.is(`${result}`, "TIMEOUT - after 100 ms");
  assert.equal(result.limits, [{ limit: "wall", means: "timer", value: 100n, by: "policy" }]);
});

test("the wall clock can be set anew while the program runs, and disarmed", async () => {
  const longer = shell("sleep 0.4", { wallTime: 200 });
  await longer.runAsync();
  longer.setWallTime(0);
  assert.is((await longer.awaitResult()).status, "ok");
  const shorter = shell("sleep 30", { wallTime: 60_000 });
  await shorter.runAsync();
  shorter.setWallTime(50);
  assert.is(`${await shorter.awaitResult()}`, "TIMEOUT - after 50 ms");
});

test("an AbortSignal kills, before the start and after it", async () => {
  const early = await shell("sleep 30", { signal: AbortSignal.abort() }).run();
  assert.is(`${early}`, "EXTERNAL_KILL - by the host's AbortSignal");
  const controller = new AbortController();
  const sandbox = shell("sleep 30", { signal: controller.signal });
  await sandbox.runAsync();
  controller.abort();
  assert.is(`${await sandbox.awaitResult()}`, "EXTERNAL_KILL - by the host's AbortSignal");
});

test("a wait for the result can end without it, and the sandbox goes on", async () => {
  const sandbox = shell("sleep 0.3; exit 5");
  await sandbox.runAsync();
  assert.is(await sandbox.awaitResult(20), undefined);
  assert.is(`${await sandbox.awaitResult()}`, "OK - exit code 5");
  assert.is(`${await sandbox.awaitResult(20)}`, "OK - exit code 5");
});

test("a start that fails says so, and the result why", async () => {
  const sandbox = shell("", { path: "/no/such/program" });
  assert.is(await sandbox.runAsync(), false);
  assert.is(sandbox.pid, undefined);
  assert.match(`${await sandbox.awaitResult()}`, /^SETUP_ERROR - .*openat gave ENOENT; there is no such file$/);
});

// Streams.

test("what a short program wrote is there when the result is, whenever it is read", async () => {
  for (let i = 0; i < 10; i++) {
    const sandbox = shell("echo said");
    await sandbox.run();
    await sleep(i);
    assert.is(await text(sandbox.stdout!), "said\n");
  }
});

test("output that is read slowly is whole, though the program has ended long before", async () => {
  const sandbox = shell("head -c 60000 /dev/zero");
  assert.is((await sandbox.run()).status, "ok");
  let length = 0;
  for await (const chunk of sandbox.stdout!) {
    length += chunk.length;
    await sleep(1);
  }
  assert.is(length, 60_000);
});

test("standard input waits for the program", async () => {
  const sandbox = shell("cat", { stdio: ["pipe", "pipe", "ignore"] });
  sandbox.stdin!.end("typed before the start\n");
  const written = text(sandbox.stdout!);
  assert.is((await sandbox.run()).status, "ok");
  assert.is(await written, "typed before the start\n");
});

test("streams of a program that never ran end", async () => {
  const sandbox = shell("", { path: "/no/such/program" });
  const written = text(sandbox.stdout!);
  await sandbox.run();
  assert.is(await written, "");
});

test("mapped descriptors are there by number and by name, and nothing else is", async () => {
  const executor = new Executor({
    path: "/bin/sh",
    args: ["-c", "cat <&9; echo $POLICYC_FDS; ls /proc/self/fd | tr '\\n' ' '"],
    stdio: ["ignore", "pipe", "ignore"],
  });
  const folder = mkdtempSync(join(tmpdir(), "policyc-test-"));
  writeFileSync(join(folder, "data"), "through nine\n");
  const fd = openSync(join(folder, "data"), "r");
  executor.ipc.mapFd(fd, 9, "data");
  closeSync(fd);
  const sandbox = new Sandbox(executor, compilePolicy({ source: ALLOW }));
  await sandbox.run();
  assert.is(await text(sandbox.stdout!), "through nine\ndata:9\n0 1 2 3 9 ");
  rmSync(folder, { recursive: true });
});

// Limits, as the program meets them.

const limited: readonly {
  readonly rule: string;
  readonly limits: string;
  readonly script: string;
  readonly says: RegExp;
}[] = [
  { rule: "open files", limits: "files 20", script: "ulimit -n; ulimit -Hn", says: /^20\n20\n$/ },
  { rule: "cpu, in seconds", limits: "cpu 90s", script: "ulimit -t; ulimit -Ht", says: /^90\n90\n$/ },
  { rule: "address space, in KiB", limits: "memory 512M", script: "ulimit -v", says: /^524288\n$/ },
  { rule: "file size, in blocks of 512 bytes", limits: "file_size 1M", script: "ulimit -f", says: /^2048\n$/ },
  { rule: "core files: forbidden unless listed", limits: "cpu 1s", script: "ulimit -c; ulimit -Hc", says: /^0\n0\n$/ },
];

for (const { rule, limits, script, says } of limited) {
  test(`limit: ${rule}`, async () => {
    const sandbox = shell(script, { policy: `policy p for x86_64 { default allow limits { ${limits} } }` });
    const result = await sandbox.run();
    assert.is(result.status, "ok", `${result}`);
    assert.match(await text(sandbox.stdout!), says);
  });
}

test("cpu time that is used up is told from another SIGKILL", async () => {
  const result = await shell("while :; do :; done", { limits: { cpu: 1000 }, wallTime: 60_000 }).run();
  assert.is(`${result}`, "SIGNALED - SIGKILL, the cpu limit was used up");
});

test("memory beyond the limit is ENOMEM to the program, as address space, which the result says", async () => {
  const sandbox = shell("head -c 64000000 /dev/zero | tail -c 63000000 | wc -c", { limits: { memory: 32_000_000 } });
  const result = await sandbox.run();
  assert.not.match(await text(sandbox.stdout!), /^63000000/);
  assert.equal(result.limits, [{ limit: "memory", means: "RLIMIT_AS", value: 32_000_000n, by: "call" }]);
});

// Callbacks.

test("callbacks come in order: started with the pid, the violation when it is over, finished before the result", async () => {
  const order: string[] = [];
  const notify: Notify = {
    started: pid => void order.push(`started ${existsSync(`/proc/${pid}`)}`),
    violation: ({ call }) => void order.push(`violation ${call}`),
    finished: ({ status }) => void order.push(`finished ${status}`),
  };
  await shell("sleep 0.05; mkdir /tmp/policyc-never", { notify }).run();
  assert.equal(order, ["started true", "violation mkdir", "finished violation"]);
});

const throws = () => {
  throw new Error("host's own");
};
for (const [callback, status] of [
  ["spawned", "internal-error"],
  ["started", "internal-error"],
  ["violation", "violation"],
  ["finished", "violation"],
] as const) {
  test(`a callback that throws is heard of: ${callback}`, async () => {
    const result = await shell("mkdir /tmp/policyc-never", {
      stdio: ["ignore", "ignore", "ignore"],
      notify: { [callback]: throws },
    }).run();
    // A short program may have violated its policy before it could be killed.
    assert.ok([status, "violation"].includes(result.status), `${result}`);
    if (result.status === "internal-error") assert.match(result.message, /`\w+` callback threw: host's own/);
    else if (status === "violation") assert.match(result.notes.join(), /callback threw: host's own/);
  });
}

const NOTIFY = "policy p for x86_64 { default allow notify { mkdir, mkdirat } }";

const answers: readonly {
  readonly rule: string;
  readonly call: (call: NotifiedCall) => Answer | Promise<Answer>;
  readonly makes: boolean;
  readonly code: number;
  readonly note?: RegExp;
}[] = [
  { rule: "allow: the kernel runs it", call: () => ({ kind: "allow" }), makes: true, code: 0 },
  { rule: "errno: the program gets it", call: async () => ({ kind: "errno", errno: 13 }), makes: false, code: 1 },
  { rule: "value: it is as if it had run", call: () => ({ kind: "value", value: 0n }), makes: false, code: 0 },
  { rule: "a throw: EPERM, and a note", call: throws, makes: false, code: 1, note: /EPERM.*host's own/ },
  {
    rule: "a rejection too",
    call: () => Promise.reject(new Error("later")),
    makes: false,
    code: 1,
    note: /EPERM.*later/,
  },
  {
    rule: "allow after a look at memory: EPERM, and a note",
    call: async call => {
      await call.readMemory(call.args[0]!, 8);
      return { kind: "allow" };
    },
    makes: false,
    code: 1,
    note: /EPERM/,
  },
];

for (const { rule, call, makes, code, note } of answers) {
  test(`a notify rule's call, answered by the host. ${rule}`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "policyc-test-"));
    try {
      const result = await shell(`mkdir ${folder}/made`, { policy: NOTIFY, notify: { call } }).run();
      assert.is(`${result}`, `OK - exit code ${code}`);
      assert.is(existsSync(join(folder, "made")), makes);
      if (note === undefined) assert.equal(result.notes, []);
      else assert.match(result.notes.join(), note);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

test("a policy with `notify` rules is not run for a host without an answer", async () => {
  assert.match(`${await shell("true", { policy: NOTIFY }).run()}`, /^SETUP_ERROR.*`notify` rules/);
});

test("what the policy forbids passes in a permissive run, which says so", async () => {
  const result = await shell("mkdir /", { permissive: true }).run();
  assert.is(`${result}`, "OK - exit code 1");
  assert.match(result.notes.join(), /^PERMISSIVE/);
  assert.is(result.violations, "nobody's");
});

test("a descriptor that is not open is said to be the reason", async () => {
  const sandbox = shell("exit 0", { stdio: ["ignore", "ignore", 99_999] });
  assert.match(`${await sandbox.run()}`, /^SETUP_ERROR - .*EBADF; a descriptor that `stdio` gives/);
});

test.run();
