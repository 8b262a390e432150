// What a launch says on its status socket, one datagram each; the runtime reads them here. In a supervised launch the program
// says `listener` or `failure`, and whoever waits for it says `started`, with a pidfd of the program, and `ended`. `failure`, or
// an end without `started`, means that the program never ran. End of file: nobody holds the socket any more. The supervisor lets
// go of it last, when the tasks it answers for are gone; one that is killed cannot wait for them, and then the listener's
// hang-up tells. A direct launch says `started` right before execve, and a `failure` may follow.

import { Bug } from "../diagnostics/diagnostic.ts";
import { FRAME_FAILED_RESULT, FRAME_FAILED_STAGE, FRAME_TAG } from "./plan-format.gen.ts";

export type LauncherMessage =
  /** The listener of the filter comes with it, as SCM_RIGHTS. */
  | { readonly kind: "listener" }
  /** The program runs; its pidfd comes with it, as SCM_RIGHTS. A direct launch sends none: there execve is next. */
  | { readonly kind: "started" }
  /** `stage` is what stageOf takes. `result` is what the call gave: -errno, or a value that it must not give. */
  | { readonly kind: "failure"; readonly stage: number; readonly result: number }
  /** The program's main process, as waitid(2) gave it. */
  | { readonly kind: "ended"; readonly end: ProgramEnd; readonly usage: Usage };

export type ProgramEnd =
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "signaled"; readonly signal: number; readonly coreDumped: boolean };

/** getrusage(2) over the program and every descendant that had ended and been waited for when it ended. */
export interface Usage {
  /** In microseconds. */
  readonly userTime: number;
  readonly systemTime: number;
  /** The largest resident set of any one process, in bytes. */
  readonly maximumResidentSize: number;
  /** Page faults without and with input from a device. */
  readonly minorFaults: number;
  readonly majorFaults: number;
  /** Blocks of 512 bytes, as the file system moved them. */
  readonly blocksRead: number;
  readonly blocksWritten: number;
  readonly voluntarySwitches: number;
  readonly involuntarySwitches: number;
}

export const TAG_LISTENER = 0x4c;
export const TAG_STARTED = 0x53;
export const TAG_FAILURE = 0x46;
export const TAG_ENDED = 0x45;

/** struct { u64 tag; s64 result; u64 stage; }: the first words of the interpreter's frame. */
export const FAILURE_SIZE = 24;

/** struct { u64 tag; what waitid(2) writes of siginfo_t, padded; struct rusage; } */
export const ENDED_SIGINFO = 8;
export const ENDED_RUSAGE = 40;
export const ENDED_SIZE = ENDED_RUSAGE + 144;

/** Of siginfo_t for SIGCHLD, on 64-bit machines. */
export const SI_CODE = 8;
export const SI_PID = 16;
export const SI_STATUS = 24;

export const CLD_EXITED = 1;
const CLD_DUMPED = 3;

export function readMessage(bytes: Uint8Array): LauncherMessage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const tag = bytes[FRAME_TAG];
  if (bytes.length === 1 && tag === TAG_LISTENER) return { kind: "listener" };
  if (bytes.length === 1 && tag === TAG_STARTED) return { kind: "started" };
  if (bytes.length === FAILURE_SIZE && tag === TAG_FAILURE) {
    const result = Number(view.getBigInt64(FRAME_FAILED_RESULT, true));
    return { kind: "failure", stage: view.getUint16(FRAME_FAILED_STAGE, true), result };
  }
  if (bytes.length === ENDED_SIZE && tag === TAG_ENDED) {
    return { kind: "ended", end: readEnd(view), usage: readUsage(view) };
  }
  throw new Bug(`a launcher's message of ${bytes.length} bytes`);
}

function readEnd(view: DataView): ProgramEnd {
  const code = view.getInt32(ENDED_SIGINFO + SI_CODE, true);
  const status = view.getInt32(ENDED_SIGINFO + SI_STATUS, true);
  if (code === CLD_EXITED) return { kind: "exited", code: status };
  return { kind: "signaled", signal: status, coreDumped: code === CLD_DUMPED };
}

/** struct rusage: two struct timeval, then longs; ru_maxrss is in KiB. */
function readUsage(view: DataView): Usage {
  const long = (index: number) => Number(view.getBigInt64(ENDED_RUSAGE + 8 * index, true));
  return {
    userTime: 1_000_000 * long(0) + long(1),
    systemTime: 1_000_000 * long(2) + long(3),
    maximumResidentSize: 1024 * long(4),
    minorFaults: long(8),
    majorFaults: long(9),
    blocksRead: long(11),
    blocksWritten: long(12),
    voluntarySwitches: long(16),
    involuntarySwitches: long(17),
  };
}
