// Runs sandboxee.c under a policy: how it ended and what it printed.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { compilePolicy } from "../../../src/runtime/compile-policy.ts";
import { Executor, type ExecutorOptions } from "../../../src/runtime/executor.ts";
import type { Notify } from "../../../src/runtime/notify.ts";
import type { Result } from "../../../src/runtime/result.ts";
import { Sandbox } from "../../../src/runtime/sandbox.ts";
import { missingProgram, missingX86 } from "../../needs.ts";

export const missing = missingX86() ?? missingProgram("gcc");

export const folder = mkdtempSync(join(tmpdir(), "policyc-sandbox2-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const LINKINGS = { static: ["-static-pie"], dynamic: [] } as const;
export type Linking = keyof typeof LINKINGS;

const built = new Map<Linking, string>();

/** The path of the program, compiled once. */
export function sandboxee(linking: Linking = "static"): string {
  const known = built.get(linking);
  if (known !== undefined) return known;
  const path = join(folder, linking);
  const source = fileURLToPath(new URL("./sandboxee.c", import.meta.url));
  const options = ["-O1", "-Wall", "-Wextra", "-Werror", "-pthread", ...LINKINGS[linking]];
  execFileSync("gcc", [...options, "-o", path, source], { stdio: "pipe" });
  built.set(linking, path);
  return path;
}

export interface Job extends Partial<ExecutorOptions> {
  readonly linking?: Linking;
  readonly notify?: Notify;
  /** Before the start: descriptors are mapped here. */
  readonly prepare?: (executor: Executor) => void;
}

/** `does` is the program's command line: `bpf 5`. */
export function sandbox(policy: string, does: string, { linking, notify, prepare, ...options }: Job = {}): Sandbox {
  const quiet = ["ignore", "pipe", "inherit"] as const;
  const given = { path: options.path ?? sandboxee(linking), args: does.split(" "), stdio: quiet, wallTime: 20_000 };
  const executor = new Executor({ ...given, ...options });
  prepare?.(executor);
  return new Sandbox(executor, compilePolicy({ source: { name: "test.policy", text: policy } }), notify);
}

export interface Ran {
  readonly result: Result;
  /** The result in short: `exit 0`, `violation bpf`, `SIGABRT`, else as it is printed. */
  readonly ended: string;
  readonly stdout: string;
}

export async function run(policy: string, does: string, job: Job = {}): Promise<Ran> {
  const sandboxed = sandbox(policy, does, job);
  const written = text(sandboxed.stdout!);
  const result = await sandboxed.run();
  return { result, ended: inShort(result), stdout: await written };
}

export function inShort(result: Result): string {
  if (result.status === "ok") return `exit ${result.exitCode}`;
  if (result.status === "signaled") return result.signal;
  return result.status === "violation" ? `violation ${result.violation?.call}` : `${result}`;
}
