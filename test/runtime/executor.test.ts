// What an Executor refuses before anything is started, and that it serves one sandbox.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { compilePolicy } from "../../src/runtime/compile-policy.ts";
import { Executor, type ExecutorOptions } from "../../src/runtime/executor.ts";
import { Sandbox } from "../../src/runtime/sandbox.ts";
import { SandboxError } from "../../src/runtime/sandbox-error.ts";

const rows: readonly { readonly rule: string; readonly options: object; readonly says: RegExp }[] = [
  { rule: "no path", options: { path: "" }, says: /path is empty/ },
  { rule: "a NUL in an argument", options: { args: ["a\0b"] }, says: /`args`/ },
  { rule: "an argument that is no text", options: { args: [1] }, says: /`args`/ },
  { rule: "a NUL in the environment", options: { env: { A: "\0" } }, says: /`env`/ },
  { rule: "a NUL in the folder", options: { cwd: "\0" }, says: /`cwd`/ },
  { rule: "two standard streams", options: { stdio: ["pipe", "pipe"] }, says: /fewer than three/ },
  { rule: "a stream that is none", options: { stdio: ["pipe", "pipe", "ipc"] }, says: /"ipc"/ },
  { rule: "a descriptor below zero", options: { stdio: [-1, 1, 2] }, says: /-1/ },
  { rule: "a time below zero", options: { wallTime: -1 }, says: /wallTime/ },
  { rule: "a time without an end", options: { wallTime: Number.POSITIVE_INFINITY }, says: /wallTime/ },
  { rule: "a limit that is none", options: { limits: { ram: 1 } }, says: /ram/ },
  { rule: "hard and permissive together", options: { hard: true, permissive: true }, says: /exclude/ },
];

for (const { rule, options, says } of rows) {
  test(`refused: ${rule}`, () => {
    try {
      new Executor({ path: "/bin/true", ...options } as ExecutorOptions);
    } catch (error) {
      assert.instance(error, SandboxError);
      assert.is((error as SandboxError).reason, "usage");
      assert.match((error as SandboxError).message, says);
      return;
    }
    assert.unreachable();
  });
}

const policy = compilePolicy({ source: "policy p for x86_64, aarch64 { default kill }" });

test("one executor, one sandbox, one run: a second start is an error, and its first run goes on", async () => {
  const executor = new Executor("/no/such/program");
  const first = new Sandbox(executor, policy);
  const second = new Sandbox(executor, policy);
  const result = first.run();
  assert.throws(() => second.run(), /started its sandbox already.*make new ones/);
  assert.throws(() => first.runAsync(), /started its sandbox already/);
  assert.is((await result).status, "setup-error");
});

test("a result is not to be waited for before the start", async () => {
  const waiting = new Sandbox(new Executor("/bin/true"), policy).awaitResult();
  await waiting.then(
    () => assert.unreachable(),
    error => assert.match(error.message, /not been started/),
  );
});

test("a sandbox that is killed before its start is never started", async () => {
  const sandbox = new Sandbox(new Executor("/bin/true"), policy);
  sandbox.kill();
  assert.is(await sandbox.runAsync(), false);
  assert.is(`${await sandbox.awaitResult()}`, "EXTERNAL_KILL - by the host");
});

test.run();
