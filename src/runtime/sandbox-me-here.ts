// Sandboxes the process that calls it, every thread at once, for good. Before anything is changed it refuses, by throwing, what
// it could not keep: a kernel without TSYNC, threads with filters of their own, io_uring, living children, other processes on
// its memory, sections that need a fresh process. From the first limit on a failure ends the process (here-checks.ts).
//
// What a process keeps: every open descriptor (listed in the result), calls that are in flight on other threads, mappings that
// it shares with others, timers, and whatever its policy's calls can do with those.

import { randomFillSync } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { auditArch, decide, encode, type Filter, type Syscall, specialise, syscall } from "../compiler/index.ts";
import { compilePolicy, filterForHost, type PolicyInput, type PolicyOptions, uses } from "./compile-policy.ts";
import { describeFailure, die, refuseDiverged, refuseWhatEscapes, refuseWithoutTsync } from "./here-checks.ts";
import { applyLimits, limitsHere } from "./here-limits.ts";
import { CANARY, CANARY_CALL, installOnAllThreads, probeTsync } from "./install.ts";
import { type Libc, libc as loadLibc } from "./libc.ts";
import type { AppliedLimit } from "./limits.ts";
import { type OpenFd, readProcessState, seccompMode } from "./process-state.ts";
import { SandboxError } from "./sandbox-error.ts";

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
  /** False where a filter around this process forbids asking whether others run on its memory. */
  readonly memoryChecked: boolean;
  /** What the policy's `limits` came to: each is on all threads, soft and hard. */
  readonly limits: readonly AppliedLimit[];
}

/** Sections that a process cannot put on itself: Landlock and unshare reach the calling thread only (attack 7). */
const NEEDS_FRESH_PROCESS = ["files", "namespaces", "network", "hostname", "env", "program"];

/** Throws PolicyError or SandboxError when nothing has been changed; later failures abort the process with the reason. */
export function sandboxMeHere(options: SandboxMeHereOptions): SandboxedHere {
  const libc = loadLibc();
  const written = chooseFilter(options);
  const { program, slots } = specialise(written, { monitored: false, tickets: [CANARY_CALL] });
  const state = readProcessState(libc);
  refuseWhatEscapes(state, options.allowChildren ?? false);
  refuseWithoutTsync(probeTsync(libc), state.tids.length);
  refuseDiverged(state);
  const limits = limitsHere(libc, written);

  const ticket = randomFillSync(new Uint8Array(8));
  const statuses = state.tids.flatMap(tid => openStatus(tid));
  const failed = applyLimits(libc, written, limits);
  if (failed !== undefined) die(libc, failed);
  const installed = installOnAllThreads(libc, { records: encode(program), slots, canary: CANARY }, ticket);
  if (installed.kind !== "installed") die(libc, describeFailure(installed));
  return {
    policy: written.policy,
    threads: state.tids.length,
    verified: verify(libc, statuses, written),
    fds: state.fds,
    children: state.children,
    memoryChecked: state.sharers !== undefined,
    limits: limits.applied,
  };
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
