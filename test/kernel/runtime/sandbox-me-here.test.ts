// sandboxMeHere() on the running kernel, in Node processes of their own: it covers every thread or changes nothing.

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { missingProgram, unless } from "../../needs.ts";
import { runFixture } from "./bundled.ts";

const EACCES = 13;
const missing = missingProgram("gcc");
const withGcc = unless(missing, test);
const folder = mkdtempSync(join(tmpdir(), "policyc-native-"));
test.before(() => {
  if (missing !== undefined) return;
  const source = new URL("./native.c", import.meta.url).pathname;
  // nodelete: its threads run on when koffi lets go of the library.
  const flags = ["-shared", "-fPIC", "-Wl,-z,nodelete", "-pthread", "-O1", "-Wall", "-Wextra", "-Werror"];
  execFileSync("gcc", [...flags, "-o", `${folder}/native.so`, source], { stdio: "pipe" });
});
test.after(() => rmSync(folder, { recursive: true }));

const asRoot = process.getuid?.() === 0;

interface Output {
  readonly before: number[];
  readonly after: number[];
  readonly report: {
    policy: string;
    threads: number;
    memoryChecked: boolean;
    limits: { limit: string; value: string }[];
    verified: number;
    fds: { fd: number; target: string }[];
    children: number[];
  };
  readonly refused: { name: string; message: string; reason: string };
  readonly onMainThread: string;
  readonly onPoolThread: string;
  readonly onLateThread: { mode: number; mkdir: string };
  readonly onBlockedThread: number;
  readonly limits: string;
  readonly openFiles: string;
}

function sandboxee(
  preparation: string,
  options: object = {},
  how: Parameters<typeof runFixture>[2] = {},
): { output: Output; status: number | null } {
  const ran = runFixture("sandboxee", [preparation, JSON.stringify(options)], how);
  assert.not.equal(ran.stdout, "", `no output: ${JSON.stringify(ran)}`);
  return { output: JSON.parse(ran.stdout), status: ran.status };
}

test("every thread of a Node process is filtered: those that ran, the pool's, and one that starts later", () => {
  const { output, status } = sandboxee("nothing");
  assert.is(status, 0);
  assert.ok(output.before.length >= 10, `${output.before.length} threads`);
  assert.ok(output.before.every(mode => mode === 0));
  assert.ok(output.after.length >= output.before.length);
  assert.ok(
    output.after.every(mode => mode === 2),
    String(output.after),
  );
  assert.is(output.report.threads, output.before.length);
  assert.is(output.report.verified, output.before.length);
  assert.is(output.onMainThread, "EACCES");
  assert.is(output.onPoolThread, "EACCES");
  assert.equal(output.onLateThread, { mode: 2, mkdir: "EACCES" });
});

withGcc("a thread of native code that was blocked in a call when the filter went in is under it (attack 6)", () => {
  const { output } = native("blocked-thread");
  assert.is(output.onBlockedThread, EACCES);
});

withGcc("threads that start before, while and after the filter goes in are all under it", () => {
  const { output } = native("spawning-threads");
  assert.ok(
    output.after.length > output.before.length + 20,
    `${output.before.length} and ${output.after.length} threads`,
  );
  assert.ok(
    output.after.every(mode => mode === 2),
    String(output.after),
  );
});

test("the policy's limits hold from then on, soft and hard, for the whole process", () => {
  const source = `policy test for x86_64, aarch64 {
    default allow
    errno(EACCES) { mkdirat, mkdir? }
    limits { files 60 core 0 file_size 1M cpu 1000s }
  }`;
  const { output, status } = sandboxee("nothing", { source });
  assert.is(status, 0);
  assert.match(output.limits, /Max open files +60 +60 /);
  assert.match(output.limits, /Max core file size +0 +0 /);
  assert.match(output.limits, /Max file size +1048576 +1048576 /);
  assert.match(output.limits, /Max cpu time +1000 +1000 /);
  assert.is(output.openFiles, "EMFILE");
  assert.equal(output.report.limits.map(({ limit }) => limit).sort(), ["core", "cpu", "file_size", "files"]);
});

test("the report says whether other processes on this memory could be looked for (attack 6)", () => {
  assert.is(sandboxee("nothing").output.report.memoryChecked, true);
  assert.is(sandboxee("kcmp-eperm").output.report.memoryChecked, false);
});

