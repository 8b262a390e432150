// How a sandbox ended: one of seven statuses, as in Sandbox2, each with what only it has. In: what was seen of a run, in no
// particular order; out: the one result. When several apply, the first of this list is told: a violation, a monitor that
// died, a launch that failed, a kill by the host, the wall clock, the program's own end.

import type { Usage } from "../compiler/index.ts";
import type { AppliedLimit } from "./limits.ts";
import type { Passed } from "./permissive.ts";
import type { End } from "./process-end.ts";
import type { SetupError } from "./setup-error.ts";
import type { Violation } from "./violation.ts";

/** A `switch` over `status` has to name each of them: TypeScript finds the one that was forgotten. */
export type Result = (
  | { readonly status: "ok"; readonly reason: "exit"; readonly exitCode: number }
  | {
      readonly status: "signaled";
      /** cpu-limit: the SIGKILL that RLIMIT_CPU sends, as far as the time that was used tells. */
      readonly reason: "signal" | "cpu-limit";
      /** `SIGTERM`; real-time signals are counted as `kill -l` counts them, `SIGRTMIN+2`. */
      readonly signal: string;
      readonly number: number;
    }
  | {
      readonly status: "violation";
      /** arch: it came through an ABI that the policy is not for. unknown: nothing tells which call it was. */
      readonly reason: "syscall" | "arch" | "unknown";
      readonly violation: Violation | undefined;
    }
  | { readonly status: "timeout"; readonly reason: "wall-time"; readonly milliseconds: number }
  | { readonly status: "external-kill"; readonly reason: "kill" | "abort-signal" }
  /** reason: the step that failed. The program was not run. */
  | ({ readonly status: "setup-error"; readonly reason: string } & Omit<SetupError, "kind" | "stage">)
  | { readonly status: "internal-error"; readonly reason: "monitor" | "callback"; readonly message: string }
) &
  Circumstances;

export type ResultStatus = Result["status"];

/** What every result has. */
export interface Circumstances {
  /** Of the main process and the children it waited for; undefined where it did not live to be asked. */
  readonly usage: Usage | undefined;
  /** Whose violations end the run and show in it. */
  readonly violations: "every process" | "main process only" | "nobody's";
  /** Whether processes of the sandbox live on: only where the caller allowed it. undefined: that cannot be known. */
  readonly survivors: boolean | undefined;
  /** Limits that were in force, with the means and who asked. */
  readonly limits: readonly AppliedLimit[];
  /** In permissive mode: what the policy forbids and ran all the same. */
  readonly passed: Passed | undefined;
  /** What went otherwise than asked for, for people. */
  readonly notes: readonly string[];
  /** One line, as Sandbox2 writes it: `OK - exit code 0`. */
  toString(): string;
}

/** What was seen of one run. */
export interface Seen {
  /** foreign: the call came through an ABI that the policy is not for. `of` is undefined where nothing tells of the call. */
  readonly violation?: { readonly of: Violation | undefined; readonly foreign: boolean } | undefined;
  /** The monitor died, or a callback threw where there was no other way on; the sandbox was killed. */
  readonly broken?: { readonly reason: "monitor" | "callback"; readonly message: string } | undefined;
  readonly failure?: SetupError | undefined;
  readonly killed?: "kill" | "abort-signal" | undefined;
  /** The wall time that was over, in milliseconds. */
  readonly timedOut?: number | undefined;
  /** How the main process ended; undefined where its supervisor was killed and nobody is left to say. */
  readonly end?: End | undefined;
}

export function resultOf(seen: Seen, circumstances: Omit<Circumstances, "toString">): Result {
  const judged = judge(seen, circumstances);
  return Object.assign(Object.create(printed) as object, judged, circumstances) as Result;
}

export function withNote(result: Result, note: string): Result {
  return Object.assign(Object.create(printed) as object, result, { notes: [...result.notes, note] }) as Result;
}

/** Not a property of each result: one compares and prints as data. */
const printed = {
  toString(this: Result): string {
    return showResult(this);
  },
};

type WithoutCircumstances<R> = R extends unknown ? Omit<R, keyof Circumstances> : never;

function judge(seen: Seen, { usage, limits }: Omit<Circumstances, "toString">): WithoutCircumstances<Result> {
  const { violation, broken, failure, killed, timedOut, end = KILLED } = seen;
  if (violation !== undefined) {
    const reason = violation.of === undefined ? "unknown" : violation.foreign ? "arch" : "syscall";
    return { status: "violation", reason, violation: violation.of };
  }
  if (broken !== undefined) return { status: "internal-error", ...broken };
  if (failure !== undefined) {
    const { kind: _, stage, ...rest } = failure;
    return { status: "setup-error", reason: stage, ...rest };
  }
  if (end.kind === "exited") return { status: "ok", reason: "exit", exitCode: end.code };
  // Another end than by SIGKILL is the program's own: ours came too late and found nobody.
  if (end.number === SIGKILL && killed !== undefined) return { status: "external-kill", reason: killed };
  if (end.number === SIGKILL && timedOut !== undefined)
    return { status: "timeout", reason: "wall-time", milliseconds: timedOut };
  const { signal, number } = end;
  return { status: "signaled", reason: isSpent(end, usage, limits) ? "cpu-limit" : "signal", signal, number };
}

const SIGKILL = 9;
/** With the supervisor the whole sandbox is killed. */
const KILLED = { kind: "signaled", signal: "SIGKILL", number: SIGKILL } as const satisfies End;

/** RLIMIT_CPU with both values alike sends SIGKILL, which alone says nothing. On a busy machine its ticks run ahead of usage. */
function isSpent(end: End, usage: Usage | undefined, limits: readonly AppliedLimit[]): boolean {
  const cpu = limits.find(({ limit }) => limit === "cpu");
  if (cpu === undefined || usage === undefined || end.kind === "exited" || end.number !== SIGKILL) return false;
  return 4n * BigInt(usage.userTime + usage.systemTime) >= 3n * cpu.value * 1000n;
}

export function showResult(result: Result): string {
  switch (result.status) {
    case "ok":
      return `OK - exit code ${result.exitCode}`;
    case "violation":
      return `VIOLATION - ${result.violation?.description ?? "ended by SIGSYS, no details"}`;
    case "signaled":
      return `SIGNALED - ${result.signal}${result.reason === "cpu-limit" ? ", the cpu limit was used up" : ""}`;
    case "timeout":
      return `TIMEOUT - after ${result.milliseconds} ms`;
    case "external-kill":
      return `EXTERNAL_KILL - ${result.reason === "kill" ? "by the host" : "by the host's AbortSignal"}`;
    case "setup-error":
      return `SETUP_ERROR - ${result.message}${result.advice === undefined ? "" : `; ${result.advice}`}`;
    case "internal-error":
      return `INTERNAL_ERROR - ${result.message}`;
  }
}
