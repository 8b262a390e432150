// Runs a program under groups of the standard library and says how it ended and what it printed.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compilePolicy } from "../../../src/runtime/compile-policy.ts";
import { runSandboxed } from "../../../src/runtime/run.ts";

const LIBRARY = fileURLToPath(new URL("../../../policies/std/", import.meta.url));

/** Group -> the import that has it; systemd's lists have names of their own and are left out. */
export const GROUPS: ReadonlyMap<string, string> = new Map(
  readdirSync(LIBRARY)
    .filter(name => name !== "systemd.policy")
    .flatMap(name =>
      [...readFileSync(join(LIBRARY, name), "utf8").matchAll(/^group (\w+)/gm)].map(
        ([, group]) => [group!, `std/${name.slice(0, -".policy".length)}`] as const,
      ),
    ),
);

export interface Command {
  readonly command: string;
  readonly args?: readonly string[];
  readonly stdin?: string;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Called once the program runs. */
  readonly started?: (pid: number) => void;
}

export interface Ended {
  /** `exited 0`, `signaled SIGABRT`, `violation mmap`: the call's name as the report gives it. */
  readonly how: string;
  readonly stdout: string;
  /** What the violation's report says, or the program's stderr. */
  readonly detail: string;
}

/** A policy of these items that kills what they do not allow; what they `use` is imported. */
export function policyOf(items: readonly string[]): string {
  const groups = [...items.join("\n").matchAll(/\buse (\w+)/g)].map(([, group]) => group!);
  const files = new Set(groups.map(group => GROUPS.get(group) ?? `no group ${group}`));
  const imports = [...files].sort().map(file => `import ${JSON.stringify(file)}`);
  return [...imports, "policy t for x86_64 {", "default kill", "unknown errno(ENOSYS)", ...items, "}"].join("\n");
}

/** Runs the command under exactly these items: see policyOf(). */
export function runUnder(items: readonly string[], command: Command): Promise<Ended> {
  return runPolicy({ name: "test.policy", text: policyOf(items), policy: "t" }, command);
}

/** Runs the command under the named policy of a text. */
export async function runPolicy(
  { policy, ...source }: { readonly name: string; readonly text: string; readonly policy: string },
  command: Command,
): Promise<Ended> {
  let stdout = "";
  let stderr = "";
  let closed: Promise<void> | undefined;
  const result = await runSandboxed({
    policy: compilePolicy({ source }, { policy }),
    command: command.command,
    args: command.args ?? [],
    ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
    env: { PATH: "/usr/bin:/bin", LC_ALL: "C", HOME: "/nonexistent", ...command.env },
    stdio: [command.stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    forwardSignals: false,
    notify: { started: pid => command.started?.(pid) },
    onSpawn: child => {
      child.stdout?.on("data", chunk => (stdout += chunk));
      child.stderr?.on("data", chunk => (stderr += chunk));
      child.stdin?.on("error", () => undefined); // it died before it had read everything
      child.stdin?.end(command.stdin);
      closed = new Promise(done => child.once("close", () => done()));
    },
  });
  if (result.status === "setup-error") return { how: "setup-error", stdout, detail: result.message };
  await closed;
  switch (result.status) {
    case "ok":
      return { how: `exited ${result.exitCode}`, stdout, detail: stderr };
    case "signaled":
      return { how: `signaled ${result.signal}`, stdout, detail: stderr };
    case "violation": {
      const { description = "(no details)" } = result.violation ?? {};
      const [, call] = /^\[[\w-]+\] (\w+) \[/.exec(description) ?? [];
      return { how: `violation ${call}`, stdout, detail: description };
    }
    case "timeout":
    case "external-kill":
    case "internal-error":
      return { how: `${result}`, stdout, detail: stderr };
  }
}

export interface Folder {
  readonly path: string;
  readonly remove: () => void;
}

export function temporaryFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), "policyc-std-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
