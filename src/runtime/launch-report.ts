// What a launcher said on its status socket: nothing wrong, or which step failed, in words. Its end of file after `ready` is
// execve's success; before it, the launcher died on the way.

import { type LaunchPlan, readMessage, stageOf } from "../compiler/index.ts";
import { type SetupError, setupError, showErrno } from "./setup-error.ts";

export type LaunchFailure =
  /** A step of the plan gave a result that is no good: -errno, or a value. The program was not run. */
  | { readonly kind: "step"; readonly stage: number; readonly result: number }
  /** Something else ended the launcher, for instance a signal from outside. */
  | { readonly kind: "died" };

export function launchFailure(messages: readonly Uint8Array[]): LaunchFailure | undefined {
  const said = messages.map(readMessage);
  const failure = said.find(message => message.kind === "failure");
  if (failure !== undefined) return { kind: "step", stage: failure.stage, result: failure.result };
  return said.some(message => message.kind === "ready") ? undefined : { kind: "died" };
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
  const said = errno === undefined ? `${failure.result}` : showErrno(errno);
  const advice = adviceFor(syscall, said);
  return setupError(name, `could not ${name} (${command}): ${syscall} gave ${said}`, advice, { syscall, errno });
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
