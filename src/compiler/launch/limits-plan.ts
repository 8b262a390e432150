// The part of a launch that limits the program's resources, for good: hard limit and soft limit are one. It comes when the
// launch has opened all it needs and has no capability left, CAP_SYS_RESOURCE least of all: a limit above the hard one in force
// is then refused by the kernel, to root as to anyone, and fails the launch.

import { structure } from "./datum.ts";
import { closeOpened } from "./inheritance-plan.ts";
import type { LaunchOptions } from "./launch-options.ts";
import { builtin, here, labelled, notNegative, type Part, result, system } from "./operation.ts";
import { address, type Operation } from "./plan.ts";
import { limitStep, STEP } from "./steps.ts";

export function limitsPlan(options: LaunchOptions): Part {
  const { limits } = options;
  return {
    operations: limits.flatMap(({ resource }) => [
      // The filter's listener still needs a number below the limit, and gets the lowest that is free.
      ...(resource === "RLIMIT_NOFILE" ? [closeOpened(options)] : []),
      ...(resource === "RLIMIT_NPROC" ? notAsRoot() : []),
      system(limitStep(resource), "prlimit64", [0, resource, address(nameOf(resource)), 0], [result(0)]),
    ]),
    data: limits.map(({ resource, value }) => ({ name: nameOf(resource), bytes: structure([value, 8], [value, 8]) })),
  };
}

/** The kernel lets the machine's root have any number of processes (copy_process), whatever the limit: that is none, then. */
function notAsRoot(): Operation[] {
  return [
    system(STEP.ordinary, "getuid", [], [result(0, "root"), notNegative("ordinary")]),
    labelled("root", builtin(STEP.ordinary, "value", [0], [])),
    here("ordinary", STEP.ordinary),
  ];
}

function nameOf(resource: string): string {
  return `limit ${resource}`;
}
