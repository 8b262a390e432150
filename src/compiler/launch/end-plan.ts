// How a supervised launch ends, in the process that waits for the program: it tells how the program ended and what it used, and
// exits by the same status. That status is a convenience; the message is what counts.

import { concatenate, littleEndian } from "./datum.ts";
import {
  CLD_EXITED,
  ENDED_RUSAGE,
  ENDED_SIGINFO,
  ENDED_SIZE,
  SI_CODE,
  SI_PID,
  SI_STATUS,
  TAG_ENDED,
} from "./messages.ts";
import { type Arg, any, builtin, errno, labelled, result, system } from "./operation.ts";
import { address, type Datum, type Operation, word } from "./plan.ts";
import { STEP } from "./steps.ts";

/** The message, into which waitid(2) and getrusage(2) write; whoever only waits uses it too. */
const ENDED = "ended";
const REAPED = "reaped";
/** On every CPU that has an interpreter. */
const SIGCHLD = 17;

export function endData(): Datum[] {
  return [
    { name: ENDED, bytes: concatenate([littleEndian(TAG_ENDED, 8), new Uint8Array(ENDED_SIZE - 8)]) },
    { name: REAPED, bytes: new Uint8Array(8) },
  ];
}

/** Waits for a child to end, or with WNOHANG looks. EINTR: a signal that stops and one that continues have come. */
export function wait(label: string, id: readonly [Arg, Arg], options: string): Operation {
  const args = [...id, address(ENDED, ENDED_SIGINFO), options, 0];
  return labelled(label, system(STEP.wait, "waitid", args, [result(0), errno("EINTR", label)]));
}

/** si_signo and si_errno; `notYet` is for 0, which waitid(2) writes where WNOHANG finds no child that has ended. */
export function hasEnded(...notYet: Operation["outcomes"]): Operation {
  return builtin(STEP.wait, "value", [word(ENDED, ENDED_SIGINFO)], [result(SIGCHLD), ...notYet]);
}

/** si_pid is the lower half of its word; what it is copied into has no upper half. */
export function branchOnReaped(outcomes: Operation["outcomes"]): Operation[] {
  return [
    builtin(STEP.wait, "store32", [address(REAPED), word(ENDED, ENDED_SIGINFO + SI_PID)]),
    builtin(STEP.wait, "value", [word(REAPED)], outcomes),
  ];
}

/** EPIPE: nobody listens any more. */
export function tellEnd(socket: number): Operation[] {
  return [
    system(STEP.tellEnd, "getrusage", ["RUSAGE_CHILDREN", address(ENDED, ENDED_RUSAGE)], [result(0)]),
    system(
      STEP.tellEnd,
      "sendto",
      [socket, address(ENDED), ENDED_SIZE, "MSG_NOSIGNAL", 0, 0],
      [result(ENDED_SIZE), errno("EPIPE")],
    ),
  ];
}

/** What a shell's $? adds to the number of a signal. */
const DEATH_BY_SIGNAL = 128;

/** As what was last waited for. si_code and si_status are the lower halves of their words, with padding above. */
export function exitAlike(leave: string): Operation[] {
  const status = (kind: typeof address | typeof word) => kind(ENDED, ENDED_SIGINFO + SI_STATUS);
  return [
    builtin(STEP.leave, "value", [word(ENDED, ENDED_SIGINFO + SI_CODE)], [result(CLD_EXITED, leave), any()]),
    builtin(STEP.leave, "count", [status(address), DEATH_BY_SIGNAL]),
    labelled(leave, system(STEP.leave, "exit_group", [status(word)], [])),
  ];
}
