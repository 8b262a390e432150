// The `limits` of a policy on a process that runs already: on all its threads, by prlimit(2), all of them or none. What cannot
// hold is refused before anything is changed: a wall clock, which needs somebody outside, and what is used up already.

import { readFileSync } from "node:fs";
import { constant, type Filter } from "../compiler/index.ts";
import type { Libc } from "./libc.ts";
import { type ChosenLimits, chooseLimits } from "./limits.ts";
import { SandboxError } from "./sandbox-error.ts";
import { showErrno } from "./setup-error.ts";

export function limitsHere(libc: Libc, { policy, cell, target }: Filter): ChosenLimits {
  if (cell.limits.has("wall")) {
    const problem = `policy ${policy} limits \`wall\` time, and nobody outside this process keeps that clock`;
    throw new SandboxError("section", problem, "remove it, or start the program with `policyc run`");
  }
  const chosen = chooseLimits(libc, cell.limits, {}, undefined, { uid: process.geteuid!(), ownUser: false });
  if (chosen.kind === "setup-error") throw new SandboxError("section", chosen.message, chosen.advice);
  for (const { resource, value } of chosen.rlimits) {
    if (constant(target, resource) === undefined) throw new SandboxError("unsupported", `no number for ${resource}`);
    const used = inUse(resource);
    if (used !== undefined && used >= value) {
      throw new SandboxError(
        "section",
        `policy ${policy} allows ${value} by ${resource}, and ${used} are in use already`,
      );
    }
  }
  return chosen;
}

/** What the kernel would not count again; undefined where the limit is on what comes. */
function inUse(resource: string): bigint | undefined {
  if (resource === "RLIMIT_AS") {
    const kilobytes = /^VmSize:\s*(\d+) kB$/m.exec(readFileSync("/proc/self/status", "latin1"))?.[1];
    return kilobytes === undefined ? undefined : BigInt(kilobytes) * 1024n;
  }
  if (resource !== "RLIMIT_CPU") return undefined;
  const { user, system } = process.cpuUsage();
  return BigInt(Math.floor((user + system) / 1e6));
}

/** Why the process must end, if it must. Each value is at most the hard limit, so that only a filter around it can refuse. */
export function applyLimits(libc: Libc, { target }: Filter, { rlimits }: ChosenLimits): string | undefined {
  for (const { resource, value } of rlimits) {
    const result = libc.setLimit(Number(constant(target, resource)), value);
    if (result !== 0) return `prlimit(${resource}) gave ${showErrno(-result)}`;
  }
  return undefined;
}
