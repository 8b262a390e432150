// Why a sandbox could not be set up, for people: which step failed, what the kernel said, what to do. The program was not
// run. `stage` is a step of the launch plan, or one of the runtime's own before it.

import { errnoName, type LaunchPlan, stageOf } from "../compiler/index.ts";
import type { LaunchFailure } from "./status.ts";

export interface SetupError {
  readonly kind: "setup-error";
  /** `open the program`, `install the filter`, `find the command`, ... */
  readonly stage: string;
  readonly errno: number | undefined;
  readonly message: string;
  readonly advice: string | undefined;
}

export function setupError(stage: string, message: string, advice?: string, errno?: number): SetupError {
  return { kind: "setup-error", stage, errno, message, advice };
}

/** A failure inside the launcher; `end` is how its process ended, `command` the program it was to run. */
export function launchError(plan: LaunchPlan, failure: LaunchFailure, end: string, command: string): SetupError {
  if (failure.kind === "died") {
    const advice = end.includes("SIGSYS")
      ? "a filter around this process kills a call that the launch needs; `policyc doctor` shows whether there is one"
      : undefined;
    return setupError("launch", `the launcher ended before the program was run: ${end}`, advice);
  }
  const { name, syscall } = stageOf(plan, failure.stage) ?? { name: `step ${failure.stage}`, syscall: "a call" };
  const errno = failure.result < 0 ? -failure.result : undefined;
  const said = errno === undefined ? `${failure.result}` : (errnoName(errno) ?? `errno ${errno}`);
  const advice = adviceFor(syscall, said);
  return setupError(name, `could not ${name} (${command}): ${syscall} gave ${said}`, advice, errno);
}

/** What is known of a call's refusals at this place in a launch. A result where an errno belongs means a filter faked it. */
function adviceFor(syscall: string, said: string): string | undefined {
  switch (`${syscall} ${said}`) {
    case "openat ENOENT":
    case "openat ENOTDIR":
      return "there is no such file";
    case "openat EACCES":
      return "a folder on the way may not be searched; the launcher runs without capabilities";
    case "faccessat2 EACCES":
      return "the file is not executable for this user, or its file system is mounted noexec";
    case "execve ENOENT":
      return "the program's interpreter is missing: the `#!` line of a script, or the loader of a binary";
    case "execve ENOEXEC":
      return "the file is no program for this machine, or a script without a `#!` line";
    case "execve E2BIG":
      return "arguments and environment together are too long";
    case "execve ETXTBSY":
      return "the program is open for writing";
    case "close_range ENOSYS":
      return "this needs Linux 5.9, or a filter around this process hides the call";
    case "seccomp EINVAL":
      return "the kernel refuses the filter or its flags; `policyc doctor` shows what this kernel lacks";
    case "seccomp ENOSYS":
      return "the kernel has no seccomp(2) (before 3.17, or built without), or a filter around this process hides it";
    case "seccomp EBUSY":
      return "a filter around this process has a monitor already; run with --no-monitor";
    case "seccomp ENOMEM":
      return "filters of this process and those around it are too long together";
  }
  if (syscall === "canary")
    return "an outer filter faked success: seccomp(2) reported it, but the filter does not answer";
  if (said === "ENOSYS" || said === "EPERM")
    return "a filter around this process, a container's perhaps, may forbid the call";
  return said.startsWith("E") ? undefined : "no kernel answers so: an outer filter faked the result";
}
