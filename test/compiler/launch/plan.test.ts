// What must hold of every launch plan, whatever the options: order, tickets, exact results, refusals.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { knownNumbers } from "../../../src/compiler/abi/syscalls.ts";
import { buildLauncher, ticketedCalls } from "../../../src/compiler/launch/build-launcher.ts";
import type { LaunchFilter } from "../../../src/compiler/launch/filter-plan.ts";
import type { LaunchOptions } from "../../../src/compiler/launch/launch-options.ts";
import { readMessage } from "../../../src/compiler/launch/messages.ts";
import { type LaunchPlan, printPlan, stageOf } from "../../../src/compiler/launch/plan.ts";
import { STEP, setupAdvice } from "../../../src/compiler/launch/steps.ts";
import { callNumber, hasLauncher, LAUNCHER_ARCHES } from "../../../src/compiler/launch/target.ts";

const FILTER: LaunchFilter = {
  program: [{ code: 6, jt: 0, jf: 0, k: 0 }],
  slots: [
    { pc: 0, half: "lo" },
    { pc: 0, half: "hi" },
  ],
};
const SPAWNED: LaunchOptions = {
  command: { kind: "argv" },
  monitored: true,
  report: { kind: "socket", fd: 3 },
  keepFds: 2,
  lifetime: { kind: "direct" },
  limits: [],
  session: true,
  landlock: "prefer",
  waitKillable: true,
};

const plans: LaunchPlan[] = [];
for (const arch of LAUNCHER_ARCHES)
  for (const monitored of [true, false])
    for (const report of [{ kind: "socket", fd: 3 }, { kind: "stderr" }] as const)
      for (const landlock of ["require", "prefer"] as const)
        for (const command of [{ kind: "argv" }, { kind: "fixed", path: "/bin/true", argv: ["true"] }] as const) {
          if (monitored && report.kind === "stderr") continue;
          const built = buildLauncher(arch, FILTER, { ...SPAWNED, monitored, report, landlock, command });
          if (!built.ok) throw new Error(built.message);
          plans.push(built.plan);
        }

const calls = (plan: LaunchPlan) => plan.operations.map(({ call }) => call.name);

test("the order is that of the attacks' rules", () => {
  const order = [
    STEP.closeRange,
    STEP.core,
    STEP.securebits,
    STEP.bounding,
    STEP.capabilities,
    STEP.noNewPrivs,
    STEP.noNewPrivsCheck,
    STEP.dumpable,
    STEP.open,
    STEP.domain,
    STEP.enterDomain,
    STEP.ticket,
    STEP.filter,
    STEP.zero,
    STEP.canary,
    STEP.execute,
    STEP.report,
  ];
  for (const plan of plans) {
    const steps = plan.operations.map(({ step }) => step);
    const places = order.map(step => (step === STEP.report ? steps.lastIndexOf(step) : steps.indexOf(step)));
    assert.ok(!places.includes(-1));
    assert.equal(
      places,
      places.toSorted((a, b) => a - b),
    );
  }
});

test("from seccomp(2) on every system call carries the ticket, and its number is among the ticketed", () => {
  for (const plan of plans) {
    const monitored = calls(plan).includes("sendmsg");
    const allowed = ticketedCalls(plan.arch, { monitored }).map(({ nr }) => nr);
    const installed = calls(plan).lastIndexOf("seccomp");
    for (const { call, ticketed } of plan.operations.slice(installed + 1)) {
      if (call.kind !== "system") continue;
      assert.ok(ticketed, call.name);
      assert.ok(allowed.includes(callNumber(plan.arch, call.name)), call.name);
    }
  }
});

test("no call but execve, which does not return, takes any result, until a failure is reported", () => {
  for (const plan of plans) {
    for (const { call, outcomes, step } of plan.operations) {
      if (call.kind !== "system" || step === STEP.report || step === STEP.command) continue;
      assert.not(
        outcomes.some(({ when }) => when.kind === "any"),
        call.name,
      );
      assert.is(outcomes.length === 0, call.name === "execve");
    }
  }
});

test("the ticket is drawn right before it is used, and no process is made at all", () => {
  for (const plan of plans) {
    const from = calls(plan).indexOf("getrandom");
    assert.equal(new Set(calls(plan).slice(from + 1, calls(plan).indexOf("seccomp"))), new Set(["store32", "take"]));
    for (const name of ["clone", "clone3", "fork", "vfork"]) assert.not(calls(plan).includes(name));
  }
});

test("each filled constant is zeroed", () => {
  for (const plan of plans) {
    const target = ({ args }: LaunchPlan["operations"][number]) =>
      JSON.stringify(args[0], (_, v) => `${v}`.length && v);
    const stores = (step: string) =>
      plan.operations.filter(({ step: of, call }) => of === step && call.name === "store32").map(target);
    assert.equal(stores(STEP.zero), stores(STEP.ticket));
    assert.is(stores(STEP.zero).length, FILTER.slots.length);
  }
});

