// Which step of a launch failed, in words: as the launcher said on its status socket, or that it died on the way.

import { type LaunchPlan, setupAdvice, stageOf } from "../compiler/index.ts";
import { type SetupError, setupError, showErrno } from "./setup-error.ts";

export type LaunchFailure =
  /** A step of the plan gave a result that is no good: -errno, or a value. The program was not run. */
  | { readonly kind: "step"; readonly stage: number; readonly result: number }
  /** Something else ended the launcher, for instance a signal from outside. */
  | { readonly kind: "died" };

/** A failure inside the launcher; `end` is how its process ended, `command` the program it was to run. */
export function launchError(plan: LaunchPlan, failure: LaunchFailure, end: string, command: string): SetupError {
  if (failure.kind === "died") {
    const advice = end.includes("SIGSYS")
      ? "a filter around this process kills a call that the launch needs; `policyc doctor` shows whether there is one"
      : undefined;
    return setupError("launch", `the launcher ended before the program was run: ${end}`, advice);
  }
  const { name, syscall } = stageOf(plan, failure.stage) ?? { name: `step ${failure.stage}`, syscall: "a call" };
  const errno = failure.result < 0 ? -failure.result : 0;
  const said = errno === 0 ? `${failure.result}` : showErrno(errno);
  const failed = { syscall, errno: errno === 0 ? undefined : errno };
  return setupError(name, `could not ${name} (${command}): ${syscall} gave ${said}`, setupAdvice(name, errno), failed);
}
