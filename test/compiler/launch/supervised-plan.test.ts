// What must hold of every supervised plan: whose calls are whose, in which order, and that each process stays on its own path.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { buildLauncher, ticketedCalls } from "../../../src/compiler/launch/build-launcher.ts";
import { limitsOfCell } from "../../../src/compiler/launch/cell-limits.ts";
import { decodeLauncher } from "../../../src/compiler/launch/decode-launcher.ts";
import type { LaunchFilter } from "../../../src/compiler/launch/filter-plan.ts";
import type { LaunchOptions, Lifetime } from "../../../src/compiler/launch/launch-options.ts";
import { readMessage } from "../../../src/compiler/launch/messages.ts";
import { type LaunchPlan, printPlan } from "../../../src/compiler/launch/plan.ts";
import { limitStep, STEP, setupAdvice } from "../../../src/compiler/launch/steps.ts";
import { callNumber, LAUNCHER_ARCHES } from "../../../src/compiler/launch/target.ts";

const FILTER: LaunchFilter = {
  program: [{ code: 6, jt: 0, jf: 0, k: 0 }],
  slots: [
    { pc: 0, half: "lo" },
    { pc: 0, half: "hi" },
  ],
};
const NAMESPACE: Lifetime = { kind: "supervised", by: "pid-namespace", user: false };
const USER_NAMESPACE: Lifetime = { kind: "supervised", by: "pid-namespace", user: true };
const PROCESS: Lifetime = { kind: "supervised", by: "process" };
const CGROUP: Lifetime = { kind: "supervised", by: "cgroup", procs: 5, kill: 4 };
const OPTIONS: LaunchOptions = {
  command: { kind: "argv" },
  monitored: true,
  report: { kind: "socket", fd: 3 },
  keepFds: 2,
  lifetime: NAMESPACE,
  limits: [{ resource: "RLIMIT_CPU", value: 10n }],
  session: true,
  landlock: "prefer",
  waitKillable: true,
};

function build(
  options: Partial<LaunchOptions>,
  arch: (typeof LAUNCHER_ARCHES)[number] = "x86_64",
  filter?: LaunchFilter,
) {
  const built = buildLauncher(arch, options.monitored === false ? filter : FILTER, { ...OPTIONS, ...options });
  if (!built.ok) throw new Error(built.message);
  return built;
}

const plans = LAUNCHER_ARCHES.flatMap(arch =>
  [NAMESPACE, USER_NAMESPACE, PROCESS, CGROUP].flatMap(lifetime =>
    [true, false].flatMap(session => [
      build({ lifetime, session }, arch).plan,
      build({ lifetime, session, monitored: false }, arch, FILTER).plan,
      build({ lifetime, session, monitored: false }, arch, undefined).plan,
    ]),
  ),
);

/** The operations that a process can come to, from one of them on; of a clone both sides, unless only its parent is asked for. */
function path(plan: LaunchPlan, from: number): number[] {
  const seen = new Set<number>();
  const labelled = (label: string) => plan.operations.findIndex(operation => operation.label === label);
  const visit = (index: number): void => {
    if (seen.has(index)) return;
    seen.add(index);
    const { call, outcomes } = plan.operations[index]!;
    for (const { when, goto } of outcomes) {
      if (call.name === "clone" && when.kind === "equals" && when.value === 0) continue;
      visit(goto === undefined ? index + 1 : labelled(goto));
    }
    if (!outcomes.some(({ when }) => when.kind === "any")) visit(labelled(plan.onFailure));
  };
  visit(from);
  return [...seen];
}

const names = (plan: LaunchPlan, indices: readonly number[]) => indices.map(index => plan.operations[index]!.call.name);
const start = (plan: LaunchPlan, label: string) => plan.operations.findIndex(operation => operation.label === label);
const inNamespace = (plan: LaunchPlan) => start(plan, "init") !== -1;