test("ticketed calls are few, and the canary is no call of any kernel", () => {
  const names = (monitored: boolean) =>
    ticketedCalls("x86_64", { monitored })
      .map(({ name }) => name)
      .toSorted();
  assert.equal(names(false), ["canary", "execve", "exit_group", "write"]);
  assert.equal(names(true), ["canary", "close", "execve", "exit_group", "sendmsg", "write"]);
  for (const arch of ["x86_64", "aarch64", "riscv64"] as const) {
    for (const { name, nr, action } of ticketedCalls(arch, { monitored: true })) {
      assert.is(knownNumbers(arch).includes(nr), name !== "canary");
      assert.equal(action, name === "canary" ? { kind: "errno", errno: 4059 } : { kind: "allow" });
    }
  }
});

test("x86_64 and aarch64 have a launcher, other targets are refused in words", () => {
  assert.ok(hasLauncher("x86_64"));
  assert.ok(hasLauncher("aarch64"));
  assert.not(hasLauncher("riscv64"));
  const built = buildLauncher("riscv64", FILTER, SPAWNED);
  assert.equal(built.ok ? "" : built.message, "there is no launcher for riscv64 yet");
});

for (const [what, options] of [
  ["a monitor without a socket", { report: { kind: "stderr" } }],
  ["a status socket among the program's descriptors", { keepFds: 3 }],
  ["no argv[0]", { command: { kind: "fixed", path: "/bin/true", argv: [] } }],
  [
    "more fixed arguments than there is room for",
    { command: { kind: "fixed", path: "/x", argv: Array(65).fill("x") } },
  ],
  ["fixed arguments that are too long", { command: { kind: "fixed", path: "/x", argv: ["x".repeat(0x4000)] } }],
  ["a NUL in a path", { command: { kind: "fixed", path: "/bin/true\0", argv: ["true"] } }],
] as const) {
  test(`refused: ${what}`, () =>
    assert.not(buildLauncher("x86_64", FILTER, { ...SPAWNED, ...options } as LaunchOptions).ok));
}

test("the longest filter and the longest command fit in one image", () => {
  const program = Array.from({ length: 4096 }, () => FILTER.program[0]!);
  const command = { kind: "fixed", path: "/x", argv: Array.from({ length: 64 }, () => "x".repeat(250)) } as const;
  const slots = program.slice(0, 500).flatMap((_, pc) => [{ pc, half: "lo" } as const, { pc, half: "hi" } as const]);
  assert.ok(buildLauncher("x86_64", { program, slots }, { ...SPAWNED, command }).ok);
});

for (const [what, filter] of [
  ["no slots", { ...FILTER, slots: [] }],
  ["one half", { ...FILTER, slots: [{ pc: 0, half: "lo" }] }],
  ["a slot outside", { ...FILTER, slots: [...FILTER.slots, { pc: 1, half: "lo" }] }],
  ["no program", { program: [], slots: [] }],
] as const) {
  test(`a filter that cannot hold a ticket is a defect: ${what}`, () => {
    assert.throws(() => buildLauncher("x86_64", filter as LaunchFilter, SPAWNED));
  });
}

test("messages are told apart by tag and size", () => {
  assert.equal(readMessage(Uint8Array.of(0x4c)), { kind: "listener" });
  assert.equal(readMessage(Uint8Array.of(0x53)), { kind: "started" });
  const record = new Uint8Array(24);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, 0x46n, true);
  view.setBigInt64(8, -13n, true);
  view.setBigUint64(16, 40n, true);
  assert.equal(readMessage(record), { kind: "failure", stage: 40, result: -13 });
  // As a Buffer it may be a window into something larger.
  const window = new Uint8Array([...new Uint8Array(3), ...record]).subarray(3);
  assert.equal(readMessage(window), { kind: "failure", stage: 40, result: -13 });
  for (const bytes of [[], [0], [0x53, 0], Array(24).fill(0)]) assert.throws(() => readMessage(Uint8Array.from(bytes)));
});

test("a stage is named; what is known of its errno is advised", () => {
  const plan = plans[0]!;
  const index = plan.operations.findIndex(({ call }) => call.name === "close_range");
  assert.equal(stageOf(plan, index), { name: STEP.closeRange, syscall: "close_range" });
  assert.is(stageOf(plan, 9999), undefined);
  assert.match(setupAdvice(STEP.closeRange, 38) ?? "", /5\.9/);
  assert.match(setupAdvice(STEP.ticket, 0) ?? "", /faked/);
  assert.is(setupAdvice(STEP.session, 22), undefined);
});

test("the printed plan shows a call as strace would, and where it leads", () => {
  const lines = printPlan(plans[0]!)
    .split("\n")
    .map(line => line.replace(/ +#.*$/, "").trim());
  for (const line of [
    "prctl(PR_SET_NO_NEW_PRIVS, 1) = 0",
    "next signal:    rt_sigaction(signal, &zero, 0, 8) = 0, EINVAL",
    "seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &sock_fprog) = >=0",
    "execve(path, frame+32, frame+40, 0, 0, ticket)",
  ]) {
    assert.ok(lines.includes(line), line);
  }
});

test.run();
