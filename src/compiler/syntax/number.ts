// The value of a number as written. Decimal, 0x, 0o and 0b; units on decimals only (64K, 10s). What C, Rust or people write
// besides that is refused with the spelling that is meant: above all a leading zero, octal in C and decimal elsewhere, where
// a guess would turn `mode == 0644` into another rule.

import type { Diagnostic, Span } from "../diagnostics/diagnostic.ts";
import { nearest } from "../diagnostics/nearest.ts";
import { numberForm, numberTooBig, numberUnit } from "../diagnostics/spelling.ts";
import type { Num } from "./ast.ts";

const K = 1024n;

/** What a unit multiplies by: sizes in bytes, times in milliseconds. */
const UNITS: ReadonlyMap<string, bigint> = new Map([
  ["K", K],
  ["M", K ** 2n],
  ["G", K ** 3n],
  ["T", K ** 4n],
  ["ms", 1n],
  ["s", 1000n],
  ["min", 60_000n],
  ["h", 3_600_000n],
]);

/** Other spellings of the units; `m` is not here, since it may be minutes or mebibytes. */
const MEANT: ReadonlyMap<string, string> = new Map(
  Object.entries({
    K: ["k", "kb", "kib"],
    M: ["mb", "mib"],
    G: ["g", "gb", "gib"],
    T: ["t", "tb", "tib"],
    ms: ["msec", "msecs", "millis"],
    s: ["sec", "secs", "second", "seconds"],
    min: ["mins", "minute", "minutes"],
    h: ["hr", "hrs", "hour", "hours"],
  }).flatMap(([unit, spellings]) => spellings.map(spelling => [spelling, unit] as const)),
);

const BIGGEST = (1n << 64n) - 1n;

/** Reads a token that begins with a digit; a mistake is reported and the number that was meant, or 0, is given. */
export function readNumber(text: string, span: Span, report: (diagnostic: Diagnostic) => void): Num {
  const based = /^0(?:x[0-9a-fA-F]+|o[0-7]+|b[01]+)$/.test(text) ? text : undefined;
  // Second, for the letters of 0xff look like a unit of 0.
  const plain = based === undefined ? /^(?!0[xob])(0|[1-9][0-9]*)([A-Za-z]*)$/i.exec(text) : null;
  if (plain !== null) {
    const [, digits, suffix] = plain;
    const unit = suffix === "" ? undefined : readUnit(digits!, suffix!, span, report);
    const value = BigInt(digits!) * (unit === undefined ? 1n : UNITS.get(unit)!);
    return { kind: "number", value: fitting(value, span, report), text, ...(unit !== undefined && { unit }), span };
  }
  if (based === undefined) report(numberForm(span, { text, ...meantSpelling(text) }));
  const value = BigInt(based ?? meantSpelling(text).meant ?? 0);
  return { kind: "number", value: fitting(value, span, report), text, span };
}

function fitting(value: bigint, span: Span, report: (diagnostic: Diagnostic) => void): bigint {
  if (value <= BIGGEST) return value;
  report(numberTooBig(span));
  return 0n;
}

function readUnit(
  digits: string,
  suffix: string,
  span: Span,
  report: (diagnostic: Diagnostic) => void,
): string | undefined {
  if (UNITS.has(suffix)) return suffix;
  if (isIntegerSuffix(suffix)) {
    report(numberForm(span, { text: digits + suffix, problem: "c-suffix", meant: digits }));
    return undefined;
  }
  const meant = MEANT.get(suffix.toLowerCase()) ?? (suffix.length > 1 ? nearest(suffix, UNITS.keys()) : undefined);
  report(numberUnit(span, { digits, unit: suffix, ...(meant !== undefined && { meant }), units: [...UNITS.keys()] }));
  return meant;
}

type Misspelling = Omit<Parameters<typeof numberForm>[1], "text">;

function meantSpelling(text: string): Misspelling {
  const grouped = text.replaceAll("_", "");
  if (grouped !== text && /^(?:0x[0-9a-fA-F]+|0o[0-7]+|0b[01]+|0|[1-9][0-9]*)$/.test(grouped)) {
    return { problem: "grouped", meant: grouped };
  }
  if (text.includes(".")) return { problem: "fraction" };
  if (/^00+$/.test(text)) return { problem: "leading-zero", meant: "0" };
  if (/^0[0-7]+$/.test(text)) return { problem: "leading-zero", meant: `0o${text.replace(/^0+/, "")}` };
  if (/^0[0-9]+$/.test(text)) return { problem: "leading-zero", meant: text.replace(/^0+/, "") };
  if (/^0[XOB]/.test(text)) {
    const lower = text.slice(0, 2).toLowerCase() + text.slice(2);
    if (/^0(?:x[0-9a-fA-F]+|o[0-7]+|b[01]+)$/.test(lower)) return { problem: "upper-case-prefix", meant: lower };
  }
  const suffixed = /^(0x[0-9a-fA-F]+|0b[01]+|0[0-7]*)([uUlL]+)$/.exec(text);
  if (suffixed !== null && isIntegerSuffix(suffixed[2]!)) {
    const inner = meantSpelling(suffixed[1]!);
    return { problem: "c-suffix", meant: inner.meant ?? suffixed[1]! };
  }
  if (/^0[xob]/.test(text)) return { problem: "digits" };
  return { problem: "other" };
}

function isIntegerSuffix(suffix: string): boolean {
  return /^(?:u(?:l{1,2})?|l{1,2}u?)$/i.test(suffix);
}
