// Tests that need something of the machine: where it is missing they are skipped, and the title says what was missing.

import { spawnSync } from "node:child_process";

type Case = (title: string, body: () => void | Promise<void>) => void;

/** `test` itself when nothing is missing, else test.skip with the reason in the title. */
export function unless(missing: string | undefined, test: Case & { readonly skip: (title: string) => void }): Case {
  return missing === undefined ? test : title => test.skip(`${title} (skipped: ${missing})`);
}

/** What is missing for a test that calls these programs; undefined when all are there. */
export function missingProgram(...names: readonly string[]): string | undefined {
  const missing = names.filter(name => spawnSync("sh", ["-c", `command -v "$0"`, name]).status !== 0);
  return missing.length === 0 ? undefined : `no ${missing.join(", ")} on this machine`;
}

export function missingRoot(): string | undefined {
  return process.getuid?.() === 0 ? undefined : "needs root";
}

/** What is missing for a test that runs x86 machine code. */
export function missingX86(): string | undefined {
  return process.platform === "linux" && process.arch === "x64" ? undefined : "needs Linux on x86_64";
}
