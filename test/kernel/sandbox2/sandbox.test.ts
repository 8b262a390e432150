// What Sandbox2's tests of sandboxes, limits and callbacks show, shown here: docs/sandbox2-tests.md has them side by side.

import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readdirSync, unlinkSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { compilePolicy } from "../../../src/runtime/compile-policy.ts";
import { Executor } from "../../../src/runtime/executor.ts";
import type { NotifiedCall } from "../../../src/runtime/notified-call.ts";
import { Sandbox } from "../../../src/runtime/sandbox.ts";
import type { Answer } from "../../../src/runtime/watched.ts";
import { unless } from "../../needs.ts";
import { bearers } from "../runtime/programs.ts";
import { policyOf } from "../std/sandboxed.ts";
import { folder, inShort, type Job, missing, run, sandbox, sandboxee } from "./run.ts";

const here = unless(missing, test);

const ALLOW = "policy t for x86_64 { default allow kill mkdir }";
const NOTHING = "policy t for x86_64 { default kill }";
/** No process can be made: the sandbox has no pid namespace. */
const ALONE = policyOf(["use static_startup", "use exit", "use threads", "use system_malloc"]);

for (const [name, hard] of [
  ["with the monitor", false],
  ["without a monitor", true],
] as const) {
  here(`a program that aborts is told as one that SIGABRT ended, and leaves no core, ${name}`, async () => {
    const { ended } = await run(ALLOW, "abort", { hard, cwd: folder });
    assert.is(ended, "SIGABRT");
    assert.equal(
      readdirSync(folder).filter(file => file.startsWith("core")),
      [],
    );
  });

  here(`an empty policy ends a program at its first call, ${name}`, async () => {
    const { result, ended } = await run(NOTHING, "nothing", { hard });
    assert.is(result.status, "violation", `${result}`);
    if (!hard) assert.is(ended, "violation brk");
  });

  here(`what a program used is told: time, memory and faults, ${name}`, async () => {
    const { usage } = (await run(ALLOW, "allocate", { hard })).result;
    assert.ok(usage!.maximumResidentSize > 16 * 2 ** 20, `${usage!.maximumResidentSize}`);
    assert.ok(usage!.userTime + usage!.systemTime > 0);
  });
}

here("a program is run from a descriptor, whose file may be gone", async () => {
  const path = join(folder, "gone");
  await copyFile(sandboxee(), path);
  const fd = openSync(path, "r");
  unlinkSync(path);
  try {
    const job: Job = { path: "/proc/self/fd/9", prepare: ({ ipc }) => ipc.mapFd(fd, 9) };
    assert.is((await run(ALLOW, "allocate", job)).ended, "exit 0");
  } finally {
    closeSync(fd);
  }
});

for (const [how, policy] of [
  ["in a pid namespace", ALLOW],
  ["as a single process", ALONE],
] as const) {
  here(`threads start, give a result and end, ${how}`, async () => {
    assert.is((await run(policy, "threads")).ended, "exit 0");
  });
}

here("kill() returns at once, and the sandbox is gone though nobody asks for its result", async () => {
  const sandboxed = sandbox(ALLOW, "sleep 30701");
  await sandboxed.runAsync();
  const { pid } = sandboxed;
  const begun = performance.now();
  sandboxed.kill();
  assert.ok(performance.now() - begun < 2000, "it waited for the end");
  for (let wait = 0; existsSync(`/proc/${pid}`) && wait < 100; wait++) await sleep(20);
  assert.equal(bearers("30701"), []);
});

here("one compiled policy serves many sandboxes, at once and one after the other", async () => {
  const policy = compilePolicy({ source: ALONE });
  const one = () => new Sandbox(new Executor(sandboxee(), ["threads"]), policy).run();
  const results = [...(await Promise.all([one(), one(), one()])), await one()];
  assert.equal(results.map(inShort), ["exit 0", "exit 0", "exit 0", "exit 0"]);
});

/** starts.mjs in a session of its own: what it printed. */
function starts(how: string, mark: string): string {
  const [program, runtime] = ["./starts.mjs", "../../../dist/runtime.js"].map(path =>
    fileURLToPath(new URL(path, import.meta.url)),
  ) as [string, string];
  const { stdout, stderr, status } = spawnSync("setsid", ["--wait", process.execPath, program, runtime, how, mark], {
    encoding: "utf8",
    timeout: 20_000,
  });
  assert.is(status, 0, stderr);
  return stdout;
}

here("a signal to the process group of who started it does not reach a sandbox", () => {
  assert.is(starts("group", "0.30702"), "OK - exit code 0\n");
});

here("a sandbox whose Worker is terminated ends with it, as its monitor does, and the process goes on", () => {
  assert.is(starts("worker", "30703"), "it has ended with its Worker\n");
  assert.is(starts("hard", "30704"), "it has ended with its Worker\n");
});

// Limits: 100 MiB of address space.

for (const [rule, does, ends] of [
  ["a mapping below the limit of memory is made", "heap 50", "exit 0"],
  ["a mapping beyond it is ENOMEM to the program, which goes on", "heap 200", "exit 12"],
  ["a stack that stays small is there", "stack 1", "exit 0"],
  ["a stack beyond its own limit is SIGSEGV, below the limit of memory", "stack 9", "SIGSEGV"],
  ["a stack beyond the limit of memory is SIGSEGV", "stack 200", "SIGSEGV"],
] as const) {
  here(rule, async () => {
    assert.is((await run(ALLOW, does, { limits: { memory: 100 * 2 ** 20 } })).ended, ends);
  });
}

// Calls that the host is asked about.

const ASK = "policy t for x86_64 { default allow  notify personality }";

for (const [rule, answer, ends] of [
  ["allowed, it runs", { kind: "allow" }, /^exit 0$/],
  ["refused by an errno, the program gets that", { kind: "errno", errno: 38 }, /^exit 38$/],
  ["the host may end the sandbox instead", "kill", /^EXTERNAL_KILL - by the host$/],
] as const) {
  here(`a call that the host is asked about comes with its name and all six arguments: ${rule}`, async () => {
    const asked: NotifiedCall[] = [];
    const call = (seen: NotifiedCall): Answer | Promise<Answer> => {
      asked.push(seen);
      if (answer !== "kill") return answer;
      sandboxed.kill();
      return new Promise(() => undefined);
    };
    const sandboxed = sandbox(ASK, "personality", { notify: { call } });
    assert.match(inShort(await sandboxed.run()), ends);
    assert.equal(
      asked.map(({ name, nr, args }) => ({ name, nr, args: args.map(Number) })),
      [{ name: "personality", nr: 135, args: [1, 2, 3, 4, 5, 6] }],
    );
  });
}

here("asked about every call of a program, the host lets it run", async () => {
  const names = new Set<string | undefined>();
  const call = ({ name }: NotifiedCall): Answer => {
    names.add(name);
    return { kind: "allow" };
  };
  const policy = "policy t for x86_64 { default notify  kill mkdir }";
  assert.is((await run(policy, "personality", { notify: { call } })).ended, "exit 0");
  for (const name of ["brk", "personality", "exit_group"]) assert.ok(names.has(name), `${name}: ${[...names]}`);
});

test.run();
