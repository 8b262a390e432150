// What can be wrong with an action, and with where it stands.

import type { Diagnostic, Span } from "./diagnostic.ts";
import { didYouMean, error, warning } from "./finding.ts";

export function unknownAction(span: Span, name: string, nearest?: string): Diagnostic {
  return didYouMean(
    error(
      "unknown-action",
      span,
      `no action named \`${name}\``,
      "actions are allow, log, notify, trace, errno, trap, kill, kill-thread",
    ),
    nearest,
  );
}

export function missingErrno(span: Span): Diagnostic {
  return error(
    "missing-errno",
    span,
    "`errno` needs the error it gives",
    "write `errno(EPERM)`; for calls that a libc probes for, `errno(ENOSYS)`",
  );
}

export function unexpectedActionValue(span: Span, action: string): Diagnostic {
  return error("action-value", span, `\`${action}\` takes no value`, `write \`${action}\` alone`);
}

export function errnoRange(span: Span, value: bigint): Diagnostic {
  return error(
    "errno-range",
    span,
    `errno ${value} does not exist: the kernel knows 0 to 4095`,
    "name it: `errno(EPERM)`",
  );
}

export function errnoZero(span: Span): Diagnostic {
  return warning("errno-zero", span, "`errno(0)` tells the program that the call succeeded, without running it");
}

export function notAnErrno(span: Span, name: string): Diagnostic {
  return warning("not-an-errno", span, `\`${name}\` is no error number`, "errors begin with E: EPERM, ENOSYS, EACCES");
}

export function actionDataRange(span: Span, action: string, value: bigint): Diagnostic {
  return error("action-data-range", span, `\`${action}(${value})\`: the data of an action has 16 bits, 0 to 65535`);
}

export function killThread(span: Span): Diagnostic {
  return warning(
    "kill-thread",
    span,
    "`kill-thread` ends one thread and leaves the others running, with whatever locks it held",
    "write `kill`, which ends the process",
  );
}

export function allowsOwnFilter(span: Span, call: string, leaf: string): Diagnostic {
  return error(
    "own-filter-escape",
    span,
    `\`${call}\` cannot be allowed beside \`${leaf}\`: a filter that the program installs itself would answer its own ${leaf === "trace" ? "traced calls" : "notifications"}`,
    `deny \`${call}\`, or use errno instead of ${leaf}`,
  );
}