test("each process stays on its own path: who waits never executes, who executes never waits or makes another", () => {
  for (const plan of plans) {
    const supervisor = names(plan, path(plan, 0));
    const program = names(plan, path(plan, start(plan, "program")));
    for (const call of ["execve", "getrandom", "seccomp", "landlock_restrict_self"])
      assert.not(supervisor.includes(call), call);
    for (const call of ["clone", "waitid", "getrusage", "pidfd_send_signal"]) assert.not(program.includes(call), call);
    if (!inNamespace(plan)) continue;
    const init = names(plan, path(plan, start(plan, "init")));
    for (const call of ["execve", "getrandom", "seccomp", "pidfd_send_signal"]) assert.not(init.includes(call), call);
    for (const call of ["sendto", "getrusage", "sendmsg", "mount"]) {
      assert.not(supervisor.includes(call), call);
      assert.ok(init.includes(call), call);
    }
  }
});

test("the ticket is drawn in the last process, and nothing is cloned after it", () => {
  for (const { operations } of plans) {
    const calls = operations.map(({ call }) => call.name);
    const drawn = calls.indexOf("getrandom");
    if (drawn !== -1) assert.ok(calls.lastIndexOf("clone") < drawn);
  }
});

test("from seccomp(2) on every system call carries the ticket, and is one of those that a filter lets through for it", () => {
  for (const { arch, operations } of plans) {
    const allowed = ticketedCalls(arch, { monitored: true }).map(({ nr }) => nr);
    const installed = operations.findLastIndex(({ call }) => call.name === "seccomp");
    if (installed === -1) continue;
    for (const { call, ticketed } of operations.slice(installed + 1)) {
      if (call.kind === "builtin") continue;
      assert.ok(ticketed && allowed.includes(callNumber(arch, call.name)), call.name);
    }
  }
});

test("no call takes any result, but those that report a failure; execve and exit_group take none", () => {
  for (const { operations } of plans) {
    for (const { call, outcomes, step } of operations) {
      if (call.kind !== "system" || step === STEP.report || step === STEP.command) continue;
      assert.not(
        outcomes.some(({ when }) => when.kind === "any"),
        call.name,
      );
      assert.is(outcomes.length === 0, ["execve", "exit_group"].includes(call.name), call.name);
    }
  }
});

test("the steps of each process are in the order that attacks and the kernel ask for", () => {
  const common = [STEP.signalMask, STEP.core, STEP.open, STEP.enterDomain, limitStep("RLIMIT_CPU"), STEP.execute];
  const dropped = [
    STEP.securebits,
    STEP.bounding,
    STEP.capabilities,
    STEP.noNewPrivs,
    STEP.noNewPrivsCheck,
    STEP.dumpable,
  ];
  for (const plan of plans) {
    const inOrder = (from: number, order: readonly string[]) => {
      const steps = path(plan, from)
        .toSorted((a, b) => a - b)
        .map(index => plan.operations[index]!.step);
      const places = order.map(step => steps.lastIndexOf(step));
      assert.not(places.includes(-1), `${order[places.indexOf(-1)]}`);
      assert.equal(
        places,
        places.toSorted((a, b) => a - b),
      );
    };
    inOrder(0, [STEP.signals, STEP.closeRange, STEP.statusSocket, STEP.dumpable, STEP.share, STEP.supervisor]);
    inOrder(0, [inNamespace(plan) ? STEP.namespaces : STEP.cloneProgram, STEP.capabilities, STEP.letGo, STEP.watch]);
    if (inNamespace(plan)) {
      const maps = plan.operations.some(({ step }) => step === STEP.userMap);
      const mapped = maps ? [STEP.setgroups, STEP.userMap, STEP.groupMap] : [];
      const waiting = [STEP.cloneProgram, STEP.letGo, STEP.tellStarted, STEP.wait, STEP.tellEnd, STEP.leave];
      inOrder(start(plan, "init"), [
        ...mapped,
        STEP.tie,
        STEP.supervisorLives,
        STEP.mounts,
        STEP.proc,
        ...dropped,
        ...waiting,
      ]);
      inOrder(start(plan, "program"), common);
    } else {
      const [mask, core, ...rest] = common;
      inOrder(start(plan, "program"), [mask!, STEP.tie, STEP.supervisorLives, core!, ...dropped, ...rest]);
    }
  }
});

