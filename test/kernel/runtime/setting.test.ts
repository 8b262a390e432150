// runSandboxed() in processes of their own: under other filters, with settings of the machine changed, with signals.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Result } from "../../../src/runtime/result.ts";
import { bundle, runFixture } from "./bundled.ts";

const asRoot = process.getuid?.() === 0;
const ALLOW = "policy p for x86_64 { default allow kill mkdir }";

interface Setting {
  readonly preparation?: string;
  readonly policy?: string;
  readonly options?: object;
  readonly command?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly wrap?: readonly string[];
}

function execute({
  preparation = "nothing",
  policy = ALLOW,
  options = {},
  command = ["/bin/true"],
  env,
  wrap,
}: Setting) {
  const how = { ...(env && { env }), ...(wrap && { wrap }) };
  const ran = runFixture("executor", [preparation, policy, JSON.stringify(options), ...command], how);
  assert.match(ran.stdout, /\{.*\}\n$/, JSON.stringify(ran));
  const line = ran.stdout.trimEnd().split("\n").at(-1)!;
  return JSON.parse(line) as { result: Result; leaked: number | undefined };
}

function setupErrorOf(result: Result) {
  assert.is(result.status, "setup-error", JSON.stringify(result));
  return result as Extract<Result, { status: "setup-error" }>;
}

test("where a filter around us has a listener, it runs without a monitor and says so", () => {
  const { result } = execute({ preparation: "under-a-listener", command: ["/bin/sh", "-c", "exit 3"] });
  assert.is(result.status, "ok", JSON.stringify(result));
  assert.is((result as { exitCode: number }).exitCode, 3);
  assert.is(result.violations, "main process only");
  assert.match(result.notes.join(), /without a monitor/);
});

test("the same under a filter without a listener is monitored", () => {
  const { result } = execute({ preparation: "under-a-plain-filter" });
  assert.is(result.violations, "every process");
  assert.equal(result.notes, []);
});

test("a policy with `notify` rules is not run where nobody can answer", () => {
  const policy = "policy p for x86_64 { default allow notify mkdir }";
  const { result } = execute({ preparation: "under-a-listener", policy });
  assert.match(setupErrorOf(result).message, /`notify` rules/);
});

for (const monitor of [true, false]) {
  const name = monitor ? "with the monitor" : "without a monitor";
  test(`an outer filter that fakes the launcher's seccomp(2) is found out, ${name}`, () => {
    const { result } = execute({ preparation: "faked-seccomp", options: { monitor }, command: ["/bin/echo", "ran"] });
    assert.match(`${setupErrorOf(result).message} ${setupErrorOf(result).advice}`, /outer filter/);
  });

  test(`a kernel without seccomp(2) is a set-up error that names the call, ${name}`, () => {
    const { result } = execute({ preparation: "seccomp-enosys", options: { monitor } });
    assert.match(setupErrorOf(result).message, /seccomp gave ENOSYS/);
  });

  test(`no descriptor is left open after a run, ${name}`, () => {
    const { leaked } = execute({ options: { monitor }, env: { COUNT_FDS: "1" } });
    assert.is(leaked, 0);
  });
}

test("no descriptor is left open after a violation", () => {
  const { leaked } = execute({ command: ["/bin/mkdir", "/tmp/policyc-never"], env: { COUNT_FDS: "1" } });
  assert.is(leaked, 0);
});

test("no descriptor is left open after a failed launch", () => {
  const { leaked } = execute({ command: ["/no/such/program"], env: { COUNT_FDS: "1" } });
  assert.is(leaked, 0);
});

(asRoot ? test : test.skip)("with vm.memfd_noexec=2 the launcher is a file (needs root to set it)", () => {
  const script = 'mount -t proc proc /proc && echo 2 > /proc/sys/vm/memfd_noexec && exec "$@"';
  const wrap = ["unshare", "--pid", "--mount", "--fork", "sh", "-c", script, "sh"];
  const { result } = execute({ wrap });
  assert.is(result.status, "ok", JSON.stringify(result));
});

(asRoot ? test : test.skip)(
  "where neither memfd nor file can be executed the error names both ways (needs root)",
  () => {
    const script =
      'mount -t proc proc /proc && echo 2 > /proc/sys/vm/memfd_noexec && mount -t tmpfs -o noexec none /mnt && TMPDIR=/mnt exec "$@"';
    const wrap = ["unshare", "--pid", "--mount", "--fork", "sh", "-c", script, "sh"];
    const error = setupErrorOf(execute({ wrap }).result);
    assert.match(error.message, /memfd.*file in the temporary folder \(EACCES\)/);
    assert.match(error.advice!, /vm\.memfd_noexec.*TMPDIR/);
  },
);

