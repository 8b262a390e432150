// docs/language.md: every example compiles, without errors and warnings.

import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../src/compiler/index.ts";

const page = readFileSync(new URL("../../docs/language.md", import.meta.url), "utf8");
const examples = [...page.matchAll(/^```policy\n([\s\S]*?)^```$/gm)].map(match => match[1]!);

/** Rules alone stand in a policy of their own. */
function whole(example: string): string {
  return /^policy /m.test(example) ? example : `policy example for x86_64 {\n  default kill\n${example}}\n`;
}

examples.forEach((example, i) => {
  test(`example ${i + 1}: ${example.split("\n")[0]}`, () => {
    const { diagnostics, filters } = compile({ name: "language.md", text: whole(example) });
    const found = diagnostics.filter(d => d.severity !== "hint");
    assert.equal(
      found.map(d => `${d.severity} ${d.code}: ${d.message}`),
      [],
    );
    assert.ok(filters.length > 0);
  });
});

test("the page has examples of every part", () => assert.ok(examples.length >= 7));

test.run();