test("a new process makes sure that it is one before its first system call", () => {
  for (const plan of plans) {
    for (const label of inNamespace(plan) ? ["init", "program"] : ["program"]) {
      const from = start(plan, label);
      const first = plan.operations.findIndex(({ call }, index) => index > from && call.kind === "system");
      const before = plan.operations.slice(from, first);
      assert.equal(new Set(before.map(({ step }) => step)), new Set([STEP.findOneself]));
      assert.ok(
        before.some(({ outcomes }) => !outcomes.some(({ when }) => when.kind === "any")),
        "some result is no good",
      );
    }
  }
});

test("whoever is not dumpable for its maps only is so no more before it makes the program's process", () => {
  for (const { operations } of plans) {
    const dumpable = operations.flatMap(({ args, call }, index) =>
      call.name === "prctl" && args[0]?.kind === "named" && args[0].name === "PR_SET_DUMPABLE"
        ? [{ index, value: args[1] }]
        : [],
    );
    const raised = dumpable.findIndex(({ value }) => value?.kind === "constant" && value.value === 1n);
    if (raised === -1) continue;
    const next = dumpable[raised + 1]!;
    assert.equal(next.value, { kind: "constant", value: 0n });
    const between = operations.slice(dumpable[raised]!.index, next.index).map(({ call }) => call.name);
    assert.equal(new Set(between), new Set(["prctl", "openat", "write"]));
  }
});

test("every descriptor of the launch is kept from the program, and those between them are closed", () => {
  const { plan } = build({ lifetime: { kind: "supervised", by: "cgroup", procs: 8, kill: 5 } });
  const lines = printPlan(plan);
  for (const line of ["close_range(4, 4, 0)", "close_range(6, 7, 0)", "close_range(9, -1, 0)"])
    assert.ok(lines.includes(line), line);
  for (const fd of [3, 5, 8]) assert.ok(lines.includes(`fcntl(${fd}, F_SETFD, FD_CLOEXEC) = 0`));
});

test("core files are forbidden unless a limit says what they may be", () => {
  const cores = (options: Partial<LaunchOptions>) => printPlan(build(options).plan).match(/RLIMIT_CORE, &[^,]+/g);
  assert.equal(cores({}), ["RLIMIT_CORE, &zero"]);
  assert.equal(cores({ limits: [{ resource: "RLIMIT_CORE", value: 5n }] }), ["RLIMIT_CORE, &limit RLIMIT_CORE"]);
});

for (const [what, options] of [
  ["supervised without a socket", { report: { kind: "stderr" }, monitored: false }],
  ["a cgroup's file among the program's descriptors", { lifetime: { ...CGROUP, procs: 2 } }],
  ["a cgroup's file in the place of the status socket", { lifetime: { ...CGROUP, procs: 3 } }],
  ["both cgroup files in one place", { lifetime: { ...CGROUP, procs: 4 } }],
  ["a limit below zero", { limits: [{ resource: "RLIMIT_CPU", value: -1n }] }],
  ["a limit beyond 64 bits", { limits: [{ resource: "RLIMIT_CPU", value: 1n << 64n }] }],
  ["one limit twice", { limits: [...OPTIONS.limits, ...OPTIONS.limits] }],
] as const) {
  test(`refused: ${what}`, () => {
    assert.not(buildLauncher("x86_64", FILTER, { ...OPTIONS, ...options } as LaunchOptions).ok);
  });
}

test("refused: a monitor without a filter", () => assert.not(buildLauncher("x86_64", undefined, OPTIONS).ok));

