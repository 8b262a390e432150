// What a policy's `limits` section asks of a launcher that is on its own: limits for its plan, or why it cannot hold the program
// to one. It becomes the program, so it is not there to watch a clock or to account for more than one process.

import type { Cell, LimitName } from "../policy/cell.ts";
import type { Limit, LimitedResource } from "./launch-options.ts";

export type CellLimits =
  | { readonly ok: true; readonly limits: readonly Limit[] }
  | { readonly ok: false; readonly message: string; readonly hint: string };

/** memory is address space: the one bound on memory that a process has without a cgroup. */
const RESOURCES: { readonly [name in LimitName]: LimitedResource | undefined } = {
  cpu: "RLIMIT_CPU",
  memory: "RLIMIT_AS",
  files: "RLIMIT_NOFILE",
  processes: "RLIMIT_NPROC",
  file_size: "RLIMIT_FSIZE",
  core: "RLIMIT_CORE",
  wall: undefined,
};

export function limitsOfCell({ limits }: Pick<Cell, "limits">): CellLimits {
  if (limits.has("wall")) {
    const message = "a launcher on its own cannot keep a limit of `wall` time: it has become the program";
    return { ok: false, message, hint: "use `policyc run` or the library, or limit `cpu` time" };
  }
  return {
    ok: true,
    limits: [...limits].map(([name, value]) => ({
      resource: RESOURCES[name]!,
      value: name === "cpu" ? inSeconds(value) : value,
    })),
  };
}

/** Rounded up, and at least 1: the kernel takes 0 for 1 (update_rlimit_cpu). */
function inSeconds(milliseconds: bigint): bigint {
  const seconds = (milliseconds + 999n) / 1000n;
  return seconds === 0n ? 1n : seconds;
}
