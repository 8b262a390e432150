// Supervised launches on the running kernel, by each means and by whom: what is told of a program, and that nothing of a sandbox
// is left, however it ends.

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { LaunchOptions, Lifetime } from "../../../src/compiler/launch/launch-options.ts";
import { notNegative, system } from "../../../src/compiler/launch/operation.ts";
import { type LaunchPlan, stageOf } from "../../../src/compiler/launch/plan.ts";
import { STEP, setupAdvice } from "../../../src/compiler/launch/steps.ts";
import {
  ALLOW_ALL,
  compileC,
  DENY_ALL,
  launcher,
  NOBODY,
  noLauncher,
  ONE_PROGRAM,
  openFolder,
  run,
  SUPERVISED,
} from "./launchers.ts";
import { messageOf, readLines, told, watch } from "./watching.ts";

const why = noLauncher();
if (why !== undefined) {
  test.skip(`supervised launches (${why})`, () => {});
} else {
  const folder = openFolder();
  const monitor = compileC("monitor");
  const daemon = compileC("daemon");
  const cgroup = cgroupFolder();

  /** One process, as the filter of a sandbox that ends by its process would have it. */
  const STAYING = ["/usr/bin/perl", "-e", 'open my $ready, ">", $ARGV[1]; close $ready; sleep 60'];

  const ROOT = {};
  const namespace: Lifetime = { kind: "supervised", by: "pid-namespace", user: false };
  const userNamespace: Lifetime = { kind: "supervised", by: "pid-namespace", user: true };
  const process_: Lifetime = { kind: "supervised", by: "process" };
  const inCgroup: Lifetime = { kind: "supervised", by: "cgroup", procs: 4, kill: 5 };
  const means = [
    { name: "a pid namespace, root", lifetime: namespace, who: ROOT, env: {}, isWhole: true },
    { name: "user and pid namespaces, root", lifetime: userNamespace, who: ROOT, env: {}, isWhole: true },
    { name: "user and pid namespaces, an ordinary user", lifetime: userNamespace, who: NOBODY, env: {}, isWhole: true },
    { name: "the process, root", lifetime: process_, who: ROOT, env: {}, isWhole: false },
    { name: "the process, an ordinary user", lifetime: process_, who: NOBODY, env: {}, isWhole: false },
    ...(cgroup === undefined
      ? []
      : [{ name: "a cgroup, root", lifetime: inCgroup, who: ROOT, env: { CGROUP: cgroup }, isWhole: true }]),
  ];
  if (cgroup === undefined) test.skip("a cgroup (needs a cgroup2 file system that is mounted writable)", () => {});
  test.after(() => {
    if (cgroup !== undefined) rmdirSync(cgroup);
  });

  const paths = new Map<Lifetime, string>();
  const pathFor = (lifetime: Lifetime) => {
    const path = paths.get(lifetime) ?? launcher(ALLOW_ALL, { ...SUPERVISED, lifetime }).path;
    paths.set(lifetime, path);
    return path;
  };
  let marks = 0;
  const mark = () => {
    const marker = `mark-${process.pid}-${marks++}`;
    return { marker, ready: join(folder, marker) };
  };

  for (const { name, lifetime, who, env, isWhole } of means) {
    const path = pathFor(lifetime);
    const see = (command: readonly string[], extra: NodeJS.ProcessEnv = {}, at = path) =>
      watch(at, command, { ...who, env: { PATH: "/usr/bin:/bin", ...env, ...extra } });

    test(`${name}: started with a pidfd of the living program, its end, end of file`, () => {
      const seen = see(["/bin/sh", "-c", "sleep 0.1; exit 7"]);
      assert.equal(told(seen), ["started", "pidfd alive", "ended", "eof", `status ${7 << 8}`]);
      assert.equal(messageOf(seen, "ended")!.end, { kind: "exited", code: 7 });
    });

    test(`${name}: a program that ends at once has started all the same`, () => {
      const seen = told(see(["/bin/true"])).filter(line => !line.startsWith("pidfd"));
      assert.equal(seen, ["started", "ended", "eof", "status 0"]);
    });

    test(`${name}: with a listener, which comes first`, () => {
      const { path: heard } = launcher(ONE_PROGRAM, { ...SUPERVISED, lifetime, monitored: true });
      const seen = told(see(["/bin/true"], {}, heard)).filter(line => !line.startsWith("pidfd"));
      assert.equal(seen, ["listener", "listener", "started", "ended", "eof", "status 0"]);
    });

    test(`${name}: a killed violation ends as SIGSYS, also under a policy that denies all`, () => {
      const seen = see(["/bin/true"], {}, launcher(DENY_ALL, { ...SUPERVISED, lifetime }).path);
      assert.equal(messageOf(seen, "ended")!.end, { kind: "signaled", signal: 31, coreDumped: false });
      assert.ok(messageOf(seen, "started"));
    });

    test(`${name}: a program that cannot be executed has not started`, () => {
      for (const [command, result] of [
        ["/nowhere", -2],
        ["/etc", -13],
      ] as const) {
        const seen = see([command]);
        assert.equal(told(seen), ["failure", "ended", "eof", `status ${125 << 8}`]);
        assert.is(messageOf(seen, "failure")!.result, result);
      }
    });

    test(`${name}: the program has no descriptor of the launch, and no privilege`, () => {
      const seen = see([
        "/bin/sh",
        "-c",
        "ls /proc/self/fd; grep -E 'Cap(Prm|Eff|Amb|Bnd)|NoNewPrivs|Seccomp:' /proc/self/status",
      ]);
      const written = seen.filter(line => typeof line === "string").join("\n");
      assert.match(written, /^0\n1\n2\n3$/m);
      assert.not.match(written, /^4$/m);
      assert.match(written, /NoNewPrivs:\t1\nSeccomp:\t2/);
      for (const set of ["CapPrm", "CapEff", "CapAmb"]) assert.match(written, new RegExp(`${set}:\t0000000000000000`));
    });

    test(`${name}: signals sent to the supervisor change nothing`, () => {
      const { ready } = mark();
      const seen = see(["/bin/sh", "-c", `: > ${ready}; sleep 0.1; exit 3`], { THEN: "signal", READY: ready });
      assert.equal(messageOf(seen, "ended")!.end, { kind: "exited", code: 3 });
    });

    test(`${name}: an executor that is gone before the launch is leaves no process`, () => {
      const { marker, ready } = mark();
      const seen = told(see([...STAYING, marker, ready], { THEN: "leave", MARKER: marker, GRACE: "500" }));
      assert.is(seen.at(-2), "left 0", seen.join("\n"));
    });

    test(`${name}: a launch that is killed on its way has not started, and its end is told`, () => {
      // The canary becomes a call that the filter kills.
      const killed = (plan: LaunchPlan): LaunchPlan => ({
        ...plan,
        operations: plan.operations.map(operation =>
          operation.step === STEP.canary ? system(STEP.canary, "getpid", [], [notNegative()]) : operation,
        ),
      });
      const seen = see(["/bin/true"], {}, launcher(DENY_ALL, { ...SUPERVISED, lifetime }, killed).path);
      assert.equal(told(seen), ["ended", "eof", `status ${(128 + 31) << 8}`]);
      assert.equal(messageOf(seen, "ended")!.end, { kind: "signaled", signal: 31, coreDumped: false });
    });

    for (const then of ["close", "shutdown", "kill"] as const) {
      test(`${name}: ${then === "kill" ? "the supervisor killed" : `the status socket ${then}d`}: no process is left`, () => {
        const { marker, ready } = mark();
        const command = isWhole ? [daemon, marker, ready, "stay"] : [...STAYING, marker, ready];
        const grace =
          then === "kill" ? "2000" : lifetime.kind === "supervised" && lifetime.by === "cgroup" ? "500" : "0";
        if (then === "kill" && lifetime === inCgroup) return;
        const seen = told(see(command, { THEN: then, READY: ready, MARKER: marker, GRACE: grace }));
        assert.ok(seen.includes("left 0"), seen.join("\n"));
        assert.not(
          seen.some(line => /^left [1-9]/.test(line)),
          seen.join("\n"),
        );
        assert.ok(existsSync(ready));
      });
    }

    if (isWhole) {
      test(`${name}: a daemon in a session of its own that ignores all signals is gone at the end of file`, () => {
        const { marker, ready } = mark();
        const grace = lifetime === inCgroup ? "500" : "0";
        const seen = see([daemon, marker, ready], { MARKER: marker, GRACE: grace });
        assert.ok(existsSync(ready), "the daemon was there");
        assert.equal(messageOf(seen, "ended")!.end, { kind: "exited", code: 0 });
        assert.equal(told(seen).slice(-4), ["left 0", "eof", "left 0", "status 0"]);
      });
    }

    test(`${name}: the executor killed: no process is left`, async () => {
      const { marker, ready } = mark();
      const command = isWhole ? [daemon, marker, ready, "stay"] : [...STAYING, marker, ready];
      const executor = spawn(monitor, [path, ...command], {
        stdio: "ignore",
        ...who,
        env: { PATH: "/usr/bin:/bin", ...env },
      });
      while (!existsSync(ready)) await sleep(2);
      const ended = new Promise(resolve => executor.once("exit", resolve));
      executor.kill("SIGKILL");
      await ended;
      for (let waited = 0; waited < 2000 && runningWith(marker) > 0; waited += 5) await sleep(5);
      assert.is(runningWith(marker), 0);
    });
  }

  test("every exit status is told as it was", () => {
    const each = 'for code in $(seq 0 255); do "$0" "$1" /bin/sh -c "exit $code"; done';
    const lines = readLines(run(["/bin/sh", "-c", each, monitor, pathFor(userNamespace)]).stdout);
    const ends = lines.flatMap(line => (typeof line === "object" && line.kind === "ended" ? [line.end] : []));
    assert.equal(
      ends,
      Array.from({ length: 256 }, (_, code) => ({ kind: "exited", code })),
    );
  });

  test("every deadly signal is told as it was, real-time signals too", () => {
    const harmless = [17, 18, 19, 20, 21, 22, 23, 28]; // stops, continues, or ignored by default
    for (let signal = 1; signal < 65; signal++) {
      if (harmless.includes(signal)) continue;
      const seen = watch(pathFor(namespace), [
        "/usr/bin/perl",
        "-e",
        `$SIG{FPE} = "DEFAULT"; kill ${signal}, $$; sleep 5`,
      ]);
      assert.equal(messageOf(seen, "ended")!.end, { kind: "signaled", signal, coreDumped: false }, `${signal}`);
      assert.is(seen.at(-1), `status ${(128 + signal) << 8}`);
    }
  });

  for (const lifetime of [namespace, process_]) {
    test(`what the program used is told (${lifetime.kind === "supervised" && lifetime.by})`, () => {
      const { usage, end } = messageOf(watch(pathFor(lifetime), [compileC("spend"), join(folder, "spent")]), "ended")!;
      assert.equal(end, { kind: "exited", code: 0 });
      const between = (what: string, value: number, low: number, high: number) =>
        assert.ok(value >= low && value <= high, `${what} ${value}`);
      between("user time", usage.userTime, 290_000, 900_000); // its own and its child's
      between("system time", usage.systemTime, 90_000, 900_000);
      between("resident set", usage.maximumResidentSize, 64 << 20, 80 << 20);
      between("faults", usage.minorFaults, 500, 100_000);
      between("switches", usage.voluntarySwitches + usage.involuntarySwitches, 1, 100_000);
      for (const value of Object.values(usage)) assert.ok(Number.isSafeInteger(value) && value >= 0);
    });
  }

  test("the init reaps what nobody waits for", () => {
    const seen = told(watch(pathFor(namespace), [compileC("orphans"), "1000"]));
    assert.ok(seen.includes("zombies 0"), seen.join("\n"));
  });

  test("the sandbox's /proc has its own processes only", () => {
    const seen = watch(pathFor(userNamespace), ["/bin/sh", "-c", "echo /proc/[0-9]*"], NOBODY);
    assert.ok(seen.includes("/proc/1 /proc/2"), told(seen).join("\n"));
  });

  test("an identity map: the program is the caller, and nobody else is mapped", () => {
    for (const [who, id] of [
      [NOBODY, 65534],
      [ROOT, 0],
    ] as const) {
      const seen = watch(
        pathFor(userNamespace),
        ["/bin/sh", "-c", "id -u; id -g; cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups"],
        who,
      );
      const written = seen.filter(line => typeof line === "string").map(line => line.trim().replace(/ +/g, " "));
      for (const line of [`${id}`, `${id} ${id} 1`, "deny"]) assert.ok(written.includes(line), written.join("\n"));
    }
  });

  test("a session is made or not, as asked", () => {
    for (const [session, expected] of [
      [true, true],
      [false, false],
    ] as const) {
      const { path } = launcher(ALLOW_ALL, { ...SUPERVISED, lifetime: process_, session });
      const seen = watch(path, ["/bin/sh", "-c", "cut -d' ' -f1,6 /proc/$$/stat"]);
      const [pid, leader] = seen.find((line): line is string => /^\d+ \d+$/.test(`${line}`))!.split(" ");
      assert.is(pid === leader, expected);
    }
  });

  test("without a filter the program starts unfiltered, its privileges gone, and is told like any other", () => {
    const seen = watch(launcher(undefined, SUPERVISED).path, [
      "/bin/grep",
      "-E",
      "Seccomp:|NoNewPrivs|CapEff",
      "/proc/self/status",
    ]);
    const written = seen.filter(line => typeof line === "string");
    for (const line of ["Seccomp:\t0", "NoNewPrivs:\t1", "CapEff:\t0000000000000000"])
      assert.ok(written.includes(line));
    assert.equal(messageOf(seen, "ended")!.end, { kind: "exited", code: 0 });
  });

  for (const [resource, value, shown] of [
    ["RLIMIT_CPU", 7n, "Max cpu time 7 7 seconds"],
    ["RLIMIT_FSIZE", 4096n, "Max file size 4096 4096 bytes"],
    ["RLIMIT_DATA", 0x7fff_ffff_f000n, "Max data size 140737488351232 140737488351232 bytes"],
    ["RLIMIT_STACK", 1n << 20n, "Max stack size 1048576 1048576 bytes"],
    ["RLIMIT_CORE", 0n, "Max core file size 0 0 bytes"],
    ["RLIMIT_NPROC", 5n, "Max processes 5 5 processes"],
    ["RLIMIT_NOFILE", 32n, "Max open files 32 32 files"],
    ["RLIMIT_MEMLOCK", 0n, "Max locked memory 0 0 bytes"],
    ["RLIMIT_AS", 1n << 30n, "Max address space 1073741824 1073741824 bytes"],
    ["RLIMIT_SIGPENDING", 3n, "Max pending signals 3 3 signals"],
  ] as const) {
    test(`${resource} is in force, hard as soft`, () => {
      const { path } = launcher(ALLOW_ALL, { ...SUPERVISED, lifetime: userNamespace, limits: [{ resource, value }] });
      const written = told(watch(path, ["/bin/cat", "/proc/self/limits"], NOBODY)).map(line =>
        line.trim().replace(/ +/g, " "),
      );
      assert.ok(written.includes(shown), written.join("\n"));
    });
  }

  const spending = (limits: LaunchOptions["limits"], lifetime = userNamespace, who: object = ROOT) =>
    messageOf(
      watch(
        launcher(ALLOW_ALL, { ...SUPERVISED, lifetime, limits }).path,
        [compileC("spend"), join(folder, "limited")],
        who,
      ),
      "ended",
    )?.end;

  for (const [what, limits, end] of [
    ["file size", [{ resource: "RLIMIT_FSIZE", value: 65536n }], { kind: "signaled", signal: 25, coreDumped: false }],
    ["memory", [{ resource: "RLIMIT_AS", value: 32n << 20n }], { kind: "exited", code: 1 }],
    ["processes", [{ resource: "RLIMIT_NPROC", value: 1n }], { kind: "exited", code: 3 }],
  ] as const) {
    test(`a program that goes beyond its limit of ${what} is stopped`, () =>
      assert.equal(spending(limits, userNamespace, NOBODY), end));
  }

  test("a limit of descriptors need only leave room for the program's, the status socket and the listener", () => {
    const limited = (value: bigint) =>
      launcher(ALLOW_ALL, {
        ...SUPERVISED,
        lifetime: userNamespace,
        monitored: true,
        limits: [{ resource: "RLIMIT_NOFILE", value }],
      });
    assert.equal(messageOf(watch(limited(5n).path, ["/bin/true"]), "ended")!.end.kind, "exited");
    const { path, plan } = limited(4n);
    const failure = messageOf(watch(path, ["/bin/true"]), "failure")!;
    assert.equal([stageOf(plan, failure.stage)?.name, failure.result], [STEP.filter, -24]);
    assert.match(setupAdvice(STEP.filter, 24) ?? "", "RLIMIT_NOFILE");
  });

  test("a limit of processes, which the kernel does not hold root to, is no limit for root but a failed step", () => {
    const limits = [{ resource: "RLIMIT_NPROC", value: 5n }] as const;
    const { path, plan } = launcher(ALLOW_ALL, { ...SUPERVISED, limits });
    const failure = messageOf(watch(path, ["/bin/true"]), "failure")!;
    assert.is(stageOf(plan, failure.stage)?.name, STEP.ordinary);
  });

  test("a program that goes beyond its limit of CPU time is killed", () => {
    const { path } = launcher(ALLOW_ALL, { ...SUPERVISED, limits: [{ resource: "RLIMIT_CPU", value: 1n }] });
    const end = messageOf(watch(path, ["/bin/sh", "-c", "while :; do :; done"]), "ended")!.end;
    assert.equal(end, { kind: "signaled", signal: 9, coreDumped: false });
  });

  function cgroupFolder(): string | undefined {
    const root = /^\S+ (\S+) cgroup2 rw/m.exec(readFileSync("/proc/mounts", "utf8"))?.[1];
    if (root === undefined) return undefined;
    const own = join(root, `policyc-test-${process.pid}`);
    try {
      mkdirSync(own);
    } catch {
      return undefined;
    }
    return own;
  }

  function runningWith(marker: string): number {
    const arguments_ = (pid: string) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "latin1");
      } catch {
        return ""; // it has ended meanwhile
      }
    };
    return readdirSync("/proc").filter(pid => /^\d+$/.test(pid) && arguments_(pid).includes(marker)).length;
  }
}

test.run();
