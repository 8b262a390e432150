// Programs that ask for their policy, run by an Executor: what this process says to them over the channel, and how they ended.

import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { Comms } from "../../../src/runtime/comms.ts";
import { compilePolicy } from "../../../src/runtime/compile-policy.ts";
import { Executor, type ExecutorOptions } from "../../../src/runtime/executor.ts";
import type { Notify } from "../../../src/runtime/notify.ts";
import type { Result } from "../../../src/runtime/result.ts";
import { Sandbox } from "../../../src/runtime/sandbox.ts";

export interface Run {
  readonly result: Result;
  /** On both standard streams. */
  readonly output: string;
}

export interface Job extends Omit<ExecutorOptions, "path"> {
  readonly policy: string;
  readonly notify?: Notify;
  /** Before the start: descriptors are mapped here. */
  readonly prepare?: (executor: Executor) => void;
  /** When the program runs. */
  readonly talk?: (comms: Comms) => Promise<void>;
}

export async function run(path: string, { policy, notify, prepare, talk, ...options }: Job): Promise<Run> {
  const output = join(mkdtempSync(join(tmpdir(), "policyc-comms-")), "output");
  const fd = openSync(output, "a");
  try {
    const stdio = ["ignore", fd, fd] as const;
    const executor = new Executor({ path, enableSandboxBeforeExec: false, stdio, wallTime: 20_000, ...options });
    prepare?.(executor);
    const sandbox = new Sandbox(executor, compilePolicy({ source: policy }), notify);
    const started = await sandbox.runAsync();
    const { comms } = sandbox;
    if (started && comms !== undefined) await talk?.(comms);
    const result = await sandbox.awaitResult();
    comms?.close();
    return { result, output: readFileSync(output, "utf8") };
  } finally {
    closeSync(fd);
    rmSync(dirname(output), { recursive: true });
  }
}

let folder: string | undefined;

/** Builds a C program, or a library; `source` is relative to this folder. */
export function compileC(source: string, ...flags: readonly string[]): string {
  folder ??= mkdtempSync(join(tmpdir(), "policyc-comms-"));
  const output = join(folder, basename(source, ".c"));
  const path = new URL(`./${source}`, import.meta.url).pathname;
  execFileSync("gcc", ["-O1", "-Wall", "-Wextra", "-Werror", "-pthread", ...flags, "-o", output, path], {
    stdio: "pipe",
  });
  return output;
}

export function removeCompiled(): void {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  folder = undefined;
}
