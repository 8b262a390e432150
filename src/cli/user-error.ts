// A mistake of the person at the command line, outside any policy text: main.ts prints its one or two lines and exits with its
// status. Never a stack trace.

export class UserError extends Error {
  override readonly name = "UserError";
  readonly status: number;
  readonly hint: string | undefined;

  constructor(status: number, message: string, hint?: string) {
    super(message);
    this.status = status;
    this.hint = hint;
  }
}

/** Exit statuses; `run` has one more of its own. */
export const FINE = 0;
export const ERRORS = 1;
export const WRONG_USAGE = 2;
export const DEFECT = 3;
/** `run` and `trace`: no other status could not be the command's own. */
export const NOT_SET_UP = 125;

/** Wrong options or operands: exits 2. */
export function wrongUsage(message: string, hint?: string): UserError {
  return new UserError(WRONG_USAGE, message, hint);
}

/** The command was right, its input is not: exits 1. */
export function failure(message: string, hint?: string): UserError {
  return new UserError(ERRORS, message, hint);
}
