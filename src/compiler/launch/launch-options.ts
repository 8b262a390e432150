// What the caller of a launcher decides; everything else of a launch is the plan's.

export interface LaunchOptions {
  /**
   * argv: the launcher's own arguments are the command, argv[1] its path. fixed: `path` is run with `argv` (argv[0] included)
   * followed by the launcher's own arguments. A path is taken as it is: PATH is not searched.
   */
  readonly command:
    | { readonly kind: "argv" }
    | { readonly kind: "fixed"; readonly path: string; readonly argv: readonly string[] };
  /** The filter has notify leaves: its listener is handed over the socket. */
  readonly monitored: boolean;
  /** Where a failed step is told: on an inherited SOCK_SEQPACKET socket (messages.ts), or as a line on fd 2. */
  readonly report: { readonly kind: "socket"; readonly fd: number } | { readonly kind: "stderr" };
  /** The highest descriptor that the program is to have; all above it are closed. */
  readonly keepFds: number;
  /** prefer: a kernel without a Landlock that serves is no failure, and sandboxes of one user can then read each other. */
  readonly landlock: "require" | "prefer";
  /** Ask for SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (5.19); a kernel that does not know it does without. */
  readonly waitKillable: boolean;
}
