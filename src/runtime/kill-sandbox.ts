// Ends a sandbox from outside, by what was kept from its spawn: never by a number that a notification reports, which is a
// thread's and may be another's by now.

import { writeSync } from "node:fs";
import type { Libc } from "./libc.ts";

const SIGKILL = 9;
/** Linux 6.9; older kernels answer EINVAL. */
const PIDFD_SIGNAL_PROCESS_GROUP = 4;

/**
 * Each process, and the process group that it leads: a pidfd names the group of that number, so of a process that leads none
 * nothing else is meant. cgroup.kill (5.14) ends what left the group.
 */
export function killSandbox(libc: Libc, pidfds: readonly number[], cgroupKill: number | undefined): void {
  for (const pidfd of pidfds) {
    libc.pidfdSendSignal(pidfd, SIGKILL, 0);
    libc.pidfdSendSignal(pidfd, SIGKILL, PIDFD_SIGNAL_PROCESS_GROUP);
  }
  if (cgroupKill === undefined) return;
  try {
    writeSync(cgroupKill, "1");
  } catch {
    // the cgroup is gone, and so is all that was in it
  }
}
