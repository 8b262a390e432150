// How a diagnostic is drawn, written out by hand.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Diagnostic, Source, Span } from "../../../src/compiler/diagnostics/diagnostic.ts";
import { position, renderDiagnostic } from "../../../src/compiler/diagnostics/frame.ts";

function spanOf(source: Source, text: string): Span {
  const start = source.text.indexOf(text);
  return { source: source.name, start, end: start + text.length };
}

function draw(diagnostic: Partial<Diagnostic> & { span: Span }, ...sources: readonly Source[]): string {
  return renderDiagnostic({ code: "a-code", severity: "error", message: "m", ...diagnostic }, sources, {
    color: false,
  });
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
const ANSI = /\u001b\[[0-9;]*m/g;

const main: Source = { name: "a.policy", text: "one\n\ttwo three\nfour five\nsix\n" };
const other: Source = { name: "std/b", text: "seven\n" };

test("the line with what is wrong, a hint and a fix", () => {
  const drawn = draw({ span: spanOf(main, "five"), hint: "do\nthis", fix: { title: "write 5", edits: [] } }, main);
  assert.is(
    drawn,
    `error[a-code]: m
  ┌─ a.policy:3:6
  │
3 │ four five
  │      ^^^^
  │
  = hint: do
          this
  = fix: write 5
`,
  );
});

test("a tab is drawn as spaces and the underline follows", () => {
  assert.is(
    draw({ span: spanOf(main, "three"), severity: "warning" }, main),
    `warning[a-code]: m
  ┌─ a.policy:2:6
  │
2 │     two three
  │         ^^^^^
  │
`,
  );
});

test("related places: same line, far line, other file", () => {
  const related = [
    { span: spanOf(main, "four"), message: "same line" },
    { span: spanOf(main, "one"), message: "far" },
    { span: spanOf(other, "seven"), message: "there" },
  ];
  assert.is(
    draw({ span: spanOf(main, "five"), related }, main, other),
    `error[a-code]: m
  ┌─ a.policy:3:6
  │
1 │ one
  │ ─── far
  ·
3 │ four five
  │      ^^^^
  │ ──── same line
  │
  ┌─ std/b:1:1
  │
1 │ seven
  │ ───── there
  │
`,
  );
});

test("a span of several lines: its first and its last", () => {
  assert.is(
    draw({ span: spanOf(main, "three\nfour five\nsi") }, main),
    `error[a-code]: m
  ┌─ a.policy:2:6
  │
2 │     two three
  │         ^^^^^
  ·
4 │ six
  │ ^^
  │
`,
  );
});

test("wide characters take two cells, combining ones none, hidden ones are shown by number", () => {
  const source = { name: "w", text: "漢字 e\u0301 \u202ex z\n" };
  assert.is(
    draw({ span: spanOf(source, "z") }, source),
    `error[a-code]: m
  ┌─ w:1:10
  │
1 │ 漢字 e\u0301 <U+202E>x z
  │                  ^
  │
`,
  );
});

test("an escape sequence in a policy does not reach the terminal", () => {
  const source = { name: "e", text: 'x "\u001b[31m" y' };
  assert.not.match(draw({ span: spanOf(source, "y") }, source), "\u001b");
});

test("an empty span is one caret, at the end of the text too", () => {
  const source = { name: "e", text: "ab" };
  assert.match(draw({ span: { source: "e", start: 2, end: 2 } }, source), "1 │ ab\n  │   ^\n");
});

test("a source that is not at hand is named", () => {
  assert.match(draw({ span: { source: "gone", start: 5, end: 6 } }, main), "┌─ gone\n");
});

test("a very long line is cut around the place", () => {
  const source = { name: "l", text: `${"a".repeat(5000)}HERE${"b".repeat(5000)}` };
  const lines = draw({ span: spanOf(source, "HERE") }, source).split("\n");
  assert.ok(lines.every(line => line.length < 200));
  assert.is(lines[3]!.indexOf("HERE"), lines[4]!.indexOf("^^^^"));
});

test("colours only when asked", () => {
  const diagnostic: Diagnostic = { code: "c", severity: "error", message: "m", span: spanOf(main, "two") };
  const coloured = renderDiagnostic(diagnostic, [main], { color: true });
  const plain = renderDiagnostic(diagnostic, [main], { color: false });
  assert.match(coloured, "\u001b[1;31m");
  assert.is(coloured.replaceAll(ANSI, ""), plain);
});

test("positions are 1-based and every kind of line end counts once", () => {
  const source = { name: "p", text: "a\nb\r\nc\rd" };
  const at = (offset: number): string => `${position(source, offset).line}:${position(source, offset).column}`;
  assert.equal([0, 1, 2, 5, 7, 8].map(at), ["1:1", "1:2", "2:1", "3:1", "4:1", "4:2"]);
});

test.run();
