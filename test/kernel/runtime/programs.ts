// C programs of the runtime's tests, compiled once a test run, where any user may execute them; and who is alive.

import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Compiled {
  /** The path of the program whose source is NAME.c beside this file. */
  program(name: string): string;
  remove(): void;
}

export function compiledPrograms(): Compiled {
  const folder = mkdtempSync(join(tmpdir(), "policyc-test-"));
  chmodSync(folder, 0o755);
  const made = new Map<string, string>();
  const program = (name: string) => {
    const path = made.get(name) ?? join(folder, name);
    const source = fileURLToPath(new URL(`./${name}.c`, import.meta.url));
    if (!made.has(name)) execFileSync("gcc", ["-O1", "-Wall", "-o", path, source]);
    made.set(name, path);
    return path;
  };
  return { program, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Processes with this argument. A program's own word for its pid is its namespace's, which says nothing outside. */
export function bearers(argument: string): string[] {
  return readdirSync("/proc").filter(pid => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "latin1").split("\0").includes(argument);
    } catch {
      return false; // it has ended meanwhile
    }
  });
}
