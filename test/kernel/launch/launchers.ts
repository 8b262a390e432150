// Launchers and C programs for the tests of this folder, in a temporary folder that goes when the process ends.

import { execFileSync, type SpawnSyncOptions, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { knownNumbers, syscall } from "../../../src/compiler/abi/syscalls.ts";
import { generate } from "../../../src/compiler/decision/generate.ts";
import { buildLauncher, ticketedCalls } from "../../../src/compiler/launch/build-launcher.ts";
import { CANARY_NR } from "../../../src/compiler/launch/canary.ts";
import { launcherImage } from "../../../src/compiler/launch/elf.ts";
import type { LaunchOptions } from "../../../src/compiler/launch/launch-options.ts";
import type { LaunchPlan } from "../../../src/compiler/launch/plan.ts";
import { ALWAYS } from "../../../src/compiler/policy/condition.ts";
import type { Action, Model } from "../../../src/compiler/policy/model.ts";
import { monitored, withTickets } from "../../../src/compiler/policy/variants.ts";

export interface Result {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

export const folder = mkdtempSync(join(tmpdir(), "policyc-launch-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

/** Why launchers cannot be run here; undefined where they can. */
export function noLauncher(): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64") return "needs Linux on x86-64";
  if (process.getuid?.() !== 0) return "needs root";
  return spawnSync("gcc", ["--version"]).status === 0 ? undefined : "needs gcc";
}

export const STANDALONE: LaunchOptions = {
  command: { kind: "argv" },
  monitored: false,
  report: { kind: "stderr" },
  keepFds: 2,
  lifetime: { kind: "direct" },
  limits: [],
  session: true,
  landlock: "require",
  waitKillable: true,
};

export const SPAWNED: LaunchOptions = { ...STANDALONE, report: { kind: "socket", fd: 3 } };

export const SUPERVISED: LaunchOptions = {
  ...SPAWNED,
  lifetime: { kind: "supervised", by: "pid-namespace", user: false },
};

export const NOBODY = { uid: 65534, gid: 65534 };

/** A folder that everyone may write to. */
export function openFolder(): string {
  chmodSync(folder, 0o755);
  const open = mkdtempSync(join(folder, "open-"));
  chmodSync(open, 0o777);
  return open;
}

const ORIGIN = { span: { source: "test.policy", start: 0, end: 0 }, uses: [] };

/** A policy that says `otherwise` of everything but the calls named. */
export function policy(otherwise: Action, rules: { readonly [call: string]: Action } = {}): Model {
  return {
    policy: "test",
    target: "x86_64",
    abis: [
      {
        arch: "x86_64",
        rules: Object.entries(rules).map(([name, action]) => ({
          nr: syscall("x86_64", name)!.nr,
          condition: ALWAYS,
          action,
          origin: ORIGIN,
        })),
        known: knownNumbers("x86_64"),
        default: { action: otherwise },
        unknown: { action: { kind: "errno", errno: 38 } },
      },
    ],
    foreign: { action: { kind: "kill" } },
    guards: [],
    tickets: [],
  };
}

export const ALLOW_ALL = policy({ kind: "allow" });
/** Every program may run, and no program may run another. */
export const ONE_PROGRAM = policy({ kind: "allow" }, { execve: { kind: "kill" }, execveat: { kind: "kill" } });
export const DENY_ALL = policy({ kind: "kill" });

let images = 0;

/** `change` makes another plan of it: a planted fault. */
export function launcher(
  model: Model | undefined,
  options: LaunchOptions,
  change: (plan: LaunchPlan) => LaunchPlan = same,
) {
  const built = buildLauncher("x86_64", model && filterOf(model, options.monitored), options);
  if (!built.ok) throw new Error(built.message);
  const path = join(folder, `${images++}.launcher`);
  writeFileSync(path, launcherImage(change(built.plan)), { mode: 0o755 });
  return { path, plan: built.plan };
}

function filterOf(model: Model, hears: boolean) {
  const filter = generate(withTickets(hears ? monitored(model) : model, ticketedCalls("x86_64", { monitored: hears })));
  if (!filter.ok) throw new Error("the filter is too long");
  return filter;
}

function same(plan: LaunchPlan): LaunchPlan {
  return plan;
}

/** The plan without the steps of these names: what a launch would be without them. */
export function without(...steps: readonly string[]): (plan: LaunchPlan) => LaunchPlan {
  return plan => ({ ...plan, operations: plan.operations.filter(({ step }) => !steps.includes(step)) });
}

export function run(command: readonly string[], options: SpawnSyncOptions = {}): Result {
  const [program, ...args] = command as [string, ...string[]];
  const { stdout, stderr, status, signal } = spawnSync(program, args, {
    timeout: 20_000,
    ...options,
    encoding: "utf8",
  });
  return { stdout, stderr, status, signal };
}

/** The number of a call as the programs of this folder take it. */
export function nr(call: string): string {
  return `${call === "canary" ? CANARY_NR : syscall("x86_64", call)!.nr}`;
}

const compiled = new Set<string>();

/** Builds a C program of this folder, once. */
export function compileC(name: string): string {
  const binary = join(folder, name);
  if (compiled.has(name)) return binary;
  compiled.add(name);
  const source = fileURLToPath(new URL(`./${name}.c`, import.meta.url));
  execFileSync("gcc", ["-O1", "-Wall", "-Wextra", "-Werror", "-o", binary, source], { stdio: "pipe" });
  return binary;
}
