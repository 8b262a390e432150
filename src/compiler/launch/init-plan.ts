// The init of a sandbox in a pid namespace, process 1 there: when it ends, for whatever reason, the kernel kills all that is in
// the namespace, and its parent, the supervisor, sees its end when the last of them is gone. The kernel keeps the signals of
// the namespace's own processes from it. It starts the program as process 2, reaps whatever ends, and tells how that did.

import { text } from "./datum.ts";
import { branchOnReaped, exitAlike, hasEnded, tellEnd, wait } from "./end-plan.ts";
import { session } from "./inheritance-plan.ts";
import { any, errno, here, type Part, result, system } from "./operation.ts";
import { address, type Operation } from "./plan.ts";
import { privileges } from "./privileges-plan.ts";
import { clone, findOneself, INIT_LABEL, letGo, PROGRAM_LABEL, tellStarted } from "./start-plan.ts";
import { STEP } from "./steps.ts";
import { tieToSupervisor } from "./supervisor-plan.ts";
import { writeMaps } from "./user-map-plan.ts";

/** The first two processes of a new namespace; the init makes no other. */
const INIT_PID = 1;
export const PROGRAM_PID = 2;

export function initPlan({ user }: { readonly user: boolean }, socket: number, keepFds: number): Part {
  return {
    operations: [
      here(INIT_LABEL, STEP.findOneself),
      ...findOneself(INIT_PID),
      ...(user ? writeMaps() : []),
      // Its own session as well, so that nothing in the sandbox is in the session or the process group of the caller.
      ...tieToSupervisor([session(INIT_PID)]),
      ...ownProc(),
      ...privileges(),
      clone(STEP.cloneProgram, "CLONE_VFORK", [result(0, PROGRAM_LABEL), result(PROGRAM_PID)]),
      letGo(keepFds),
      ...tellStarted(socket, "reap"),
      // What is left without a parent becomes the init's child.
      wait("reap", ["P_ALL", 0], "WEXITED | __WALL"),
      hasEnded(),
      ...branchOnReaped([result(PROGRAM_PID), any("reap")]),
      ...tellEnd(socket),
      ...exitAlike("leave init"),
    ],
    data: [
      { name: "proc", bytes: text("proc"), alignment: 1 },
      { name: "/proc", bytes: text("/proc"), alignment: 1 },
      { name: "/", bytes: text("/"), alignment: 1 },
    ],
  };
}

/**
 * The sandbox's own processes and no others are in its /proc. EPERM: a container hides parts of the /proc that is there, and the
 * kernel gives no user namespace one that shows more; the caller's stays, whose processes the program sees and cannot reach.
 * ENOENT, ENODEV: there is none to replace.
 */
function ownProc(): Operation[] {
  return [
    system(STEP.mounts, "mount", [0, address("/"), 0, "MS_REC | MS_SLAVE", 0], [result(0)]),
    system(
      STEP.proc,
      "mount",
      [address("proc"), address("/proc"), address("proc"), "MS_NOSUID | MS_NODEV | MS_NOEXEC", 0],
      [result(0), errno("EPERM"), errno("ENOENT"), errno("ENODEV")],
    ),
  ];
}
