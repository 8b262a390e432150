// What a layout must keep of a text, judged by the parser and the lexer: the tree without its places, and the comments.

import * as assert from "uvu/assert";
import { format } from "../../../src/compiler/format/format.ts";
import { parseFile } from "../../../src/compiler/syntax/parse.ts";
import { lex } from "../../../src/compiler/syntax/tokens.ts";

export function isValid(text: string): boolean {
  return parseFile({ name: "p", text }).diagnostics.length === 0;
}

/** The tree as text, documentation included, spans left out; undefined if there are mistakes. */
export function treeOf(text: string): string | undefined {
  const { file, diagnostics } = parseFile({ name: "p", text });
  if (diagnostics.length > 0) return undefined;
  const place = (key: string): boolean => key === "span" || key === "at";
  return JSON.stringify(
    file,
    (key, value) => (place(key) ? undefined : typeof value === "bigint" ? `${value}n` : value),
    1,
  );
}

export function commentsOf(text: string): readonly string[] {
  return lex(text).comments.map(({ image }) => image.trimEnd());
}

/** The layout of a valid text, seen to keep what it must, and to be the layout of itself. */
export function checkedFormat(text: string): string {
  const made = format({ name: "p", text });
  assert.equal(made.diagnostics, []);
  assert.is(treeOf(made.text), treeOf(text), `another tree:\n${text}\n--- became\n${made.text}`);
  assert.equal(commentsOf(made.text), commentsOf(text), `other comments:\n${text}\n--- became\n${made.text}`);
  const again = format({ name: "p", text: made.text });
  assert.is(again.text, made.text, `not stable:\n${text}\n`);
  assert.equal(again.edits, []);
  const lines = made.text.split(/\r?\n/);
  assert.ok(
    lines.every(line => !/[ \t]$/.test(line)),
    "white space at the end of a line",
  );
  assert.not.match(made.text, /^\s*\t/m);
  assert.not.match(made.text, /\n\r?\n\r?\n/);
  assert.ok(made.text === "" || /[^\n]\r?\n$/.test(made.text), "one newline at the end");
  return made.text;
}