test("the report lists the descriptors that stay open", () => {
  const { output } = sandboxee("nothing");
  assert.ok(output.report.fds.some(({ fd }) => fd === 1));
  assert.ok(output.report.fds.some(({ target }) => target.includes("eventpoll")));
});

test("a policy that forbids reading is not broken by looking: threads stay unverified", () => {
  const source = `policy test for x86_64, aarch64 {
    default allow
    errno(EACCES) { mkdirat, mkdir? }
    kill pread64
  }`;
  const { output, status } = sandboxee("nothing", { source });
  assert.is(status, 0);
  assert.is(output.report.verified, undefined);
  assert.ok(output.after.every(mode => mode === 2));
});

function native(preparation: string): ReturnType<typeof sandboxee> {
  return sandboxee(preparation, {}, { env: { NATIVE: `${folder}/native.so` } });
}

const refusals: readonly {
  rule: string;
  preparation: string;
  options?: object;
  how?: Parameters<typeof runFixture>[2];
  native?: true;
  reason: string;
  says: RegExp;
}[] = [
  {
    rule: "without TSYNC (flags answered by EINVAL) it aborts, naming the flag and the threads (attack 17)",
    preparation: "flags-einval",
    reason: "threads",
    says: /does not know SECCOMP_FILTER_FLAG_TSYNC \(EINVAL\).*one thread only, and 1\d threads run/,
  },
  {
    rule: "without seccomp(2), as on Linux 3.16 (ENOSYS), it aborts, naming that (attack 17)",
    preparation: "seccomp-enosys",
    reason: "threads",
    says: /no seccomp\(2\) \(ENOSYS\)/,
  },
  {
    rule: "any other answer to the probe counts as no support",
    preparation: "seccomp-eperm",
    reason: "threads",
    says: /answers the TSYNC probe by -1/,
  },
  {
    rule: "a living child process is refused, as it would stay outside",
    preparation: "child",
    reason: "children",
    says: /child processes live/,
  },
  {
    rule: "io_uring is refused: it works without calls that a filter sees (attack 6)",
    preparation: "io-uring",
    how: { env: { UV_USE_IO_URING: "1" } },
    reason: "io-uring",
    says: /io_uring is in use/,
  },
  {
    rule: "a ring of io_uring that is registered, closed and invisible is found by its thread (attack 6)",
    preparation: "hidden-ring",
    native: true,
    reason: "io-uring",
    says: /thread \d+ \(iou-sqp-\d+\) works for a ring/,
  },
  {
    rule: "a process on the same memory that is no child is found and named (attack 6)",
    preparation: "memory-sharer",
    native: true,
    reason: "memory",
    says: /another process runs on this process's memory .*\(pid \d+\)/,
  },
  {
    rule: "a thread of native code with a filter of its own is named by its tid",
    preparation: "native-filter",
    native: true,
    reason: "threads",
    says: /thread \d+ has a filter of its own/,
  },
  {
    rule: "a Worker with a filter of its own is named by its tid",
    preparation: "diverged-thread",
    reason: "threads",
    says: /thread \d+ has a filter of its own/,
  },
  {
    rule: "a limit of wall time, for which nobody keeps the clock, and with it all limits",
    preparation: "nothing",
    options: { source: "policy t for x86_64, aarch64 { default allow limits { files 60 wall 30s } }" },
    reason: "section",
    says: /limits `wall` time/,
  },
  {
    rule: "a limit of memory that is used up already, and with it all limits",
    preparation: "nothing",
    options: { source: "policy t for x86_64, aarch64 { default allow limits { files 60 memory 64M } }" },
    reason: "section",
    says: /allows 67108864 by RLIMIT_AS, and \d+ are in use/,
  },
  {
    rule: "a `files` section is refused in a running process (attack 7)",
    preparation: "nothing",
    options: { source: 'policy t for x86_64, aarch64 { default allow files { read "/etc" } }' },
    reason: "section",
    says: /`files` section/,
  },
  {
    rule: "a `namespaces` section is refused in a running process (attack 7)",
    preparation: "nothing",
    options: { source: "policy t for x86_64, aarch64 { default allow namespaces { net } }" },
    reason: "section",
    says: /`namespaces` section/,
  },
  {
    rule: "a policy for another machine is refused",
    preparation: "nothing",
    options: { source: `policy t for ${process.arch === "x64" ? "aarch64" : "x86_64"} { default allow }` },
    reason: "policy",
    says: /is for (aarch64|x86_64), and this machine is/,
  },
  {
    rule: "`notify` rules are refused: there is no one to ask",
    preparation: "nothing",
    options: { source: "policy t for x86_64, aarch64 { default allow notify getppid }" },
    reason: "usage",
    says: /notify/,
  },
  {
    rule: "an unreadable /proc is refused: nothing could be checked (needs root to hide it)",
    preparation: "nothing-no-proc",
    how: { wrap: ["unshare", "-m", "sh", "-c", 'mount -t tmpfs none /proc && exec "$@"', "sh"] },
    reason: "proc",
    says: /\/proc\/self\/task cannot be read \(ENOENT\)/,
  },
];

