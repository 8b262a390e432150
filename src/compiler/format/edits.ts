// The difference between a text and its layout as edits. Words and comments are the same in both, in the same order; so the
// edits are what differs between each and the next, and no search is needed.

import { Bug, type Span } from "../diagnostics/diagnostic.ts";
import type { File } from "../syntax/ast.ts";
import { lex } from "../syntax/tokens.ts";

/** UTF-16 offsets, end exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface Edit extends Range {
  readonly text: string;
}

export function editsBetween(before: string, after: string): readonly Edit[] {
  const [old, laidOut] = [anchors(before), anchors(after)];
  const edits: Edit[] = [];
  let [oldEnd, newEnd] = [0, 0];
  for (let i = 0; i <= Math.max(old.length, laidOut.length); i++) {
    const [a, b] = [old[i], laidOut[i]];
    if (a?.text !== b?.text) throw new Bug(`the formatter wrote ${b?.text ?? "nothing"} for ${a?.text ?? "nothing"}`);
    const [oldStart, newStart] = [a?.start ?? before.length, b?.start ?? after.length];
    edits.push(...editOf(before.slice(oldEnd, oldStart), after.slice(newEnd, newStart), oldEnd));
    oldEnd = oldStart + (a?.text.length ?? 0);
    newEnd = newStart + (b?.text.length ?? 0);
  }
  return edits;
}

interface Anchor {
  readonly text: string;
  readonly start: number;
}

/** All but white space and the marks that the layout may leave out or put in. */
function anchors(text: string): readonly Anchor[] {
  const { tokens, comments } = lex(text);
  const words = tokens
    .filter(({ image }) => !/^[(){},]$/.test(image))
    .map(({ image, startOffset }) => ({ text: image, start: startOffset }));
  if (comments.length === 0) return words;
  const remarks = comments.map(({ image, startOffset }) => ({ text: image.trimEnd(), start: startOffset }));
  return [...words, ...remarks].sort((a, b) => a.start - b.start);
}

/** Without what the two begin and end with alike. */
function editOf(before: string, after: string, offset: number): Edit[] {
  if (before === after) return [];
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  let foot = 0;
  while (foot < shorter - head && before.at(-1 - foot) === after.at(-1 - foot)) foot++;
  const [start, end] = [offset + head, offset + before.length - foot];
  return [{ start, end, text: after.slice(head, after.length - foot) }];
}

/** The edits that touch the range, widened to whole statements: half a pair of parentheses must not go. */
export function within(edits: readonly Edit[], range: Range, file: File): readonly Edit[] {
  let { start, end } = range;
  for (const { start: from, end: to } of statementsOf(file)) {
    if (from >= range.end || to <= range.start) continue;
    start = Math.min(start, from);
    end = Math.max(end, to);
  }
  return edits.filter(edit => edit.start <= end && edit.end >= start);
}

function statementsOf({ imports, consts, groups, policies, tests }: File): Span[] {
  return [
    ...[...imports, ...consts],
    ...groups.flatMap(({ items }) => items),
    ...policies.flatMap(({ heads, items, sections }) => [...heads, ...items, ...sections]),
    ...tests.flatMap(({ rows }) => rows),
  ].map(({ span }) => span);
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
