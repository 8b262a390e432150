// Follows one launch from its spawn to its end, with the monitor or without, and says how it ended. The order of the
// judgements: a lost monitor, then a violation, then a failed launch, then the program's own end.

import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { killRecord } from "./kernel-log.ts";
import { launchError, launchFailure } from "./launch-report.ts";
import type { Libc } from "./libc.ts";
import type { Monitor } from "./monitor.ts";
import type { Prepared } from "./prepare-launch.ts";
import { type SetupError, setupError } from "./setup-error.ts";
import type { Spawned } from "./spawn.ts";
import { watchStatus } from "./status.ts";
import { describeViolation, type Report, type Violation } from "./violation.ts";

/** survivors: whether tasks of the sandbox live on; undefined where that cannot be known, without a monitor. */
export type Outcome =
  | { readonly kind: "exited"; readonly code: number; readonly survivors: boolean | undefined }
  | { readonly kind: "signaled"; readonly signal: NodeJS.Signals; readonly survivors: boolean | undefined }
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
  const ended = endOf(spawned.child);
  return watcher === undefined
    ? followHard(libc, prepared, spawned, ended)
    : followMonitored(prepared, spawned, ended, watcher);
}

interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

function endOf(child: ChildProcess): Promise<End> {
  return new Promise(resolve => child.once("exit", (code, signal) => resolve({ code, signal })));
}

/** Without a monitor the status socket is read here, and a death by SIGSYS is all there is to see. */
async function followHard(libc: Libc, prepared: Prepared, spawned: Spawned, ended: Promise<End>): Promise<Outcome> {
  libc.close(spawned.pidfd);
  const messages = await new Promise<readonly Uint8Array[]>(resolve =>
    watchStatus(libc, spawned.status, { listener: fd => void libc.close(fd), ended: resolve }),
  );
  const failure = launchFailure(messages);
  const end = await ended;
  if (failure !== undefined) return launchError(prepared.plan, failure, describeEnd(end), prepared.command);
  return outcomeOf(end, prepared, spawned.child, undefined);
}

async function followMonitored(
  prepared: Prepared,
  spawned: Spawned,
  ended: Promise<End>,
  watcher: Monitor,
): Promise<Outcome> {
  let report: Report | undefined;
  let lost: Error | undefined;
  let listening = false;
  const gone = deferred<void>();
  const launched = deferred<readonly Uint8Array[]>();
  const sandbox = watcher.watch(spawned, {
    listening: () => {
      listening = true;
    },
    launched: launched.resolve,
    violation: seen => {
      report ??= seen;
    },
    gone: gone.resolve,
    lost: error => {
      // Nobody would see the next forbidden call: if the monitor dies, the sandbox dies.
      lost = error;
      spawned.child.kill("SIGKILL");
      launched.resolve([]);
      gone.resolve();
    },
  });

  const failure = launchFailure(await launched.promise);
  const end = await ended;
  let survivors = false;
  if (listening) {
    // The main process's end is the sandbox's: what it left behind goes too, and the result comes when all are gone.
    sandbox.endGroup();
    survivors = await Promise.race([gone.promise.then(() => false), sleep(GRACE_MS, true, { ref: false })]);
  }
  sandbox.release();
  if (lost !== undefined) return setupError("monitor", `the monitor died and the sandbox was killed: ${lost.message}`);
  if (report !== undefined)
    return { kind: "violation", violation: describeViolation(prepared.enforced, report), survivors };
  if (failure !== undefined) return launchError(prepared.plan, failure, describeEnd(end), prepared.command);
  return outcomeOf(end, prepared, spawned.child, survivors);
}

/** SIGSYS is a filter's kill: any rule's in `hard`, else that of a call which may not even be reported (seccomp(2) itself). */
async function outcomeOf(
  end: End,
  { enforced }: Prepared,
  child: ChildProcess,
  survivors: boolean | undefined,
): Promise<Outcome> {
  if (end.signal === null) return { kind: "exited", code: end.code ?? 0, survivors };
  if (end.signal !== "SIGSYS") return { kind: "signaled", signal: end.signal, survivors };
  const record = await killRecord(child.pid!);
  if (record === undefined) return { kind: "violation", violation: undefined, survivors };
  const { arch, nr, instructionPointer, program } = record;
  const data = { arch, nr, instruction_pointer: instructionPointer, args: undefined };
  return { kind: "violation", violation: describeViolation(enforced, { tid: child.pid!, program, data }), survivors };
}

function describeEnd({ code, signal }: End): string {
  return signal === null ? `exit status ${code}` : signal;
}

function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>(settle => {
    resolve = settle;
  });
  return { promise, resolve };
}
