// Documents in, lines out: decides which groups break. A line's end stays pending until something follows, so that a comment
// behind the last word still gets onto its line. Lines keep code, comment and cells apart for align.ts.

import { breaks, type Comment, type Doc, isList, leadsWithBreak } from "./doc.ts";

export const WIDTH = 120;
export const INDENT = 2;

export interface Line {
  readonly indent: number;
  readonly code: string;
  /** Behind the code; without code, it goes on below the comment of the line before. */
  readonly comment?: string;
  readonly blankBefore: boolean;
  readonly row?: Row;
}

export interface Row {
  readonly key: string;
  readonly cells: readonly Cell[];
}

export interface Cell {
  readonly name: string;
  /** Where it begins in the line's code. */
  readonly at: number;
}

export interface Writer {
  readonly lines: readonly Line[];
  /** Ends the line; what follows is indented so far. */
  newLine(indent: number): void;
  /** Asks for a blank line before the next one; at the start of a file or a block there is none. */
  blank(): void;
  write(doc: Doc, indent: number): void;
}

type Fill = Extract<Doc, { kind: "fill" }>;
type Mark = Extract<Doc, { kind: "mark" }>;

interface Writing {
  readonly indent: number;
  readonly flat: boolean;
}

type Command =
  | (Writing & { readonly kind: "write"; readonly doc: Doc })
  | (Writing & { readonly kind: "fill"; readonly fill: Fill; readonly at: number })
  | { readonly kind: "end of row"; readonly key: string; readonly line: number };

export function createWriter(): Writer {
  const lines: { -readonly [K in keyof Line]: Line[K] }[] = [];
  /** Between the last word and the next: spaces, or a new line's indentation. */
  let pending: { readonly spaces: number } | { readonly indent: number } = { indent: 0 };
  let wantsBlank = false;
  let marks: Mark[] = [];
  let cells: (Cell & { readonly key: string })[] = [];

  function column(): number {
    if ("indent" in pending) return pending.indent;
    const { indent, code } = lines.at(-1)!;
    return indent + code.length + pending.spaces;
  }

  function addLine(indent: number, code: string): void {
    lines.push({ indent, code, blankBefore: wantsBlank && lines.length > 0 && !opensList(lines.at(-1)!) });
    wantsBlank = false;
    cells = [];
  }

  function writeText(text: string): void {
    if ("indent" in pending) addLine(pending.indent, "");
    else lines.at(-1)!.code += " ".repeat(pending.spaces);
    const last = lines.at(-1)!;
    for (const { key, cell } of marks) cells.push({ key, name: cell, at: last.code.length });
    marks = [];
    last.code += text;
    pending = { spaces: 0 };
  }

  function writeComment({ text, place, blank }: Comment, indent: number): void {
    const last = lines.at(-1);
    if (!("indent" in pending)) pending = { indent };
    const isCode = last !== undefined && !last.code.startsWith("//");
    if (place === "behind" && isCode && last.comment === undefined) {
      last.comment = text;
    } else if (place !== "own line" && last?.comment !== undefined) {
      addLine(last.indent, "");
      lines.at(-1)!.comment = text;
    } else {
      wantsBlank ||= blank;
      addLine(pending.indent, text);
    }
  }

  function write(doc: Doc, indent: number): void {
    const stack: Command[] = [{ kind: "write", doc, indent, flat: false }];
    for (let command = stack.pop(); command !== undefined; command = stack.pop()) {
      switch (command.kind) {
        case "write":
          writeDoc(command.doc, command, stack);
          break;
        case "fill":
          writeFill(command.fill, command.at, command, stack);
          break;
        case "end of row":
          endRow(command.key, command.line);
          break;
      }
    }
  }

  /** A row is a whole line, and has the marks that are its own. */
  function endRow(key: string, line: number): void {
    if (lines.length === line + 1) lines[line]!.row = { key, cells: cells.filter(cell => cell.key === key) };
  }

  function writeDoc(doc: Doc, { indent, flat }: Writing, stack: Command[]): void {
    if (typeof doc === "string") {
      writeText(doc);
      return;
    }
    if (isList(doc)) {
      for (let i = doc.length - 1; i >= 0; i--) stack.push({ kind: "write", doc: doc[i]!, indent, flat });
      return;
    }
    switch (doc.kind) {
      case "space":
        if (!("indent" in pending)) pending = { spaces: 1 };
        break;
      case "line":
        if (!flat) pending = { indent };
        else if (!("indent" in pending)) pending = { spaces: doc.flat };
        break;
      case "blank":
        wantsBlank ||= "indent" in pending;
        break;
      case "indent":
        stack.push({ kind: "write", doc: doc.of, indent: indent + INDENT, flat });
        break;
      case "group": {
        const stays = flat || (!doc.breaks && fits(doc.of, stack, WIDTH - column()));
        stack.push({ kind: "write", doc: doc.of, indent, flat: stays });
        break;
      }
      case "fill":
        stack.push({ kind: "fill", fill: doc, at: 0, indent, flat });
        break;
      case "comment":
        writeComment(doc.comment, indent);
        break;
      case "row":
        if ("indent" in pending) stack.push({ kind: "end of row", key: doc.key, line: lines.length });
        stack.push({ kind: "write", doc: doc.of, indent, flat });
        break;
      case "mark":
        marks.push(doc);
        break;
    }
  }

  /** One part, and the line's end or not in front of it. */
  function writeFill(fill: Fill, at: number, { indent, flat }: Writing, stack: Command[]): void {
    const part = fill.parts[at];
    if (part === undefined) return;
    const next = at + 1;
    if (next < fill.parts.length) stack.push({ kind: "fill", fill, at: next, indent, flat });
    const stays =
      flat || (!breaks(part) && !leadsWithBreak(part) && fits([fill.between, part], stack, WIDTH - column()));
    stack.push({ kind: "write", doc: part, indent, flat });
    if (at > 0) stack.push({ kind: "write", doc: fill.between, indent, flat: stays });
  }

  return {
    lines,
    newLine: indent => {
      pending = { indent };
    },
    blank: () => {
      wantsBlank = true;
    },
    write,
  };
}

