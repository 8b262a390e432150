// What a run in permissive mode let pass: calls that the policy forbids, of each shape the first with its number. For policy
// development only: in this mode the policy is no sandbox.

import { describeViolation, type Enforced, type Violation } from "./violation.ts";
import type { CountedCall } from "./watched.ts";

export interface PassedCall {
  /** How often a call of this shape was made: of one number, and with the same flags, commands and other choices. */
  readonly count: number;
  /** The first of them, as its violation would have been told. */
  readonly first: Violation;
}

export interface Passed {
  readonly calls: readonly PassedCall[];
  /** Calls of more shapes than are kept apart: counted, and not listed. */
  readonly unlisted: number;
}

/** The most frequent first. */
export function describePassed(enforced: Enforced, counted: readonly CountedCall[], unlisted: number): Passed {
  const calls = counted.map(({ count, data }) => ({
    count,
    first: describeViolation(enforced, { tid: 0, program: "", data }),
  }));
  return { calls, unlisted };
}
