// Draws a diagnostic for a terminal: what, where, the lines concerned with the place underlined, what to do. Text and spans
// in, text out; with `color`, ANSI colours. Whatever a policy contains, the drawing keeps its columns: tabs become spaces,
// wide characters count two cells, combining ones none, and characters that steer a terminal or hide are shown by number.

import type { Diagnostic, Severity, Source, Span } from "./diagnostic.ts";

export interface Position {
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 units, as editors count. */
  readonly column: number;
}

export function position(source: Source, offset: number): Position {
  const starts = lineStarts(source.text);
  const line = lineAt(starts, offset);
  return { line: line + 1, column: offset - starts[line]! + 1 };
}

/** The offset at which each line begins; a line ends with \n, \r\n or \r. */
export function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (const { 0: end, index } of text.matchAll(/\r\n|\n|\r/g)) starts.push(index + end.length);
  return starts;
}

/** The 0-based line of an offset. */
function lineAt(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Ends with a newline. A span whose source is not among `sources` is named, not drawn. */
export function renderDiagnostic(
  diagnostic: Diagnostic,
  sources: readonly Source[],
  options: { readonly color: boolean },
): string {
  const paint: Paint = options.color ? (style, text) => `\u001b[${STYLES[style]}m${text}\u001b[0m` : (_, text) => text;
  const { severity, code, message, span, hint, fix, related = [] } = diagnostic;
  const marks: Mark[] = [{ span, message: "", style: severity }];
  for (const other of related) marks.push({ span: other.span, message: other.message, style: "frame" });
  const names = [...new Set(marks.map(mark => mark.span.source))];
  const files = names.map(name => {
    const source = sources.find(candidate => candidate.name === name);
    return prepare(
      name,
      source,
      marks.filter(mark => mark.span.source === name),
    );
  });
  const gutter = Math.max(...files.map(file => file.gutter));
  const lines = [paint(severity, `${severity}[${code}]`) + paint("title", `: ${message}`)];
  for (const file of files) lines.push(...drawFile(file, gutter, paint));
  if (hint !== undefined) lines.push(...drawNote("hint", hint, gutter, paint));
  const isSaid = fix !== undefined && hint?.replaceAll("`", "") === fix.title;
  if (fix !== undefined && !isSaid) lines.push(...drawNote("fix", fix.title, gutter, paint));
  return `${lines.join("\n")}\n`;
}

type Style = Severity | "title" | "frame";
type Paint = (style: Style, text: string) => string;

const STYLES: Readonly<Record<Style, string>> = {
  error: "1;31",
  warning: "1;33",
  hint: "1;36",
  title: "1",
  frame: "34",
};

interface Mark {
  readonly span: Span;
  readonly message: string;
  readonly style: Style;
}

interface File {
  readonly name: string;
  readonly text: string | undefined;
  readonly starts: readonly number[];
  readonly marks: readonly Mark[];
  /** Width of its widest line number. */
  readonly gutter: number;
}

function prepare(name: string, source: Source | undefined, marks: readonly Mark[]): File {
  if (source === undefined) return { name, text: undefined, starts: [], marks, gutter: 1 };
  const starts = lineStarts(source.text);
  const last = Math.max(...marks.map(mark => lineAt(starts, mark.span.end)));
  return { name, text: source.text, starts, marks, gutter: `${last + 1}`.length };
}

function drawFile(file: File, gutter: number, paint: Paint): string[] {
  const { name, text, starts, marks } = file;
  const margin = " ".repeat(gutter + 1);
  if (text === undefined) return [`${margin}${paint("frame", "┌─")} ${name}`];
  const at = marks[0]!.span.start;
  const line = lineAt(starts, at);
  const lines = [`${margin}${paint("frame", "┌─")} ${name}:${line + 1}:${at - starts[line]! + 1}`];
  lines.push(`${margin}${paint("frame", "│")}`);
  let shown = -1;
  for (const row of rows(file)) {
    if (row.line !== shown) {
      if (shown >= 0 && row.line > shown + 1) lines.push(`${margin}${paint("frame", "·")}`);
      lines.push(`${paint("frame", `${`${row.line + 1}`.padStart(gutter)} │`)} ${row.view.text}`.trimEnd());
      shown = row.line;
    }
    const { from, to } = row;
    const sign = row.mark.style === "frame" ? "─" : "^";
    const message = row.message === "" ? "" : ` ${row.message}`;
    lines.push(
      `${margin}${paint("frame", "│")} ${" ".repeat(from)}${paint(row.mark.style, sign.repeat(to - from) + message)}`,
    );
  }
  lines.push(`${margin}${paint("frame", "│")}`);
  return lines;
}

interface Row {
  readonly line: number;
  readonly view: View;
  readonly mark: Mark;
  readonly message: string;
  /** Cells to underline. */
  readonly from: number;
  readonly to: number;
}

/** One underline a mark; a mark of several lines has one on its first and one on its last line. */
function rows({ text, starts, marks }: File): Row[] {
  const found: Row[] = [];
  for (const mark of marks) {
    const { start, end } = mark.span;
    const first = lineAt(starts, start);
    const last = end > start ? lineAt(starts, end - 1) : first;
    for (const line of first === last ? [first] : [first, last]) {
      const lineStart = starts[line]!;
      const content = text!.slice(lineStart, starts[line + 1] ?? text!.length).replace(/[\r\n]+$/, "");
      const from = line === first ? start - lineStart : /^\s*/.exec(content)![0].length;
      const to = line === last ? end - lineStart : content.length;
      const view = viewLine(content, from, to);
      const message = line === last ? mark.message : "";
      found.push({ line, mark, message, view, from: view.from, to: Math.max(view.to, view.from + 1) });
    }
  }
  const rank = (row: Row): number => (row.mark.style === "frame" ? 1 : 0);
  return found.sort((a, b) => a.line - b.line || rank(a) - rank(b) || a.from - b.from);
}

interface View {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

const TAB = 4;
const WIDEST = 160;

/** A line as it is shown, and the cells that from..to take in it. A very long line is cut to what is near `from`. */
function viewLine(content: string, from: number, to: number): View {
  const cut = content.length > WIDEST ? Math.max(0, from - WIDEST / 2) : 0;
  const shown = content.slice(cut, cut + WIDEST);
  let text = cut > 0 ? "…" : "";
  let cells = text.length;
  let [start, end] = [cells, cells];
  let offset = cut;
  for (const character of shown) {
    if (offset === from) start = cells;
    const drawn = drawCharacter(character, cells);
    text += drawn.text;
    cells += drawn.cells;
    offset += character.length;
    if (offset <= from) start = cells;
    if (offset <= to) end = cells;
  }
  if (cut + WIDEST < content.length) text += "…";
  return { text, from: start, to: end };
}

// Combining marks, by Unicode; wide are CJK, Hangul, kana, full-width forms and emoji.
const COMBINING = /^\p{M}$/u;
const STEERING = /^[\p{Cc}\p{Cf}\u2028\u2029]$/u;
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]$/u;

function drawCharacter(character: string, cells: number): { readonly text: string; readonly cells: number } {
  if (character >= " " && character <= "~") return { text: character, cells: 1 };
  if (character === "\t") {
    const width = TAB - (cells % TAB);
    return { text: " ".repeat(width), cells: width };
  }
  if (STEERING.test(character)) {
    const text = `<U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}>`;
    return { text, cells: text.length };
  }
  if (COMBINING.test(character)) return { text: character, cells: 0 };
  return { text: character, cells: WIDE.test(character) ? 2 : 1 };
}

function drawNote(label: string, text: string, gutter: number, paint: Paint): string[] {
  const [first, ...rest] = text.split("\n");
  const margin = " ".repeat(gutter + 1);
  const indent = " ".repeat(label.length + 4);
  return [
    `${margin}${paint("frame", "=")} ${paint("title", `${label}:`)} ${first}`,
    ...rest.map(line => margin + indent + line),
  ];
}
