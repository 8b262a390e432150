// What an Executor refuses before anything is started, and that it serves one sandbox.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { compilePolicy } from "../../src/runtime/compile-policy.ts";
import { Executor, type ExecutorOptions } from "../../src/runtime/executor.ts";
import type { Notify } from "../../src/runtime/notify.ts";
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
  { rule: "no path at all", options: { path: undefined }, says: /`path` holds undefined/ },
  { rule: "an argument that is missing", options: { args: [undefined] }, says: /`args` holds undefined/ },
  { rule: "arguments that are no list", options: { args: "-l" }, says: /`args` is "-l"/ },
  { rule: "an environment that is no object", options: { env: null }, says: /`env` is null/ },
  { rule: "streams that are no list", options: { stdio: "inherit" }, says: /`stdio` is "inherit"/ },
  { rule: "a number that no descriptor has", options: { stdio: [2 ** 32 + 1, 1, 2] }, says: /4294967297/ },
  { rule: "limits that are no object", options: { limits: 5 }, says: /`limits` is 5/ },
  { rule: "a signal's name for an AbortSignal", options: { signal: "SIGINT" }, says: /AbortSignal/ },
  { rule: "a word for a switch", options: { permissive: "false" }, says: /`permissive` is "false"/ },
  { rule: "null for a switch", options: { enableSandboxBeforeExec: null }, says: /enableSandboxBeforeExec/ },
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

test("refused: what is neither a path nor options", () => {
  for (const nothing of [undefined, null, 5] as unknown as ExecutorOptions[])
    assert.throws(() => new Executor(nothing), /neither a path nor options/);
});

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

const wrongUses: readonly {
  readonly rule: string;
  readonly use: (sandbox: Sandbox) => unknown;
  readonly says: RegExp;
}[] = [
  {
    rule: "a signal that is none",
    use: sandbox => sandbox.signal("SIGFOO" as NodeJS.Signals),
    says: /no signal "SIGFOO"/,
  },
  { rule: "a wall time that is no number", use: sandbox => sandbox.setWallTime(Number.NaN), says: /NaN is no time/ },
  { rule: "a wall time below zero", use: sandbox => sandbox.setWallTime(-1), says: /-1 is no time/ },
];

for (const { rule, use, says } of wrongUses)
  test(`refused of a sandbox: ${rule}`, () =>
    assert.throws(() => use(new Sandbox(new Executor("/bin/true"), policy)), says));

test("refused of a sandbox: callbacks that are no functions, times that are none, a policy that is none", () => {
  const make = (notify: unknown, of: unknown = policy) =>
    new Sandbox(new Executor("/bin/true"), of as typeof policy, notify as Notify);
  assert.throws(() => make({ call: 5 }), /`call` is 5/);
  assert.throws(() => make({ answerWithin: Number.NaN }), /answerWithin/);
  for (const none of ["policy p", {}, null]) assert.throws(() => make({}, none), /what compilePolicy\(\) gives/);
});

test("a time to wait that no timer can hold is waited for all the same", async () => {
  const sandbox = new Sandbox(new Executor("/no/such/program"), policy);
  void sandbox.run();
  for (const time of [Number.POSITIVE_INFINITY, 2 ** 40])
    assert.is((await sandbox.awaitResult(time))?.status, "setup-error");
  await sandbox.awaitResult(Number.NaN).then(
    () => assert.unreachable(),
    error => assert.match(error.message, /no time/),
  );
});

test("a sandbox that is killed before its start is never started", async () => {
  const sandbox = new Sandbox(new Executor("/bin/true"), policy);
  sandbox.kill();
  assert.is(await sandbox.runAsync(), false);
  assert.is(`${await sandbox.awaitResult()}`, "EXTERNAL_KILL - by the host");
});

test.run();
