// How a process ended, in words: from the launcher's `ended` message, which has it from waitid(2). Node itself tells a death by
// a real-time signal as exit status 0.

import { constants } from "node:os";
import type { ProgramEnd } from "../compiler/index.ts";

export type End =
  | { readonly kind: "exited"; readonly code: number }
  /** `SIGTERM`; real-time signals are counted as `kill -l` counts them, `SIGRTMIN+2`. */
  | { readonly kind: "signaled"; readonly signal: string; readonly number: number };

/** The C library's; the kernel's own first two are its secret. */
const SIGRTMIN = 34;

export function endOf(end: ProgramEnd): End {
  return end.kind === "exited" ? end : { kind: "signaled", signal: signalName(end.signal), number: end.signal };
}

function signalName(number: number): string {
  const name = Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
  return name ?? `SIGRTMIN+${number - SIGRTMIN}`;
}
