// "policyc/runtime": what enforces. Loading it loads no native code; calling it does.

export { compilePolicy, PolicyError, type PolicyInput, type PolicyOptions } from "./compile-policy.ts";
export type { SeenCall } from "./describe-call.ts";
export { doctor, type Finding } from "./doctor.ts";
export type { Outcome } from "./follow-launch.ts";
export type { OpenFd } from "./process-state.ts";
export { type RunOptions, type RunResult, runSandboxed } from "./run.ts";
export { SandboxError, type SandboxErrorReason } from "./sandbox-error.ts";
export { type SandboxedHere, type SandboxMeHereOptions, sandboxMeHere } from "./sandbox-me-here.ts";
export type { SetupError } from "./setup-error.ts";
export type { Stdio } from "./spawn.ts";
export type { Suggestion } from "./suggest-rule.ts";
export type { Violation } from "./violation.ts";
