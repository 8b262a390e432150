// The supervisor and the init of a sandbox against its program, and a launch against a kernel or an outer filter that refuses
// one of its steps.

import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { errnoByName } from "../../../src/compiler/abi/constants.ts";
import type { Lifetime } from "../../../src/compiler/launch/launch-options.ts";
import { type LaunchPlan, type Operation, stageOf } from "../../../src/compiler/launch/plan.ts";
import { STEP } from "../../../src/compiler/launch/steps.ts";
import { kernelConstant } from "../../../src/compiler/launch/target.ts";
import {
  ALLOW_ALL,
  compileC,
  launcher,
  NOBODY,
  noLauncher,
  nr,
  openFolder,
  run,
  SUPERVISED,
  without,
} from "./launchers.ts";
import { messageOf, told, watch } from "./watching.ts";

const why = noLauncher();
if (why !== undefined) {
  test.skip(`hardened supervisors (${why})`, () => {});
} else {
  openFolder();
  const outer = compileC("outer");
  const attack = compileC("attack");
  const namespace: Lifetime = { kind: "supervised", by: "pid-namespace", user: false };
  const userNamespace: Lifetime = { kind: "supervised", by: "pid-namespace", user: true };
  const byProcess: Lifetime = { kind: "supervised", by: "process" };
  const noDomain = without(STEP.domain, STEP.enterDomain);

  for (const { what, lifetime, who, target, change } of [
    { what: "the init, root", lifetime: namespace, who: {}, target: "1", change: undefined },
    { what: "the init, an ordinary user", lifetime: userNamespace, who: NOBODY, target: "1", change: undefined },
    { what: "the init, no Landlock, root", lifetime: namespace, who: {}, target: "1", change: noDomain },
    { what: "the init, no Landlock, a user", lifetime: userNamespace, who: NOBODY, target: "1", change: noDomain },
    { what: "the supervisor, root", lifetime: byProcess, who: {}, target: "parent", change: undefined },
    { what: "the supervisor, an ordinary user", lifetime: byProcess, who: NOBODY, target: "parent", change: undefined },
  ]) {
    test(`a program cannot kill, stop, trace or read ${what}`, () => {
      const { path } = launcher(ALLOW_ALL, { ...SUPERVISED, lifetime }, change);
      const seen = watch(path, [attack, target], who);
      const lines = seen.filter(line => typeof line === "string");
      assert.ok(lines.includes("survived"), lines.join("\n"));
      assert.equal(messageOf(seen, "ended")!.end, { kind: "exited", code: 0 });
      // A signal that the kernel drops is not refused; the attack is survived all the same.
      const refused = ["pidfd_getfd", "PTRACE_ATTACH", "PTRACE_SEIZE", "process_vm_readv", "mem", "fd"];
      for (const way of refused) assert.not(lines.includes(`${way} 0`), way);
    });
  }

  test("the same attack kills a parent that is not protected", () => {
    assert.is(run(["/bin/sh", "-c", `${attack} parent; exit 0`]).signal, "SIGKILL");
  });

  // Who waits for a program.

  const started: ChildProcess[] = [];
  test.after(() => {
    for (const child of started) child.kill("SIGKILL");
  });

  const childrenOf = (pid: number) =>
    readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number);

  for (const [what, lifetime, who] of [
    ["root", namespace, {}],
    ["an ordinary user", userNamespace, NOBODY],
  ] as const) {
    test(`supervisor and init of ${what} have no capability, no descriptor of the program, and memory of their own`, async () => {
      const { path } = launcher(ALLOW_ALL, { ...SUPERVISED, lifetime });
      const executor = spawn(compileC("monitor"), [path, "/bin/sleep", "20"], {
        stdio: ["ignore", "pipe", "ignore"],
        ...who,
      });
      started.push(executor);
      await new Promise<void>(resolve =>
        executor.stdout!.on("data", data => {
          if (`${data}`.includes("pidfd")) resolve();
        }),
      );
      await sleep(20);
      const [supervisor] = childrenOf(executor.pid!) as [number];
      const [init] = childrenOf(supervisor) as [number];
      for (const pid of [supervisor, init]) {
        const status = readFileSync(`/proc/${pid}/status`, "utf8");
        for (const set of ["CapInh", "CapPrm", "CapEff", "CapAmb"]) assert.match(status, `${set}:\t0000000000000000`);
        const fds = readdirSync(`/proc/${pid}/fd`);
        for (const fd of ["0", "1", "2"]) assert.not(fds.includes(fd), `${fd} of ${fds}`);
        assert.ok(fds.includes("3"), "the status socket");
        assert.is(run(["/usr/bin/stat", "-c", "%u", `/proc/${pid}/mem`]).stdout, "0\n");
      }
    });
  }

  // Steps that are refused.

  /** What the kernel or an outer filter says, and which step is told for it. */
  const refuse = (
    plan: LaunchPlan,
    path: string,
    call: string,
    error: string | 0,
    match?: readonly [number, bigint],
  ) => {
    const matching = match === undefined ? [] : [`${match[0]}`, `${BigInt.asIntN(32, match[1])}`];
    const command = [nr(call), `${error === 0 ? 0 : errnoByName(error)}`, ...matching, "--", path, "/bin/echo", "ran"];
    const seen = watch(outer, command, { env: { ...process.env, MARKER: path, GRACE: "1000" } });
    const failure = messageOf(seen, "failure");
    return { seen: told(seen), step: failure && stageOf(plan, failure.stage), result: failure?.result };
  };

  for (const [name, lifetime] of [
    ["pid namespace", namespace],
    ["user and pid namespace", userNamespace],
    ["process", byProcess],
  ] as const) {
    const { path, plan } = launcher(ALLOW_ALL, {
      ...SUPERVISED,
      lifetime,
      limits: [{ resource: "RLIMIT_CPU", value: 5n }],
    });
    // execve is the outer program's own way to the launcher; those that tell are refused below.
    const apart = [
      "execve",
      "canary",
      "exit_group",
      "landlock_add_rule",
      "waitid",
      "sendto",
      "getrusage",
      "pidfd_send_signal",
    ];
    const calls = [
      ...new Set(
        plan.operations.flatMap(({ call }) =>
          call.kind === "system" && !apart.includes(call.name) ? [call.name] : [],
        ),
      ),
    ];

    test(`${name}: each call that is refused fails the launch by the name of its step, and nothing is left`, () => {
      for (const call of calls.filter(each => each !== "write" && each !== "sendmsg")) {
        const error = "ENOTTY"; // no step tolerates it
        const { seen, step, result } = refuse(plan, path, call, error);
        assert.is(step?.syscall, call, `${call}: ${seen.join(" ")}`);
        assert.is(result, -errnoByName(error)!);
        assert.not(seen.includes("ran"), call);
        assert.is(seen.at(-2), "left 0", `${call}: ${seen.join(" ")}`);
      }
    });
  }

  const flags = (operation: Operation) =>
    operation.args[0]?.kind === "named" ? kernelConstant("x86_64", operation.args[0].name) : 0n;

  for (const [step, lifetime, call, error, argument, value] of [
    [STEP.namespaces, namespace, "clone", "EPERM", 0, flags],
    [STEP.namespaces, userNamespace, "clone", "EPERM", 0, flags],
    [STEP.cloneProgram, userNamespace, "clone", "EAGAIN", 0, flags],
    [STEP.cloneProgram, byProcess, "clone", "EAGAIN", 0, flags],
    [STEP.mounts, namespace, "mount", "EACCES", 3, () => kernelConstant("x86_64", "MS_REC | MS_SLAVE")],
    [STEP.proc, namespace, "mount", "ENOMEM", 3, () => kernelConstant("x86_64", "MS_NOSUID | MS_NODEV | MS_NOEXEC")],
    [STEP.setgroups, userNamespace, "write", "EPERM", 2, () => 4n],
    [STEP.userMap, userNamespace, "write", "EPERM", 2, () => 32n],
    [STEP.tie, namespace, "prctl", "EINVAL", 0, () => kernelConstant("x86_64", "PR_SET_PDEATHSIG")],
    [STEP.letGo, namespace, "close_range", "ENOSYS", 1, () => 2n],
    [STEP.wait, namespace, "waitid", "ECHILD", 0, () => kernelConstant("x86_64", "P_ALL")],
    [STEP.wait, byProcess, "waitid", "EINVAL", 0, () => kernelConstant("x86_64", "P_PIDFD")],
    [STEP.tellStarted, namespace, "sendmsg", "ENOBUFS", 2, () => kernelConstant("x86_64", "MSG_NOSIGNAL")],
    [STEP.tellEnd, namespace, "getrusage", "EINVAL", 0, () => -1n],
  ] as const) {
    test(`${step}: ${error} is told by this name, and nothing is left`, () => {
      const { path, plan } = launcher(ALLOW_ALL, { ...SUPERVISED, lifetime });
      const operation = plan.operations.find(each => each.step === step)!;
      const { seen, step: failed, result } = refuse(plan, path, call, error, [argument, value(operation)]);
      assert.is(failed?.name, step, seen.join(" "));
      assert.is(result, -errnoByName(error)!);
      assert.is(seen.at(-2), "left 0", seen.join(" "));
    });
  }

  for (const [name, lifetime, flag] of [
    ["the clone of an init", namespace, "namespaces"],
    ["the clone of an init in a user namespace", userNamespace, "namespaces"],
    ["the init's clone of the program", namespace, "cloneProgram"],
    ["the supervisor's clone of the program", byProcess, "cloneProgram"],
  ] as const) {
    test(`${name} answered by errno(0) is found out before the machine takes harm`, () => {
      const { path, plan } = launcher(ALLOW_ALL, { ...SUPERVISED, lifetime });
      const operation = plan.operations.find(({ step }) => step === STEP[flag])!;
      const mounts = readFileSync("/proc/self/mountinfo", "utf8");
      const { seen, step, result } = refuse(plan, path, "clone", 0, [0, flags(operation)]);
      assert.is(step?.name, STEP.findOneself, seen.join(" "));
      assert.ok(result === 0 || result === 1, `${result}`); // nobody, or the init
      assert.is(seen.at(-2), "left 0");
      assert.is(readFileSync("/proc/self/mountinfo", "utf8"), mounts);
    });
  }

  for (const [name, lifetime, calls] of [
    ["pid namespace", namespace, ["clone", "prctl", "seccomp", "getrandom", "mmap", "setsid"]],
    ["user and pid namespace", userNamespace, ["clone", "prctl", "seccomp", "getrandom", "mmap", "setsid", "write"]],
    ["process", byProcess, ["clone", "prctl", "seccomp", "getrandom", "mmap"]],
  ] as const) {
    test(`${name}: calls answered by errno(0) do not pass for made, and nothing is left`, () => {
      const { path, plan } = launcher(ALLOW_ALL, { ...SUPERVISED, lifetime });
      for (const call of calls) {
        const { seen } = refuse(plan, path, call, 0);
        assert.not(seen.includes("ran"), call);
        assert.is(seen.at(-2), "left 0", `${call}: ${seen.join(" ")}`);
      }
      // The program may have run by then; a supervisor or init that waits for nobody does not wait for ever.
      for (const call of ["waitid", "ppoll"]) assert.is(refuse(plan, path, call, 0).seen.at(-2), "left 0", call);
    });
  }

  test("a container's /proc that may not be replaced is kept, and the program runs", () => {
    const { path, plan } = launcher(ALLOW_ALL, { ...SUPERVISED, lifetime: namespace });
    const mask = kernelConstant("x86_64", "MS_NOSUID | MS_NODEV | MS_NOEXEC");
    const { seen } = refuse(plan, path, "mount", "EPERM", [3, mask]);
    assert.ok(seen.includes("ran"), seen.join(" "));
  });

  test("an ordinary user has no pid namespace without a user namespace, and is told so", () => {
    const { path, plan } = launcher(ALLOW_ALL, { ...SUPERVISED, lifetime: namespace });
    const failure = messageOf(watch(path, ["/bin/echo", "ran"], NOBODY), "failure")!;
    assert.equal([stageOf(plan, failure.stage)?.name, failure.result], [STEP.namespaces, -1]);
  });

  for (const who of [{}, NOBODY]) {
    test(`a limit above the hard one fails the launch (${"uid" in who ? "an ordinary user" : "root"})`, () => {
      const lifetime = "uid" in who ? userNamespace : namespace;
      const limits = [{ resource: "RLIMIT_NOFILE", value: 4096n }] as const;
      const { path, plan } = launcher(ALLOW_ALL, { ...SUPERVISED, lifetime, limits });
      const lowered = ["/usr/bin/prlimit", "--nofile=1024", path, "/bin/echo", "ran"] as const;
      const seen = watch(lowered[0], lowered.slice(1), who);
      const failure = messageOf(seen, "failure")!;
      assert.equal([stageOf(plan, failure.stage)?.name, failure.result], ["set RLIMIT_NOFILE", -1]);
      assert.not(told(seen).includes("ran"));
    });
  }
}

test.run();
