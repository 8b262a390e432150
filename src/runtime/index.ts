// "policyc/runtime": what enforces. Loading it loads no native code; calling it does.

export { Client, type SandboxedByExecutor } from "./client.ts";
export { type Comms, type CommsOptions, openComms } from "./comms.ts";
export { CommsError, type CommsErrorReason } from "./comms-error.ts";
export type { Message } from "./comms-frame.ts";
export { compilePolicy, PolicyError, type PolicyInput, type PolicyOptions } from "./compile-policy.ts";
export type { SeenCall } from "./describe-call.ts";
export { doctor, type Finding } from "./doctor.ts";
export { Executor, type ExecutorOptions } from "./executor.ts";
export type { Ipc } from "./ipc.ts";
export type { AppliedLimit, Limits } from "./limits.ts";
export type { AnswerCall, NotifiedArgument, NotifiedCall } from "./notified-call.ts";
export type { Notify } from "./notify.ts";
export type { Passed, PassedCall } from "./permissive.ts";
export type { OpenFd } from "./process-state.ts";
export type { Circumstances, Result, ResultStatus } from "./result.ts";
export { type RunOptions, runSandboxed } from "./run.ts";
export { Sandbox } from "./sandbox.ts";
export { SandboxError, type SandboxErrorReason } from "./sandbox-error.ts";
export { type SandboxedHere, type SandboxMeHereOptions, sandboxMeHere } from "./sandbox-me-here.ts";
export type { SetupError } from "./setup-error.ts";
export type { Stdio } from "./spawn.ts";
export type { Suggestion } from "./suggest-rule.ts";
export type { Violation } from "./violation.ts";
export type { Answer } from "./watched.ts";
