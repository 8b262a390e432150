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

// --- A policy that is long by itself ------------------------------------------------------------------------------

const LONG = `const ONE = 1
policy p for x86_64 {
  default kill
  allow write if fd == ONE
${Array.from({ length: 600 }, (_, i) => `  allow ${i % 2 === 0 ? "read" : "close"} if fd == ${i >> 1}\n`).join("")}  errno(EPERM) read if fd == 7
}
`;
const longBefore = createSnapshot(
  { name: "a.policy", text: LONG },
  () => undefined,
  compile({ name: "a.policy", text: LONG }),
);

for (const [rule, find, text, quick] of [
  ["a mistake in a rule", "read if fd == 100\n", "raed if fd == 100\n", ["shadowed", "unknown-syscall"]],
  [
    "one in the line below a rule",
    "read if fd == 100\n",
    "read if fd == 100\n    and count < 5 and cuont > 1\n",
    ["shadowed", "unknown-argument"],
  ],
  ["a rule before it goes on", "  allow close if fd == 100\n", "  and count < 5\n", ["shadowed"]],
  ["the rule that made another dead: that one waits", "read if fd == 7\n", "read if fd == 7000\n", ["shadowed"]],
  [
    "the dead rule itself, mended: that it lives now waits",
    "errno(EPERM) read if fd == 7\n",
    "errno(EPERM) read if fd == 7000\n",
    ["shadowed"],
  ],
  [
    "rules at the end that say the same: that waits",
    "read if fd == 7\n}",
    "read if fd == 7\n  allow close if fd == 9999\n  allow close if fd == 9999\n}",
    ["shadowed"],
  ],
  ["the default taken away", "  default kill\n", "", ["missing-default", "shadowed"]],
  ["a constant that is used elsewhere: its uses wait", "const ONE = 1", "const TWO = 1", ["shadowed"]],
] as const) {
  test(`of a long policy a quick look reads the rules beside an edit: ${rule}`, () => {
    const source = { name: "a.policy", text: LONG.replace(find, text) };
    assert.is.not(source.text, LONG);
    const focus = focusOn(longBefore, source)!;
    assert.ok(focus.size < LONG.length / 2, "less is read");
    const found = focus.merge(compile(focus.source, { arches: [] }).diagnostics);
    assert.equal(found.map(({ code }) => code).sort(), [...quick]);
  });
}

test.run();
