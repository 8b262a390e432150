// Sandboxes the process that calls it, every thread at once, for good. Before anything is changed it refuses, by throwing, what
// it could not keep: a kernel without TSYNC, io_uring, living children, sections that need a fresh process. From
// no_new_privs on a failure ends the process: what may or may not be sandboxed must not go on, and a caller's catch clause
// cannot know which it is.
//
// What a process keeps: every open descriptor (listed in the result), calls that are in flight on other threads, memory it
// shares with others, and whatever its policy's calls can do with those.

import { randomFillSync } from "node:crypto";
import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { auditArch, decide, type Filter, type Syscall, specialise, syscall } from "../compiler/index.ts";
import { compilePolicy, filterForHost, type PolicyInput, type PolicyOptions, uses } from "./compile-policy.ts";
import {
  CANARY_ERRNO,
  CANARY_NR,
  type Installed,
  installOnAllThreads,
  probeTsync,
  type TsyncProbe,
} from "./install.ts";
import { type Libc, libc as loadLibc } from "./libc.ts";
import { type OpenFd, readProcessState, seccompMode } from "./process-state.ts";
import { SandboxError } from "./sandbox-error.ts";
import { showErrno } from "./setup-error.ts";

export type SandboxMeHereOptions = (PolicyInput | { readonly filter: Filter }) &
  Pick<PolicyOptions, "policy"> & {
    /** Goes on although child processes live, which stay outside the sandbox. */
    readonly allowChildren?: boolean;
  };

export interface SandboxedHere {
  readonly policy: string;
  /** Threads that lived when the filter went in; later ones inherit it. */
  readonly threads: number;
  /** How many of them /proc then showed under a filter; undefined where the policy forbids looking. */
  readonly verified: number | undefined;
  /** Descriptors that were open: what they lead to stays reachable. */
  readonly fds: readonly OpenFd[];
  /** Child processes outside the sandbox; empty without allowChildren. */
  readonly children: readonly number[];
}

/** Sections that a process cannot put on itself: Landlock and unshare reach the calling thread only (attack 7). */
const NEEDS_FRESH_PROCESS = ["files", "namespaces", "network", "hostname", "limits", "env", "program"];

/** Throws PolicyError or SandboxError when nothing has been changed; later failures abort the process with the reason. */
export function sandboxMeHere(options: SandboxMeHereOptions): SandboxedHere {
  const libc = loadLibc();
  const written = chooseFilter(options);
  const filter = specialise(written, { monitored: false, tickets: [canary()] });
  const state = readProcessState();
  refuseWhatEscapes(state, options.allowChildren ?? false);
  refuseWithoutTsync(probeTsync(libc), state.tids.length);

  const ticket = randomFillSync(new Uint8Array(8));
  const statuses = state.tids.flatMap(tid => openStatus(tid));
  const installed = installOnAllThreads(libc, filter, ticket);
  if (installed.kind !== "installed") die(libc, describe(installed));
  const verified = verify(libc, statuses, written);
  return { policy: written.policy, threads: state.tids.length, verified, fds: state.fds, children: state.children };
}

function canary() {
  return { nr: CANARY_NR, name: "canary", action: { kind: "errno", errno: CANARY_ERRNO } } as const;
}

function chooseFilter(options: SandboxMeHereOptions): Filter {
  const filters = "filter" in options ? [options.filter] : compilePolicy(options, options).filters;
  const filter = filterForHost(filters);
  if ("problem" in filter) throw new SandboxError("policy", filter.problem, filter.advice);
  const section = filter.sections.find(({ kind }) => NEEDS_FRESH_PROCESS.includes(kind));
  if (section !== undefined) {
    const problem = `policy ${filter.policy} has a \`${section.kind}\` section, which cannot be enforced in a running process`;
    throw new SandboxError("section", problem, "remove it, or start the program with `policyc run`");
  }
  if (uses(filter, "notify")) {
    throw new SandboxError(
      "usage",
      `policy ${filter.policy} has \`notify\` rules, and there is nobody to answer them in this process`,
    );
  }
  return filter;
}

