// What Sandbox2's tests of its policies show, shown here: docs/sandbox2-tests.md has them side by side.

import { execFileSync } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { compilePolicy } from "../../../src/runtime/compile-policy.ts";
import { unless } from "../../needs.ts";
import { policyOf } from "../std/sandboxed.ts";
import { folder, type Linking, missing, run, sandboxee } from "./run.ts";

const here = unless(missing, test);

/** Allows all but these. */
const all = (...items: readonly string[]) => `policy t for x86_64 { default allow ${items.join("  ")} }`;
/** Kills all but these and what a static start and an end need. */
const only = (...items: readonly string[]) => policyOf(["use static_startup", "use exit", ...items]);

const TIMERS = ["use posix_timers", "use system_malloc", "use signals", "use sleep", "use pids", "use threads"];
const READ_WRITE = 3;
const EXECUTE = 5;

const rows: readonly {
  readonly rule: string;
  readonly policy: string;
  readonly does: string;
  readonly ends: string | RegExp;
  readonly linking?: Linking;
}[] = [
  {
    rule: "ptrace that is forbidden is a violation",
    policy: all("kill { ptrace, bpf }"),
    does: "ptrace",
    ends: "violation ptrace",
  },
  {
    rule: "bpf that is forbidden is a violation",
    policy: all("kill { ptrace, bpf }"),
    does: "bpf 0",
    ends: "violation bpf",
  },
  {
    rule: "bpf and ptrace by errno: no violation, and the program sees EPERM",
    policy: all("errno(EPERM) { ptrace, bpf }"),
    does: "both-refused",
    ends: "exit 0",
  },
  { rule: "a command of bpf that only looks passes", policy: only("use safe_bpf"), does: "bpf 1", ends: "exit 0" },
  {
    rule: "a command of bpf that does more is a violation",
    policy: only("use safe_bpf"),
    does: "bpf 0",
    ends: "violation bpf",
  },
  {
    rule: "commands of bpf that only look pass before an errno for all others",
    policy: only("use safe_bpf", "errno(EPERM) bpf"),
    does: "safe-bpf",
    ends: "exit 0",
  },
  {
    rule: "a child that asks not to be traced is under the policy and watched all the same",
    policy: all("kill mkdir"),
    does: "untraced",
    ends: "violation mkdir",
  },
  {
    rule: "isatty works where one command of ioctl is allowed",
    policy: only("allow ioctl if cmd == TCGETS"),
    does: "isatty",
    ends: "exit 0",
  },
  { rule: "isatty is a violation where it is not", policy: only(), does: "isatty", ends: "violation ioctl" },
  {
    rule: "timers of every kind work where they are allowed",
    policy: only(...TIMERS),
    does: "timers",
    ends: "exit 0",
  },
  {
    rule: "a timer that starts threads is a violation where threads are not allowed",
    policy: only(...TIMERS.slice(0, -1), "use futex_op(FUTEX_WAIT)", "otherwise errno(ENOSYS) clone3"),
    does: "timer-thread",
    ends: "violation clone",
  },
  {
    rule: "a timer that starts threads works where threads are allowed",
    policy: only(...TIMERS, "use await_signals"),
    does: "timer-thread",
    ends: "exit 0",
  },
  {
    rule: "a static start and an end are enough for an empty program that is linked statically",
    policy: only(),
    does: "nothing",
    ends: "exit 0",
  },
  {
    rule: "a dynamic start and an end are enough for an empty program",
    policy: policyOf(["use dynamic_startup", "use exit"]),
    does: "nothing",
    linking: "dynamic",
    ends: "exit 0",
  },
  {
    rule: "malloc, calloc and realloc up to 16 MiB need their group alone",
    policy: only("use system_malloc"),
    does: "allocate",
    ends: "exit 0",
  },
  {
    rule: "lists of calls: each gets the verdict of its own list, and what is in none the default",
    policy: only(
      "allow { getpid, getppid, gettid }",
      "errno(42) { getuid, geteuid }",
      "errno(43) { getgid, getegid }",
      "kill { setuid, umask }",
    ),
    does: "lists",
    ends: "violation umask",
  },
  {
    rule: "a fallback decides what the rule with the argument does not",
    policy: `group fallback { otherwise errno(ENOENT) syscall(1337) }
      ${all("use fallback", "errno(EPERM) syscall(1337) if raw[0] == 7")}`,
    does: "fallback",
    ends: "exit 0",
  },
  {
    rule: "a mapping is not executable unless the policy says so",
    policy: only("use mmap_without_exec"),
    does: `map ${EXECUTE}`,
    ends: "violation mmap",
  },
  {
    rule: "a mapping that is not executable passes",
    policy: only("use mmap_without_exec"),
    does: "map 3",
    ends: "exit 0",
  },
  {
    rule: "a mapping is executable where the policy says so",
    policy: only("use executable_memory"),
    does: `map ${EXECUTE}`,
    ends: "exit 0",
  },
  {
    rule: "a page does not become executable unless the policy says so",
    policy: only("use mprotect_without_exec"),
    does: `protect ${EXECUTE}`,
    ends: "violation mprotect",
  },
  {
    rule: "a page may change otherwise",
    policy: only("use mprotect_without_exec"),
    does: `protect ${READ_WRITE}`,
    ends: "exit 0",
  },
  {
    rule: "a page becomes executable where the policy says so",
    policy: only("use executable_memory"),
    does: `protect ${EXECUTE}`,
    ends: "exit 0",
  },
];

