// A quick look at a long text after an edit: only the policies and tests that the edit touches are compiled. The others become
// spaces, so that every offset stays what it is, and keep the findings of the last whole look, moved along with their text. What
// depends on the whole file (unused names, equal names) waits for the next whole look, which replaces all of this.

import type { Diagnostic, Source, Span } from "../diagnostics/diagnostic.ts";
import type { Range } from "../format/edits.ts";
import type { Snapshot } from "./snapshot.ts";

export interface Focus {
  /** To be compiled. */
  readonly source: Source;
  /** What that finds, together with what is known of the rest. */
  readonly merge: (found: readonly Diagnostic[]) => readonly Diagnostic[];
}

/** `before` has a result. undefined when there is nothing to leave out. */
export function focusOn(before: Snapshot, source: Source): Focus | undefined {
  const diagnostics = before.result?.diagnostics;
  if (diagnostics === undefined) return undefined;
  const change = changeBetween(before.source.text, source.text);
  const left = leftOut(before, change);
  if (left.length === 0) return undefined;
  const moved = (span: Span): Span | undefined => (span.source === source.name ? move(span, change) : span);
  const text = blanked(
    source.text,
    left.map(span => move(span, change)!),
  );
  const isKept = ({ code, span }: Diagnostic): boolean =>
    span.source !== source.name ||
    ABOUT_THE_FILE.includes(code) ||
    left.some(out => out.start <= span.start && span.end <= out.end);
  const kept = diagnostics.filter(isKept).flatMap(each => movedFinding(each, moved) ?? []);
  return {
    source: { name: source.name, text },
    merge: found => {
      const own = found.filter(({ code, span }) => span.source === source.name && !ABOUT_THE_FILE.includes(code));
      return [...kept, ...own].sort((a, b) => a.span.start - b.span.start);
    },
  };
}

const ABOUT_THE_FILE = [
  ...["unused-group", "unused-import", "unused-constant", "unused-parameter", "ignore-unused", "no-policy"],
  ...["duplicate-name", "unknown-policy"],
];

interface Change {
  readonly start: number;
  /** In the text before. */
  readonly end: number;
  /** By how much the text behind it moves. */
  readonly by: number;
}

function changeBetween(before: string, after: string): Change {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let foot = 0;
  while (
    foot < shorter - start &&
    before.charCodeAt(before.length - 1 - foot) === after.charCodeAt(after.length - 1 - foot)
  ) {
    foot++;
  }
  return { start, end: before.length - foot, by: after.length - before.length };
}

/** Policies the edit leaves alone, with those of their tests that it leaves alone too, if it touches none of these. */
function leftOut({ main, source }: Snapshot, change: Change): readonly Range[] {
  const { policies, tests } = main.file;
  const isTouched = (span: Range): boolean =>
    span.start <= lineEnd(source.text, change.end) && span.end >= change.start;
  const touched = new Set([
    ...policies.filter(({ span }) => isTouched(span)).map(({ name }) => name.text),
    ...tests.filter(({ span }) => isTouched(span)).map(({ policy }) => policy.text),
  ]);
  return [
    ...policies.filter(({ name }) => !touched.has(name.text)),
    ...tests.filter(({ policy }) => !touched.has(policy.text)),
  ].map(({ span }) => span);
}

function lineEnd(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  return end < 0 ? text.length : end;
}

function move<R extends Range>(range: R, { start, end, by }: Change): R | undefined {
  if (range.end <= start) return range;
  return range.start >= end ? { ...range, start: range.start + by, end: range.end + by } : undefined;
}

/** Line ends stay: a word's place on its line tells what it is. */
function blanked(text: string, ranges: readonly Range[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end } of ranges.toSorted((a, b) => a.start - b.start)) {
    parts.push(text.slice(at, start), text.slice(start, end).replace(/[^\r\n]/g, " "));
    at = end;
  }
  return parts.join("") + text.slice(at);
}

/** undefined where the edit took a part of what it is about; a fix or a note about such a part is dropped alone. */
function movedFinding(finding: Diagnostic, moved: (span: Span) => Span | undefined): Diagnostic | undefined {
  const span = moved(finding.span);
  if (span === undefined) return undefined;
  const { fix, related, ...rest } = finding;
  const edits = fix?.edits.flatMap(edit => {
    const place = moved(edit.span);
    return place === undefined ? [] : [{ ...edit, span: place }];
  });
  const notes = related?.flatMap(note => {
    const place = moved(note.span);
    return place === undefined ? [] : [{ ...note, span: place }];
  });
  return {
    ...rest,
    span,
    ...(notes === undefined ? {} : { related: notes }),
    ...(fix !== undefined && edits?.length === fix.edits.length ? { fix: { ...fix, edits } } : {}),
  };
}
