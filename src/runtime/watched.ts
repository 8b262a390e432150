// What passes between a sandbox and the monitor that watches it: the descriptors of its launch, what its notifications mean, and
// what the monitor tells of it. Numbers, bytes and plain data only, as they cross from one thread to the other.

import type { LauncherMessage, ProgramEnd, SeccompData, SockFilter, Usage } from "../compiler/index.ts";
import type { Notification } from "./notification.ts";
import type { Report } from "./violation.ts";

/** Descriptors of a launch that has just been spawned. All but `cgroupKill` are the monitor's from here on. */
export interface Launch {
  /** This end of the status socket. Its end of file counts as the end of every task. */
  readonly status: number;
  /** Of the child itself, whose end is the sandbox's. */
  readonly pidfd: number;
  /** cgroup.kill, open for writing until `gone`, where the sandbox has a cgroup of its own. */
  readonly cgroupKill?: number;
}

/** What a notification means. `program` is the filter as the policy has it, its kills not turned into notifications. */
export type Watching =
  /** A forbidden call: the policy has no `notify`. */
  | { readonly mode: "enforce" }
  /** A forbidden call or a question to the host: the program tells which. */
  | { readonly mode: "notify"; readonly program: readonly SockFilter[] }
  /** As notify, but what is forbidden is counted and let pass. For policy development only. */
  | { readonly mode: "permissive"; readonly program: readonly SockFilter[] };

/** Calls of one shape: alike in number and in the arguments that name a choice (flags, commands), whatever the others. */
export interface CountedCall {
  readonly count: number;
  /** The first of them. */
  readonly data: SeccompData;
}

/** allow: the kernel runs the call, with whatever its pointers point to by then. A value from -4095 to -1 is an errno to the program. */
export type Answer =
  | { readonly kind: "allow" }
  | { readonly kind: "errno"; readonly errno: number }
  | { readonly kind: "value"; readonly value: bigint };

export interface Watched {
  /** A listener has arrived; from now until `gone` the monitor holds it. */
  listening(): void;
  /** execve has succeeded. The pidfd of the program is the receiver's; undefined where there was no free descriptor for it. */
  started(pidfd: number | undefined): void;
  /** A step of the launch gave a result that is no good; the program was not run. */
  failed(failure: Pick<Extract<LauncherMessage, { kind: "failure" }>, "stage" | "result">): void;
  /** The program has ended, as its launcher saw it. */
  ended(end: ProgramEnd, usage: Usage): void;
  /** The first forbidden call. The sandbox has been killed. */
  violation(report: Report): void;
  /** A call that the policy leaves to the host. It waits until it is answered or its process dies. */
  notified(call: Notification): void;
  /** Once, before `gone`, in permissive mode. unlisted: calls of more shapes than are kept apart. */
  passed(calls: readonly CountedCall[], unlisted: number): void;
  /** The last task of the sandbox has ended, the main process and every descendant. Nothing comes after it. */
  gone(): void;
  /** The monitor thread itself died, and the sandbox was killed. Nothing comes after it. */
  lost(error: Error): void;
}

/** A call of Watched, with its arguments. */
export type Told = { [Event in keyof Watched]: { event: Event; args: Parameters<Watched[Event]> } }[keyof Watched];
