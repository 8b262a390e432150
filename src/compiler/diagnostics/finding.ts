// How the catalogues of this folder make a finding, and how they show numbers, lists and near misses.

import type { Diagnostic, Span } from "./diagnostic.ts";

export type Related = NonNullable<Diagnostic["related"]>;

export function error(code: string, span: Span, message: string, hint?: string, related?: Related): Diagnostic {
  return finding("error", code, span, message, hint, related);
}

export function warning(code: string, span: Span, message: string, hint?: string, related?: Related): Diagnostic {
  return finding("warning", code, span, message, hint, related);
}

export function hint(code: string, span: Span, message: string, hint?: string, related?: Related): Diagnostic {
  return finding("hint", code, span, message, hint, related);
}

function finding(
  severity: Diagnostic["severity"],
  code: string,
  span: Span,
  message: string,
  hint: string | undefined,
  related: Related | undefined,
): Diagnostic {
  return {
    code,
    severity,
    message,
    span,
    ...(hint === undefined ? {} : { hint }),
    ...(related === undefined ? {} : { related }),
  };
}

/** A hint and, where the nearest name is known, the edit that takes it. */
export function didYouMean(diagnostic: Diagnostic, nearest: string | undefined): Diagnostic {
  if (nearest === undefined) return diagnostic;
  return {
    ...diagnostic,
    hint: `did you mean \`${nearest}\`?`,
    fix: { title: `write \`${nearest}\``, guess: true, edits: [{ span: diagnostic.span, text: nearest }] },
  };
}

/** Decimal, and hexadecimal too where that is how people write it. */
export function show(value: bigint): string {
  const size = value < 0n ? -value : value;
  return size < 4096n ? `${value}` : `${value} (${value < 0n ? "-" : ""}0x${size.toString(16)})`;
}

/** `read`, `read and write`, `read, write and 3 others`. */
export function names(of: readonly string[]): string {
  const shown = of.slice(0, of.length > 4 ? 3 : 4).map(name => `\`${name}\``);
  const last = of.length > 4 ? `${of.length - 3} others` : shown.pop()!;
  return shown.length === 0 ? last : `${shown.join(", ")} and ${last}`;
}

export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

export function onList(arches: readonly string[]): string {
  return arches.length === 1 ? arches[0]! : `{${arches.join(", ")}}`;
}
