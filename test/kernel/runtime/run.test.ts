// runSandboxed() on the running kernel: launcher, monitor and result together, with real programs.

import type { ChildProcess } from "node:child_process";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { compilePolicy } from "../../../src/runtime/compile-policy.ts";
import { runsIa32 } from "../../../src/runtime/ia32.ts";
import type { Result } from "../../../src/runtime/result.ts";
import { type RunOptions, runSandboxed } from "../../../src/runtime/run.ts";
import * as elf from "./elf-programs.ts";
import { bearers } from "./programs.ts";

const programs = elf.programFolder();
test.after(() => programs.remove());

/** Runs the command with its output in pipes. */
async function run(source: string, command: string, args: readonly string[] = [], more: Partial<RunOptions> = {}) {
  let stdout = "";
  let child: ChildProcess | undefined;
  const closed = { wait: Promise.resolve() };
  const result = await runSandboxed({
    policy: compilePolicy({ source: { name: "test.policy", text: source } }),
    command,
    args,
    stdio: ["ignore", "pipe", "pipe"],
    forwardSignals: false,
    ...more,
    onSpawn: spawned => {
      child = spawned;
      spawned.stdout?.on("data", chunk => (stdout += chunk));
      closed.wait = new Promise(done => spawned.once("close", () => done()));
      more.onSpawn?.(spawned);
    },
  });
  if (result.status !== "setup-error") await closed.wait;
  return { result, stdout, pid: child?.pid };
}

function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return "";
  }
}

function violationOf(result: Result) {
  assert.is(
    result.status,
    "violation",
    JSON.stringify(result, (_, value) => (typeof value === "bigint" ? String(value) : value)),
  );
  return (result as Extract<Result, { status: "violation" }>).violation;
}

const ONLY_64 = `policy tiny for x86_64 {
  default kill
  allow { getpid, exit_group }
}`;

/** Everything /bin/sh needs, but no program of its own. */
const NO_EXEC = `policy shell for x86_64 {
  default allow
  kill { execve, execveat }
}`;

const ALLOW = "policy p for x86_64 { default allow kill mkdir }";

const MODES = [
  { name: "with the monitor", monitor: true },
  { name: "without a monitor", monitor: false },
] as const;

// 64-bit and 32-bit calls.

const on32 = runsIa32() ? test : test.skip;

const own64 = programs.write("own64", elf.elf64([...elf.movEax(39), ...elf.syscall, ...elf.exit64(7)]));

for (const { name, monitor } of MODES) {
  test(`64-bit calls that the policy allows pass, and the exit status comes through, ${name}`, async () => {
    const { result } = await run(ONLY_64, own64, [], { monitor });
    const { usage, ...rest } = result;
    const violations = monitor ? "every process" : "main process only";
    const circumstances = { survivors: false, violations, notes: [], limits: [], passed: undefined };
    assert.equal({ ...rest }, { status: "ok", reason: "exit", exitCode: 7, ...circumstances });
    assert.ok(usage !== undefined);
  });
}

const foreign: readonly { name: string; nr: number; call: string; args: string }[] = [
  { name: "getpid", nr: 20, call: "getpid [20]", args: "" },
  { name: "exit", nr: 1, call: "exit [1]", args: "3" },
  { name: "access", nr: 33, call: "access [33]", args: "0x3, 0x4" },
];

for (const { name, nr, call, args } of foreign) {
  const before = elf.movEax(39).length + elf.syscall.length;
  const setUp = [...elf.movEbx(3), ...elf.movEcx(4), ...elf.movEax(nr)];
  const code = [...elf.movEax(39), ...elf.syscall, ...setUp, ...elf.int80, ...elf.exit64(0)];
  const path = programs.write(`int80-${name}`, elf.elf64(code));
  const ip = elf.ENTRY64 + before + setUp.length + elf.int80.length;

  on32(`int 0x80 ${name} from a 64-bit program is a violation labelled [X86-32] (needs IA32 emulation)`, async () => {
    const violation = violationOf((await run(ONLY_64, path)).result);
    assert.is(violation?.description, `[X86-32] ${call}(${args}) IP: 0x${ip.toString(16)}`);
    assert.is(violation?.arch, "i386");
    assert.is(violation?.because, "foreign kill, as no `foreign` is written");
    assert.is(violation?.suggestion.kind, "none");
  });
}

