// The process ends while the monitor's thread is in the midst of something: the status is the program's, never SIGABRT.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { missingX86, unless } from "../../needs.ts";

const here = unless(missingX86(), test);
const program = fileURLToPath(new URL("./exits.mjs", import.meta.url));
const runtime = fileURLToPath(new URL("../../../dist/runtime.js", import.meta.url));

for (const [phase, delays] of [
  ["loaded", [0, 10, 30, 60]],
  ["exit", [0, 1, 5, 10, 20, 50]],
  ["throw", [0, 10]],
  ["idle", [0, 0]],
] as const) {
  here(`a process that ends meanwhile has its own status: ${phase}`, () => {
    for (const delay of delays) {
      const { status, signal, stderr } = spawnSync(process.execPath, [program, runtime, phase, `${delay}`], {
        encoding: "utf8",
      });
      assert.equal({ status, signal }, { status: 9, signal: null }, stderr);
    }
  });
}

test.run();
