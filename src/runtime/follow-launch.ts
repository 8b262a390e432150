// Follows one launch from its spawn to its end, with the monitor or without, and says how it ended. The order of the
// judgements: a lost monitor, then a violation, then a failed launch, then the program's own end.

import { setTimeout as sleep } from "node:timers/promises";
import { killRecord } from "./kernel-log.ts";
import { type LaunchFailure, launchError, launchFailure } from "./launch-report.ts";
import type { Libc } from "./libc.ts";
import type { Monitor } from "./monitor.ts";
import { killGroup } from "./pass-signals.ts";
import type { Prepared } from "./prepare-launch.ts";
import { describeEnd, type End } from "./process-end.ts";
import { type SetupError, setupError } from "./setup-error.ts";
import type { Spawned } from "./spawn.ts";
import { watchStatus } from "./status.ts";
import { describeViolation, type Report, type Violation } from "./violation.ts";

/** survivors: whether tasks of the sandbox live on; undefined where that cannot be known, without a monitor. */
export type Outcome =
  | (End & { readonly survivors: boolean | undefined })
  /** violation is undefined where the main process died by SIGSYS and nothing tells of which call. */
  | {
      readonly kind: "violation";
      readonly violation: Violation | undefined;
      readonly survivors: boolean | undefined;
    }
  | SetupError;

/** For the last tasks to be gone after the main process is: killed ones take a moment. */
const GRACE_MS = 1000;

export function followLaunch(
  libc: Libc,
  prepared: Prepared,
  spawned: Spawned,
  watcher: Monitor | undefined,
): Promise<Outcome> {
  return watcher === undefined ? followHard(libc, prepared, spawned) : followMonitored(prepared, spawned, watcher);
}

/** Without a monitor the status socket is read here, and a death by SIGSYS is all there is to see. */
async function followHard(libc: Libc, prepared: Prepared, spawned: Spawned): Promise<Outcome> {
  libc.close(spawned.pidfd);
  const messages = await new Promise<readonly Uint8Array[]>(resolve =>
    watchStatus(libc, spawned.status, { listener: fd => void libc.close(fd), ended: resolve }),
  );
  const failure = launchFailure(messages);
  const end = await spawned.ended;
  if (failure !== undefined) return launchError(prepared.plan, failure, describeEnd(end), prepared.command);
  return outcomeOf(end, prepared, spawned, undefined);
}

async function followMonitored(prepared: Prepared, spawned: Spawned, watcher: Monitor): Promise<Outcome> {
  let report: Report | undefined;
  let lost: Error | undefined;
  let listening = false;
  const gone = deferred<void>();
  const launched = deferred<LaunchFailure | undefined>();
  const { status, pidfd } = spawned;
  const sandbox = watcher.watch(
    { status, pidfd },
    { mode: "enforce" },
    {
      listening: () => {
        listening = true;
      },
      started: () => launched.resolve(undefined),
      failed: failure => launched.resolve({ kind: "step", ...failure }),
      ended: () => undefined,
      violation: seen => {
        report ??= seen;
      },
      notified: () => undefined,
      traced: () => undefined,
      gone: () => {
        launched.resolve({ kind: "died" });
        gone.resolve();
      },
      lost: error => {
        lost = error;
        launched.resolve(undefined);
        gone.resolve();
      },
    },
  );

  const failure = await launched.promise;
  // The kernel drops the listener where it finds no free descriptor for it: a forbidden call would get ENOSYS, and no kill.
  const unheard = !listening && failure === undefined;
  if (unheard) killGroup(spawned.child);
  const end = await spawned.ended;
  let survivors = false;
  if (listening) {
    // The main process's end is the sandbox's: what it left behind goes too, and the result comes when all are gone.
    sandbox.kill();
    survivors = await Promise.race([gone.promise.then(() => false), sleep(GRACE_MS, true, { ref: false })]);
  }
  sandbox.release();
  if (lost !== undefined) return setupError("monitor", `the monitor died and the sandbox was killed: ${lost.message}`);
  if (report !== undefined)
    return { kind: "violation", violation: describeViolation(prepared.enforced, report), survivors };
  if (failure !== undefined) return launchError(prepared.plan, failure, describeEnd(end), prepared.command);
  if (unheard) {
    const problem = "the filter's listener did not arrive, so the program was killed right after its start";
    return setupError("hand over the listener", problem, "raise the limit of open descriptors (RLIMIT_NOFILE)");
  }
  return outcomeOf(end, prepared, spawned, survivors);
}

/** SIGSYS is a filter's kill: any rule's in `hard`, else that of a call which may not even be reported (seccomp(2) itself). */
async function outcomeOf(
  end: End,
  { enforced }: Prepared,
  { child, since }: Spawned,
  survivors: boolean | undefined,
): Promise<Outcome> {
  if (end.kind === "exited" || end.signal !== "SIGSYS") return { ...end, survivors };
  const record = await killRecord(child.pid!, since);
  if (record === undefined) return { kind: "violation", violation: undefined, survivors };
  const { arch, nr, instructionPointer, program } = record;
  const data = { arch, nr, instruction_pointer: instructionPointer, args: undefined };
  return { kind: "violation", violation: describeViolation(enforced, { tid: child.pid!, program, data }), survivors };
}

function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>(settle => {
    resolve = settle;
  });
  return { promise, resolve };
}
