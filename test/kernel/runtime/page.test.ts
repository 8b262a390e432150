// docs/runtime.md: its example runs, and prints what its comment says.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";

const root = fileURLToPath(new URL("../../../", import.meta.url));

test("the page's example runs, and prints what it says", () => {
  const page = readFileSync(join(root, "docs/runtime.md"), "utf8");
  const [, example] = /```ts\n(.*?)```/s.exec(page) ?? [];
  const [, says] = /console\.log\(.*\/\/ (.*)/.exec(example!) ?? [];
  const folder = mkdtempSync(join(tmpdir(), "policyc-test-"));
  try {
    const file = join(folder, "example.mts");
    writeFileSync(file, example!.replace('"policyc/runtime"', JSON.stringify(join(root, "src/runtime/index.ts"))));
    const { FORCE_COLOR: _, ...env } = process.env; // with NO_COLOR beside it Node warns
    const ran = spawnSync(process.execPath, ["--import", "tsx", file], { cwd: root, env, encoding: "utf8" });
    assert.equal([ran.status, ran.stdout, ran.stderr], [0, `${says}\n`, ""]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();
