// Follows one launch from its spawn to the end of its last task and says what was seen, with the monitor or without: without
// one (`hard`) the status socket is read here, and a death by SIGSYS is all there is to see of a violation. Nothing is judged.

import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { type ProgramEnd, readMessage, type Usage } from "../compiler/index.ts";
import { deferred } from "./deferred.ts";
import type { LaunchFailure } from "./launch-report.ts";
import type { Libc } from "./libc.ts";
import type { Monitor, WatchedSandbox } from "./monitor.ts";
import type { Spawned } from "./spawn.ts";
import { followStatus } from "./status.ts";
import type { Report } from "./violation.ts";
import type { CountedCall, Watched, Watching } from "./watched.ts";

export interface Facts {
  /** A step of the launch that failed, or that it died; undefined: the program was run. */
  readonly failure: LaunchFailure | undefined;
  /** Of the main process; undefined where its supervisor was killed. */
  readonly end: ProgramEnd | undefined;
  readonly usage: Usage | undefined;
  readonly report: Report | undefined;
  readonly lost: Error | undefined;
  /** The listener did not arrive, though the program was run: it was killed at once. */
  readonly unheard: boolean;
  readonly survivors: boolean | undefined;
  /** In permissive mode: what the policy forbids and was let pass. */
  readonly passed: readonly CountedCall[];
  /** How many more there were, of shapes that were not kept apart. */
  readonly unlisted: number;
  /** Of the main process, in this process's pid namespace. */
  readonly pid: number | undefined;
}

/** The main process of a sandbox. The pidfd is this process's, and closed when the sandbox is gone. */
export interface Program {
  readonly pid: number;
  readonly pidfd: number;
}

export interface FollowEvents {
  /** The program runs. Not told of one that is killed at once. */
  started(program: Program): void;
  /** The sandbox is killed already. */
  violation(report: Report): void;
  notified: Watched["notified"];
  /** The program's descriptors are about to be closed. */
  ended(): void;
}

export interface Follower {
  /** Everything in it, at once; what is then seen tells the rest. */
  kill(): void;
  /** Under the monitor only. */
  readonly sandbox: WatchedSandbox | undefined;
  readonly facts: Promise<Facts>;
}

/** For the last tasks to be gone after the main process is: killed ones take a moment. */
const GRACE_MS = 1000;
/** For the main process to die, so that what it used can still be told, before its supervisor is killed. */
const PATIENCE_MS = 200;
const SIGKILL = 9;
const PIDFD_SIGNAL_PROCESS_GROUP = 4;

export interface Following {
  readonly watcher: Monitor | undefined;
  readonly watching: Watching;
  /** cgroup.kill of the sandbox's own cgroup, where it has one. */
  readonly cgroupKill: number | undefined;
  /** The means sees to it that no task outlives the main process. */
  readonly bounded: boolean;
  /** The launcher puts in a filter that answers to the monitor. */
  readonly listens: boolean;
}

