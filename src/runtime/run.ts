// Runs a command under a policy, sandboxed before its first instruction, and says how it ended. The launcher sets everything
// up and reports on its status socket; with a monitor, a forbidden call is held, the sandbox killed and the call described;
// without one (`hard`) the kernel kills, and only the main process's death tells.
//
// What is guaranteed: a forbidden call never runs. With a monitor the first one ends the main process, its process group
// and whichever process made the call; a descendant that left the group and made no such call may live on, still under the
// filter, its forbidden calls held: the result's `survivors` says so.

import type { ChildProcess } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  buildLauncher,
  type CompileResult,
  type Filter,
  hasLauncher,
  type LaunchPlan,
  specialise,
  ticketedCalls,
} from "../compiler/index.ts";
import { filterForHost, uses } from "./compile-policy.ts";
import { killRecord } from "./kernel-log.ts";
import { launchError, launchFailure } from "./launch-report.ts";
import { type Libc, libc as loadLibc } from "./libc.ts";
import { monitor, type WatchedSandbox } from "./monitor.ts";
import { type SetupError, setupError } from "./setup-error.ts";
import { type Spawned, type Stdio, spawnLauncher, statusFd } from "./spawn.ts";
import { watchStatus } from "./status.ts";
import { describeViolation, type Enforced, type Report, type Violation } from "./violation.ts";

export interface RunOptions {
  /** What compilePolicy() gave: one policy, with a program for this machine. */
  readonly policy: Pick<CompileResult, "filters" | "sources">;
  /** A path, or a name that is looked up in PATH. It is also the program's argv[0]. */
  readonly command: string;
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** By descriptor number, at least 0 to 2; all inherited where left out. */
  readonly stdio?: readonly Stdio[];
  /** false: the kernel itself kills (`hard`). */
  readonly monitor?: boolean;
  /** false: signals that this process gets are not passed on. */
  readonly forwardSignals?: boolean;
  /** Called right after each start, to take the pipes; a launch that falls back to `hard` starts twice. */
  readonly onSpawn?: (child: ChildProcess) => void;
}

export type RunResult = Outcome & {
  /** What went otherwise than asked for, for people. */
  readonly notes: readonly string[];
};

export type Outcome =
  | { readonly kind: "exited"; readonly code: number; readonly survivors: boolean }
  | { readonly kind: "signaled"; readonly signal: NodeJS.Signals; readonly survivors: boolean }
  /** violation is undefined where the main process died by SIGSYS and nothing tells of which call. */
  | { readonly kind: "violation"; readonly violation: Violation | undefined; readonly survivors: boolean }
  | SetupError;

const EBUSY = 16;
/** For the last tasks to be gone after the main process is: killed ones take a moment. */
const GRACE_MS = 1000;
/** The sandboxee has a session of its own, so a terminal's signals reach it only through us. */
const FORWARDED: readonly NodeJS.Signals[] = [
  "SIGINT",
  "SIGTERM",
  "SIGHUP",
  "SIGQUIT",
  "SIGUSR1",
  "SIGUSR2",
  "SIGCONT",
  "SIGWINCH",
];

/** Never rejects for what a user or a machine may do wrong: that is a setup-error. */
export async function runSandboxed(options: RunOptions): Promise<RunResult> {
  const libc = loadLibc();
  const monitored = options.monitor ?? true;
  const prepared = prepare(options, monitored);
  if (prepared.kind === "setup-error") return { ...prepared, notes: [] };
  const outcome = await launch(libc, prepared, options);
  const taken = outcome.kind === "setup-error" && outcome.syscall === "seccomp" && outcome.errno === EBUSY;
  if (!monitored || !taken) return { ...outcome, notes: [] };

  // The kernel takes one listener a process, and a filter around us has it (WSL, LXD, policyc inside policyc).
  const hard = prepare(options, false);
  if (hard.kind === "setup-error") return { ...hard, notes: [] };
  const note = "ran without a monitor: a filter around this process has one already; violations: main process only";
  return { ...(await launch(libc, hard, options)), notes: [note] };
}

interface Prepared {
  readonly kind: "prepared";
  readonly enforced: Enforced;
  readonly monitored: boolean;
  readonly image: Uint8Array;
  readonly plan: LaunchPlan;
  readonly command: string;
  readonly stdio: readonly Stdio[];
}