test("without pidfd_open nothing is started", () => {
  const { result } = execute({ preparation: "no-pidfd", command: ["/bin/sh", "-c", "echo ran >&2"] });
  assert.match(setupErrorOf(result).message, /pidfd_open gave ENOSYS/);
});

test("a listener that finds no free descriptor here is missed: the program does not go on without a monitor", () => {
  const ran = execute({ preparation: "no-descriptors", command: ["/bin/sleep", "20"] });
  assert.match(setupErrorOf(ran.result).message, /listener did not arrive/);
  assert.match(setupErrorOf(ran.result).advice!, /RLIMIT_NOFILE/);
});

(asRoot ? test : test.skip)("no further process: the error names the limit, not the kind of file (needs root)", () => {
  // Another user's processes do not count. Node has eleven threads, the monitor is the twelfth.
  const wrap = ["setpriv", "--reuid=54321", "--regid=54321", "--clear-groups", "prlimit", "--nproc=12:12"];
  const { result } = execute({ wrap, options: { monitor: false }, preparation: "fill-processes" });
  assert.match(setupErrorOf(result).message, /could not be started: EAGAIN/);
  assert.match(setupErrorOf(result).advice!, /RLIMIT_NPROC/);
});

test("this process can end while a sandbox runs", () => {
  const begun = Date.now();
  const ran = runFixture("executor", [
    "exit-early",
    ALLOW,
    '{"stdio":["ignore","ignore","ignore"]}',
    "/bin/sleep",
    "3",
  ]);
  assert.is(ran.status, 9, JSON.stringify(ran));
  assert.ok(Date.now() - begun < 2900);
});

test("Ctrl-C reaches what a shell waits for, as it does from a terminal", async () => {
  const args = [bundle("executor"), "nothing", ALLOW, "{}", "/bin/sh", "-c", "echo up; sleep 20; echo after"];
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  const begun = Date.now();
  let stdout = "";
  child.stdout.on("data", chunk => {
    if (stdout === "") setTimeout(() => child.kill("SIGINT"), 100);
    stdout += chunk;
  });
  await once(child, "close");
  assert.match(stdout, /"signal":"SIGINT"/);
  assert.ok(Date.now() - begun < 10_000);
});

test("SIGTSTP stops the program with this process, SIGCONT lets both go on", async () => {
  const script = "echo up; exec sleep 20.519";
  const child = spawn(process.execPath, [bundle("executor"), "nothing", ALLOW, "{}", "/bin/sh", "-c", script], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  await once(child.stdout, "data");
  const pid = await sleeper("20.519");
  const state = (of: number) => /^State:\s*(\w)/m.exec(readFileSync(`/proc/${of}/status`, "latin1"))![1];
  const stopped = async (is: boolean) => {
    const done = () => [child.pid!, pid].every(of => (state(of) === "T") === is);
    for (let i = 0; i < 100 && !done(); i++) await sleep(20);
    assert.ok(done());
  };
  try {
    child.kill("SIGTSTP");
    await stopped(true);
    child.kill("SIGCONT");
    await stopped(false);
  } finally {
    for (const of of [pid, child.pid!]) process.kill(of, "SIGKILL");
  }
});

/** The program's own word for its pid would be its namespace's. */
async function sleeper(seconds: string): Promise<number> {
  for (;;) {
    const found = readdirSync("/proc").find(pid => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "latin1") === `sleep\0${seconds}\0`;
      } catch {
        return false;
      }
    });
    if (found !== undefined) return Number(found);
    await sleep(5);
  }
}

for (const [sent, expected] of [
  ["SIGTERM", { status: "signaled", signal: "SIGTERM" }],
  ["SIGINT", { status: "ok", exitCode: 42 }],
] as const) {
  test(`${sent} is passed on to the program, which decides`, async () => {
    const script = 'trap "exit 42" INT; echo up; for i in 1 2 3 4 5 6 7 8 9; do sleep 0.1; done';
    const args = [bundle("executor"), "nothing", ALLOW, "{}", "/bin/sh", "-c", script];
    const child = spawn(process.execPath, args, {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, NODE_OPTIONS: "" },
    });
    let stdout = "";
    child.stdout.on("data", chunk => {
      if (stdout === "") child.kill(sent);
      stdout += chunk;
    });
    await once(child, "close");
    const { result } = JSON.parse(stdout.split("\n")[1]!) as { result: Result };
    for (const [key, value] of Object.entries(expected)) assert.is(result[key as keyof Result], value, stdout);
  });
}

test.run();
