// The steps of a launch in the words of a failure report (`cannot open the program`), and what to do when one fails.

import { errnoName } from "../abi/constants.ts";
import type { LimitedResource } from "./launch-options.ts";

export const STEP = {
  command: "read the command line",
  blockSignals: "block the supervisor's signals",
  signalMask: "reset the signal mask",
  signals: "reset the signal dispositions",
  closeRange: "close the descriptors that are not mapped",
  statusSocket: "keep the launch's descriptors from the program",
  supervisor: "hold on to the supervisor",
  share: "share a page with the program's process",
  ids: "look up the user and the group",
  namespaces: "create the sandbox's namespaces",
  userMap: "map the user",
  groupMap: "map the group",
  setgroups: "deny setgroups",
  tie: "tie the sandbox to its supervisor",
  supervisorLives: "find the supervisor alive",
  mounts: "take the mounts apart from the machine's",
  proc: "mount /proc",
  cloneProgram: "create the program's process",
  findOneself: "find a process of its own",
  joinCgroup: "enter the cgroup",
  closeOpened: "close what the launch has opened",
  ordinary: "limit the processes of root",
  letGo: "close the program's descriptors in its supervisor",
  tellStarted: "tell that the program has started",
  watch: "watch over the sandbox",
  wait: "wait for the program",
  tellEnd: "tell how the program ended",
  end: "end the sandbox",
  leave: "leave",
  session: "start a session",
  core: "forbid core files",
  securebits: "lock the securebits",
  ambient: "clear the ambient capabilities",
  bounding: "drop the bounding set",
  capabilities: "drop the capabilities",
  noNewPrivs: "set no_new_privs",
  noNewPrivsCheck: "find no_new_privs set",
  speculation: "disable speculation",
  dumpable: "hide the launcher's memory",
  domain: "create the Landlock domain",
  enterDomain: "enter the Landlock domain",
  open: "open the program",
  access: "find the program executable",
  ticket: "draw the ticket",
  filter: "install the filter",
  zero: "zero the ticket",
  canary: "find the filter in place",
  handOver: "hand over the listener",
  closeListener: "close the listener",
  started: "tell that the program starts",
  execute: "execute the program",
  report: "report the failure",
} as const;

const LIMIT_STEP = "set RLIMIT_";

/** Where a kernel without namespaces, or a machine that forbids them, says no. */
export const NAMESPACE_STEPS: readonly string[] = [
  STEP.namespaces,
  STEP.userMap,
  STEP.groupMap,
  STEP.setgroups,
  STEP.mounts,
];

export function limitStep(resource: LimitedResource): string {
  return `set ${resource}`;
}

const OUTER_FILTER = "a filter around this process, a container's say, answers this call: allow it there";
const FEW_PROCESSES = "the user may have no more processes (RLIMIT_NPROC), or the cgroup (pids.max)";
const FEW_DESCRIPTORS = "no descriptor is left under the limit of open files (RLIMIT_NOFILE)";
const NO_PROC = "no /proc is mounted here, and the namespace's maps are files of it";
const ABOVE_HARD_LIMIT = "it is above the hard limit of this process: ask for less, or raise that before (ulimit -H)";
const FAKED = "no kernel answers so: a filter around this process faked the result";

