// Why a sandbox could not be set up, for people: which step failed, what the kernel said, what to do. The program was not
// run. `stage` is a step of the launch plan, or one of the runtime's own before it.

import { errnoName } from "../compiler/index.ts";

export interface SetupError {
  readonly kind: "setup-error";
  /** `open the program`, `find the command`, ... */
  readonly stage: string;
  /** The system call that failed, where one did. */
  readonly syscall: string | undefined;
  readonly errno: number | undefined;
  readonly message: string;
  readonly advice: string | undefined;
}

export function setupError(
  stage: string,
  message: string,
  advice?: string,
  failed?: { readonly syscall: string; readonly errno: number | undefined },
): SetupError {
  return { kind: "setup-error", stage, syscall: failed?.syscall, errno: failed?.errno, message, advice };
}

/** `ENOENT` for 2. */
export function showErrno(errno: number): string {
  return errnoName(errno) ?? `errno ${errno}`;
}
