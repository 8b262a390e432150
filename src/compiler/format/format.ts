// A policy's text in its canonical layout: two spaces, a statement a line, lists on one line where they fit, tables aligned,
// one blank line at most and always one between definitions, every comment in its place. Only white space, parentheses that
// change nothing, commas at the end of a list, and `()` and `{}` that say nothing may differ from what was written. The same
// text is laid out in the same way again. A text with mistakes is left as it is.

import { type Diagnostic, hasErrors, type Source } from "../diagnostics/diagnostic.ts";
import type { File } from "../syntax/ast.ts";
import { parseFile } from "../syntax/parse.ts";
import { type Lexed, lex } from "../syntax/tokens.ts";
import { alignedText } from "./align.ts";
import { createCursor } from "./cursor.ts";
import { writeDeclarations } from "./declarations.ts";
import { applied, type Edit, editsBetween, type Range, within } from "./edits.ts";
import { createWriter } from "./writer.ts";

export interface FormatOptions {
  /** Only the statements that it touches. */
  readonly range?: Range;
}

export interface Formatted {
  readonly text: string;
  /** From the source to the text: in order, apart from each other, as small as can be. */
  readonly edits: readonly Edit[];
  /** Mistakes of the text; if there are any, nothing is changed. */
  readonly diagnostics: readonly Diagnostic[];
}

export function format(source: Source, options: FormatOptions = {}): Formatted {
  const { file, diagnostics } = parseFile(source);
  const lexed = lex(source.text);
  // A file of nothing but comments is no policy, but has nothing that could be mistaken either.
  if (hasErrors(diagnostics) && lexed.tokens.length > 0) return { text: source.text, edits: [], diagnostics };
  const whole = layOut(source.text, file, lexed);
  const { range } = options;
  const all = editsBetween(source.text, lexed, whole);
  const edits = range === undefined ? all : within(all, range, file);
  const text = range === undefined ? whole : applied(source.text, edits);
  return { text, edits, diagnostics: [] };
}

function layOut(text: string, file: File, lexed: Lexed): string {
  const writer = createWriter();
  writeDeclarations(file, createCursor(text, lexed), writer);
  const newLine = /\r\n|\n|\r/.exec(text)?.[0] === "\r\n" ? "\r\n" : "\n";
  return alignedText(writer.lines, newLine);
}