function opensList({ code }: Line): boolean {
  return /[{(]$/.test(code) && !code.startsWith("//");
}

/** Whether a document fits on one line, with what stands behind it up to where the line can end. */
function fits(doc: Doc, behind: readonly Command[], width: number): boolean {
  const measure = createMeasure(width);
  if (measure.add(doc, true)) return measure.isWithin();
  for (let i = behind.length - 1; i >= 0 && measure.isWithin(); i--) {
    const command = behind[i]!;
    if (command.kind === "end of row") continue;
    if (command.kind === "write") {
      if (measure.add(command.doc, command.flat)) break;
      continue;
    }
    const { fill, at, flat } = command;
    if (!flat) break;
    for (const part of fill.parts.slice(at, at + width)) {
      measure.add(fill.between, true);
      measure.add(part, true);
    }
  }
  return measure.isWithin();
}

interface Measure {
  isWithin(): boolean;
  /** Gives whether the line ends, or can end, within the document; it stops there, or where the width is used up. */
  add(doc: Doc, flat: boolean): boolean;
}

function createMeasure(width: number): Measure {
  let left = width;

  function add(doc: Doc, flat: boolean): boolean {
    if (typeof doc === "string") {
      left -= doc.length;
      return false;
    }
    if (isList(doc)) return addAll(doc, flat);
    switch (doc.kind) {
      case "space":
        left -= 1;
        return false;
      case "line":
        left -= flat ? doc.flat : 0;
        return !flat;
      case "comment":
        return true;
      case "indent":
      case "row":
      case "group":
        return add(doc.of, flat);
      case "fill":
        for (let i = 0; i < doc.parts.length && left >= 0; i++) {
          if (i > 0 && add(doc.between, flat)) return true;
          if (add(doc.parts[i]!, flat)) return true;
        }
        return false;
      case "blank":
      case "mark":
        return false;
    }
  }

  function addAll(docs: readonly Doc[], flat: boolean): boolean {
    for (let i = 0; i < docs.length && left >= 0; i++) if (add(docs[i]!, flat)) return true;
    return false;
  }

  return { isWithin: () => left >= 0, add };
}