on32("a 32-bit program is a violation labelled [X86-32] (needs IA32 emulation)", async () => {
  const path = programs.write("own32", elf.elf32([...elf.movEbx(0), ...elf.movEax(20), ...elf.int80]));
  const ip = elf.ENTRY32 + 12;
  const violation = violationOf((await run(ONLY_64, path)).result);
  assert.is(violation?.description, `[X86-32] getpid [20]() IP: 0x${ip.toString(16)}`);
});

on32(
  "in `hard` an int 0x80 ends the program by SIGSYS, told apart from any exit status (needs IA32 emulation)",
  async () => {
    const path = programs.write("int80-hard", elf.elf64([...elf.movEax(20), ...elf.int80, ...elf.exit64(0)]));
    const { result } = await run(ONLY_64, path, [], { monitor: false });
    assert.is(result.status, "violation");
    const { violation } = result as Extract<Result, { status: "violation" }>;
    if (violation !== undefined)
      assert.match(violation.description, /^\[X86-32\] getpid \[20\]\(\.\.\.\) IP: 0x[0-9a-f]+$/);
  },
);

// The exec ticket.

for (const { name, monitor } of MODES) {
  test(`a policy without execve starts the shell, and the shell's own exec dies, ${name}`, async () => {
    const { result, stdout } = await run(NO_EXEC, "/bin/sh", ["-c", "echo hi; exec /bin/true"], { monitor });
    assert.is(stdout, "hi\n");
    const violation = violationOf(result);
    if (monitor) {
      assert.match(violation!.description, /^\[X86-64\] execve \[59\]\(0x/);
      assert.is(violation!.because, "test.policy:3 kill execve");
      assert.equal(violation!.suggestion, { kind: "rule", rule: "allow execve", before: "test.policy:3" });
    }
  });
}

test("with the monitor, a forbidden call of a child ends the whole sandbox", async () => {
  const { result, stdout } = await run(NO_EXEC, "/bin/sh", ["-c", "echo hi; /bin/true; echo survived"]);
  assert.is(stdout, "hi\n");
  violationOf(result);
  assert.is((result as { survivors: boolean }).survivors, false);
});

test("without a monitor, a child's death is the shell's to see, and its own status comes through", async () => {
  const { result, stdout } = await run(NO_EXEC, "/bin/sh", ["-c", "echo hi; /bin/true; echo $?"], { monitor: false });
  assert.match(stdout, /^hi\n159\n$/);
  assert.is(result.status, "ok");
});

// What a violation does.

test("the call that was forbidden never ran, and nothing after it", async () => {
  const file = `${programs.write("marker", "")}-made`;
  const policy = `policy p for x86_64 { default allow  kill mkdir  kill mkdirat }`;
  violationOf((await run(policy, "/bin/sh", ["-c", `mkdir ${file}; touch ${file}-2`])).result);
  assert.not.ok(existsSync(file));
  assert.not.ok(existsSync(`${file}-2`));
});

test("a descendant that left session and process group is killed too", async () => {
  const policy = "policy p for x86_64 { default allow  kill mkdir  kill mkdirat }";
  const script = `setsid sh -c 'sleep 30.517; mkdir /tmp/policyc-never' >/dev/null 2>&1 & sleep 0.1; mkdir /tmp/policyc-never`;
  const { result } = await run(policy, "/bin/sh", ["-c", script]);
  violationOf(result);
  assert.equal(bearers("30.517"), []);
  assert.not.ok(existsSync("/tmp/policyc-never"));
});

test("the rule that is suggested names the arguments that the policy tests, at the values seen", async () => {
  const policy = "policy p for x86_64 {\n  default kill\n  allow exit_group\n  allow close if fd == 3\n}";
  const path = programs.write(
    "close9",
    elf.elf64([...elf.movEdi(9), ...elf.movEax(3), ...elf.syscall, ...elf.exit64(0)]),
  );
  const violation = violationOf((await run(policy, path)).result)!;
  assert.match(violation.description, /^\[X86-64\] close \[3\]\(9\) IP: /);
  assert.is(violation.because, "test.policy:2 default kill");
  assert.equal(violation.suggestion, { kind: "rule", rule: "allow close if fd == 9", before: undefined });
});

test("a number without a name is shown in decimal and hex with all its registers", async () => {
  const path = programs.write(
    "nr400",
    elf.elf64([...elf.movEdi(1), ...elf.movEax(400), ...elf.syscall, ...elf.exit64(0)]),
  );
  const policy = "policy p for x86_64 { default kill unknown kill allow exit_group }";
  const violation = violationOf((await run(policy, path)).result)!;
  assert.match(violation.description, /^\[X86-64\] UNKNOWN\[400\/0x190\]\(0x1, 0x0, 0x0, 0x0, 0x0, 0x0\) IP: /);
});

test("seccomp(2) dies by the kernel's own kill under a monitor: a filter of its own would be an escape", async () => {
  const path = programs.write(
    "seccomp",
    elf.elf64([...elf.movEdi(1), ...elf.movEax(317), ...elf.syscall, ...elf.exit64(0)]),
  );
  const policy = "policy p for x86_64 { default allow  kill mkdir }";
  const { result } = await run(policy, path);
  const violation = violationOf(result);
  if (violation !== undefined) assert.match(violation.description, /seccomp \[317\]/);
});

// Ends and descriptors.

test("a signal is passed on as one", async () => {
  const { result } = await run("policy p for x86_64 { default allow kill mkdir }", "/bin/sh", ["-c", "kill -TERM $$"]);
  assert.is(`${result}`, "SIGNALED - SIGTERM");
  assert.is((result as { number: number }).number, 15);
});

for (const { name, monitor } of MODES) {
  test(`a death by a real-time signal is told as one, not as the exit status 0 that Node gives, ${name}`, async () => {
    for (const [number, signal] of [
      [34, "SIGRTMIN+0"],
      [64, "SIGRTMIN+30"],
    ] as const) {
      const { result } = await run(ALLOW, "/bin/sh", ["-c", `kill -${number} $$`], { monitor });
      assert.is(result.status, "signaled", JSON.stringify(result));
      assert.equal([(result as { signal: string }).signal, (result as { number: number }).number], [signal, number]);
    }
  });
}

test("a SIGSYS that the program sends itself is not described by the kernel's record of another", async () => {
  const { result } = await run(ALLOW, "/bin/sh", ["-c", "kill -SYS $$"], { monitor: false });
  assert.is(violationOf(result), undefined);
});

test("the main process's end ends what it left in its process group", async () => {
  const policy = "policy p for x86_64 { default allow kill mkdir }";
  const { result } = await run(policy, "/bin/sh", ["-c", "sleep 30.518 >/dev/null 2>&1 &"]);
  assert.is(result.status, "ok");
  assert.is(result.survivors, false);
  assert.equal(bearers("30.518"), []);
});

for (const { name, monitor } of MODES) {
  test(`the program has the descriptors it was given and no others, ${name}`, async () => {
    const { stdout } = await run("policy p for x86_64 { default allow kill mkdir }", "/bin/ls", ["/proc/self/fd"], {
      monitor,
    });
    assert.equal(stdout.trim().split("\n"), ["0", "1", "2", "3"]); // 3 is the listing itself
  });
}

test("what the runtime holds of a sandbox is close-on-exec: no other child of this process inherits it", async () => {
  const flags = new Map<string, number>();
  const look = () => {
    for (const fd of readdirSync("/proc/self/fd")) {
      const target = linkOf(fd);
      if (!/seccomp notify|pidfd/.test(target)) continue;
      flags.set(
        target,
        Number.parseInt(/^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "latin1"))![1]!, 8),
      );
    }
  };
  await run(ALLOW, "/bin/sleep", ["0.5"], { onSpawn: () => void setTimeout(look, 250) });
  assert.is(flags.size, 2, [...flags.keys()].join());
  for (const [target, flag] of flags) assert.ok((flag & 0o2000000) !== 0, target);
});

