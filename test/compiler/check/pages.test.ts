// Every finding has a page, every page a finding, and the examples of the pages are true: what "Avoid" shows gives the finding,
// what "Prefer" shows does not. A fence that is not ```policy holds what the compiler alone cannot judge.

import { readdirSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../../src/compiler/compile.ts";
import type { Diagnostic } from "../../../src/compiler/diagnostics/diagnostic.ts";
import { RULE_PAGES } from "../../../src/compiler/diagnostics/pages.gen.ts";

const src = new URL("../../../src/", import.meta.url);

/** The first argument of each constructor of a finding, in the catalogues and in the one file of the command line that has some. */
function codesInSource(): ReadonlySet<string> {
  const catalogues = readdirSync(new URL("compiler/diagnostics/", src)).map(name => `compiler/diagnostics/${name}`);
  const codes = new Set<string>();
  for (const path of [...catalogues, "cli/input.ts"]) {
    const text = readFileSync(new URL(path, src), "utf8");
    const calls = /\b(?:error|warning|hint|make|fileDiagnostic|lint)\(\s*"([a-z0-9]+(?:-[a-z0-9]+)*)"/g;
    for (const [, code] of text.matchAll(calls)) codes.add(code!);
  }
  return codes;
}

test("every finding has a page, and every page a finding", () => {
  const codes = codesInSource();
  assert.ok(codes.size > 120, "the catalogues were not found");
  const pages = Object.keys(RULE_PAGES);
  assert.equal(
    [...codes].filter(code => !pages.includes(code)),
    [],
    "without a page",
  );
  assert.equal(
    pages.filter(code => !codes.has(code)),
    [],
    "without a finding",
  );
});

for (const [code, page] of Object.entries(RULE_PAGES)) {
  test(`page ${code} has its parts`, () => {
    assert.match(page, new RegExp(`^# ${code}\n\n(An error|A warning|A hint): [^\n]+\n\n## Avoid\n`));
    assert.match(page, /\n## Prefer\n/);
    assert.match(page, /\n## Why\n\n./);
  });
  const [avoid, prefer] = [...page.matchAll(/```policy\n([\s\S]*?)\n```/g)].map(found => found[1]!);
  if (avoid === undefined || prefer === undefined) continue;
  test(`page ${code}: its examples are true`, () => {
    const found = findings(avoid).filter(each => each.code === code);
    assert.ok(found.length > 0, `Avoid gives ${findings(avoid).map(each => each.code)}`);
    const severity = { "An error": "error", "A warning": "warning", "A hint": "hint" }[/^An? \w+/m.exec(page)![0]];
    assert.is(found[0]!.severity, severity);
    const left = findings(prefer).filter(each => each.code === code || each.severity === "error");
    assert.equal(
      left.map(each => each.message),
      [],
      "Prefer",
    );
  });
}

function findings(example: string): readonly Diagnostic[] {
  const isWhole = /^(policy|polcy|import|group \w+ \{ [^}]*\}\npolicy|group log_to|group [abgd]\b)/.test(example);
  const text = isWhole ? example : wrapped(example);
  return compile({ name: "page.policy", text }).diagnostics;
}

/** Constants stand above the policy that the rules are put into. */
function wrapped(rules: string): string {
  const lines = rules.split("\n");
  const consts = lines.filter(line => line.startsWith("const "));
  const rest = lines.filter(line => !line.startsWith("const "));
  return `${consts.join("\n")}\npolicy p for x86_64 {\n  default kill\n  ${rest.join("\n  ")}\n}\n`;
}

test.run();