test("a supervised image is read back, clone flags and all", () => {
  const { image, plan } = build({ lifetime: USER_NAMESPACE });
  const decoded = decodeLauncher(image)!;
  const facts = ({ operations }: LaunchPlan) =>
    operations.map(({ call, ticketed, outcomes }) => [call, ticketed, outcomes.map(({ when }) => when)]);
  assert.equal(facts(decoded.plan), facts(plan));
  const text = printPlan(decoded.plan);
  for (const shown of [
    "CLONE_NEWUSER",
    "waitid(P_ALL, 0, ",
    "waitid(P_PIDFD, ",
    '&"/proc/self/uid_map"',
    "prctl(PR_SET_PDEATHSIG, ",
  ]) {
    assert.ok(text.includes(shown), `${shown}\n${text}`);
  }
});

test("a supervised image is about 2 KB and its filter", () => {
  for (const [lifetime, size] of [
    [PROCESS, 2700],
    [NAMESPACE, 2900],
    [USER_NAMESPACE, 3400],
  ] as const) {
    const { image } = build({ lifetime });
    assert.ok(image.length < size, `${image.length}`);
  }
});

// struct { u64 tag; siginfo_t up to si_status and its padding; struct rusage; }, sys/wait.h and sys/resource.h on 64 bits.
function ended(code: number, status: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(184));
  view.setUint32(0, 0x45, true);
  view.setInt32(8 + 8, code, true);
  view.setInt32(8 + 24, status, true);
  for (let i = 0; i < 18; i++) view.setBigInt64(40 + 8 * i, BigInt(i + 1), true);
  return new Uint8Array(view.buffer);
}

test("an end is told as waitid(2) and getrusage(2) have it", () => {
  assert.equal(readMessage(ended(1, 200)), {
    kind: "ended",
    end: { kind: "exited", code: 200 },
    usage: {
      userTime: 1_000_002,
      systemTime: 3_000_004,
      maximumResidentSize: 5 * 1024,
      minorFaults: 9,
      majorFaults: 10,
      blocksRead: 12,
      blocksWritten: 13,
      voluntarySwitches: 17,
      involuntarySwitches: 18,
    },
  });
  const endOf = (bytes: Uint8Array) => {
    const message = readMessage(bytes);
    return message.kind === "ended" ? message.end : undefined;
  };
  assert.equal(endOf(ended(2, 9)), { kind: "signaled", signal: 9, coreDumped: false });
  assert.equal(endOf(ended(3, 11)), { kind: "signaled", signal: 11, coreDumped: true });
  assert.throws(() => readMessage(ended(1, 0).subarray(0, 183)));
});

test("a policy's limits are the plan's, in the kernel's units; a wall clock nobody watches is refused", () => {
  const limits = new Map([
    ["cpu", 1500n],
    ["memory", 1n << 28n],
    ["files", 64n],
    ["processes", 8n],
    ["file_size", 1n << 30n],
    ["core", 0n],
  ] as const);
  assert.equal(limitsOfCell({ limits }), {
    ok: true,
    limits: [
      { resource: "RLIMIT_CPU", value: 2n },
      { resource: "RLIMIT_AS", value: 1n << 28n },
      { resource: "RLIMIT_NOFILE", value: 64n },
      { resource: "RLIMIT_NPROC", value: 8n },
      { resource: "RLIMIT_FSIZE", value: 1n << 30n },
      { resource: "RLIMIT_CORE", value: 0n },
    ],
  });
  assert.equal(limitsOfCell({ limits: new Map([["cpu", 0n]]) }), {
    ok: true,
    limits: [{ resource: "RLIMIT_CPU", value: 1n }],
  });
  assert.not(limitsOfCell({ limits: new Map([["wall", 1n]]) }).ok);
});

test("what is known of a refused step is advised", () => {
  assert.match(setupAdvice(STEP.namespaces, 1) ?? "", "user namespace");
  assert.match(setupAdvice(STEP.namespaces, 28) ?? "", "max_user_namespaces");
  assert.match(setupAdvice(limitStep("RLIMIT_AS"), 1) ?? "", "hard limit");
  assert.match(setupAdvice(STEP.ordinary, 0) ?? "", "ordinary user");
});

test.run();
