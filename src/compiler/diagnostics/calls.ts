// What can be wrong with the call that a rule names.

import type { Diagnostic, Span } from "./diagnostic.ts";
import { didYouMean, error, onList, warning } from "./finding.ts";

export function unknownSyscall(span: Span, name: string, nearest?: string): Diagnostic {
  return didYouMean(
    error("unknown-syscall", span, `no system call named \`${name}\``, "its number can be given: `syscall(451)`"),
    nearest,
  );
}

export function syscallNotHere(span: Span, name: string, arch: string, on: readonly string[]): Diagnostic {
  return {
    ...error(
      "syscall-not-on-arch",
      span,
      `\`${name}\` does not exist on ${arch}`,
      `write \`${name}?\` to leave the rule out where the call is missing, or \`${name} on ${onList(on)}\``,
    ),
    fix: { title: `write \`${name}?\``, edits: [{ span: { ...span, start: span.end }, text: "?" }] },
  };
}

export function neverFiltered(span: Span, name: string): Diagnostic {
  return warning(
    "never-filtered",
    span,
    `\`${name}\` never reaches a filter: the kernel runs it before seccomp`,
    "remove the rule, it decides nothing",
  );
}

export function numberRange(span: Span, value: bigint): Diagnostic {
  return error(
    "syscall-number",
    span,
    `${value} is no system call number of this architecture`,
    "numbers are below 1073741824; x32's are opted in by `compat x32`",
  );
}

/** Before 5.4 the kernel ran x32's calls at these numbers of x86_64 (520 was an execve). */
export function routedNumber(span: Span, value: bigint): Diagnostic {
  return error(
    "syscall-number",
    span,
    `${value} is a number of x32: as a foreign call it never reaches a rule of x86_64`,
    "`foreign` decides it; with `compat x32` these calls go by their names",
  );
}

export function unusedOn(span: Span, arch: string): Diagnostic {
  return warning("on-unused", span, `this policy is not for ${arch}`, `add ${arch} after \`for\`, or remove the rule`);
}
