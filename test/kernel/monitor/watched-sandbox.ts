// A program under a policy and the monitor, with nothing else of the runtime: what the monitor tells is what the tests see.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildLauncher, type Filter, specialise, ticketedCalls } from "../../../src/compiler/index.ts";
import { compilePolicy } from "../../../src/runtime/compile-policy.ts";
import { libc as loadLibc } from "../../../src/runtime/libc.ts";
import { monitor, type WatchedSandbox } from "../../../src/runtime/monitor.ts";
import type { Notification } from "../../../src/runtime/notification.ts";
import type { Report } from "../../../src/runtime/violation.ts";
import type { CountedCall, Watching } from "../../../src/runtime/watched.ts";

export const folder = mkdtempSync(join(tmpdir(), "policyc-monitor-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const libc = loadLibc();
const SOCK_SEQPACKET_CLOEXEC = 5 | 0o2000000;
let images = 0;

/** What one sandbox did. */
export interface Seen {
  /** Names of what was told, in order. */
  readonly told: string[];
  report: Report | undefined;
  counted: readonly CountedCall[];
  lost: Error | undefined;
  stdout: string;
  /** As waitpid(2) of the launcher says: `0`, `SIGKILL`. */
  end: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly sandbox: WatchedSandbox;
  readonly filter: Filter;
  /** Resolves when the sandbox is gone or its monitor lost, and its output read. */
  readonly seen: Promise<Seen>;
}

export interface Options {
  readonly mode?: Watching["mode"];
  readonly notified?: (call: Notification, sandbox: WatchedSandbox) => void;
  readonly input?: string;
}

export async function start(policy: string, command: readonly string[], options: Options = {}): Promise<Running> {
  const [filter] = compilePolicy({ source: { name: "test.policy", text: policy } }).filters as [Filter];
  const { target, program } = filter;
  const launched = specialise(filter, { monitored: true, tickets: ticketedCalls(target, { monitored: true }) });
  const launcher = buildLauncher(target, launched, {
    command: { kind: "argv" },
    monitored: true,
    report: { kind: "socket", fd: 3 },
    lifetime: { kind: "supervised", by: "pid-namespace", user: false },
    keepFds: 2,
    limits: [],
    session: true,
    landlock: "prefer",
    waitKillable: true,
  });
  if (!launcher.ok) throw new Error(launcher.message);
  const path = join(folder, `launcher-${images++}`);
  writeFileSync(path, launcher.image, { mode: 0o755 });

  const sockets = new Int32Array(2);
  libc.socketpair(1, SOCK_SEQPACKET_CLOEXEC, sockets);
  const watcher = await monitor();
  const child = spawn(path, command, { stdio: ["pipe", "pipe", "inherit", sockets[1]!] });
  libc.close(sockets[1]!);
  child.stdin!.on("error", () => undefined);
  child.stdin!.end(options.input ?? "");

  const seen: Seen = { told: [], report: undefined, counted: [], lost: undefined, stdout: "", end: "" };
  child.stdout!.on("data", chunk => (seen.stdout += chunk));
  const closed = new Promise<void>(resolve =>
    child.once("close", (code, signal) => {
      seen.end = `${signal ?? code}`;
      resolve();
    }),
  );
  let finish: () => void = () => undefined;
  const gone = new Promise<void>(resolve => {
    finish = resolve;
  });
  const mode = options.mode ?? "enforce";
  const watching: Watching = mode === "enforce" ? { mode } : { mode, program };
  const launch = { status: sockets[0]!, pidfd: libc.pidfdOpen(child.pid!) };
  const sandbox = watcher.watch(launch, watching, {
    listening: () => void seen.told.push("listening"),
    started: pidfd => {
      seen.told.push("started");
      if (pidfd !== undefined) libc.close(pidfd);
    },
    failed: ({ stage, result }) => void seen.told.push(`failed ${stage} ${result}`),
    ended: end => void seen.told.push(`ended ${end.kind === "exited" ? end.code : `signal ${end.signal}`}`),
    violation: report => {
      seen.told.push("violation");
      seen.report = report;
    },
    notified: call => {
      if (!seen.told.includes("notified")) seen.told.push("notified");
      options.notified?.(call, sandbox);
    },
    passed: counted => {
      seen.told.push("passed");
      seen.counted = counted;
    },
    gone: () => {
      seen.told.push("gone");
      finish();
    },
    lost: error => {
      seen.told.push("lost");
      seen.lost = error;
      finish();
    },
  });
  return {
    child,
    sandbox,
    filter,
    seen: Promise.all([gone, closed]).then(() => {
      sandbox.release();
      return seen;
    }),
  };
}

export async function run(policy: string, command: readonly string[], options: Options = {}): Promise<Seen> {
  return (await start(policy, command, options)).seen;
}

/** Builds a C program of this folder. */
export function compileC(name: string, ...flags: readonly string[]): string {
  const binary = join(folder, name);
  const source = fileURLToPath(new URL(`./${name}.c`, import.meta.url));
  execFileSync("gcc", ["-O1", "-Wall", "-Wextra", "-Werror", "-o", binary, source, ...flags], { stdio: "pipe" });
  return binary;
}

/** How long this thread's event loop was held up at most, in milliseconds, while something ran. */
export async function longestTurn(during: Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 1);
  await during.finally(() => clearInterval(timer));
  return longest;
}