function refuseWhatEscapes(state: ReturnType<typeof readProcessState>, allowChildren: boolean): void {
  if (state.ioUring.length > 0) {
    throw new SandboxError(
      "io-uring",
      `io_uring is in use (${state.ioUring.join(", ")}), and it works without system calls that a filter could see`,
      "start Node with UV_USE_IO_URING=0",
    );
  }
  if (state.children.length > 0 && !allowChildren) {
    const list = state.children.join(", ");
    throw new SandboxError(
      "children",
      `child processes live and would stay outside (pid ${list})`,
      "end them first, or say allowChildren",
    );
  }
}

function refuseWithoutTsync(probe: TsyncProbe, threads: number): void {
  if (probe.kind === "known") return;
  const running = `${threads} ${threads === 1 ? "thread runs" : "threads run"} here`;
  const problem = {
    "unknown-flag": "seccomp(2) does not know SECCOMP_FILTER_FLAG_TSYNC (EINVAL)",
    "no-seccomp": "there is no seccomp(2) (ENOSYS)",
    unsupported: `seccomp(2) answers the TSYNC probe by ${"result" in probe ? probe.result : ""}, neither EFAULT nor a known refusal`,
  }[probe.kind];
  throw new SandboxError(
    "threads",
    `${problem}, so a filter would cover one thread only, and ${running}`,
    "Linux 3.17 and later have it unless an outer filter hides it; start the program with `policyc run` instead",
  );
}

function describe(installed: Exclude<Installed, { kind: "installed" }>): string {
  switch (installed.kind) {
    case "refused":
      return `${installed.step} failed: ${installed.errno === 0 ? "the bit is not set" : showErrno(installed.errno)}; no filter is installed`;
    case "diverged":
      return `thread ${installed.tid} could not follow: it has a filter of its own; no filter is installed on any thread`;
    case "faked":
      return `seccomp(2) reported success, but the filter does not answer (canary: ${installed.result}): an outer filter faked success`;
  }
}

/** Ends the process by SIGABRT. That nobody reads stderr must not turn it into an exception, which a caller could catch. */
function die(libc: Libc, reason: string): never {
  try {
    writeSync(2, `policyc: sandboxMeHere: ${reason}\n`);
  } finally {
    libc.abort();
  }
}

interface Status {
  readonly tid: number;
  readonly fd: number;
}

/** Opened before the filter is in, which may forbid it afterwards. */
function openStatus(tid: number): Status[] {
  try {
    return [{ tid, fd: openSync(`/proc/self/task/${tid}/status`, "r") }];
  } catch {
    return []; // the thread has ended
  }
}

/** Looks at every thread again, if the policy lets pread64 and close pass: trying would be punished like any other call. */
function verify(libc: Libc, statuses: readonly Status[], filter: Filter): number | undefined {
  let verified = 0;
  for (const { tid, fd } of statuses) {
    if (!passes(filter, "pread64", fd) || !passes(filter, "close", fd)) return undefined;
    const text = readStatus(fd);
    closeSync(fd);
    if (text === undefined) continue; // it ended meanwhile
    if (seccompMode(text) !== 2) die(libc, `thread ${tid} runs without a filter although seccomp(2) reported success`);
    verified++;
  }
  return verified;
}

function readStatus(fd: number): string | undefined {
  const buffer = Buffer.alloc(4096);
  try {
    return buffer.toString("latin1", 0, readSync(fd, buffer, 0, buffer.length, 0));
  } catch {
    return undefined;
  }
}

/** Asked with what verify() will pass; a buffer's address can be told from null only. */
function passes(filter: Filter, name: string, fd: number): boolean {
  const call: Syscall = syscall(filter.target, name)!;
  const args = [BigInt(fd), 0x1000n, name === "pread64" ? 4096n : 0n, 0n, 0n, 0n] as const;
  const { action } = decide(filter.model, {
    nr: call.nr,
    arch: auditArch(filter.target),
    instruction_pointer: 0n,
    args,
  });
  return action.kind === "allow" || action.kind === "log";
}
