// compile() takes any text: it neither throws nor hangs, every span lies in a text that was read, and a text without an
// error gives programs. Texts are the shipped policies with tokens dropped, doubled, swapped and replaced.

import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../src/compiler/compile.ts";
import type { Diagnostic, Span } from "../../src/compiler/diagnostics/diagnostic.ts";

const EVERYTHING = `import "std/io"
const SIZES = {1, 2..5, MORE}
const MORE = 0x10 | PROT_EXEC
group g($x, $y) { allow read if fd == $x otherwise kill { write, open? on x86_64 } if $y }
policy p for x86_64, i386 {
  default errno(EPERM)  unknown errno(ENOSYS) after 6.1  foreign kill  compat i386
  use g(1, fd in SIZES and not (count > 5)) except { write }
  trap(3) mmap on x86_64 if prot lacks PROT_EXEC and flags has any MAP_PRIVATE | MAP_SHARED or flags only 3
  allow syscall(5) if raw[0] & 0xff == 3
  kill kill if pid != -1
  limits { cpu 10s memory 64M }  files { read "/a" write? "/b" }  namespaces { pid net }
}
test p { errno(EPERM) getpid()  kill i386 kill(1, 9) }`;

const examples = new URL("../../policies/examples/", import.meta.url);
const texts = readdirSync(examples)
  .filter(name => name.endsWith(".policy"))
  .map(name => readFileSync(new URL(name, examples), "utf8"));
const TOKEN = /[A-Za-z_0-9$]+|\.\.|\s+|[^\s]/gu;
const tokens = [...new Set([...texts, EVERYTHING].flatMap(text => text.match(TOKEN) ?? []))];
const alien = [
  "\0",
  "\ud800",
  "\u{1f600}",
  "\ufeff",
  '"',
  "/*",
  "((((((((",
  "{{{{{{{{",
  "&&",
  ";",
  "0x",
  "1e9",
  `${10n ** 40n}`,
];

interface Change {
  readonly at: number;
  readonly other: number;
  readonly how: "drop" | "insert" | "replace" | "swap" | "cut";
  readonly word: string;
}

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(2000),
  other: fc.nat(2000),
  how: fc.constantFrom("drop", "insert", "replace", "swap", "cut"),
  word: fc.oneof(fc.constantFrom(...tokens), fc.constantFrom(...alien)),
});

function changed(text: string, { at, other, how, word }: Change): string {
  const parts: string[] = text.match(TOKEN) ?? [""];
  const [i, j] = [at % parts.length, other % parts.length];
  if (how === "drop") parts.splice(i, 1);
  if (how === "cut") parts.splice(i, (other % 20) + 1);
  if (how === "insert") parts.splice(i, 0, ` ${word} `);
  if (how === "replace") parts[i] = word;
  if (how === "swap") [parts[i], parts[j]] = [parts[j]!, parts[i]!];
  return parts.join("");
}

function spansOf({ span, related = [], fix }: Diagnostic): Span[] {
  return [span, ...related.map(each => each.span), ...(fix?.edits ?? []).map(edit => edit.span)];
}

test("any text compiles to programs or to errors, and every span lies in a text", () => {
  const text = fc.oneof(
    { weight: 8, arbitrary: fc.tuple(fc.constantFrom(EVERYTHING, ...texts), fc.array(change, { maxLength: 4 })) },
    { weight: 1, arbitrary: fc.tuple(fc.string({ unit: "binary", maxLength: 60 }), fc.constant([])) },
  );
  fc.assert(
    fc.property(text, ([base, changes]) => {
      const { diagnostics, filters, sources } = compile({ name: "t.policy", text: changes.reduce(changed, base) });
      const lengths = new Map(sources.map(source => [source.name, source.text.length]));
      for (const { source, start, end } of diagnostics.flatMap(spansOf)) {
        assert.ok(0 <= start && start <= end && end <= lengths.get(source)!, `${source}:${start}:${end}`);
      }
      assert.ok(filters.length === 0 || !diagnostics.some(({ severity }) => severity === "error"));
    }),
    { numRuns: 60 },
  );
});

test("what compiles is the same bytes again", () => {
  for (const text of [EVERYTHING, ...texts]) {
    const bytes = () => JSON.stringify(compile({ name: "t.policy", text }).filters.map(({ program }) => program));
    assert.is(bytes(), bytes());
  }
});

test.run();
