// One launch of a prepared program, as the machine allows it: the means of its lifetime are tried in their order, and where a
// filter around this process has the only listener that there can be, the kernel does the killing. In: what is to be run; out:
// what was seen, and under which circumstances.

import type { ChildProcess } from "node:child_process";
import { openSync } from "node:fs";
import type { LaunchPlan, Lifetime } from "../compiler/index.ts";
import { type Cgroup, makeCgroup } from "./cgroup.ts";
import { uses } from "./compile-policy.ts";
import type { ExecutorOptions } from "./executor.ts";
import { type Facts, type FollowEvents, type Follower, followLaunch } from "./follow-launch.ts";
import { launchImage } from "./launch-image.ts";
import { launchError } from "./launch-report.ts";
import type { Libc } from "./libc.ts";
import { type Means, meansFor, namespaceRefusal, noMeans, refuse } from "./lifetime.ts";
import { type ChosenLimits, chooseLimits } from "./limits.ts";
import { type Monitor, monitor } from "./monitor.ts";
import { describePassed } from "./permissive.ts";
import { type CompiledPolicy, type Prepared, prepareLaunch } from "./prepare-launch.ts";
import type { Circumstances } from "./result.ts";
import { type SetupError, setupError } from "./setup-error.ts";
import { type Stdio, spawnLauncher, statusFd } from "./spawn.ts";
import type { Watching } from "./watched.ts";

export interface Job {
  readonly policy: CompiledPolicy;
  readonly options: ExecutorOptions;
  /** Of the program, by descriptor number: standard streams, then what is mapped. */
  readonly stdio: readonly Stdio[];
  /** With what tells the program of its descriptors. */
  readonly env: NodeJS.ProcessEnv;
  /** The host answers calls of `notify` rules. */
  readonly answers: boolean;
}

export interface LaunchEvents extends FollowEvents {
  /** Right after each start; a launch that is tried by other means starts again. */
  spawned(child: ChildProcess): void;
  following(follower: Follower, limits: ChosenLimits, prepared: Prepared): void;
  /** The sandbox is no longer wanted: nothing more is to be started. */
  cancelled(): boolean;
}

export interface Launched {
  readonly prepared: Prepared | undefined;
  readonly seen: Facts | undefined;
  readonly failure: SetupError | undefined;
  /** Date.now() before the start. */
  readonly since: number;
  readonly circumstances: Omit<Circumstances, "toString">;
}

const EBUSY = 16;
const TAKEN = "ran without a monitor: a filter around this process has one already";
const PERMISSIVE = "PERMISSIVE: calls that the policy forbids were logged and let pass; this run was no sandbox";

export async function launch(libc: Libc, job: Job, events: LaunchEvents): Promise<Launched> {
  const { hard = false, permissive = false } = job.options;
  const first = await attempt(libc, job, !hard, permissive ? [PERMISSIVE] : [], events);
  const { failure } = first;
  const taken = failure?.syscall === "seccomp" && failure.errno === EBUSY;
  // The kernel takes one listener a process, and a filter around us has it (WSL, LXD, policyc inside policyc).
  return taken && !hard && !permissive ? attempt(libc, job, false, [TAKEN], events) : first;
}

async function attempt(
  libc: Libc,
  job: Job,
  monitored: boolean,
  notes: readonly string[],
  events: LaunchEvents,
): Promise<Launched> {
  const starting = monitored ? monitor() : undefined; // it starts while the launcher is made
  starting?.catch(() => undefined); // its failure is met below, unless there is nothing to launch
  const { allowSurvivors = false, permissive = false } = job.options;
  const prepared = prepareLaunch(job.policy, job.options, { monitored, answers: job.answers });
  if (prepared.kind === "setup-error") return refused(prepared, monitored, notes);
  const watcher = await starting;
  const written = prepared.launched && prepared.enforced.written;
  for (const means of meansFor(libc, written, { allowSurvivors, permissive })) {
    const launched = await attemptBy(means, libc, job, prepared, watcher, notes, events);
    if (launched !== undefined) return launched;
  }
  return refused(noMeans(prepared.enforced.written.policy), monitored, notes);
}

