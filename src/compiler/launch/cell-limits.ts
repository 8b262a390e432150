// A policy's limits as the kernel's: which resource each is, and its value in the kernel's unit. And what a `limits` section
// asks of a launcher that is on its own: limits for its plan, or why it cannot hold the program to one. It becomes the program,
// so it is not there to watch a clock or to account for more than one process.

import type { Cell, LimitName } from "../policy/cell.ts";
import type { Limit, LimitedResource } from "./launch-options.ts";

export type CellLimits =
  | { readonly ok: true; readonly limits: readonly Limit[] }
  | { readonly ok: false; readonly message: string; readonly hint: string };

/** All but the wall clock's, which no resource of a process is. */
export type ResourceLimit = Exclude<LimitName, "wall">;

/** In the order in which results list them. memory is address space: the one bound on memory without a cgroup. */
export const LIMITED_RESOURCES: { readonly [name in ResourceLimit]: LimitedResource } = {
  cpu: "RLIMIT_CPU",
  memory: "RLIMIT_AS",
  file_size: "RLIMIT_FSIZE",
  files: "RLIMIT_NOFILE",
  processes: "RLIMIT_NPROC",
  core: "RLIMIT_CORE",
};

export function limitsOfCell({ limits }: Pick<Cell, "limits">): CellLimits {
  if (limits.has("wall")) {
    const message = "a launcher on its own cannot keep a limit of `wall` time: it has become the program";
    return { ok: false, message, hint: "use `policyc run` or the library, or limit `cpu` time" };
  }
  return {
    ok: true,
    limits: [...limits].flatMap(([name, value]) => (name === "wall" ? [] : rlimitOf(name, value))),
  };
}

/** `value` as a policy has it: of cpu, milliseconds. */
export function rlimitOf(name: ResourceLimit, value: bigint): Limit {
  return { resource: LIMITED_RESOURCES[name], value: name === "cpu" ? inSeconds(value) : value };
}

/** Rounded up, and at least one: the kernel takes 0 as 1 (update_rlimit_cpu). */
function inSeconds(milliseconds: bigint): bigint {
  const seconds = (milliseconds + 999n) / 1000n;
  return seconds === 0n ? 1n : seconds;
}
