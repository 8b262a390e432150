// A case for every check: a policy, what is found as a user sees it, and with `fine` policies in it also what is not.

import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../../src/compiler/compile.ts";
import { renderDiagnostic } from "../../../src/compiler/diagnostics/frame.ts";
import { testGoldens } from "../../golden.ts";

testGoldens(fileURLToPath(new URL("goldens", import.meta.url)), ["input"], ({ name, sections }) => {
  const source = { name: `${name}.policy`, text: sections.get("input")! };
  const { diagnostics, sources } = compile(source);
  assert.ok(
    diagnostics.some(({ code }) => code === name),
    `${name} is not among what is found`,
  );
  const shown = diagnostics.map(each => renderDiagnostic(each, sources, { color: false }));
  return new Map([["diagnostics", shown.join("\n")]]);
});

test("from 3500 instructions on, a program is near the limit", () => {
  const values = Array.from({ length: 3000 }, (_, i) => i * 7 + 3);
  const text = `policy p for x86_64 { default kill  allow ioctl if cmd in {${values.join(", ")}} }`;
  const { diagnostics, filters } = compile({ name: "p.policy", text });
  assert.equal(
    diagnostics.map(({ code }) => code),
    ["near-size-limit"],
  );
  assert.match(diagnostics[0]!.message, new RegExp(`\\b${filters[0]!.program.length} instructions`));
  const fewer = compile({ name: "p.policy", text: text.replace(values.join(", "), values.slice(0, 2000).join(", ")) });
  assert.equal(fewer.diagnostics, []);
});

test.run();
