// A Node program that asks its executor for its policy (enableSandboxBeforeExec: false): from that moment it is watched like
// one that was sandboxed before it started, on every thread; and where that cannot be, nothing is half done.

import { closeSync, existsSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Comms } from "../../../src/runtime/comms.ts";
import type { Executor } from "../../../src/runtime/executor.ts";
import { missingProgram, unless } from "../../needs.ts";
import { bundle } from "../runtime/bundled.ts";
import { compileC, type Job, type Run, removeCompiled, run } from "./sandboxed.ts";

const withGcc = unless(missingProgram("gcc"), test);
test.after(removeCompiled);

const POLICY = `
policy test for x86_64, aarch64 {
  default allow
  kill mkdirat
  kill mkdir on x86_64
}`;

interface Told {
  readonly monitored: boolean;
  readonly threads: number;
  readonly modes: readonly number[];
  readonly listeners: readonly number[];
  readonly again: string;
  readonly refused: string;
  readonly message: string;
}

/** What the program told when it was sandboxed, or not; undefined when it ended before. */
async function sandboxee(order: object, job: Partial<Job> = {}): Promise<Run & { readonly told: Told }> {
  let told: unknown;
  const talk = async (comms: Comms) => {
    await comms.sendJson(1, order);
    told = await comms.receiveJson(2).catch(() => undefined);
  };
  const args = [bundle("client")];
  const env = { ...process.env, NODE_OPTIONS: "" };
  const ran = await run(process.execPath, { args, env, policy: POLICY, talk, ...job });
  return { ...ran, told: told as Told };
}

const violations = [
  { rule: "the main thread", after: "main" },
  { rule: "a thread of the pool that ran before", after: "pool" },
  { rule: "a thread that started later", after: "late" },
];

for (const { rule, after } of violations) {
  test(`a violation ends the sandbox and is told in full, by ${rule}`, async () => {
    const { result, told } = await sandboxee({ after });
    assert.ok(told.monitored);
    assert.is(result.status, "violation", String(result));
    assert.match(String(result), /mkdir/);
    assert.is(result.violations, "every process");
  });
}

test("a program that keeps to its policy ends as any other", async () => {
  const { result, told } = await sandboxee({ after: "busy" });
  assert.is(result.status, "ok", String(result));
  assert.ok(told.threads > 5, `${told.threads} threads`);
  assert.ok(
    told.modes.every(mode => mode === 2),
    String(told.modes),
  );
});

test("the hand-over needs no rule of the policy, in Node neither: its calls carry the ticket", async () => {
  const policy = POLICY.replace("default allow", "default allow errno(EPERM) { sendmsg, recvmsg }");
  const { result } = await sandboxee({ after: "main", silent: true }, { policy });
  assert.is(result.status, "violation", String(result));
  assert.match(String(result), /mkdir/);
});

test("the program does not keep its listener, by which it could answer its own violations (attacks 2, 11, 16)", async () => {
  const { told } = await sandboxee({});
  assert.equal(told.listeners, []);
});

test("the user's messages keep their order beside the runtime's: sent before, while and after the program asks", async () => {
  let answer: unknown;
  const talk = async (comms: Comms) => {
    await comms.sendJson(1, { after: "texts" });
    await comms.sendText(3, "a");
    await comms.sendText(3, "b");
    await comms.receiveJson(2);
    await comms.sendText(3, "c");
    answer = await comms.receiveJson(4);
  };
  const { result } = await sandboxee({}, { talk });
  assert.is(result.status, "ok", String(result));
  assert.equal(answer, ["a", "b", "c"]);
});

test("a process is sandboxed once", async () => {
  const { told } = await sandboxee({});
  assert.is(told.again, "SandboxError usage");
});

withGcc("signals of an interval timer break neither the hand-over nor what comes after (attack 6)", async () => {
  const NATIVE = compileC("../runtime/native.c", "-shared", "-fPIC", "-Wl,-z,nodelete");
  const env = { ...process.env, NODE_OPTIONS: "", NATIVE };
  const { result, told } = await sandboxee({ before: "timer", after: "busy" }, { env });
  assert.ok(told.monitored);
  assert.is(result.status, "ok", String(result));
});

test("where another filter has the one listener there can be, the kernel itself kills (attack 14)", async () => {
  const { result, told } = await sandboxee({ before: "another-listener", after: "main" });
  assert.not.ok(told.monitored);
  assert.is(result.status, "violation", String(result));
  assert.is(result.violations, "main process only");
});

test("where a policy has `notify` rules and another filter has the listener, the program ends and the executor is told (attack 14)", async () => {
  const policy = "policy test for x86_64, aarch64 { default allow notify getppid }";
  const notify = { call: () => ({ kind: "allow" }) as const };
  const { result, output } = await sandboxee({ before: "another-listener", after: "main" }, { policy, notify });
  assert.match(output, /`notify` rules, and they need a listener/);
  assert.is(result.status, "setup-error", String(result));
  assert.match(String(result), /`notify` rules/);
});

