// The limits of a run: those of the policy and those of the call, the stricter of each; and what the kernel already holds
// this process to, where that is stricter still. Out: rlimits for the launcher, which sets them before the filter, and how
// long the wall clock runs.

import type { Cell, Limit, LimitedResource, LimitName } from "../compiler/index.ts";
import type { Libc } from "./libc.ts";
import { SandboxError } from "./sandbox-error.ts";
import { type SetupError, setupError } from "./setup-error.ts";

/** As in a policy's `limits`: cpu in milliseconds, memory, file_size and core in bytes, files and processes counted. */
export type Limits = Readonly<Partial<Record<Rlimited, number | bigint>>>;

export interface AppliedLimit {
  readonly limit: LimitName;
  /** In the unit of `Limits`; wall in milliseconds. */
  readonly value: bigint;
  /** What enforces it. `memory` is address space, which is more than what is used. */
  readonly means: LimitedResource | "timer";
  /** Who asked for this value; process: the hard limit that this process has itself. */
  readonly by: "policy" | "call" | "process";
}

export interface ChosenLimits {
  readonly kind: "limits";
  readonly rlimits: readonly Limit[];
  /** undefined: no end. */
  readonly wall: number | undefined;
  readonly applied: readonly AppliedLimit[];
  readonly notes: readonly string[];
}

type Rlimited = Exclude<LimitName, "wall">;

/** The kernel's numbers (asm-generic/resource.h), in the order in which results list them. */
const RLIMITS: Readonly<Record<Rlimited, { readonly resource: LimitedResource; readonly nr: number }>> = {
  cpu: { resource: "RLIMIT_CPU", nr: 0 },
  memory: { resource: "RLIMIT_AS", nr: 9 },
  file_size: { resource: "RLIMIT_FSIZE", nr: 1 },
  files: { resource: "RLIMIT_NOFILE", nr: 7 },
  processes: { resource: "RLIMIT_NPROC", nr: 6 },
  core: { resource: "RLIMIT_CORE", nr: 4 },
};
const LIMIT_NAMES = Object.keys(RLIMITS) as readonly Rlimited[];
const MAX_RLIMIT = (1n << 64n) - 2n; // the last one is RLIM_INFINITY

/** Throws SandboxError for what is no limit: a caller's mistake, like a wrong type. */
export function checkLimits(limits: Limits): void {
  for (const [name, value] of Object.entries(limits)) {
    if (!Object.hasOwn(RLIMITS, name)) {
      throw new SandboxError("usage", `there is no limit ${JSON.stringify(name)}`, `one of ${LIMIT_NAMES.join(", ")}`);
    }
    const isCount = typeof value === "bigint" || Number.isSafeInteger(value);
    if (value !== undefined && (!isCount || value < 0 || value > MAX_RLIMIT)) {
      throw new SandboxError("usage", `the limit ${name} is ${String(value)}, which is no count`);
    }
  }
}

/** ownUser: the sandbox gets a user namespace, in which the kernel counts its processes apart from the user's others. */
export function chooseLimits(
  libc: Pick<Libc, "hardLimit">,
  policy: Cell["limits"],
  call: Limits,
  wallTime: number | undefined,
  { uid, ownUser }: { readonly uid: number; readonly ownUser: boolean },
): ChosenLimits | SetupError {
  const notes: string[] = [];
  const applied = LIMIT_NAMES.flatMap(limit => {
    const asked = stricter(policy.get(limit), call[limit]);
    if (asked === undefined) return [];
    const { nr, resource } = RLIMITS[limit];
    const hard = limit === "cpu" ? libc.hardLimit(nr) * 1000n : libc.hardLimit(nr);
    return [{ limit, means: resource, ...(hard < asked.value ? { value: hard, by: "process" as const } : asked) }];
  });
  const wall = stricter(policy.get("wall"), wallTime === undefined || wallTime === 0 ? undefined : Math.ceil(wallTime));
  for (const { limit, value } of applied) {
    if (limit === "cpu" && value % 1000n !== 0n)
      notes.push(`the kernel counts cpu in seconds: ${value} ms are ${inSeconds(value)} s`);
    if (limit !== "processes") continue;
    if (uid === 0) {
      const problem = "a limit of processes cannot be kept for root: the kernel lets uid 0 pass RLIMIT_NPROC";
      return setupError("set the limits", problem, "run as an ordinary user, or leave `processes` out");
    }
    if (!ownUser) notes.push("the limit of processes counts all processes and threads of this user");
  }
  const rlimits = applied.map(({ limit, means, value }) => ({
    resource: means,
    value: inKernel(limit, value, ownUser),
  }));
  const timer = wall === undefined ? [] : [{ limit: "wall" as const, means: "timer" as const, ...wall }];
  return { kind: "limits", rlimits, wall: wall && Number(wall.value), applied: [...applied, ...timer], notes };
}

function stricter(
  policy: bigint | undefined,
  call: number | bigint | undefined,
): { readonly value: bigint; readonly by: "policy" | "call" } | undefined {
  const asked = call === undefined ? undefined : { value: BigInt(call), by: "call" as const };
  if (policy === undefined) return asked;
  return asked !== undefined && asked.value < policy ? asked : { value: policy, by: "policy" };
}

function inKernel(limit: Rlimited, value: bigint, ownUser: boolean): bigint {
  if (limit === "cpu") return inSeconds(value);
  // The init process of the sandbox's pid namespace is one of the user's there.
  return limit === "processes" && ownUser ? value + 1n : value;
}

/** Rounded up, and at least one: the kernel takes 0 as 1 (update_rlimit_cpu). */
function inSeconds(milliseconds: bigint): bigint {
  const seconds = (milliseconds + 999n) / 1000n;
  return seconds === 0n ? 1n : seconds;
}
