// Compiles a C program with this machine's gcc in a folder of its own and gives what it prints.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Why C programs cannot be run here; undefined where they can. */
export function noCompiler(): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64") return "needs Linux on x86-64";
  return spawnSync("gcc", ["--version"]).status === 0 ? undefined : "needs gcc";
}

/** Runs in the temporary folder, which is removed afterwards. A compiler's complaint is thrown. */
export function runC(source: string, options: readonly string[] = []): string {
  const folder = mkdtempSync(join(tmpdir(), "policyc-"));
  try {
    writeFileSync(join(folder, "program.c"), source);
    execFileSync("gcc", ["-w", ...options, "-o", "program", "program.c"], { cwd: folder, stdio: "pipe" });
    return execFileSync("./program", { cwd: folder, encoding: "utf8", maxBuffer: 1 << 26 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
