// The limits of a run: those of the policy and those of the call, the stricter of each; and what the kernel already holds
// this process to, where that is stricter still. Out: rlimits for the launcher, which sets them before the filter, and how
// long the wall clock runs.

import {
  type Cell,
  LIMITED_RESOURCES,
  type Limit,
  type LimitedResource,
  type LimitName,
  type ResourceLimit,
  rlimitOf,
} from "../compiler/index.ts";
import type { Libc } from "./libc.ts";
import { SandboxError } from "./sandbox-error.ts";
import { type SetupError, setupError } from "./setup-error.ts";

/** As in a policy's `limits`: cpu in milliseconds, memory, file_size and core in bytes, files and processes counted. */
export type Limits = Readonly<Partial<Record<ResourceLimit, number | bigint>>>;

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

/** The kernel's numbers of the resources (asm-generic/resource.h). */
const RLIMIT_NUMBERS: Readonly<Record<ResourceLimit, number>> = {
  cpu: 0,
  memory: 9,
  file_size: 1,
  files: 7,
  processes: 6,
  core: 4,
};
const LIMIT_NAMES = Object.keys(LIMITED_RESOURCES) as readonly ResourceLimit[];
const MAX_RLIMIT = (1n << 64n) - 2n; // the last one is RLIM_INFINITY

/** Throws SandboxError for what is no limit: a caller's mistake, like a wrong type. */
export function checkLimits(limits: Limits): void {
  for (const [name, value] of Object.entries(limits)) {
    if (!Object.hasOwn(LIMITED_RESOURCES, name)) {
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
    const inForce = libc.hardLimit(RLIMIT_NUMBERS[limit]);
    const hard = limit === "cpu" ? inForce * 1000n : inForce;
    return [
      {
        limit,
        means: LIMITED_RESOURCES[limit],
        ...(hard < asked.value ? { value: hard, by: "process" as const } : asked),
      },
    ];
  });
  const wall = stricter(policy.get("wall"), wallTime === undefined || wallTime === 0 ? undefined : Math.ceil(wallTime));
  for (const { limit, value } of applied) {
    if (limit === "cpu" && value % 1000n !== 0n)
      notes.push(`the kernel counts cpu in seconds: ${value} ms are ${rlimitOf(limit, value).value} s`);
    if (limit !== "processes") continue;
    if (uid === 0) {
      const problem = "a limit of processes cannot be kept for root: the kernel lets uid 0 pass RLIMIT_NPROC";
      return setupError("set the limits", problem, "run as an ordinary user, or leave `processes` out");
    }
    if (!ownUser) notes.push("the limit of processes counts all processes and threads of this user");
  }
  // The init process of the sandbox's pid namespace is one of its user's there.
  const rlimits = applied.map(({ limit, value }) =>
    rlimitOf(limit, limit === "processes" && ownUser ? value + 1n : value),
  );
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