export function followLaunch(
  libc: Libc,
  spawned: Spawned,
  { watcher, watching, cgroupKill, bounded, listens }: Following,
  events: FollowEvents,
): Follower {
  const seen: { -readonly [fact in keyof Facts]?: Facts[fact] } = {};
  const gone = deferred<void>();
  const { status, pidfd } = spawned; // the monitor's, where there is one
  let program: Program | undefined;
  let started = false;
  let listening = false;
  let over = false;
  let hammer: NodeJS.Timeout | undefined;

  /** The supervisor too, who could then tell nothing any more. */
  const killAll = () => {
    if (sandbox !== undefined) sandbox.kill();
    else libc.pidfdSendSignal(pidfd, SIGKILL, 0);
  };
  const kill = () => {
    if (over) return;
    if (program === undefined) return killAll();
    if (!bounded) libc.pidfdSendSignal(program.pidfd, SIGKILL, PIDFD_SIGNAL_PROCESS_GROUP);
    libc.pidfdSendSignal(program.pidfd, SIGKILL, 0);
    hammer ??= setTimeout(killAll, PATIENCE_MS);
  };
  const heard: Watched = {
    listening: () => {
      listening = true;
    },
    started: pidfd => {
      started = true;
      program = pidfd === undefined ? undefined : { pidfd, pid: pidOf(pidfd) };
      seen.pid = program?.pid;
      // The kernel drops a descriptor where it finds no free one for it: a forbidden call would get ENOSYS, and no kill.
      seen.unheard = program === undefined || (listens && !listening);
      if (program === undefined || seen.unheard) kill();
      else events.started(program);
    },
    failed: failure => {
      seen.failure = { kind: "step", ...failure };
    },
    ended: (end, usage) => {
      seen.end = end;
      seen.usage = usage;
      // The main process's end is the sandbox's: what it left in its process group goes too.
      if (!bounded && program !== undefined) libc.pidfdSendSignal(program.pidfd, SIGKILL, PIDFD_SIGNAL_PROCESS_GROUP);
    },
    violation: report => {
      if (seen.report !== undefined) return;
      seen.report = report;
      events.violation(report);
    },
    notified: events.notified,
    passed: (calls, unlisted) => {
      seen.passed = calls;
      seen.unlisted = unlisted;
    },
    gone: gone.resolve,
    lost: error => {
      // Nobody would see the next forbidden call: if the monitor dies, the sandbox dies.
      seen.lost = error;
      kill();
      gone.resolve();
    },
  };

  const launch = { status, pidfd, ...(cgroupKill === undefined ? {} : { cgroupKill }) };
  const sandbox = watcher?.watch(launch, watching, heard);
  if (watcher === undefined) followStatus(libc, status, { ...hearMessages(heard), end: gone.resolve });

  const finish = async (): Promise<Facts> => {
    await spawned.reaped;
    if (seen.end === undefined && program !== undefined) {
      // The supervisor was killed, and a program can have taken back that it is to die with it.
      libc.pidfdSendSignal(program.pidfd, SIGKILL, 0);
      await hasEnded(libc, program.pidfd);
    }
    const late = bounded || watcher === undefined ? undefined : sleep(GRACE_MS, true, { ref: false });
    const left = await Promise.race([gone.promise.then(() => false), ...(late === undefined ? [] : [late])]);
    over = true;
    events.ended();
    clearTimeout(hammer);
    sandbox?.release();
    if (watcher === undefined) libc.close(pidfd);
    if (program !== undefined) libc.close(program.pidfd);
    if (!started) seen.failure ??= { kind: "died" };
    return {
      failure: seen.failure,
      end: seen.end,
      usage: seen.usage,
      report: seen.report,
      lost: seen.lost,
      unheard: seen.unheard ?? false,
      survivors: bounded ? false : watcher === undefined ? undefined : left,
      pid: seen.pid,
      passed: seen.passed ?? [],
      unlisted: seen.unlisted ?? 0,
    };
  };
  return { kill, sandbox, facts: finish() };
}

/** What the monitor tells of the status socket, read here. */
function hearMessages(heard: Watched) {
  return {
    message(bytes: Uint8Array, fd: number | undefined) {
      const message = readMessage(bytes);
      switch (message.kind) {
        case "listener":
          return heard.listening();
        case "started":
          return heard.started(fd);
        case "failure":
          return heard.failed(message);
        case "ended":
          return heard.ended(message.end, message.usage);
      }
    },
  };
}

/** A pidfd's own word for whom it refers to, in the namespace of this /proc. */
function pidOf(pidfd: number): number {
  try {
    return Number(/^Pid:\s*(-?\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${pidfd}`, "latin1"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function hasEnded(libc: Libc, pidfd: number): Promise<void> {
  return new Promise(resolve => {
    const handle = libc.watch(pidfd, () => {
      handle.close();
      resolve();
    });
  });
}
