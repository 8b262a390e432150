// Text -> tree. Every error of the text is reported, in its order; the tree holds what was read without one. Passes: the text
// as such, tokens, habits mended, braces balanced, grammar.

import type { IToken } from "chevrotain";
import type { Diagnostic, Source, Span } from "../diagnostics/diagnostic.ts";
import * as say from "../diagnostics/spelling.ts";
import type { CallPattern, File } from "./ast.ts";
import { balanceBraces } from "./braces.ts";
import { type Declarations, PolicyParser } from "./grammar.ts";
import { mendTokens } from "./mend.ts";
import type { Report } from "./recover.ts";
import { type Lexed, lex } from "./tokens.ts";

export interface ParsedFile {
  readonly file: File;
  readonly diagnostics: readonly Diagnostic[];
}

export interface ParsedCall {
  readonly call?: CallPattern;
  readonly diagnostics: readonly Diagnostic[];
}

/** Control characters and the mark of undecodable bytes: no text has them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const NOT_TEXT = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffd]/;
// Characters without a shape. The directional ones make an editor show another order than the compiler reads
// (CVE-2021-42574), in comments and strings too.
const HIDDEN = /[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069]|(?<!^)\ufeff/g;

const MOST_ERRORS = 100;

/** Thrown when a file is so wrong that more of it helps nobody. */
class TooManyErrors extends Error {}

let parser: PolicyParser | undefined;

export function parseFile(source: Source): ParsedFile {
  const declarations: Declarations = { imports: [], consts: [], groups: [], policies: [], tests: [] };
  const diagnostics = collect(report => {
    const lexed = read(source, report);
    if (lexed === undefined) return;
    if (lexed.tokens.length === 0) report(say.noPolicy({ source: source.name, start: 0, end: 0 }));
    const tokens = balanceBraces(source, mendTokens(source, lexed.tokens, report), report);
    parser ??= new PolicyParser(true);
    parser.parseFile(source, tokens, report, declarations, first => docAbove(source, lexed.comments, first));
  });
  const span: Span = { source: source.name, start: 0, end: source.text.length };
  return { file: { span, ...declarations }, diagnostics };
}

/** One call as a test row writes it, `i386 read(0, _, count: 5)`; the architecture may be left out. */
export function parseCall(source: Source): ParsedCall {
  let call: CallPattern | undefined;
  const diagnostics = collect(report => {
    const lexed = read(source, report);
    if (lexed === undefined) return;
    parser ??= new PolicyParser(true);
    call = parser.parseCall(source, mendTokens(source, lexed.tokens, report), report);
  });
  return { ...(call && diagnostics.length === 0 && { call }), diagnostics };
}

function collect(run: (report: Report) => void): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const report: Report = diagnostic => {
    diagnostics.push(diagnostic);
    if (diagnostics.length >= MOST_ERRORS) throw new TooManyErrors();
  };
  let last: Diagnostic[] = [];
  try {
    run(report);
  } catch (error) {
    if (!(error instanceof TooManyErrors)) throw error;
    last = [say.tooManyErrors(diagnostics.at(-1)!.span, { limit: MOST_ERRORS })];
  }
  return [...diagnostics.sort((a, b) => a.span.start - b.span.start), ...last];
}

function read(source: Source, report: Report): Lexed | undefined {
  const { name, text } = source;
  const at = text.search(NOT_TEXT);
  if (at >= 0) {
    report(say.notText({ source: name, start: at, end: at + 1 }, { character: nameOf(text.charCodeAt(at)) }));
    return undefined;
  }
  for (const { 0: character, index } of text.matchAll(HIDDEN)) {
    report(
      say.hiddenCharacter(
        { source: name, start: index, end: index + 1 },
        { character: nameOf(character.charCodeAt(0)) },
      ),
    );
  }
  return lex(text);
}

function nameOf(code: number): string {
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** The `//` lines right above a declaration, each alone on its line, without the slashes. */
function docAbove(source: Source, comments: readonly IToken[], first: IToken): string {
  let at = comments.length - 1;
  while (at >= 0 && comments[at]!.startOffset > first.startOffset) at--;
  const lines: string[] = [];
  for (let line = first.startLine! - 1; at >= 0 && comments[at]!.startLine === line; line--, at--) {
    const { startOffset, startColumn, image } = comments[at]!;
    if (source.text.slice(startOffset - (startColumn! - 1), startOffset).trim() !== "") break;
    lines.unshift(image.slice(2).replace(/^ /, "").trimEnd());
  }
  return lines.join("\n");
}
