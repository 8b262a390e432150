// The launcher's image for a launch, ready to be executed. What changes from launch to launch (arguments, environment, working
// folder, descriptors) is not in it, so a program that is started again under the same filter has its sealed memfd already:
// making one takes longer than starting it. The last few are kept, and a descriptor with each.

import { buildLauncher, type Filter, type LaunchOptions, type LaunchPlan } from "../compiler/index.ts";
import { type Executable, fileExecutable, memfdExecutable } from "./executable.ts";
import type { Libc } from "./libc.ts";
import { type SetupError, setupError } from "./setup-error.ts";

export interface LaunchImage {
  readonly kind: "image";
  readonly plan: LaunchPlan;
  /** undefined where memfds cannot be executed (vm.memfd_noexec=2). Never to be closed. */
  readonly memfd: Executable | undefined;
  /** A file with the same bytes, for one launch; throws the file system's error. */
  file(): Executable;
}

const KEPT = 16;
/** In the order of their last use. */
const images = new Map<string, LaunchImage>();

export function launchImage(
  libc: Libc,
  target: Parameters<typeof buildLauncher>[0],
  filter: Filter | undefined,
  options: LaunchOptions,
): LaunchImage | SetupError {
  const key = `${filter === undefined ? 0 : numberOf(filter)} ${describe(options)}`;
  const known = images.get(key);
  if (known !== undefined) {
    images.delete(key);
    images.set(key, known);
    return known;
  }
  const built = buildLauncher(target, filter, options);
  if (!built.ok) return setupError("build the launcher", built.message, built.hint);
  const { image, plan } = built;
  const memfd = memfdExecutable(libc, image, lowestFd(options));
  const fresh: LaunchImage = { kind: "image", plan, memfd, file: () => fileExecutable(image) };
  images.set(key, fresh);
  for (const [oldest, { memfd: open }] of images) {
    if (images.size <= KEPT) break;
    images.delete(oldest);
    open?.close(); // a child that was started from it has executed it by now: spawn is one turn
  }
  return fresh;
}

/** The child's descriptors are put in place before it executes: a number among those would be overwritten. */
function lowestFd({ report, lifetime }: LaunchOptions): number {
  const status = report.kind === "socket" ? report.fd : 2;
  return lifetime.kind === "supervised" && lifetime.by === "cgroup"
    ? Math.max(lifetime.procs, lifetime.kill) + 1
    : status + 1;
}

const numbers = new WeakMap<Filter, number>();
let lastNumber = 0;

function numberOf(filter: Filter): number {
  const number = numbers.get(filter) ?? ++lastNumber;
  numbers.set(filter, number);
  return number;
}

function describe(options: LaunchOptions): string {
  return JSON.stringify(options, (_, value) => (typeof value === "bigint" ? String(value) : value));
}
