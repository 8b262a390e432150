// The part of a launch that limits the program's resources, for good: hard limit and soft limit are one. It comes when the
// launch has opened all it needs and has no capability left, CAP_SYS_RESOURCE least of all: a limit above the hard one in force
// is then refused by the kernel, to root as to anyone, and fails the launch.

import { structure } from "./datum.ts";
import type { Limit } from "./launch-options.ts";
import { type Part, result, system } from "./operation.ts";
import { address } from "./plan.ts";
import { limitStep } from "./steps.ts";

export function limitsPlan(limits: readonly Limit[]): Part {
  return {
    operations: limits.map(({ resource }) =>
      system(limitStep(resource), "prlimit64", [0, resource, address(nameOf(resource)), 0], [result(0)]),
    ),
    data: limits.map(({ resource, value }) => ({ name: nameOf(resource), bytes: structure([value, 8], [value, 8]) })),
  };
}

function nameOf(resource: string): string {
  return `limit ${resource}`;
}
