// Lines in, text out. Neighbouring lines that read as a table get columns: the calls and the `if`s of rules with the same
// action, the verdicts of tests, the entries of sections, and the comments behind lines. A table whose columns would stand
// far apart, or be too long, is left as it is.

import { type Cell, type Line, WIDTH } from "./writer.ts";

/** More spaces than this between a word and its column do not read as a table. */
const WIDEST_CELL_GAP = 16;
const WIDEST_COMMENT_GAP = 40;

export function alignedText(lines: readonly Line[], newLine: string): string {
  const rows = lines.map(alignable);
  for (const run of runs(rows, isSameTable)) alignCells(run);
  for (const run of runs(rows, isSameColumn)) alignComments(run);
  const text = rows.map(({ line, code, comment }) => {
    const written = `${code === "" ? "" : " ".repeat(line.indent)}${code}${comment}`;
    return `${line.blankBefore ? newLine : ""}${written}${newLine}`;
  });
  return text.join("");
}

interface Alignable {
  readonly line: Line;
  code: string;
  cells: readonly Cell[];
  /** With the spaces in front. */
  comment: string;
}

function alignable(line: Line): Alignable {
  return {
    line,
    code: line.code,
    cells: line.row?.cells ?? [],
    comment: line.comment === undefined ? "" : `  ${line.comment}`,
  };
}

/** Maximal runs of two or more neighbours without a blank line between. */
function* runs(rows: readonly Alignable[], together: (a: Line, b: Line) => boolean): Generator<readonly Alignable[]> {
  for (let from = 0, to = 1; from < rows.length; from = to++) {
    while (to < rows.length && !rows[to]!.line.blankBefore && together(rows[to - 1]!.line, rows[to]!.line)) to++;
    if (to - from > 1) yield rows.slice(from, to);
  }
}

function isSameTable(a: Line, b: Line): boolean {
  return a.row !== undefined && a.row.key === b.row?.key && a.indent === b.indent;
}

function isSameColumn(a: Line, b: Line): boolean {
  return a.comment !== undefined && b.comment !== undefined && a.indent === b.indent;
}

/** Column by column, from the left: neighbours whose n-th cell has the same name. */
function alignCells(rows: readonly Alignable[]): void {
  const columns = most(rows.map(({ cells }) => cells.length));
  for (let column = 0; column < columns; column++) {
    for (let from = 0, to = 1; from < rows.length; from = to++) {
      const name = rows[from]!.cells[column]?.name;
      while (to < rows.length && rows[to]!.cells[column]?.name === name) to++;
      if (name !== undefined) alignColumn(rows.slice(from, to), column);
    }
  }
}

function alignColumn(rows: readonly Alignable[], column: number): void {
  const places = rows.map(({ cells }) => cells[column]!.at);
  const place = most(places);
  const isTable = place - least(places) <= WIDEST_CELL_GAP;
  const fits = rows.every(({ line, code }, i) => line.indent + code.length + place - places[i]! <= WIDTH);
  if (!isTable || !fits) return;
  rows.forEach((row, i) => {
    const by = place - places[i]!;
    row.code = row.code.slice(0, places[i]) + " ".repeat(by) + row.code.slice(places[i]);
    row.cells = row.cells.map((cell, at) => (at < column ? cell : { ...cell, at: cell.at + by }));
  });
}

/** A line without code goes on with the comment above it. */
function alignComments(rows: readonly Alignable[]): void {
  const widths = rows.map(({ code }) => code.length).filter(width => width > 0);
  const widest = most(widths);
  const isTable = widest - least(widths) <= WIDEST_COMMENT_GAP;
  let width = widest;
  for (const row of rows) {
    if (!isTable && row.code !== "") width = row.code.length;
    const spaces = width - row.code.length + (row.code === "" ? row.line.indent : 0);
    row.comment = " ".repeat(spaces) + row.comment;
  }
}

// Math.max(...numbers) would put every line of a long table on the call stack.
function most(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => Math.max(a, b), 0);
}

function least(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}
