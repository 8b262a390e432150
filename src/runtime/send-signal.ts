// A signal for a sandbox's program, by its pidfd: its pid may be another's by the time that the signal is sent.

import { constants } from "node:os";
import type { Program } from "./follow-launch.ts";
import type { Libc } from "./libc.ts";

export interface WantedSignal {
  readonly signal: NodeJS.Signals;
  /** The whole process group that the program leads. */
  readonly group: boolean;
}

const PIDFD_SIGNAL_PROCESS_GROUP = 4;
const EINVAL = 22;

export function sendSignal(libc: Libc, { pid, pidfd }: Program, { signal, group }: WantedSignal): void {
  const number = constants.signals[signal];
  if (!group) return void libc.pidfdSendSignal(pidfd, number, 0);
  if (libc.pidfdSendSignal(pidfd, number, PIDFD_SIGNAL_PROCESS_GROUP) !== -EINVAL) return;
  try {
    process.kill(-pid, signal); // before 6.9 there is only the number
  } catch {
    // nobody is left in it
  }
}
