// Policies and what the parser makes of them: diagnostics as a user sees them, the text after every fix, and the tree.

import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Diagnostic } from "../../../src/compiler/diagnostics/diagnostic.ts";
import { renderDiagnostic } from "../../../src/compiler/diagnostics/frame.ts";
import { parseFile } from "../../../src/compiler/syntax/parse.ts";
import { printAst } from "../../../src/compiler/syntax/print-ast.ts";
import { testGoldens } from "../../golden.ts";

testGoldens(fileURLToPath(new URL("./goldens", import.meta.url)), ["input"], ({ name, sections }) => {
  const source = { name: `${name}.policy`, text: sections.get("input")! };
  const { file, diagnostics } = parseFile(source);
  const made = new Map<string, string>();
  if (diagnostics.length > 0) {
    made.set("diagnostics", diagnostics.map(d => renderDiagnostic(d, [source], { color: false })).join("\n"));
  }
  const fixed = applyFixes(source.text, diagnostics);
  if (fixed !== source.text) {
    made.set("fixed", fixed);
    const again = parseFile({ name: source.name, text: fixed }).diagnostics;
    const left = diagnostics.filter(d => d.fix === undefined);
    assert.is(again.length <= left.length, true, `fixes leave: ${again.map(d => d.message).join("; ")}`);
  }
  return made.set("ast", printAst(file));
});

/** Every fix whose edits overlap no earlier fix's; what is inserted at one place keeps the order of the diagnostics. */
function applyFixes(text: string, diagnostics: readonly Diagnostic[]): string {
  const edits: { start: number; end: number; text: string }[] = [];
  for (const { fix } of diagnostics) {
    const own = (fix?.edits ?? []).map(edit => ({ start: edit.span.start, end: edit.span.end, text: edit.text }));
    if (own.every(a => edits.every(b => a.end <= b.start || b.end <= a.start))) edits.push(...own);
  }
  let fixed = "";
  let at = 0;
  for (const edit of edits.sort((a, b) => a.start - b.start)) {
    fixed += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return fixed + text.slice(at);
}

test.run();
