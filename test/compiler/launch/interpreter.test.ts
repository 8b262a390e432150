// The committed machine code is what the committed assembly source assembles to.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { generateLauncher } from "../../../scripts/assemble-launcher.ts";
import { INTERPRETER_X86_64 } from "../../../src/compiler/launch/interpreter-x86_64.gen.ts";

const x86 = spawnSync("as", ["--64", "--version"], { encoding: "utf8" }).stdout?.includes("x86_64") ?? false;
if (x86) {
  test("interpreter-x86_64.gen.ts is up to date", () => {
    for (const [path, text] of generateLauncher()) {
      assert.is(readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8"), text);
    }
  });
} else {
  test.skip("interpreter-x86_64.gen.ts is up to date (needs GNU as for x86_64)", () => {});
}

test("the interpreter is a few hundred bytes", () => {
  assert.ok(INTERPRETER_X86_64.length < 400, `${INTERPRETER_X86_64.length}`);
});

test.run();