test("arguments, environment and working folder come through; argv[0] is the command as given", async () => {
  const policy = "policy p for x86_64 { default allow kill mkdir }";
  const script = 'echo "$0|$1|$A|$PWD"';
  const { stdout } = await run(policy, "sh", ["-c", script, "zero", "a b"], {
    env: { A: "1", PATH: "/bin:/usr/bin" },
    cwd: "/usr",
  });
  assert.is(stdout, "zero|a b|1|/usr\n");
});

on32("many sandboxes at once share the one monitor (needs IA32 emulation)", async () => {
  const path = programs.write("int80-many", elf.elf64([...elf.movEax(20), ...elf.int80]));
  const results = await Promise.all(Array.from({ length: 24 }, (_, i) => run(ONLY_64, i % 2 === 0 ? path : own64)));
  assert.is(results.filter(({ result }) => result.status === "violation").length, 12);
  assert.is(results.filter(({ result }) => result.status === "ok").length, 12);
});

// Set-up errors: told by the status socket, never by an exit status.

const notExecutable = programs.write("plain", "text", 0o644);
const noInterpreter = programs.write("orphan", "#!/no/such/shell\n");
const errors: readonly {
  rule: string;
  source?: string;
  command: string;
  more?: Partial<RunOptions>;
  stage: RegExp;
  says: RegExp;
}[] = [
  {
    rule: "a command that is not in PATH",
    command: "no-such-command",
    stage: /^find the command$/,
    says: /no-such-command/,
  },
  {
    rule: "a path that does not exist",
    command: "/no/such/file",
    stage: /program/,
    says: /\/no\/such\/file.*openat gave ENOENT/,
  },
  {
    rule: "a file that may not be executed",
    command: notExecutable,
    stage: /program/,
    says: /faccessat2 gave EACCES/,
  },
  {
    rule: "a script whose interpreter is missing",
    command: noInterpreter,
    stage: /program/,
    says: /execve gave ENOENT/,
  },
  {
    rule: "a working folder that does not exist",
    command: "/bin/true",
    more: { cwd: "/no/such/folder" },
    stage: /^enter the working folder$/,
    says: /ENOENT/,
  },
  {
    rule: "a policy for another machine",
    source: "policy p for aarch64 { default allow }",
    command: "/bin/true",
    stage: /^choose the policy$/,
    says: /aarch64/,
  },
  {
    rule: "a section that is not enforced",
    source: 'policy p for x86_64 { default allow files { read "/" } }',
    command: "/bin/true",
    stage: /^read the policy$/,
    says: /`files` section/,
  },
];

for (const { name, monitor } of MODES) {
  for (const { rule, source, command, more, stage, says } of errors) {
    test(`set-up error, ${name}: ${rule}`, async () => {
      // A policy without exit_group: the launcher's own exit must not read as a violation.
      const { result } = await run(source ?? "policy p for x86_64 { default kill }", command, [], { ...more, monitor });
      assert.is(result.status, "setup-error", JSON.stringify(result));
      const error = result as Extract<Result, { status: "setup-error" }>;
      assert.match(error.reason, stage);
      assert.match(error.message, says);
    });
  }
}

test("a program that exits by 125 or 159 is no set-up error and no violation", async () => {
  for (const code of [125, 159]) {
    const { result } = await run(ALLOW, "/bin/sh", ["-c", `exit ${code}`]);
    assert.is(`${result}`, `OK - exit code ${code}`);
  }
});

test.run();