/** undefined where this means is not to be had. */
async function attemptBy(
  means: Means,
  libc: Libc,
  { options, stdio, env }: Job,
  prepared: Prepared,
  watcher: Monitor | undefined,
  notes: readonly string[],
  events: LaunchEvents,
): Promise<Launched | undefined> {
  const monitored = watcher !== undefined;
  const cgroup = means === "cgroup" ? makeCgroup() : undefined;
  if (cgroup?.kind === "refused") return void refuse(means, cgroup.why);
  try {
    const who = { uid: process.geteuid!(), ownUser: means === "user and pid namespace" };
    const { limits: asked = {}, wallTime } = options;
    const limits = chooseLimits(libc, prepared.enforced.written.cell.limits, asked, wallTime, who);
    if (limits.kind === "setup-error") return refused(limits, monitored, notes);
    const image = launchImage(libc, prepared.target, prepared.launched, {
      command: { kind: "fixed", path: prepared.path, argv: [options.path] },
      monitored: prepared.monitored,
      report: { kind: "socket", fd: statusFd(stdio) },
      keepFds: stdio.length - 1,
      gaps: gapsOf(stdio),
      lifetime: lifetimeOf(means, statusFd(stdio) + 1),
      limits: limits.rlimits,
      session: true,
      landlock: "prefer",
      waitKillable: true,
    });
    if (image.kind === "setup-error") return refused(image, monitored, notes);
    if (events.cancelled()) return { ...refused(undefined, monitored, notes), prepared };
    const own = cgroup === undefined ? [] : [cgroup.procs, cgroup.kill];
    const spawned = await spawnLauncher(libc, image, {
      args: options.args ?? [],
      env,
      cwd: options.cwd,
      stdio: fillGaps(stdio),
      own,
    });
    if (spawned.kind === "setup-error") return refused(spawned, monitored, notes);

    const watching = watchingFor(prepared, options);
    const bounded = means !== "process" || !(options.allowSurvivors ?? false);
    events.spawned(spawned.child);
    const listens = prepared.monitored;
    const follower = followLaunch(
      libc,
      spawned,
      { watcher, watching, bounded, listens, cgroupKill: cgroup?.kill },
      events,
    );
    events.following(follower, limits, prepared);
    const seen = await follower.facts;
    const failure = failureOf(seen, image.plan, spawned.child, prepared.path);
    const denied = failure && namespaceRefusal(means, failure);
    if (denied !== undefined) return void refuse(means, denied);
    const circumstances = {
      usage: seen.usage,
      violations: violationsSeen(monitored, options),
      survivors: seen.survivors,
      limits: limits.applied,
      passed: options.permissive ? describePassed(prepared.enforced, seen.passed, seen.unlisted) : undefined,
      notes: [...notes, ...limits.notes],
    };
    return { prepared, seen, failure, since: spawned.since, circumstances };
  } finally {
    await (cgroup as Cgroup | undefined)?.remove();
  }
}

function lifetimeOf(means: Means, freeFd: number): Lifetime {
  switch (means) {
    case "process":
      return { kind: "supervised", by: "process" };
    case "pid namespace":
      return { kind: "supervised", by: "pid-namespace", user: false };
    case "user and pid namespace":
      return { kind: "supervised", by: "pid-namespace", user: true };
    case "cgroup":
      return { kind: "supervised", by: "cgroup", procs: freeFd, kill: freeFd + 1 };
  }
}

/** `ignore` above the standard streams: a number that the program is not to have. */
function gapsOf(stdio: readonly Stdio[]): readonly (readonly [number, number])[] {
  const closed = [...stdio.keys()].filter(fd => fd > 2 && stdio[fd] === "ignore");
  const firsts = closed.filter(fd => !closed.includes(fd - 1));
  const lasts = closed.filter(fd => !closed.includes(fd + 1));
  return firsts.map((first, i) => [first, lasts[i]!]);
}

let nothing: number | undefined;

/** The launcher closes them in the program's process; until then nothing else may come to be there. */
function fillGaps(stdio: readonly Stdio[]): readonly Stdio[] {
  if (!stdio.some((what, fd) => fd > 2 && what === "ignore")) return stdio;
  nothing ??= openSync("/dev/null", "r");
  return stdio.map((what, fd) => (fd > 2 && what === "ignore" ? nothing! : what));
}

/** Only where there is something to tell apart does the program have to cross to the monitor's thread. */
function watchingFor({ enforced: { written } }: Prepared, { permissive }: ExecutorOptions): Watching {
  if (permissive) return { mode: "permissive", program: written.program };
  return uses(written, "notify") ? { mode: "notify", program: written.program } : { mode: "enforce" };
}

function failureOf(seen: Facts, plan: LaunchPlan, child: ChildProcess, path: string): SetupError | undefined {
  const ended = child.signalCode ?? `exit status ${child.exitCode}`;
  if (seen.failure !== undefined) return launchError(plan, seen.failure, ended, path);
  if (!seen.unheard) return undefined;
  const problem = "the filter's listener did not arrive, so the program was killed right after its start";
  return setupError("hand over the listener", problem, "raise the limit of open descriptors (RLIMIT_NOFILE)");
}

function violationsSeen(monitored: boolean, { permissive }: ExecutorOptions): Circumstances["violations"] {
  if (permissive) return "nobody's";
  return monitored ? "every process" : "main process only";
}

/** Nothing was run. */
function refused(failure: SetupError | undefined, monitored: boolean, notes: readonly string[]): Launched {
  const violations = monitored ? "every process" : "main process only";
  const circumstances = {
    usage: undefined,
    violations,
    survivors: false,
    limits: [],
    passed: undefined,
    notes,
  } as const;
  return { prepared: undefined, seen: undefined, failure, since: 0, circumstances };
}
