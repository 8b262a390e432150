// A change of one text as `diff -u` shows it. The edits are known, so which lines differ is known too.

import type { Edit } from "../compiler/index.ts";

/** Lines of context around a change. */
const CONTEXT = 3;

/** Half-open ranges of lines, from 0: what is replaced, and by what. */
interface Change {
  readonly from: number;
  readonly to: number;
  readonly newFrom: number;
  readonly newTo: number;
}

export function unifiedDiff(name: string, before: string, after: string, edits: readonly Edit[]): string {
  const [old, now] = [linesOf(before), linesOf(after)];
  const hunks = hunksOf(changesOf(before, after, edits).map(change => trimmed(change, old, now)));
  const shown = hunks.map(hunk => showHunk(hunk, old, now));
  return shown.length === 0 ? "" : `--- ${name}\n+++ ${name}\n${shown.join("")}`;
}

/** Each with its end; the last may have none. */
function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function changesOf(before: string, after: string, edits: readonly Edit[]): readonly Change[] {
  const [oldLine, newLine] = [lineCounter(before), lineCounter(after)];
  const changes: Change[] = [];
  let shift = 0;
  for (const { start, end, text } of edits) {
    const [from, newFrom] = [oldLine(start), newLine(start + shift)];
    shift += text.length - (end - start);
    const [to, newTo] = [oldLine(end) + 1, newLine(end + shift) + 1];
    const last = changes.at(-1);
    if (last !== undefined && from < last.to) changes[changes.length - 1] = { ...last, to, newTo };
    else changes.push({ from, to, newFrom, newTo });
  }
  return changes;
}

/** The line of an offset, from 0. Offsets are asked for in ascending order. */
function lineCounter(text: string): (offset: number) => number {
  let [line, next] = [0, text.indexOf("\n")];
  return offset => {
    while (next >= 0 && next < offset) {
      line++;
      next = text.indexOf("\n", next + 1);
    }
    return line;
  };
}

/** Without the lines that both begin or end with: an edit that takes a blank line out touches its neighbour too. */
function trimmed({ from, to, newFrom, newTo }: Change, old: readonly string[], now: readonly string[]): Change {
  let [a, b, c, d] = [from, Math.min(to, old.length), newFrom, Math.min(newTo, now.length)];
  while (a < b && c < d && old[a] === now[c]) {
    a++;
    c++;
  }
  while (a < b && c < d && old[b - 1] === now[d - 1]) {
    b--;
    d--;
  }
  return { from: a, to: b, newFrom: c, newTo: d };
}

/** Changes whose contexts touch are shown together. */
function hunksOf(changes: readonly Change[]): readonly (readonly Change[])[] {
  const hunks: Change[][] = [];
  for (const change of changes) {
    const last = hunks.at(-1);
    if (last !== undefined && change.from - last.at(-1)!.to <= 2 * CONTEXT) last.push(change);
    else hunks.push([change]);
  }
  return hunks;
}

function showHunk(changes: readonly Change[], old: readonly string[], now: readonly string[]): string {
  const [first, last] = [changes[0]!, changes.at(-1)!];
  const above = Math.min(CONTEXT, first.from);
  const below = Math.min(CONTEXT, old.length - last.to);
  const shown: string[] = [];
  let at = first.from - above;
  for (const { from, to, newFrom, newTo } of changes) {
    shown.push(
      ...marked(" ", old.slice(at, from)),
      ...marked("-", old.slice(from, to)),
      ...marked("+", now.slice(newFrom, newTo)),
    );
    at = to;
  }
  shown.push(...marked(" ", old.slice(at, at + below)));
  const oldRange = range(first.from - above, last.to + below);
  const newRange = range(first.newFrom - above, last.newTo + below);
  return `@@ -${oldRange} +${newRange} @@\n${shown.join("")}`;
}

function marked(mark: string, lines: readonly string[]): readonly string[] {
  return lines.map(line => (line.endsWith("\n") ? `${mark}${line}` : `${mark}${line}\n\\ No newline at end of file\n`));
}

/** As diff counts: from 1, and an empty range is named by the line above it. */
function range(from: number, to: number): string {
  const count = to - from;
  const first = count === 0 ? from : from + 1;
  return count === 1 ? `${first}` : `${first},${count}`;
}
