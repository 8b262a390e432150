// The shipped Node policy keeps a process alive: event loop, JIT, collector, thread pool, timers, import(); and it denies.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { runFixture } from "./bundled.ts";

const canEnforce = process.platform === "linux" && process.arch === "x64" ? test : test.skip;
const policy = fileURLToPath(new URL("../../../policies/examples/node-app.policy", import.meta.url));

canEnforce("a Node process lives under policies/examples/node-app.policy (Linux on x86_64)", () => {
  const folder = mkdtempSync(join(tmpdir(), "policyc-node-"));
  writeFileSync(join(folder, "late.mjs"), "export const answer = 42;\n");
  const { status, signal, stdout, stderr } = runFixture("node-alive", [policy, join(folder, "late.mjs")]);
  rmSync(folder, { recursive: true });
  const lines = stdout.trim().split("\n");
  assert.equal(
    lines.filter(line => !line.startsWith("ok ")),
    [],
    stderr,
  );
  assert.is(lines.length, 15, `${stdout}${stderr}`);
  assert.is(status, 0, `${signal}`);
});

test.run();
