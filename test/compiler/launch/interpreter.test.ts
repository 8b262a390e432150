// The committed machine code is what the committed assembly source assembles to.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { generateLauncher } from "../../../scripts/assemble-launcher.ts";
import { INTERPRETER_AARCH64 } from "../../../src/compiler/launch/interpreter-aarch64.gen.ts";
import { INTERPRETER_X86_64 } from "../../../src/compiler/launch/interpreter-x86_64.gen.ts";

const missing = ["x86_64-linux-gnu-as", "aarch64-linux-gnu-as"].filter(as => spawnSync(as, ["--version"]).status !== 0);
if (missing.length === 0) {
  test("the interpreters and the format of plans are up to date", () => {
    for (const [path, text] of generateLauncher()) {
      assert.is(readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8"), text);
    }
  });
} else {
  test.skip(`the interpreters and the format of plans are up to date (needs ${missing.join(", ")})`, () => {});
}

test("an interpreter is a few hundred bytes", () => {
  assert.ok(INTERPRETER_X86_64.length < 400, `${INTERPRETER_X86_64.length}`);
  assert.ok(INTERPRETER_AARCH64.length < 500, `${INTERPRETER_AARCH64.length}`);
});

test.run();
