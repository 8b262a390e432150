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
  readonly lifetime: Lifetime;
  /** The highest descriptor that the program is to have; all above it are closed. */
  readonly keepFds: number;
  /** Ranges up to keepFds that the program is not to have. Something has to be open at each number, or the launch itself gets it. */
  readonly gaps?: readonly (readonly [first: number, last: number])[];
  /** Soft and hard limit alike. One above the hard limit in force fails the launch. Core files are forbidden unless listed. */
  readonly limits: readonly Limit[];
  /** Lead a session of its own: without a terminal, and apart from its caller's process group. */
  readonly session: boolean;
  /** prefer: a kernel without a Landlock that serves is no failure, and sandboxes of one user can then read each other. */
  readonly landlock: "require" | "prefer";
  /** Ask for SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (5.19); a kernel that does not know it does without. */
  readonly waitKillable: boolean;
}

/**
 * direct: the launcher becomes the program. supervised: the launcher stays, as the caller's child, and starts the program; when
 * the other end of the status socket is closed or shut down for writing it ends the sandbox, and it always sees the end of it
 * before it ends itself. By what it ends the sandbox:
 * pid-namespace: an init of its own, whose end takes every task along; needs CAP_SYS_ADMIN, or `user`: a user namespace too.
 * cgroup: descriptors open for writing of cgroup.procs and cgroup.kill, above keepFds and other than the status socket.
 * process: the program's main process alone, for a filter that lets it make no other (prove/makes-no-process.ts).
 */
export type Lifetime =
  | { readonly kind: "direct" }
  | { readonly kind: "supervised"; readonly by: "pid-namespace"; readonly user: boolean }
  | { readonly kind: "supervised"; readonly by: "cgroup"; readonly procs: number; readonly kill: number }
  | { readonly kind: "supervised"; readonly by: "process" };

/** Values in the unit of setrlimit(2): seconds of CPU, bytes, numbers. */
export interface Limit {
  readonly resource: LimitedResource;
  readonly value: bigint;
}

export type LimitedResource =
  | "RLIMIT_CPU"
  | "RLIMIT_FSIZE"
  | "RLIMIT_DATA"
  | "RLIMIT_STACK"
  | "RLIMIT_CORE"
  | "RLIMIT_RSS"
  | "RLIMIT_NPROC"
  | "RLIMIT_NOFILE"
  | "RLIMIT_MEMLOCK"
  | "RLIMIT_AS"
  | "RLIMIT_LOCKS"
  | "RLIMIT_SIGPENDING"
  | "RLIMIT_MSGQUEUE"
  | "RLIMIT_NICE"
  | "RLIMIT_RTPRIO"
  | "RLIMIT_RTTIME";
