// A program of one system call, which exits by what the call gave: it asks a kernel what only a process of its own may ask, as
// its answer changes the process (unshare). A launcher's interpreter runs it, so that it is the same for every target.

import { launcherImage } from "./elf.ts";
import { type Arg, any, builtin, system } from "./operation.ts";
import { FRAME, type LaunchPlan, word } from "./plan.ts";
import { FRAME_RESULT, FRAME_SIZE } from "./plan-format.gen.ts";
import type { LauncherArch } from "./target.ts";

/** The image of a program that exits by the errno of a call, 0 where it has none: see probeErrno. */
export function probeImage(arch: LauncherArch, call: string, args: readonly Arg[]): Uint8Array {
  const step = "ask the kernel";
  const plan: LaunchPlan = {
    arch,
    operations: [
      { ...system(step, call, args, [any()]), label: "start" },
      system(step, "exit_group", [word(FRAME, FRAME_RESULT)], [any()]),
      builtin(step, "halt", [], []),
    ],
    data: [{ name: FRAME, bytes: new Uint8Array(FRAME_SIZE) }],
    onFailure: "start",
    stages: "index",
  };
  return launcherImage(plan);
}

/** What exit status says: exit_group keeps the low 8 bits of -errno. */
export function probeErrno(status: number): number {
  return -status & 0xff;
}
