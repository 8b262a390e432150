// docs/sandbox2-tests.md and docs/attacks.md name tests: each is in the file that its row links to, under that title.

import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";

const docs = new URL("../../docs/", import.meta.url);

for (const { page, atLeast } of [
  { page: "sandbox2-tests.md", atLeast: 100 },
  { page: "attacks.md", atLeast: 50 },
]) {
  const table = readFileSync(new URL(page, docs), "utf8");
  const rows = table.split("\n").filter(line => line.includes("](../test/"));

  test(`${page}: each test that is named is there`, () => {
    assert.ok(rows.length >= atLeast, `${rows.length} rows`);
    assert.equal(
      rows.filter(row => !isThere(row)),
      [],
    );
  });
}

test("a title that no test has is found out", () => {
  const row = (title: string) => `| x | [x](../test/house/test-tables.test.ts) | "${title}" |`;
  assert.ok(isThere(row("a title that no test has is found out")));
  assert.not(isThere(row(["a title", "of nobody"].join(" "))));
});

/** The whole of a string there, not a part of one. */
function isThere(row: string): boolean {
  const [, path, title] = /\]\((\.\.\/test\/[^)]+)\) \| "(.+)" \|$/.exec(row) ?? [];
  if (title === undefined) return false;
  const text = readFileSync(new URL(path!, docs), "utf8").replaceAll("\\`", "`");
  return ['"', "`", "'"].some(quote => text.includes(`${quote}${title}${quote}`));
}

test.run();
