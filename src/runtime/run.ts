// Runs a command under a policy, sandboxed before its first instruction, and says how it ended. The launcher sets everything
// up and reports on its status socket; with a monitor, a forbidden call is held, the sandbox killed and the call described;
// without one (`hard`) the kernel kills, and only the main process's death tells.
//
// What is guaranteed: a forbidden call never runs. With a monitor the first one ends the main process, its process group
// and whichever process made the call; a descendant that left the group and made no such call may live on, still under the
// filter: the result's `survivors` says so. While this process lives the next forbidden call kills such a one too; after it
// nobody holds the listener, and the kernel answers forbidden calls by ENOSYS. The same holds for a program whose policyc was
// killed: it goes on under its filter, and a forbidden call still never runs.

import type { ChildProcess } from "node:child_process";
import type { CompileResult } from "../compiler/index.ts";
import { followLaunch, type Outcome } from "./follow-launch.ts";
import { type Libc, libc as loadLibc } from "./libc.ts";
import { type Monitor, monitor } from "./monitor.ts";
import { passSignals } from "./pass-signals.ts";
import { prepareLaunch } from "./prepare-launch.ts";
import { SandboxError } from "./sandbox-error.ts";
import { setupError } from "./setup-error.ts";
import { type Stdio, spawnLauncher } from "./spawn.ts";

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
  /** Whose violations end the run and show in it. */
  readonly violations: "every process" | "main process only";
  /** What went otherwise than asked for, for people. */
  readonly notes: readonly string[];
};

const EBUSY = 16;

/** Never rejects for what a user or a machine may do wrong: that is a setup-error. */
export async function runSandboxed(options: RunOptions): Promise<RunResult> {
  const monitored = options.monitor ?? true;
  try {
    const libc = loadLibc();
    const watcher = monitored ? monitor() : undefined; // it starts while the launcher is made
    const outcome = await attempt(libc, options, watcher);
    const taken = outcome.kind === "setup-error" && outcome.syscall === "seccomp" && outcome.errno === EBUSY;
    if (!monitored || !taken)
      return { ...outcome, violations: monitored ? "every process" : "main process only", notes: [] };

    // The kernel takes one listener a process, and a filter around us has it (WSL, LXD, policyc inside policyc).
    const note = "ran without a monitor: a filter around this process has one already";
    return { ...(await attempt(libc, options, undefined)), violations: "main process only", notes: [note] };
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error;
    const refused = setupError("prepare the runtime", error.message);
    return { ...refused, violations: "main process only", notes: [] };
  }
}

async function attempt(libc: Libc, options: RunOptions, starting: Promise<Monitor> | undefined): Promise<Outcome> {
  starting?.catch(() => undefined); // its failure is met below, unless there is nothing to launch
  const prepared = prepareLaunch(options, starting !== undefined);
  if (prepared.kind === "setup-error") return prepared;
  const watcher = await starting;
  const forwarding = options.forwardSignals === false ? undefined : passSignals();
  try {
    const spawned = await spawnLauncher(libc, prepared.image, {
      args: options.args ?? [],
      env: options.env ?? process.env,
      cwd: options.cwd,
      stdio: prepared.stdio,
    });
    if (spawned.kind === "setup-error") return spawned;
    forwarding?.to(spawned.child);
    options.onSpawn?.(spawned.child);
    return await followLaunch(libc, prepared, spawned, watcher);
  } finally {
    forwarding?.stop();
  }
}
