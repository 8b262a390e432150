// The host's callbacks. None is called before what it tells of is done; what a callback throws never reaches the program.

import type { ChildProcess } from "node:child_process";
import type { Comms } from "./comms-content.ts";
import type { Call } from "./notified-call.ts";
import type { Result } from "./result.ts";
import type { Violation } from "./violation.ts";
import type { Answer } from "./watched.ts";

/** All are called on this thread, none before what it tells of is done. */
export interface Notify {
  /** The supervisor process is there, which has the program's pipes. Who takes it takes those too: Sandbox has none then. */
  spawned?(child: ChildProcess): void;
  /** The program runs. If this throws, the sandbox is killed. */
  started?(pid: number, comms: Comms | undefined): void;
  /** The sandbox is killed already. */
  violation?(violation: Violation): void;
  /** A call that a `notify` rule leaves to the host. The calling thread waits for the answer; a throw is EPERM to it. */
  call?(call: Call): Answer | Promise<Answer>;
  /** Milliseconds for an answer before the program gets ETIMEDOUT: 10,000 where left out, 0 for as long as it takes. */
  readonly answerWithin?: number;
  /** Right before the result is handed out. */
  finished?(result: Result): void;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
