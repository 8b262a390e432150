// From the facts of a launch to what a result is judged by: the violation described, by the monitor's report or, without a
// monitor, as far as the kernel's log has it.

import { killRecord } from "./kernel-log.ts";
import type { Launched } from "./launch.ts";
import { endOf } from "./process-end.ts";
import type { Seen } from "./result.ts";
import { describeViolation, type Enforced, type Report } from "./violation.ts";

export async function seenOf({ prepared, seen, failure, since }: Launched): Promise<Seen> {
  if (seen === undefined || prepared === undefined) return { failure };
  const { enforced } = prepared;
  const end = seen.end && endOf(seen.end);
  const broken = seen.lost && ({ reason: "monitor", message: describeLoss(seen.lost) } as const);
  if (seen.report !== undefined) return { violation: violationOf(enforced, seen.report), broken, failure, end };
  // SIGSYS is a filter's kill: any rule's in `hard`, else that of a call which may not even be reported (seccomp(2) itself).
  if (end?.kind !== "signaled" || end.signal !== "SIGSYS") return { broken, failure, end };
  const record = seen.pid === undefined ? undefined : await killRecord(seen.pid, since);
  if (record === undefined) return { violation: { of: undefined, foreign: false }, broken, failure, end };
  const { arch, nr, instructionPointer, program } = record;
  const data = { arch, nr, instruction_pointer: instructionPointer, args: undefined };
  return { violation: violationOf(enforced, { tid: seen.pid!, program, data }), broken, failure, end };
}

function violationOf(enforced: Enforced, report: Report): NonNullable<Seen["violation"]> {
  const violation = describeViolation(enforced, report);
  const foreign = !enforced.written.model.abis.some(({ arch }) => arch === violation.arch);
  return { of: violation, foreign };
}

function describeLoss(error: Error): string {
  return `the monitor died and the sandbox was killed: ${error.message}`;
}
