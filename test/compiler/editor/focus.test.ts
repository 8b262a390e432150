// The quick look after an edit says what the whole one says, where the edit concerns one policy.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { compile, createSnapshot, type Diagnostic, focusOn } from "../../../src/compiler/index.ts";

const policy = (name: string): string =>
  `policy ${name} for x86_64 {\n  default kill\n  allow read\n  allow { read, write }\n}\ntest ${name} { allow read() }\n\n`;
const TEXT = ["a", "b", "c"].map(policy).join("");
const before = createSnapshot(
  { name: "a.policy", text: TEXT },
  () => undefined,
  compile({ name: "a.policy", text: TEXT }),
);

const EDITS: readonly (readonly [rule: string, find: string, text: string])[] = [
  ["a mistake in the middle one", "policy b for x86_64 {\n", "policy b for x86_64 {\n  allow raed\n"],
  ["one in the first, longer than before", "allow read\n", "allow openat if flags has O_WRONLY\n"],
  ["a test that now is about no call", "test c { allow read()", "test c { allow raed()"],
  ["a rule that went", "  allow read\n", ""],
  ["nothing but a comment", "policy c", "// c\npolicy c"],
];

const shown = (all: readonly Diagnostic[]): string[] =>
  all.map(({ code, span }) => `${code} ${span.start}-${span.end}`).sort();

for (const [rule, find, text] of EDITS) {
  test(`a quick look is as good as a whole one: ${rule}`, () => {
    const source = { name: "a.policy", text: TEXT.replace(find, text) };
    assert.is.not(source.text, TEXT);
    const focus = focusOn(before, source)!;
    assert.is(focus.source.text.length, source.text.length, "offsets hold");
    assert.ok(
      focus.source.text.replaceAll(/\s/g, "").length < source.text.replaceAll(/\s/g, "").length,
      "less is compiled",
    );
    assert.equal(shown(focus.merge(compile(focus.source).diagnostics)), shown(compile(source).diagnostics));
  });
}

test.run();
