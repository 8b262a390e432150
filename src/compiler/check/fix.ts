// The fixes that need nobody's opinion, applied to one text until none is left. In: a text and what finds
// its mistakes; out: the new text and its edits. A round that leaves more errors than it found is taken back.

import type { Diagnostic, Source } from "../diagnostics/diagnostic.ts";

/** UTF-16 offsets, end exclusive. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface Fixed {
  readonly source: Source;
  readonly text: string;
  /** Each applied fix, in order. */
  readonly titles: readonly string[];
}

/** A fix may bring up the next; no text needs more rounds than this. */
const ROUNDS = 10;

export function fixSource(source: Source, find: (source: Source) => readonly Diagnostic[]): Fixed {
  let text = source.text;
  let findings = find(source);
  const titles: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { edits, applied } = chooseFixes(source.name, findings);
    if (edits.length === 0) break;
    const next = applyEdits(text, edits);
    const left = find({ name: source.name, text: next });
    if (errors(left) > errors(findings)) break;
    titles.push(...applied);
    text = next;
    findings = left;
  }
  return { source, text, titles };
}

function errors(findings: readonly Diagnostic[]): number {
  return findings.filter(({ severity }) => severity === "error").length;
}

/** Every fix of this file that overlaps no earlier one; the next round sees the others. */
function chooseFixes(name: string, findings: readonly Diagnostic[]) {
  const edits: Edit[] = [];
  const applied: string[] = [];
  for (const { code, fix } of findings) {
    if (fix === undefined || fix.guess || fix.edits.some(({ span }) => span.source !== name)) continue;
    const own = fix.edits.map(({ span, text }) => ({ start: span.start, end: span.end, text }));
    if (own.some(a => edits.some(b => a.start <= b.end && b.start <= a.end))) continue;
    edits.push(...own);
    applied.push(`${code}: ${fix.title}`);
  }
  return { edits: edits.sort((a, b) => a.start - b.start), applied };
}

function applyEdits(text: string, edits: readonly Edit[]): string {
  let made = "";
  let at = 0;
  for (const edit of edits) {
    const { start, end } = edit.text === "" ? wholeLine(text, edit) : edit;
    made += text.slice(at, Math.max(at, start)) + edit.text;
    at = Math.max(at, end);
  }
  return made + text.slice(at);
}

/** What is removed takes its line with it when nothing else is there, and the space in front of it when it was the end. */
export function wholeLine(
  text: string,
  { start, end }: { readonly start: number; readonly end: number },
): { readonly start: number; readonly end: number } {
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const newline = text.indexOf("\n", end);
  const lineEnd = newline < 0 ? text.length : newline;
  const isAlone = text.slice(lineStart, start).trim() === "";
  const rest = text.slice(end, lineEnd);
  // A comment behind it stays, in its place.
  if (rest.trim() !== "") return { start, end: isAlone ? lineEnd - rest.trimStart().length : end };
  if (isAlone) return { start: lineStart, end: newline < 0 ? lineEnd : newline + 1 };
  return { start: lineStart + text.slice(lineStart, start).trimEnd().length, end: lineEnd };
}
