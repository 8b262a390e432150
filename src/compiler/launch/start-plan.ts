// How a launch makes processes, and how the process that waits for the program learns that it started. It made the program's
// process by CLONE_VFORK, so it goes on when that has executed the program, or has died. Which of the two a word says that both
// share until then: the program's process sets it when execve is next, and takes it back when execve fails. The rest of their
// memory is not shared: the init of a user namespace can be read by its user for a moment, and the ticket, which is drawn later,
// must not be where that led.

import { TAG_STARTED } from "./messages.ts";
import { any, builtin, here, labelled, notNegative, type Part, result, system } from "./operation.ts";
import { address, FRAME, type Operation, word } from "./plan.ts";
import { FRAME_RESULT } from "./plan-format.gen.ts";
import { sendDescriptor } from "./send-plan.ts";
import { STEP } from "./steps.ts";

/** Where the processes go on that a launch makes. */
export const INIT_LABEL = "init";
export const PROGRAM_LABEL = "program";

/** The pidfd of what the process has cloned. */
export const CHILD = "child";

/** In a new process the kernel writes its tid here. */
const OWN_TID = "own tid";

/** Holds the address of the shared word; at first, of one that is not shared, for failures that come early. */
const SHARED = "shared";
const NOT_SHARED = "not shared";
const PAGE_SIZE = 4096;

/** Before any process is made. */
export function sharePlan(): Part {
  const page = [0, PAGE_SIZE, "PROT_READ | PROT_WRITE", "MAP_SHARED | MAP_ANONYMOUS", -1, 0];
  return {
    operations: [
      system(STEP.share, "mmap", page, [notNegative()]),
      builtin(STEP.share, "store", [address(SHARED), word(FRAME, FRAME_RESULT)]),
    ],
    data: [
      { name: NOT_SHARED, bytes: new Uint8Array(8) },
      { name: SHARED, bytes: new Uint8Array(8), pointers: [{ at: 0, to: NOT_SHARED }] },
      { name: CHILD, bytes: new Uint8Array(8) },
      { name: OWN_TID, bytes: new Uint8Array(8) },
    ],
  };
}

/** The last two arguments are tls and child_tid, in an order of each CPU; tls is not looked at. */
export function clone(step: string, flags: string, outcomes: Operation["outcomes"]): Operation {
  const all = `${flags} | CLONE_CHILD_SETTID | CLONE_PIDFD | SIGCHLD`;
  return system(step, "clone", [all, 0, address(CHILD), address(OWN_TID), address(OWN_TID)], outcomes);
}

/**
 * In a new process, before it does anything: clone(2) has been answered by the kernel. An outer filter that answers 0 would have
 * the caller take itself for its child, and do to the machine's mounts what is meant for the sandbox's. `pid` is the number that
 * a process has in a new namespace; other numbers are not known beforehand, but none is 0.
 */
export function findOneself(pid: number | undefined): Operation[] {
  const tid = (outcomes: Operation["outcomes"]) => builtin(STEP.findOneself, "value", [word(OWN_TID)], outcomes);
  if (pid !== undefined) return [tid([result(pid)])];
  return [
    tid([result(0, "not cloned"), any("cloned")]),
    labelled("not cloned", builtin(STEP.findOneself, "value", [0], [])),
    here("cloned", STEP.findOneself),
  ];
}

/** In the program's process. */
export function setStarted(step: string, started: 0 | 1): Operation {
  return builtin(step, "store", [word(SHARED), started]);
}

/** In the process that waits for it. `otherwise` is a label: the program's process has told what failed, if it could. */
export function tellStarted(socket: number, otherwise: string): Operation[] {
  return [
    builtin(STEP.tellStarted, "load", [word(SHARED)], [result(0, otherwise), result(1)]),
    ...sendDescriptor(STEP.tellStarted, system, { socket, tag: TAG_STARTED, fd: word(CHILD) }),
  ];
}

/**
 * In a process that is not the program's, once it has made the next one: what is the program's alone, so that a pipe it closes is
 * closed.
 */
export function letGo(keepFds: number): Operation {
  return system(STEP.letGo, "close_range", [0, keepFds, 0], [result(0)]);
}
