// The reading of words against the parser: on every text that parses, the calls, arguments and constants of the tree are the words
// that have these roles.

import { readdirSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { readWords } from "../../../src/compiler/editor/reading.ts";
import { parseFile } from "../../../src/compiler/syntax/parse.ts";
import { lex } from "../../../src/compiler/syntax/tokens.ts";

const folders = ["std", "examples"].map(name => new URL(`../../../policies/${name}/`, import.meta.url));

/** Offsets of a kind of node anywhere in a tree. */
function offsets(node: unknown, of: (node: Record<string, unknown>) => { start: number } | undefined): number[] {
  if (typeof node !== "object" || node === null) return [];
  const own = of(node as Record<string, unknown>);
  return [...(own ? [own.start] : []), ...Object.values(node).flatMap(each => offsets(each, of))];
}

for (const folder of folders) {
  for (const name of readdirSync(folder).filter(each => each.endsWith(".policy"))) {
    test(`roles are those of the tree: ${name}`, () => {
      const text = readFileSync(new URL(name, folder), "utf8");
      const { file } = parseFile({ name, text });
      const words = readWords(lex(text).tokens);
      const having = (role: string) => words.filter(each => each.role === role).map(each => each.token.startOffset);
      const spans = (kind: string) =>
        offsets(file, node => (node.kind === kind ? (node.span as { start: number }) : undefined));
      const patterns = file.tests.flatMap(({ rows }) => rows.flatMap(({ call }) => call.args));
      const named = patterns.flatMap(pattern => pattern.name?.span.start ?? []);
      assert.equal(having("argument").sort(), [...new Set([...spans("arg"), ...named])].sort());
      assert.equal(having("constant").sort(), [...new Set(spans("constant"))].sort());
      const calls = offsets(file, node => {
        const call = node.call as { kind?: string; name?: { span: { start: number } } } | undefined;
        return call?.kind === "name" ? call.name?.span : undefined;
      });
      const missing = calls.filter(offset => !having("call").includes(offset));
      assert.equal(missing, []);
    });
  }
}

test.run();
