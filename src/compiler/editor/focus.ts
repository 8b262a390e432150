// A quick look at a long text after an edit: only the policies and tests that the edit touches are read, and of a long policy
// only the rules beside the edit. The others become spaces, so that every offset stays what it is, and keep the findings of the
// last whole look, moved along with their text. What depends on the whole file (unused names, equal names), on a whole policy
// that is read in part (rules that another makes dead) or on its program waits for the next whole look, which replaces all this.

import type { Diagnostic, Source, Span } from "../diagnostics/diagnostic.ts";
import type { Range } from "../format/edits.ts";
import type { Item, Policy } from "../syntax/ast.ts";
import type { Snapshot } from "./snapshot.ts";

export interface Focus {
  /** To be compiled without programs: `arches: []`. */
  readonly source: Source;
  /** Characters that are read. */
  readonly size: number;
  /** What that finds, together with what is known of the rest. */
  readonly merge: (found: readonly Diagnostic[]) => readonly Diagnostic[];
}

/** `before` has a result. undefined when there is nothing to leave out. */
export function focusOn(before: Snapshot, source: Source): Focus | undefined {
  if (before.result === undefined) return undefined;
  const change = changeBetween(before.source.text, source.text);
  const { left, inPart } = leftOut(before, change);
  if (left.length === 0) return undefined;
  const moved = (span: Span): Span | undefined => (span.source === source.name ? move(span, change) : span);
  const text = blanked(
    source.text,
    left.map(range => move(range, change)!),
  );
  const kept = before.result.diagnostics
    .filter(each => each.span.source !== source.name || waits(each, inPart) || isCovered(each.span, left))
    .flatMap(each => movedFinding(each, moved) ?? []);
  const inPartNow = inPart.map(({ start, end }) => ({
    start: start > change.start ? start + change.by : start,
    end: end + (end >= change.end ? change.by : 0),
  }));
  return {
    source: { name: source.name, text },
    size: left.reduce((size, { start, end }) => size - (end - start), text.length),
    merge: found => {
      const own = found.filter(each => each.span.source === source.name && !waits(each, inPartNow));
      return [...kept, ...own].sort((a, b) => a.span.start - b.span.start);
    },
  };
}

/** Of a policy that is read in part only the mistakes of single rules are known anew. */
function waits({ code, severity, span }: Diagnostic, inPart: readonly Range[]): boolean {
  const isAboutRules = severity !== "error" || code === "shadowed";
  return ABOUT_MORE.includes(code) || (isAboutRules && inPart.some(policy => isWithin(span, policy)));
}

/** About the file, and about the program that a policy becomes. */
const ABOUT_MORE = [
  ...["unused-group", "unused-import", "unused-constant", "unused-parameter", "ignore-unused", "no-policy"],
  ...["duplicate-name", "unknown-policy", "program-too-long", "near-size-limit", "not-proved"],
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

interface LeftOut {
  /** In the order of the text. */
  readonly left: readonly Range[];
  /** The touched policies that are long: most of their rules are among `left`. */
  readonly inPart: readonly Range[];
}

/** Policies the edit leaves alone, with those of their tests that it leaves alone too, if it touches none of these. */
function leftOut({ main, source }: Snapshot, change: Change): LeftOut {
  const { policies, tests } = main.file;
  const end = lineEnd(source.text, change.end);
  const isTouched = (span: Range): boolean => span.start <= end && span.end >= change.start;
  const touched = new Set([
    ...policies.filter(({ span }) => isTouched(span)).map(({ name }) => name.text),
    ...tests.filter(({ span }) => isTouched(span)).map(({ policy }) => policy.text),
  ]);
  const long = policies.filter(({ name, span }) => touched.has(name.text) && span.end - span.start > LONG);
  const left = [
    ...policies.filter(({ name }) => !touched.has(name.text)).map(({ span }) => span),
    ...tests.filter(({ policy }) => !touched.has(policy.text)).map(({ span }) => span),
    ...long.flatMap(policy => distantRules(policy, { start: change.start, end })),
  ];
  return { left: left.toSorted((a, b) => a.start - b.start), inPart: long.map(({ span }) => span) };
}

/** A policy of this many characters is read in tens of milliseconds. */
const LONG = 8000;

/** All but those that the edit touches and their neighbours, which it may have joined to it. */
function distantRules({ items }: Policy, { start, end }: Range): readonly Range[] {
  const behind = (item: Item | undefined): boolean => item !== undefined && item.span.start > end;
  const before = (item: Item | undefined): boolean => item !== undefined && item.span.end < start;
  return items
    .filter((item, at) => item.kind !== "const" && (behind(items[at - 1]) || before(items[at + 1])))
    .map(({ span }) => span);
}

function isWithin(inner: Range, outer: Range): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/** ranges: in order, none in another. */
function isCovered(span: Range, ranges: readonly Range[]): boolean {
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[middle]!.end < span.end) low = middle + 1;
    else high = middle;
  }
  const found = ranges[low];
  return found !== undefined && isWithin(span, found);
}

function lineEnd(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  return end < 0 ? text.length : end;
}

function move<R extends Range>(range: R, { start, end, by }: Change): R | undefined {
  if (range.end <= start) return range;
  return range.start >= end ? { ...range, start: range.start + by, end: range.end + by } : undefined;
}

/** ranges: in order. Line ends stay: a word's place on its line tells what it is. */
function blanked(text: string, ranges: readonly Range[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end } of ranges) {
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