test("an outer filter that fakes success is found out by the canary, and the executor is told (attack 4)", async () => {
  const { result, output } = await sandboxee({ before: "faked-seccomp" });
  assert.match(output, /an outer filter faked success/);
  assert.is(result.status, "setup-error", String(result));
  assert.match(String(result), /an outer filter faked success/);
});

const refusals = [
  { rule: "a living child process (attack 6)", before: "child", reason: "children", says: /child processes live/ },
  {
    rule: "a thread with a filter of its own, named by its tid",
    before: "own-filter",
    reason: "threads",
    says: /thread \d+ has a filter of its own/,
  },
];

for (const { rule, before, reason, says } of refusals) {
  test(`refused, and nothing is changed: ${rule}`, async () => {
    const { result, told } = await sandboxee({ before });
    assert.is(told.refused, `SandboxError ${reason}`, told.message);
    assert.match(told.message, says);
    assert.equal(told.modes, [0]);
    assert.is(result.status, "setup-error", String(result));
  });
}

const BEFORE_EXEC = "policy test for x86_64, aarch64 { default allow }";

for (const enableSandboxBeforeExec of [true, false]) {
  const mode = enableSandboxBeforeExec ? "before exec" : "later";
  for (const number of [812, 1022, 1023]) {
    test(`descriptors are found by name at ${number}, in a program that is sandboxed ${mode}, once each`, async () => {
      let ours = -1;
      const prepare = ({ ipc }: Executor) => {
        const file = openSync("/tmp/policyc-comms-in", "w+");
        writeSync(file, "hello");
        const again = openSync("/tmp/policyc-comms-in", "r");
        ipc.mapFd(again, number, "in");
        closeSync(file);
        closeSync(again);
        ours = ipc.receiveFd("out");
      };
      const options = { prepare, policy: BEFORE_EXEC, enableSandboxBeforeExec, comms: true };
      const { told } = await sandboxee({ before: "read-mapped" }, options);
      const { fds, again, env } = told as unknown as { fds: number[]; again: string; env: string[] };
      assert.is(fds[0], number);
      assert.is(again, "SandboxError usage");
      assert.equal(env, [], "its children would inherit the variables");
      const bytes = Buffer.alloc(20);
      assert.is(bytes.toString("latin1", 0, readSync(ours, bytes)), "got hello");
      closeSync(ours);
    });
  }
}

test("a sandbox sees its own descriptors only: none of this process's, between the mapped ones neither (attack 11)", async () => {
  const secrets = Array.from({ length: 40 }, () => openSync("/etc/hostname", "r"));
  const { libc } = await import("../../../src/runtime/libc.ts");
  // As native code leaves them behind: without close-on-exec, F_DUPFD from 300 up.
  const leaked = secrets.map(fd => libc().call(process.arch === "x64" ? 72 : 25, [fd, 0, 300]));
  const options = {
    prepare: ({ ipc }: Executor) => ipc.mapFd(secrets[0]!, 400),
    policy: BEFORE_EXEC,
    enableSandboxBeforeExec: true,
    comms: true,
  };
  const { told } = await sandboxee({ before: "list-fds" }, options);
  const targets = told as unknown as string[];
  for (const fd of [...secrets, ...leaked]) closeSync(fd);
  assert.ok(
    leaked.every(fd => fd >= 300),
    String(leaked),
  );
  assert.is(targets.filter(target => target === "/etc/hostname").length, 1, targets.join("\n"));
  assert.is(targets.filter(target => target.startsWith("anon_inode:seccomp")).length, 0);
});

test("a mapping that cannot be is refused when it is made, by name or number", async () => {
  const { Executor } = await import("../../../src/runtime/executor.ts");
  const { ipc } = new Executor("/bin/true");
  ipc.mapFd(0, 7, "a");
  assert.throws(() => ipc.mapFd(0, 7), /descriptor 7 is mapped twice/);
  assert.throws(() => ipc.mapFd(0, 8, "a"), /two mapped descriptors are named a/);
  assert.throws(() => ipc.mapFd(0, 8, "a:b"), /is no name for a descriptor/);
  assert.throws(() => ipc.mapFd(0, -1), /-1 is no number of a descriptor/);
  assert.throws(() => ipc.mapFd(1_000_000, 9), /1000000 cannot be mapped: EBADF/);
  assert.throws(() => ipc.receiveFd("a"), /two mapped descriptors/);
});

const made = ["/tmp/never-made", "/tmp/policyc-comms-in"];
test.before(() => rmSync(made[0]!, { recursive: true, force: true }));
test("nothing that was forbidden happened", () => assert.not.ok(existsSync(made[0]!)));
test.after(() => rmSync(made[1]!, { force: true }));

test.run();
