// grammar/policy.ebnf is what the parser does, and the parser's own check of its grammar finds nothing.

import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { generateGrammar } from "../../../scripts/generate-grammar.ts";
import { PolicyParser } from "../../../src/compiler/syntax/grammar.ts";

test("the grammar is LL(1) with no conflict, left recursion or empty choice", () => {
  // With validations on, chevrotain throws on any of them.
  assert.not.throws(() => new PolicyParser(false));
});

test("grammar/policy.ebnf is fresh", () => {
  for (const [path, text] of generateGrammar()) {
    assert.is(
      readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8"),
      text,
      "run scripts/generate-grammar.ts",
    );
  }
});

test("every rule that is used is defined, once", () => {
  const [text] = [...generateGrammar().values()];
  const defined = [...text!.matchAll(/^(\w+) += /gm)].map(([, name]) => name!);
  assert.is(new Set(defined).size, defined.length);
  const rules = text!
    .replace(/\(\*[\s\S]*?\*\)/g, "")
    .replace(/"(?:[^"\\]|\\.)*"/g, "")
    .replace(/\/(?:[^/\\\n]|\\.)+\//g, "");
  for (const [name] of rules.matchAll(/\b[A-Za-z]\w*\b/g)) assert.ok(defined.includes(name), `${name} is not defined`);
});

test.run();
