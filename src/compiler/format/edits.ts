// The difference between a text and its layout as edits. Words and comments are the same in both, in the same order; so the
// edits are what differs between each and the next, and no search is needed.

import { Bug } from "../diagnostics/diagnostic.ts";
import type { File } from "../syntax/ast.ts";
import type { Lexed } from "../syntax/tokens.ts";

/** UTF-16 offsets, end exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface Edit extends Range {
  readonly text: string;
}

/** lexed: of the text before. Throws a Bug unless the text after has the same words and comments. */
export function editsBetween(before: string, lexed: Lexed, after: string): readonly Edit[] {
  if (before === after) return [];
  const edits: Edit[] = [];
  let [oldEnd, newEnd] = [0, 0];
  const compareGap = (oldStart: number, newStart: number): void => {
    const edit = editOf(before.slice(oldEnd, oldStart), after.slice(newEnd, newStart), oldEnd);
    if (edit !== undefined) edits.push(edit);
  };
  for (const { image, startOffset } of anchors(lexed)) {
    // White space at the end of a comment is none of it.
    const text = image.startsWith("//") ? image.trimEnd() : image;
    const start = skipGap(after, newEnd);
    if (!after.startsWith(text, start)) throw new Bug(`the formatter lost ${text} at ${startOffset}`);
    compareGap(startOffset, start);
    oldEnd = startOffset + text.length;
    newEnd = start + text.length;
  }
  if (skipGap(after, newEnd) < after.length) throw new Bug(`the formatter added ${after.slice(newEnd)}`);
  compareGap(before.length, after.length);
  return edits;
}

/** All but white space and the marks that the layout may leave out or put in, in the order of the text. */
function* anchors({ tokens, comments }: Lexed): Generator<Lexed["tokens"][number]> {
  let next = 0;
  for (const token of tokens) {
    while (next < comments.length && comments[next]!.startOffset < token.startOffset) yield comments[next++]!;
    if (token.image.length > 1 || !MARKS.includes(token.image)) yield token;
  }
  yield* comments.slice(next);
}

const MARKS = "(){},";

function skipGap(text: string, from: number): number {
  let at = from;
  while (at < text.length && " \n\r(){},".includes(text[at]!)) at++;
  return at;
}

/** Without what the two begin and end with alike. */
function editOf(before: string, after: string, offset: number): Edit | undefined {
  if (before === after) return undefined;
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  let foot = 0;
  while (foot < shorter - head && before.at(-1 - foot) === after.at(-1 - foot)) foot++;
  const [start, end] = [offset + head, offset + before.length - foot];
  return { start, end, text: after.slice(head, after.length - foot) };
}

/** The edits that touch the range, widened to whole statements: half a pair of parentheses must not go. */
export function within(edits: readonly Edit[], range: Range, file: File): readonly Edit[] {
  const touched = edits.filter(({ start, end }) => start <= range.end && end >= range.start);
  const start = touched.reduce((least, edit) => Math.min(least, edit.start), range.start);
  const end = touched.reduce((most, edit) => Math.max(most, edit.end), range.end);
  // An edit behind a statement may begin in it: with the parenthesis that closes it.
  const wider = statementsOf(file).reduce(
    (whole, part) =>
      part.start >= end || part.end <= start
        ? whole
        : { start: Math.min(whole.start, part.start), end: Math.max(whole.end, part.end) },
    { start, end },
  );
  return wider.start === range.start && wider.end === range.end ? touched : within(edits, wider, file);
}

/** The places of what is changed as a whole. */
function statementsOf({ imports, consts, groups, policies, tests }: File): Range[] {
  return [
    ...[...imports, ...consts].map(({ span }) => span),
    ...groups.flatMap(({ span, items }) => partsOf(span, items)),
    ...policies.flatMap(({ span, heads, items, sections }) => partsOf(span, [...heads, ...items, ...sections])),
    ...tests.flatMap(({ span, rows }) => partsOf(span, rows)),
  ];
}

/** A declaration's statements, and what stands in front of them. */
function partsOf(whole: Range, statements: readonly { readonly span: Range }[]): Range[] {
  const spans = statements.map(({ span }) => span);
  const first = spans.reduce((least, { start }) => Math.min(least, start), whole.end);
  return [{ start: whole.start, end: first }, ...spans];
}

export function applied(text: string, edits: readonly Edit[]): string {
  let at = 0;
  const parts: string[] = [];
  for (const edit of edits) {
    parts.push(text.slice(at, edit.start), edit.text);
    at = edit.end;
  }
  return parts.join("") + text.slice(at);
}
