// Runs policyc as users do: the built command line on PATH, in a folder of the case's own, without colours.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Folder {
  readonly path: string;
  /** A shell command; policyc is on its PATH. */
  sh(command: string, options?: { readonly input?: string; readonly env?: NodeJS.ProcessEnv }): Ran;
}

/** A fresh folder with these files, gone afterwards. */
export function inFolder<T>(files: { readonly [name: string]: string }, use: (folder: Folder) => T): T {
  const path = mkdtempSync(join(tmpdir(), "policyc-cli-"));
  const tools = mkdtempSync(join(tmpdir(), "policyc-bin-"));
  symlinkSync(join(root, "dist/cli.js"), join(tools, "policyc"));
  const { FORCE_COLOR: _, NO_COLOR: __, ...own } = process.env;
  const base = { ...own, PATH: `${tools}${delimiter}${own.PATH}` };
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      writeFileSync(join(path, name), text);
    }
    const sh: Folder["sh"] = (command, { input = "", env = {} } = {}) => {
      const options = { cwd: path, input, env: { ...base, ...env }, encoding: "utf8", timeout: 60_000 } as const;
      const { status, stdout, stderr } = spawnSync("sh", ["-c", command], options);
      return { status, stdout, stderr };
    };
    return use({ path, sh });
  } finally {
    rmSync(path, { recursive: true, force: true });
    rmSync(tools, { recursive: true });
  }
}

export const SMALL = `policy small for x86_64 {
  default kill
  allow read if fd == 0
  allow exit_group
}
`;
