// Policies as emitted sources in a folder that goes when the process ends, and what compilers make of them there.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { answeringCanary, compile, cSource, goSource, rustSource, sandboxSource } from "../../../src/compiler/index.ts";

export const folder = mkdtempSync(join(tmpdir(), "policyc-emit-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

/** A file of this folder of tests. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

const WRITERS = { h: cSource, go: goSource, rs: rustSource } as const;

/** The source of a file's only policy. */
export function emitted(text: string, extension: keyof typeof WRITERS, name = "test.policy"): string {
  const { filters, sources, diagnostics } = compile({ name, text });
  if (filters.length === 0) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  const made = sandboxSource(filters, sources, { policyc: "0.0.0", nameOf: source => source.name, answeringCanary });
  if (!made.ok) throw new Error(made.message);
  return WRITERS[extension](made.source);
}

export function write(path: string, text: string): string {
  const whole = join(folder, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, text);
  return whole;
}

export interface Ran {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function run(command: readonly string[], cwd = folder, env: NodeJS.ProcessEnv = {}): Ran {
  const options = { cwd, encoding: "utf8", timeout: 120_000, env: { ...process.env, ...env } } as const;
  const { status, signal, stdout, stderr } = spawnSync(command[0]!, command.slice(1), options);
  return { status, signal, stdout, stderr };
}

/** Fails with what the compiler says, a warning too. */
export function build(command: readonly string[], cwd = folder, env: NodeJS.ProcessEnv = {}): void {
  const { status, stdout, stderr } = run(command, cwd, env);
  if (status !== 0 || stderr !== "") throw new Error(`${command.join(" ")}\n${stdout}${stderr}`);
}

export const STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Werror"];

/** Answers mkdir by an errno and dies of getppid; all else is allowed. */
export const GUARDED = `policy guarded for x86_64, aarch64 {
  default allow
  errno(EACCES) { mkdir?, mkdirat }
  kill getppid
}
`;
