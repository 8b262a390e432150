// What must hold for any text: the parser gives a file and diagnostics, never throws; spans lie inside the text and nest;
// fixes are edits inside the text; the same text gives the same result.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Span } from "../../../src/compiler/diagnostics/diagnostic.ts";
import { renderDiagnostic } from "../../../src/compiler/diagnostics/frame.ts";
import { type ParsedFile, parseCall, parseFile } from "../../../src/compiler/syntax/parse.ts";
import { readSections } from "../../golden.ts";

const folder = fileURLToPath(new URL("./goldens/", import.meta.url));
const cases = readdirSync(folder).map(file => readSections(readFileSync(folder + file, "utf8")).get("input")!);
const valid = cases.filter(text => parseFile({ name: "p", text }).diagnostics.length === 0);

const words = fc.constantFrom(
  ..."policy group test import const for default unknown foreign compat use otherwise if on and or not in has any lacks".split(
    " ",
  ),
  ..."only raw syscall allow log notify trace errno trap kill kill-thread limits files network env read x86_64 A_B $x _".split(
    " ",
  ),
  ..."{ } ( ) [ ] , . .. : ? = == != <= >= < > | & - ~ && || ! ; # / // /* ' \" + * << => 0 1 0x1f 0644 64K 6.12 é \u200b".split(
    " ",
  ),
  ..."\n \n\n \t".split(" "),
  '"a"',
);
const wordSalad = fc.array(words, { maxLength: 60 }).map(list => list.join(" "));
const characterSalad = fc.string({ unit: "binary", maxLength: 200 });

/** A valid policy with a few pieces taken out, doubled, swapped or replaced. */
const mutated = fc
  .tuple(
    fc.constantFrom(...valid),
    fc.array(fc.tuple(fc.nat(), fc.nat(12), fc.oneof(words, fc.constant(""))), { maxLength: 4 }),
  )
  .map(([text, edits]) =>
    edits.reduce((changed, [place, length, word]) => {
      const at = place % (changed.length + 1);
      return changed.slice(0, at) + word + changed.slice(at + length);
    }, text),
  );

test("any text is parsed, with spans inside it", () => {
  fc.assert(
    fc.property(fc.oneof(wordSalad, characterSalad, mutated), text => {
      const parsed = parseFile({ name: "p", text });
      checkSpans(parsed, text);
      assert.equal(parseFile({ name: "p", text }), parsed);
      parseCall({ name: "c", text });
    }),
    { numRuns: 800 },
  );
});

test("a text without diagnostics has no error inside: taking one brace out is told", () => {
  for (const text of valid) {
    for (const { index } of text.matchAll(/[{}]/g)) {
      const line = text.slice(text.lastIndexOf("\n", index) + 1, index);
      if (line.includes("//") || line.includes('"')) continue;
      const broken = text.slice(0, index) + text.slice(index + 1);
      const { diagnostics } = parseFile({ name: "p", text: broken });
      assert.ok(diagnostics.length > 0, `nothing told without the brace at ${index} of\n${text}`);
      assert.ok(
        diagnostics.length <= 3,
        `a cascade of ${diagnostics.length} without the brace at ${index} of\n${text}`,
      );
    }
  }
});

test("a misplaced word costs its own statement only", () => {
  const lines = Array.from({ length: 20 }, (_, i) => `  allow call_${i} if fd == ${i} and flags has A|B`);
  for (let broken = 0; broken < lines.length; broken++) {
    for (const junk of [
      "if",
      ", ,",
      "== ==",
      "(",
      ")",
      "[",
      "allow",
      "otherwise",
      '"x"',
      "$a",
      "@",
      "in in",
      "raw",
      "1 2",
    ]) {
      const changed = lines.map((line, i) => (i === broken ? line.replace("fd ==", `fd ${junk} ==`) : line));
      const text = `policy p for x86_64 {\n  default kill\n${changed.join("\n")}\n}\n`;
      const { file, diagnostics } = parseFile({ name: "p", text });
      const starts = text
        .split("\n")
        .slice(0, broken + 2)
        .join("\n").length;
      assert.ok(diagnostics.length >= 1 && diagnostics.length <= 2, `${diagnostics.length} for ${junk}`);
      for (const { span } of diagnostics) {
        assert.ok(span.start > starts && span.end <= starts + 1 + changed[broken]!.length, `${junk}: told elsewhere`);
      }
      assert.ok(
        file.policies[0]!.items.length >= lines.length - 1,
        `${junk}: lost ${lines.length - file.policies[0]!.items.length}`,
      );
    }
  }
});

test("a megabyte of garbage is told in a few lines and little time", () => {
  const garbage = [
    "@",
    "{",
    "(",
    "}",
    "a ",
    "allow ",
    '"',
    "'",
    "é",
    "0",
    "/",
    "#\n",
    "policy p for x86_64\n",
    "allow {\n",
    "not ",
    "a or ",
    "/*",
    "-",
    "..",
    "= ",
  ];
  for (const [i, piece] of garbage.entries()) {
    const text = piece.repeat(Math.floor((i < 4 ? 1_000_000 : 200_000) / piece.length));
    const started = performance.now();
    const { diagnostics } = parseFile({ name: "p", text });
    for (const diagnostic of diagnostics.slice(0, 3))
      renderDiagnostic(diagnostic, [{ name: "p", text }], { color: false });
    const took = performance.now() - started;
    assert.ok(
      diagnostics.length > 0 && diagnostics.length <= 101,
      `${diagnostics.length} for ${JSON.stringify(piece)}`,
    );
    assert.ok(took < 30_000, `${took.toFixed(0)} ms for ${JSON.stringify(piece)}`);
  }
});

function checkSpans({ file, diagnostics }: ParsedFile, text: string): void {
  const isInside = ({ start, end }: Span, outer: { start: number; end: number }): boolean =>
    outer.start <= start && start <= end && end <= outer.end;
  const whole = { start: 0, end: text.length };
  for (const { span, related = [], fix, message, hint } of diagnostics) {
    const spans = [span, ...related.map(other => other.span), ...(fix?.edits ?? []).map(edit => edit.span)];
    for (const one of spans) assert.ok(isInside(one, whole), `${message}: ${JSON.stringify(one)} of ${text.length}`);
    assert.ok(hint !== undefined && hint !== "", `${message}: no hint`);
    assert.not.match(message, /Expecting|Redundant|token|undefined|NaN/);
  }
  const visit = (node: unknown, outer: { start: number; end: number }): void => {
    if (typeof node !== "object" || node === null) return;
    const span = "span" in node ? (node.span as Span) : undefined;
    if (span !== undefined) assert.ok(isInside(span, outer), `${JSON.stringify(span)} leaves ${JSON.stringify(outer)}`);
    for (const [key, value] of Object.entries(node)) if (key !== "span" && key !== "at") visit(value, span ?? outer);
  };
  visit(file, whole);
}

test.run();