for (const { rule, preparation, options, how, native: needsNative, reason, says } of refusals) {
  if (preparation === "nothing-no-proc" && !asRoot) {
    test.skip(rule, () => undefined);
    continue;
  }
  (needsNative ? withGcc : test)(rule, () => {
    const { output, status } = needsNative ? native(preparation) : sandboxee(preparation, options, how);
    assert.is(status, 3);
    assert.is(output.refused.name, "SandboxError", output.refused.message);
    assert.is(output.refused.reason, reason, output.refused.message);
    assert.match(output.refused.message, says);
    assert.equal(output.after, output.before, "something was installed");
  });
}

test("a policy with a mistake is refused with its diagnostics", () => {
  const { output, status } = sandboxee("nothing", {
    source: "policy t for x86_64, aarch64 { default allow errno(EPERM) mkdirr }",
  });
  assert.is(status, 3);
  assert.is(output.refused.name, "PolicyError");
  assert.match(output.refused.message, /mkdirr/);
});

test("a child that is acknowledged does not stand in the way", () => {
  const { output, status } = sandboxee("child", { allowChildren: true });
  assert.is(status, 0);
  assert.is(output.report.children.length, 1);
});

const aborts: readonly { rule: string; preparation: string; says: RegExp; needsRoot?: true }[] = [
  {
    rule: "an outer filter that fakes success is found out by the canary (attack 4)",
    preparation: "faked-seccomp",
    says: /an outer filter faked success/,
  },
  {
    rule: "an errno of seccomp(2) is told by its name",
    preparation: "refused-seccomp",
    says: /seccomp failed: ENOMEM; no filter is installed/,
  },
  {
    rule: "a thread that cannot follow is named by the kernel where /proc does not show it",
    preparation: "diverged-alike",
    says: /thread \d+ could not follow/,
  },
  {
    rule: "no_new_privs that was not really set is found out (attack 17; needs root for a filter without it)",
    preparation: "faked-no-new-privs",
    says: /PR_GET_NO_NEW_PRIVS failed: the bit is not set/,
    needsRoot: true,
  },
];

test("a failure ends the process from a Worker too, where process.abort() would throw", () => {
  const ran = runFixture("sandboxee", ["faked-seccomp-in-a-worker"]);
  assert.is(ran.signal, "SIGABRT", JSON.stringify(ran));
  assert.match(ran.stderr, /an outer filter faked success/);
});

test("a failure ends the process though its reason cannot be written: no exception that the caller could catch", () => {
  const wrap = ["sh", "-c", 'exec "$@" 2>/dev/full', "sh"];
  const ran = runFixture("sandboxee", ["faked-seccomp"], { wrap });
  assert.is(ran.signal, "SIGABRT", JSON.stringify(ran));
  assert.is(ran.stdout, "");
});

for (const { rule, preparation, says, needsRoot } of aborts) {
  (needsRoot && !asRoot ? test.skip : test)(rule, () => {
    const ran = runFixture("sandboxee", [preparation]);
    assert.is(ran.signal, "SIGABRT", JSON.stringify(ran));
    assert.match(ran.stderr, says);
    assert.is(ran.stdout, "");
  });
}

const forbidden = "/tmp/never-made";
test.before(() => rmSync(forbidden, { recursive: true, force: true }));
test("nothing that was forbidden happened", () => assert.not.ok(existsSync(forbidden)));

test.run();
