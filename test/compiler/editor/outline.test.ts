// Outline, folds and growing selections of a text that a person can check by reading.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { createSnapshot, foldsOf, outlineOf, type Part, selectionAt } from "../../../src/compiler/index.ts";

const TEXT = `import "std/startup"
import "std/files"
// one
// two
const A = 1
group g($x) { allow read if fd == $x }
policy p for x86_64, aarch64 {
  default kill
  use g(0)
  allow { write, close } if fd == A
  limits { cpu 10s }
}
test p "a title" {
  allow read(0)
}
`;
const snapshot = createSnapshot({ name: "a.policy", text: TEXT }, () => undefined);
const cut = ({ start, end }: { readonly start: number; readonly end: number }): string => TEXT.slice(start, end);

function lines(parts: readonly Part[], depth = 0): string[] {
  return parts.flatMap(({ kind, name, detail, nameSpan, parts: inner }) => [
    `${"  ".repeat(depth)}${kind} ${name} [${detail}] ${cut(nameSpan)}`,
    ...lines(inner, depth + 1),
  ]);
}

test("an outline names every part, in the order of the text", () => {
  assert.equal(lines(outlineOf(snapshot)), [
    'import std/startup [] "std/startup"',
    'import std/files [] "std/files"',
    "constant A [1] A",
    "group g [$x] g",
    "  rule allow read if fd == $x [] allow",
    "policy p [x86_64, aarch64] p",
    "  head default kill [] default kill",
    "  use use g [] g",
    "  rule allow { write, close } if fd == A [] allow",
    "  section limits [] limits",
    "test test p [a title] p",
    "  row allow read(0) [] read(0)",
  ]);
});

test("a name stands within its part, and a part within the one around it", () => {
  const check = (parts: readonly Part[], around: { readonly start: number; readonly end: number }): void => {
    for (const { span, nameSpan, parts: inner } of parts) {
      assert.ok(around.start <= span.start && span.end <= around.end);
      assert.ok(span.start <= nameSpan.start && nameSpan.end <= span.end);
      check(inner, span);
    }
  };
  check(outlineOf(snapshot), { start: 0, end: TEXT.length });
});

test("braces, imports and comments fold", () => {
  assert.equal(
    foldsOf(snapshot).map(fold => `${fold.kind} ${cut(fold).replace(/\n/g, "|").slice(0, 18)}`),
    [
      'imports import "std/startu',
      "comment // one|// two",
      "region { allow read if fd",
      "region {|  default kill| ",
      "region { write, close ",
      "region { cpu 10s ",
      "region {|  allow read(0)|",
    ],
  );
});

for (const [word, steps] of [
  ["close }", ["close", " write, close ", "{ write, close }", "allow { write, close } if fd == A"]],
  ["10s", ["10s", " cpu 10s ", "{ cpu 10s }", "limits { cpu 10s }"]],
  ["A = 1", ["A", "const A = 1"]],
] as const) {
  test(`a selection grows from ${JSON.stringify(word)} by what is around it, to the whole text`, () => {
    const grown = selectionAt(snapshot, TEXT.indexOf(word) + 1).map(cut);
    assert.equal(grown.slice(0, steps.length), [...steps]);
    assert.is(grown.at(-1), TEXT);
    for (const [at, step] of grown.entries()) assert.ok(at === 0 || step.includes(grown[at - 1]!));
  });
}

test.run();
