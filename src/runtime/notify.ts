// The host's callbacks. All are called on its own thread, none before what it tells of is done: a violation is told when the
// sandbox is killed already. What a callback throws never stays unheard, and nothing hangs because of it.

import type { ChildProcess } from "node:child_process";
import type { Comms } from "./comms-content.ts";
import type { AnswerCall } from "./notified-call.ts";
import type { Result } from "./result.ts";
import { SandboxError } from "./sandbox-error.ts";
import type { Violation } from "./violation.ts";

export interface Notify {
  /**
   * The supervisor process is there, whose pipes are the program's. Whoever takes it takes those too: Sandbox has none then. A
   * launch that is tried by other means starts again. If this throws, the sandbox is killed.
   */
  spawned?(child: ChildProcess): void;
  /** The program runs. comms: where the executor asked for it. If this throws, the sandbox is killed. */
  started?(pid: number, comms: Comms | undefined): void;
  /** The sandbox is killed already. A throw is noted in the result. */
  violation?(violation: Violation): void;
  /** A call that a `notify` rule leaves to the host. The program waits for the answer; a throw is EPERM to it, and noted. */
  call?: AnswerCall;
  /** Milliseconds for an answer before the program gets ETIMEDOUT: 10,000 where left out, 0 for as long as it takes. */
  readonly answerWithin?: number;
  /** Right before the result is handed out. A throw is noted in it. */
  finished?(result: Result): void;
}

/** Before anything is started: a callback that is none would be found out by the call that it should have answered. */
export function checkNotify(notify: Notify): void {
  for (const name of ["spawned", "started", "violation", "call", "finished"] as const) {
    const callback: unknown = notify[name];
    if (callback !== undefined && typeof callback !== "function")
      throw new SandboxError("usage", `the callback \`${name}\` is ${String(callback)}, which is no function`);
  }
  const { answerWithin = 0 } = notify;
  if (!(typeof answerWithin === "number" && answerWithin >= 0))
    throw new SandboxError("usage", `\`answerWithin\` is ${String(answerWithin)}, which is no time in milliseconds`);
}