/** Per step: what an errno means there and what to do; "" is for any other, and for a result that is no errno. */
const ADVICE: { readonly [step: string]: { readonly [errno: string]: string } } = {
  [STEP.supervisor]: {
    ENOSYS: "pidfd_open came with Linux 5.3: this kernel is too old to supervise a sandbox",
    EMFILE: FEW_DESCRIPTORS,
  },
  [STEP.namespaces]: {
    EPERM:
      "this user may not make these namespaces: without CAP_SYS_ADMIN it takes a user namespace, which the machine may forbid (kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns) and a container's filter too",
    ENOSPC: "the user has as many namespaces as there may be: user.max_user_namespaces, user.max_pid_namespaces",
    EUSERS: "user namespaces are nested too deeply",
    EINVAL: "the kernel was built without one of these namespaces, or is older than Linux 5.2",
    EAGAIN: FEW_PROCESSES,
    ENOMEM: "there is not enough memory for another process, or the pid namespace around this one has lost its init",
    EMFILE: FEW_DESCRIPTORS,
  },
  [STEP.cloneProgram]: {
    EAGAIN: FEW_PROCESSES,
    EINVAL: "the kernel has no CLONE_PIDFD: it came with Linux 5.2",
    ENOMEM: "there is not enough memory for another process",
    EMFILE: FEW_DESCRIPTORS,
  },
  [STEP.setgroups]: { ENOENT: NO_PROC },
  [STEP.userMap]: {
    ENOENT: NO_PROC,
    EPERM: "the kernel does not let this user map itself: a security module restricts user namespaces",
  },
  [STEP.groupMap]: {
    ENOENT: NO_PROC,
    EPERM: "the kernel does not let this user map its group: a security module restricts user namespaces",
  },
  [STEP.supervisorLives]: { "": "the supervisor was killed while it started the program" },
  [STEP.mounts]: { EPERM: "a filter or a security module around this process denies mount: allow it there" },
  [STEP.joinCgroup]: {
    EACCES: "the cgroup, or the one above both it and this process's, does not belong to this user",
    EPERM: "the cgroup does not belong to this user",
    EBUSY: "the cgroup has controllers for its children, so no process may be in it",
    EOPNOTSUPP: "the cgroup is a threaded one, or its parent is",
    ENODEV: "the cgroup is gone",
  },
  [STEP.ordinary]: {
    "": "the kernel lets root have any number of processes: run as an ordinary user, or leave `processes` out",
  },
  [STEP.tellStarted]: { EPIPE: "the executor is gone" },
  [STEP.closeRange]: {
    ENOSYS:
      "close_range came with Linux 5.9: this kernel is too old for a launcher, or a filter around this process hides it; sandboxMeHere() does without",
  },
  [STEP.domain]: {
    ENOSYS: "this kernel was built without Landlock: use one with CONFIG_SECURITY_LANDLOCK, or do not require it",
    EOPNOTSUPP: "Landlock is off: add landlock to the kernel's lsm= option, or do not require it",
    EINVAL: "the Landlock of this kernel is too old: it needs Linux 5.19, or do not require it",
  },
  [STEP.enterDomain]: {
    E2BIG: "sixteen Landlock domains are stacked around this process already, which is all there can be",
  },
  [STEP.open]: {
    ENOENT: "there is no such file",
    EACCES: "a folder of the path may not be searched by this user, capabilities dropped",
    ENOTDIR: "a part of the path is no folder",
    ELOOP: "the path has too many symbolic links",
    ENAMETOOLONG: "the path is too long",
  },
  [STEP.access]: {
    EACCES: "the file is not executable for this user, capabilities dropped, or its file system is mounted noexec",
  },
  [STEP.filter]: {
    EINVAL:
      "the kernel refused the filter or a flag: seccomp filters need CONFIG_SECCOMP_FILTER, notifications Linux 5.0; without a monitor (`--no-monitor`) the kernel itself kills, as strictly",
    EACCES: "no_new_privs is not in force, though it was set: an outer filter answered for the kernel",
    EBUSY: "a filter around this process has a listener already, and there can be one: do without a monitor",
    ENOMEM: "the filters around this process are too long together for one more",
    EMFILE: `${FEW_DESCRIPTORS}, and the filter's listener needs one`,
    ENOSYS: "seccomp(2) came with Linux 3.17: this kernel is older, or a filter around this process hides it",
  },
  [STEP.canary]: {
    "": "the kernel has no such filter in force: an outer filter answered for seccomp(2), or for this call",
  },
  [STEP.handOver]: { EPIPE: "the monitor is gone", ENOTSOCK: "the status descriptor is not a socket" },
  [STEP.started]: { EPIPE: "the monitor is gone" },
  [STEP.execute]: {
    ENOENT: "the program's interpreter does not exist: see its #! line, or PT_INTERP of the file",
    ENOEXEC: "the file is no program for this machine: a script needs a #! line",
    EACCES: "the file is a folder, is not executable, or its interpreter is not",
    E2BIG: "the arguments and the environment are too long together",
    ENOMEM: "there is not enough memory for the program under its limits",
    ETXTBSY: "the file is open for writing somewhere",
    ELOOP: "its #! line leads to too many further scripts",
  },
};

/** What the errno of a failed step means and what to do; 0 for a result that is none. undefined: nothing is known of it. */
export function setupAdvice(step: string, errno: number): string | undefined {
  const name = errno === 0 ? "" : (errnoName(errno) ?? `${errno}`);
  if (step.startsWith(LIMIT_STEP)) return name === "EPERM" ? ABOVE_HARD_LIMIT : undefined;
  const advice = ADVICE[step]?.[name] ?? ADVICE[step]?.[""];
  if (advice !== undefined) return advice;
  if (name === "") return FAKED;
  return name === "EPERM" || name === "ENOSYS" ? OUTER_FILTER : undefined;
}
