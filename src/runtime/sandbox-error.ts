// What the runtime throws when it will not or cannot sandbox: nothing was run and nothing is half done. `reason` is for
// programs, the message for people; it ends with what to do where something can be done.

export type SandboxErrorReason =
  | "unsupported" // this OS, CPU or kernel cannot enforce, or koffi does not load
  | "policy" // the file has no policy for this machine, or several
  | "section" // a section of the policy that this way in cannot enforce
  | "threads" // the kernel cannot filter all threads at once
  | "io-uring" // work that no filter sees
  | "children" // a child process would stay outside
  | "memory" // so would another process on the same memory
  | "proc" // /proc cannot be read, so nothing can be checked
  | "usage"; // the caller's options contradict each other

export class SandboxError extends Error {
  override readonly name = "SandboxError";
  readonly reason: SandboxErrorReason;
  readonly advice: string | undefined;

  constructor(reason: SandboxErrorReason, problem: string, advice?: string) {
    super(advice === undefined ? problem : `${problem}; ${advice}`);
    this.reason = reason;
    this.advice = advice;
  }
}
