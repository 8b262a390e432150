// What can be wrong with a test row, and what is said of one that fails.

import type { Diagnostic, Span } from "./diagnostic.ts";
import { count, error } from "./finding.ts";

/** A finding about what one target lacks, in the words of a row: rows have no `on`. `arches` are the targets with the call. */
export function inRow(diagnostic: Diagnostic, arches: readonly string[]): Diagnostic {
  const one = `name a target before the call${arches.length === 0 ? "" : `, as in \`${arches[0]} ...\``}`;
  switch (diagnostic.code) {
    case "syscall-not-on-arch":
      return { ...diagnostic, hint: `add \`?\` to leave out the targets without it, or ${one}` };
    case "constant-not-on-arch":
    case "argument-not-on-arch":
      return { ...diagnostic, hint: `a row is proved on every target; for one of them, ${one}` };
    default:
      return diagnostic;
  }
}

export function surplusArgument(span: Span, call: string, has: number): Diagnostic {
  return error("surplus-argument", span, `\`${call}\` takes ${has === 0 ? "no arguments" : count(has, "argument")}`);
}

export function argumentTwice(span: Span, call: string, name: string, first: Span): Diagnostic {
  return error("argument-twice", span, `\`${name}\` of \`${call}\` is given twice`, "keep one", [
    { span: first, message: "first given here" },
  ]);
}

export function positionAfterName(span: Span): Diagnostic {
  return error(
    "position-after-name",
    span,
    "after an argument with a name, a place in the list says nothing",
    "name this argument too, or put it before those with names",
  );
}

export function neverSeen(span: Span, arch: string, targets: readonly string[]): Diagnostic {
  return error(
    "call-never-seen",
    span,
    `a kernel for ${targets.join(", ")} never sees calls of ${arch}`,
    "i386 and x32 calls come from x86_64 machines, arm calls from aarch64 ones",
  );
}

export function onNoTarget(span: Span, call: string, targets: readonly string[]): Diagnostic {
  const message = `this row shows nothing: \`${call}\` exists on none of ${targets.join(", ")}`;
  return error("row-without-target", span, message, "remove the row");
}

export interface RowFailure {
  readonly wanted: string;
  readonly got: string;
  readonly target: string;
  /** Others of the row's calls get the wanted verdict. */
  readonly isPartial: boolean;
  /** The statement that decides, where one is written. */
  readonly decider: Span | undefined;
}

export function rowFailed(span: Span, { wanted, got, target, isPartial, decider }: RowFailure): Diagnostic {
  const which = isPartial ? "some calls of this row get" : "this row gets";
  return error(
    "test-failed",
    span,
    `${which} \`${got}\`, not \`${wanted}\`, on ${target}`,
    undefined,
    decider && [{ span: decider, message: `gives \`${got}\`` }],
  );
}

export function rowNotDecided(span: Span, target: string, reason: string): Diagnostic {
  return error(
    "test-not-decided",
    span,
    `this row is not proved on ${target}: ${reason}`,
    "divide it into smaller rows",
  );
}
