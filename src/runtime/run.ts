// Runs a command under a policy, sandboxed before its first instruction, and says how it ended: an Executor, a Sandbox and the
// forwarding of signals in one call.
//
// What is guaranteed: a forbidden call never runs, and unless `allowSurvivors` says otherwise no process of the sandbox is left
// when the result is there, or when this process is gone. With a monitor the first forbidden call ends the sandbox, whichever
// process made it; without one (`hard`) the kernel ends that process, and only the main process's death tells.

import type { ChildProcess } from "node:child_process";
import { Executor, type ExecutorOptions } from "./executor.ts";
import type { Notify } from "./notify.ts";
import { passSignals } from "./pass-signals.ts";
import type { CompiledPolicy } from "./prepare-launch.ts";
import type { Result } from "./result.ts";
import { Sandbox } from "./sandbox.ts";

export interface RunOptions extends Omit<ExecutorOptions, "path" | "hard" | "enableSandboxBeforeExec" | "comms"> {
  /** What compilePolicy() gave: one policy, with a program for this machine. */
  readonly policy: CompiledPolicy;
  /** A path, or a name that is looked up in PATH. It is also the program's argv[0]. */
  readonly command: string;
  /** false: the kernel itself kills (`hard`). */
  readonly monitor?: boolean;
  /** false: signals that this process gets are not passed on. */
  readonly forwardSignals?: boolean;
  readonly notify?: Omit<Notify, "spawned">;
  /** Called right after each start, to take the pipes; a launch that is tried by other means starts again. */
  readonly onSpawn?: (child: ChildProcess) => void;
}

/** Rejects only for a wrong use. What a user or a machine may do wrong is a setup-error. */
export async function runSandboxed(options: RunOptions): Promise<Result> {
  const { policy, command, monitor = true, forwardSignals = true, notify = {}, onSpawn, ...rest } = options;
  const executor = new Executor({ ...rest, path: command, hard: !monitor });
  const sandbox = new Sandbox(executor, policy, { ...notify, spawned: child => onSpawn?.(child) });
  const stop = forwardSignals ? passSignals(sandbox) : undefined;
  return sandbox.run().finally(stop);
}
