// What must hold for any policy: the layout keeps the tree (documentation too) and every comment in its order, it is the
// layout of itself, and its edits lead to it. Judged by the parser and the lexer, which the formatter's own words do not touch.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { format } from "../../../src/compiler/format/format.ts";
import { policyText, respaced } from "./random.ts";
import { checkedFormat, commentsOf, isValid, treeOf } from "./same.ts";

const folder = fileURLToPath(new URL("../../../policies/", import.meta.url));
const shipped = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter(path => path.endsWith(".policy"))
  .map(path => readFileSync(folder + path, "utf8"));

for (const [name, texts] of [
  ["random policies", policyText],
  ["shipped policies with other white space and more comments", respaced(shipped)],
] as const) {
  test(`${name}: the layout keeps tree and comments, and is stable`, () => {
    let valid = 0;
    let all = 0;
    fc.assert(
      fc.property(texts, text => {
        all++;
        if (!isValid(text)) return;
        valid++;
        checkedFormat(text);
      }),
      { numRuns: 300 },
    );
    assert.ok(valid > all / 3, `only ${valid} of ${all} texts were valid`);
  });
}

test("shipped policies are in the canonical layout: policyc fmt policies", () => {
  assert.ok(shipped.length > 5);
  for (const text of shipped) assert.is(checkedFormat(text), text);
});

test("the edits lead to the layout, in order and apart", () => {
  fc.assert(
    fc.property(fc.oneof(policyText, respaced(shipped)), text => {
      const { text: laidOut, edits } = format({ name: "p", text });
      assert.is(apply(text, edits), laidOut);
    }),
    { numRuns: 100 },
  );
});

test("a range changes nothing outside its statements, and keeps tree and comments", () => {
  fc.assert(
    fc.property(fc.oneof(policyText, respaced(shipped)), fc.nat(), fc.nat(200), (text, place, length) => {
      if (!isValid(text)) return;
      const start = place % text.length;
      const range = { start, end: Math.min(start + length, text.length) };
      const { text: laidOut, edits } = format({ name: "p", text }, { range });
      assert.is(apply(text, edits), laidOut);
      assert.is(treeOf(laidOut), treeOf(text), `${JSON.stringify(range)} of\n${text}\n--- became\n${laidOut}`);
      assert.equal(commentsOf(laidOut), commentsOf(text));
      const whole = format({ name: "p", text }).edits;
      for (const edit of edits) assert.ok(whole.some(other => JSON.stringify(other) === JSON.stringify(edit)));
    }),
    { numRuns: 300 },
  );
});

test("a range widens to its statement, not to its neighbours", () => {
  const text = "policy p for x86_64 {\n  allow  read\n  allow  write if  (fd == 1)\n  allow  close\n}\n";
  const start = text.indexOf("if");
  const { text: laidOut, edits } = format({ name: "p", text }, { range: { start, end: start } });
  assert.is(laidOut, "policy p for x86_64 {\n  allow  read\n  allow write if fd == 1\n  allow  close\n}\n");
  assert.is(edits.length, 3);
});

test("a text with mistakes is left alone, and told", () => {
  const text = "policy p for x86_64 {\n  allow   read if fd = 1\n}\n";
  const { text: same, edits, diagnostics } = format({ name: "p", text });
  assert.is(same, text);
  assert.equal(edits, []);
  assert.equal(
    diagnostics.map(({ code }) => code),
    ["alien-operator"],
  );
});

test("a file of comments is laid out, an empty one stays empty", () => {
  assert.is(format({ name: "p", text: "\n\n  // a  \n\n\n// b" }).text, "// a\n\n// b\n");
  assert.is(format({ name: "p", text: "\n\n" }).text, "");
});

test("a line's end is what the first line has", () => {
  assert.is(format({ name: "p", text: "group g {\r\nallow read }" }).text, "group g {\r\n  allow read\r\n}\r\n");
  assert.is(format({ name: "p", text: "\ufeffgroup g {\nallow\tread }\r\n" }).text, "group g {\n  allow read\n}\n");
});

test("the deepest nesting that the parser takes, and long chains and lists", () => {
  const nested = `${"(".repeat(99)}a == 1${" or b == 1)".repeat(99)}`;
  const sets = `${"{".repeat(99)}1${"}".repeat(99)}`;
  const chain = Array.from({ length: 5000 }, (_, i) => `fd == ${i}`).join(" or ");
  const list = Array.from({ length: 5000 }, (_, i) => `${i}`).join(",");
  const rules = [
    `allow a if ${nested}`,
    `allow b if fd in ${sets}`,
    `allow c if ${chain}`,
    `allow d if fd in {${list}}`,
  ];
  checkedFormat(`policy p for x86_64 {\n${rules.join("\n")}\n}\n`);
});

test("10,000 rules take well under a second", () => {
  const rules = Array.from({ length: 10_000 }, (_, i) => `allow read if fd==${i} // rule ${i}\n`);
  const text = `policy p for x86_64 {\n${rules.join("")}}\n`;
  const took = Math.min(...[1, 2, 3].map(() => cpuTime(() => format({ name: "p", text }))));
  assert.ok(took < 1000, `${took} ms`);
});

/** Milliseconds of this process's own work: the machine may have other things to do. */
function cpuTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function apply(text: string, edits: readonly { start: number; end: number; text: string }[]): string {
  let at = 0;
  let result = "";
  for (const edit of edits) {
    assert.ok(edit.start >= at && edit.end >= edit.start && edit.end <= text.length, "edits overlap");
    assert.is.not(text.slice(edit.start, edit.end), edit.text, "an edit that changes nothing");
    result += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + text.slice(at);
}

test.run();
