// Which means see to it that no process of a sandbox outlives its result. In order:
//
//   process        the filter is proved to let no process be made: the main process is all there is, and one pidfd
//                  ends it. DESIGN has this last; it is first here because it is the only one that costs nothing, needs
//                  nothing from the machine, and is as strong: the executor's death ends the supervisor's child by pidfd.
//                  Only where the filter is also proved to leave the limits and priorities of other processes alone, which
//                  this program can name: else it is last.
//   pid namespace  the kernel kills what is in it when its init exits, however often it forked and called setsid. As root
//                  without a user namespace, else with one.
//   cgroup         cgroup.kill, in a fresh child of a cgroup that is delegated to us. Weaker: a program that may write
//                  to files of its user can move itself out, if the policy lets it open cgroup.procs.
//
// Else the launch is refused, unless the caller allows survivors.
//
// The launch is its own probe: what fails where a namespace is made is remembered for this process and the next means is
// tried. That costs nothing where it works, and there is no probe that could be right while the launch is wrong.

import { existsSync, readFileSync } from "node:fs";
import { type Filter, makesNoProcess, NAMESPACE_STEPS, reachesNoProcess } from "../compiler/index.ts";
import type { Libc } from "./libc.ts";
import { type SetupError, setupError, showErrno } from "./setup-error.ts";

export type Means = "process" | "pid namespace" | "user and pid namespace" | "cgroup";

/** Why a means is not to be had on this machine, for this process, for good. */
const refusals = new Map<Means, string>();

/**
 * The means to try, in this order. written: the policy that is in force from the start, as it is written, since the proof must
 * see its kills, and a launched filter may have notifications there; undefined where the program starts without a filter.
 */
export function meansFor(
  libc: Libc,
  written: Filter | undefined,
  { allowSurvivors, permissive }: { readonly allowSurvivors: boolean; readonly permissive: boolean },
): readonly Means[] {
  const proof = written === undefined || permissive ? undefined : provedOf(libc, written);
  if (proof?.alone && proof.harmless) return ["process"];
  const isRoot = process.geteuid!() === 0;
  const all = [...(isRoot ? ["pid namespace" as const] : []), "user and pid namespace", "cgroup"] as const;
  const isolating = all.filter(means => !refusals.has(means));
  return allowSurvivors || proof?.alone ? [...isolating, "process"] : isolating;
}

interface Proof {
  /** The main process is all there is. */
  readonly alone: boolean;
  /** It leaves the processes alone that it can name. */
  readonly harmless: boolean;
}

const proved = new WeakMap<Filter, Proof>();

/** A Landlock domain scopes signals from its sixth version on. */
const SCOPES_SIGNALS = 6;

function provedOf(libc: Libc, written: Filter): Proof {
  const known = proved.get(written);
  if (known !== undefined) return known;
  const signalsScoped = libc.landlockAbi() >= SCOPES_SIGNALS;
  const alone = makesNoProcess(written);
  const fresh = { alone, harmless: alone && reachesNoProcess(written, { signalsScoped }) };
  proved.set(written, fresh);
  return fresh;
}

/** From now on the means is not tried again. */
export function refuse(means: Means, why: string): void {
  refusals.set(means, why);
}

export function noMeans(policy: string): SetupError {
  const whys = [...refusals].map(([means, why]) => `no ${means} (${why})`).join(" and ");
  return setupError(
    "bound the sandbox's life",
    `nothing here can end every process of the sandbox: policy ${policy} lets processes be made, and there is ${whys}`,
    "let the policy forbid fork, vfork, clone3, and clone without CLONE_THREAD; or let processes live on: allowSurvivors, --allow-survivors",
  );
}

const NAMESPACE_LIMITS = ["user/max_pid_namespaces", "user/max_user_namespaces", "user/max_mnt_namespaces"];

/** The errnos by which a kernel, a container or its switches refuse a namespace for good; others are scarcity or defects. */
const FOR_GOOD = ["EPERM", "EACCES", "ENOSPC", "EINVAL", "ENOSYS", "EUSERS"];

/** Why this means is not to be had, when the failure is one of making namespaces. */
export function namespaceRefusal(means: Means, { stage, syscall, errno }: SetupError): string | undefined {
  if (means !== "pid namespace" && means !== "user and pid namespace") return undefined;
  if (errno === undefined || !NAMESPACE_STEPS.includes(stage) || !FOR_GOOD.includes(showErrno(errno))) return undefined;
  const user = means === "user and pid namespace";
  // As many as the machine allows are there just now: that is no property of the machine.
  if (showErrno(errno) === "ENOSPC" && !NAMESPACE_LIMITS.some(limit => sysctl(limit) === "0")) return undefined;
  return `${syscall} gave ${showErrno(errno)}: ${switchOff(user)}`;
}

function switchOff(user: boolean): string {
  if (!existsSync("/proc/self/ns/pid")) return "this kernel has no pid namespaces (CONFIG_PID_NS)";
  if (user && !existsSync("/proc/self/ns/user")) return "this kernel has no user namespaces (CONFIG_USER_NS)";
  if (sysctl("user/max_pid_namespaces") === "0") return "raise user.max_pid_namespaces, which is 0";
  if (sysctl("user/max_mnt_namespaces") === "0") return "raise user.max_mnt_namespaces, which is 0";
  if (user && sysctl("user/max_user_namespaces") === "0") return "raise user.max_user_namespaces, which is 0";
  if (user && sysctl("kernel/unprivileged_userns_clone") === "0") return "set kernel.unprivileged_userns_clone to 1";
  if (user && sysctl("kernel/apparmor_restrict_unprivileged_userns") === "1")
    return "set kernel.apparmor_restrict_unprivileged_userns to 0, or give node a profile with `userns,`";
  return user
    ? "a container or a filter around this process forbids user namespaces"
    : "a container or a filter around this process forbids pid namespaces: it has no CAP_SYS_ADMIN";
}

function sysctl(name: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/${name}`, "latin1").trim();
  } catch {
    return undefined;
  }
}