for (const { rule, policy, does, ends, linking = "static" } of rows) {
  here(rule, async () => {
    const { ended, result } = await run(policy, does, { linking });
    if (typeof ends === "string") assert.is(ended, ends, `${result}`);
    else assert.match(ended, ends);
    assert.not.ok(existsSync("/tmp/policyc-never"));
  });
}

for (const [rule, use, ends, left] of [
  ["what one side writes the other reads, under its group alone", "use shared_memory", "exit 0", "A"],
  ["without fstat it is a violation", "use shared_memory except { fstat }", "violation fstat", "Z"],
] as const) {
  here(`memory that is shared by a descriptor: ${rule}`, async () => {
    const path = join(folder, "shared");
    writeFileSync(path, "Z".repeat(4096));
    const fd = openSync(path, "r+");
    try {
      const { ended } = await run(only(use), "shared 5", { prepare: ({ ipc }) => ipc.mapFd(fd, 5) });
      assert.is(ended, ends);
      assert.is(readFileSync(path, "latin1")[0], left);
    } finally {
      closeSync(fd);
    }
  });
}

// PR_SPEC_PRCTL: the kernel lets a process choose; PR_SPEC_FORCE_DISABLE: it has chosen for good.
here("speculation is disabled for good where the kernel lets a process choose", async () => {
  const [MAY_CHOOSE, DISABLED_FOR_GOOD] = [1, 8];
  const bare = execFileSync(sandboxee(), ["speculation"], { encoding: "utf8" });
  const { stdout } = await run(all("kill ptrace"), "speculation");
  const expected = numbers(bare).map(state => ((state & MAY_CHOOSE) === 0 ? state : MAY_CHOOSE | DISABLED_FOR_GOOD));
  assert.equal(numbers(stdout), expected);
});

function numbers(line: string): number[] {
  return line.trim().split(" ").map(Number);
}

test("a rule that is said twice costs nothing", () => {
  const program = (...items: readonly string[]) =>
    compilePolicy({ source: all(...items) }).filters.map(({ program }) => program);
  const once = program("kill ptrace", "errno(EPERM) bpf");
  assert.equal(program("kill ptrace", "errno(EPERM) bpf", "kill ptrace", "errno(EPERM) bpf"), once);
  assert.not.equal(program("kill ptrace", "errno(EPERM) { bpf, mount }"), once);
});

// What the compiler says of a policy.

const findings = (...items: readonly string[]) =>
  compilePolicy({ source: policyOf(items) }).diagnostics.map(({ code, message }) => `${code}: ${message}`);

test("a policy that opens bpf or ptrace is warned about", () => {
  for (const call of ["bpf", "ptrace"]) {
    const found = findings(`allow ${call}`);
    assert.is(found.length, 1);
    assert.match(found[0]!, new RegExp(`^dangerous-call: .*\\b${call}\\b`));
  }
});

test("commands of bpf that only look are no finding", () => assert.equal(findings("use safe_bpf"), []));

test("a list without calls is a mistake", () => {
  assert.throws(() => findings("allow { }"), /expected a system call/);
});

test("a verdict that an earlier one makes void is a mistake, not dropped", () => {
  assert.throws(() => findings("allow umask", "errno(EPERM) umask"), /shadowed/);
});

test.run();
