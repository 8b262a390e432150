// Warnings about constants that type-check but are probably not meant: of another argument's family, compared without the
// modifiers they travel with, or a flag that is made of another flag. They never change what a policy means.

import { constant } from "../abi/constants.ts";
import { constantFamily, flagContainsFlag, unmaskedEnum } from "../diagnostics/arguments.ts";
import type { Span } from "../diagnostics/diagnostic.ts";
import type { Bound } from "./scope.ts";
import { type CallSite, isMasked, type Subject } from "./subject.ts";
import { constantsIn } from "./values.ts";

/** SOCK_CLOEXEC, O_CLOEXEC and EFD_CLOEXEC are one bit by design; masks select a field and are no values. */
const SHARED = /_(CLOEXEC|NONBLOCK)$|MASK$|^O_ACCMODE$/;

export function checkFamily(subject: Subject, right: Bound, site: CallSite): void {
  const { constants } = subject;
  if (constants === undefined) return;
  const family = new Set([...constants.constants, ...constants.modifiers]);
  const known = (name: string): boolean => constant(right.scope.arch, name) !== undefined;
  const stranger = constantsIn(right).find(name => known(name) && !family.has(name) && !SHARED.test(name));
  if (stranger === undefined) return;
  right.scope.report(
    constantFamily(right.expr.span, stranger, subject.name, site.name, constants.constants.slice(0, 4)),
  );
}

/** `type == SOCK_STREAM` misses SOCK_STREAM | SOCK_CLOEXEC; whoever names a modifier anywhere in the test knows. */
export function checkUnmasked(subject: Subject, values: readonly Bound[], span: Span): void {
  const modifiers = subject.constants?.modifiers ?? [];
  if (subject.constants?.kind !== "enum" || modifiers.length === 0 || isMasked(subject)) return;
  const names = values.flatMap(value => constantsIn(value));
  if (names.length === 0 || names.some(name => modifiers.includes(name))) return;
  const scope = values[0]!.scope;
  scope.report(unmaskedEnum(span, subject.name, modifiers, `~(${modifiers.join(" | ")})`));
}

/** O_TMPFILE has a bit of its own and O_DIRECTORY's: `lacks O_TMPFILE` refuses O_DIRECTORY as well. */
export function checkLacks(subject: Subject, right: Bound, bits: bigint): void {
  if (right.expr.kind !== "constant" || subject.constants?.kind !== "flags") return;
  const named = subject.constants.constants
    .filter(name => right.expr.kind === "constant" && name !== right.expr.name)
    .map(name => ({ name, bits: constant(right.scope.arch, name) ?? 0n }))
    .filter(flag => flag.bits > 0n && flag.bits !== bits && (flag.bits & bits) === flag.bits);
  const covered = named.reduce((all, flag) => all | flag.bits, 0n);
  if (named.length === 0 || covered === bits) return;
  right.scope.report(flagContainsFlag(right.expr.span, right.expr.name, named[0]!.name));
}
