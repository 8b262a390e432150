// What keeps a running process from being sandboxed, before anything is changed: each is told by a SandboxError. And what ends
// it when something fails later, from no_new_privs on: what may or may not be sandboxed must not go on, and a caller's catch
// clause cannot know which it is.

import { writeSync } from "node:fs";
import type { Installed, TsyncProbe } from "./install.ts";
import type { Libc } from "./libc.ts";
import { divergedThreads, type ProcessState } from "./process-state.ts";
import { SandboxError } from "./sandbox-error.ts";
import { showErrno } from "./setup-error.ts";

export function refuseWhatEscapes(state: ProcessState, allowChildren: boolean): void {
  if (state.ioUring.length > 0) {
    throw new SandboxError(
      "io-uring",
      `io_uring is in use (${state.ioUring.join(", ")}), and it works without system calls that a filter could see`,
      "start Node with UV_USE_IO_URING=0",
    );
  }
  const sharers = state.sharers ?? [];
  if (sharers.length > 0) {
    throw new SandboxError(
      "memory",
      `another process runs on this process's memory and would stay outside (pid ${sharers.join(", ")})`,
      "end it first",
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

export function refuseDiverged({ diverged }: Pick<ProcessState, "diverged">): void {
  if (diverged.length === 0) return;
  throw new SandboxError("threads", `${ownFilters(diverged)}, so no filter can be put on all threads`);
}

function ownFilters(tids: readonly number[]): string {
  return tids.length === 1
    ? `thread ${tids[0]} has a filter of its own`
    : `threads ${tids.join(", ")} have filters of their own`;
}

export function refuseWithoutTsync(probe: TsyncProbe, threads: number): void {
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

export function describeFailure(installed: Exclude<Installed, { kind: "installed" }>): string {
  switch (installed.kind) {
    case "refused":
      return `${installed.step} failed: ${installed.errno === 0 ? "the bit is not set" : showErrno(installed.errno)}; no filter is installed`;
    case "diverged":
      return `${couldNotFollow(installed.tid)}; no filter is installed on any thread`;
    case "faked":
      return `seccomp(2) reported success, but the filter does not answer (canary: ${installed.result}): an outer filter faked success`;
  }
}

/** Nothing is installed, so whose fault it is can still be looked up. */
function couldNotFollow(tid: number | undefined): string {
  if (tid !== undefined) return `thread ${tid} could not follow: it has a filter of its own`;
  const found = divergedThreads();
  return found.length === 0 ? "a thread could not follow: it has a filter of its own" : ownFilters(found);
}

/** Ends the process by SIGABRT. That nobody reads stderr must not turn it into an exception, which a caller could catch. */
export function die(libc: Libc, reason: string, last: () => void = () => undefined): never {
  try {
    writeSync(2, `policyc: sandboxMeHere: ${reason}\n`);
  } finally {
    try {
      last();
    } finally {
      libc.abort();
    }
  }
}