function prepare(options: RunOptions, monitored: boolean): Prepared | SetupError {
  const { filters, sources } = options.policy;
  const written = filterForHost(filters);
  if ("problem" in written) return setupError("choose the policy", written.problem, written.advice);
  const section = written.sections[0];
  if (section !== undefined) {
    return setupError(
      "read the policy",
      `the \`${section.kind}\` section of policy ${written.policy} cannot be enforced yet`,
      "remove it",
    );
  }
  if (!monitored && uses(written, "notify")) {
    return setupError(
      "read the policy",
      `policy ${written.policy} has \`notify\` rules, and without a monitor nobody answers them`,
    );
  }
  const path = findCommand(options.command, (options.env ?? process.env).PATH ?? "", options.cwd ?? ".");
  if (path === undefined)
    return setupError("find the command", `${options.command}: no such program`, "give a path or a program in PATH");

  const { target } = written;
  if (!hasLauncher(target)) return setupError("build the launcher", `there is no launcher for ${target} yet`);
  const stdio = options.stdio ?? ["inherit", "inherit", "inherit"];
  const launched = specialise(written, { monitored, tickets: ticketedCalls(target, { monitored }) });
  const launcher = buildLauncher(target, launched, {
    command: { kind: "fixed", path, argv: [options.command] },
    monitored,
    report: { kind: "socket", fd: statusFd(stdio) },
    keepFds: stdio.length - 1,
    landlock: "prefer",
    waitKillable: true,
  });
  if (!launcher.ok) return setupError("build the launcher", launcher.message, launcher.hint);
  const enforced = { written, launched, targets: filters.map((filter: Filter) => filter.target), sources };
  return { kind: "prepared", enforced, monitored, image: launcher.image, plan: launcher.plan, command: path, stdio };
}

/** As execvp(3) does: a name with a slash is a path, taken from the program's own folder. */
function findCommand(command: string, path: string, cwd: string): string | undefined {
  if (command.includes("/")) return command;
  const candidates = path.split(delimiter).map(folder => join(folder === "" ? "." : folder, command));
  return candidates.find(candidate => isProgram(join(candidate.startsWith("/") ? "" : cwd, candidate)));
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

async function launch(libc: Libc, prepared: Prepared, options: RunOptions): Promise<Outcome> {
  const watcher = prepared.monitored ? await monitor() : undefined;
  const spawned = await spawnLauncher(libc, prepared.image, {
    args: options.args ?? [],
    env: options.env ?? process.env,
    cwd: options.cwd,
    stdio: prepared.stdio,
  });
  if (spawned.kind === "setup-error") return spawned;
  options.onSpawn?.(spawned.child);
  const stopForwarding = options.forwardSignals === false ? () => undefined : forwardSignals(spawned.child);
  const ended = endOf(spawned.child);
  try {
    return watcher === undefined
      ? await followHard(libc, prepared, spawned, ended)
      : await followMonitored(prepared, spawned, ended, events => watcher.watch(spawned, events));
  } finally {
    stopForwarding();
  }
}

interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

function endOf(child: ChildProcess): Promise<End> {
  return new Promise(resolve => child.once("exit", (code, signal) => resolve({ code, signal })));
}

function forwardSignals(child: ChildProcess): () => void {
  const forward = (signal: NodeJS.Signals) => void child.kill(signal);
  for (const signal of FORWARDED) process.on(signal, forward);
  return () => {
    for (const signal of FORWARDED) process.off(signal, forward);
  };
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
  return outcomeOf(end, prepared, spawned.child, false);
}

async function followMonitored(
  prepared: Prepared,
  spawned: Spawned,
  ended: Promise<End>,
  watch: (events: Parameters<Awaited<ReturnType<typeof monitor>>["watch"]>[1]) => WatchedSandbox,
): Promise<Outcome> {
  let report: Report | undefined;
  let lost: Error | undefined;
  let listening = false;
  const gone = deferred<void>();
  const launched = deferred<readonly Uint8Array[]>();
  const sandbox = watch({
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
    survivors = await Promise.race([gone.promise.then(() => false), sleep(GRACE_MS, true)]);
  }
  sandbox.release();
  if (lost !== undefined) return setupError("monitor", `the monitor died and the sandbox was killed: ${lost.message}`);
  if (report !== undefined)
    return { kind: "violation", violation: describeViolation(prepared.enforced, report), survivors };
  if (failure !== undefined) return launchError(prepared.plan, failure, describeEnd(end), prepared.command);
  return outcomeOf(end, prepared, spawned.child, survivors);
}

/** SIGSYS is a filter's kill: any rule's in `hard`, else that of a call which may not even be reported (seccomp(2) itself). */
async function outcomeOf(end: End, { enforced }: Prepared, child: ChildProcess, survivors: boolean): Promise<Outcome> {
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
