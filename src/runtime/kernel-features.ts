// What of the kernel policyc uses, each asked for by a call that has no effect: which release brought it, what it is for, and
// what still works without it. Never a version number: distributions carry features back, containers hide them.

import { constants } from "node:os";
import type { Finding } from "./doctor.ts";
import type { Libc } from "./libc.ts";
import { showErrno } from "./setup-error.ts";

interface Feature {
  readonly key: string;
  readonly subject: string;
  /** The release that brought it. */
  readonly since: string;
  /** What the probing call gives: 0 or more, or -errno. */
  readonly probe: (libc: Libc) => number;
  /** What the call gives where the feature is there. */
  readonly expected: number;
  readonly means: string;
  readonly without: string;
}

const { EBADF, EFAULT, EINVAL, ENOSYS, ESRCH } = constants.errno;
const SECCOMP_SET_MODE_FILTER = 1;
const TSYNC = 1;
const NEW_LISTENER = 8;
const TSYNC_ESRCH = 16;
const WAIT_KILLABLE_RECV = 32;
const PIDFD_SIGNAL_PROCESS_GROUP = 4;
/** No descriptor has this number: a kernel that knows the call says so. */
const NO_FD = 0x7fffffff;
/** One number on all architectures, as all calls since 5.1. */
const CLOSE_RANGE_NR = 436;

/** With a NULL filter: the kernel looks at the flags first, then stumbles over the pointer. */
function seccompFlags(flags: number): Pick<Feature, "probe" | "expected"> {
  return { probe: libc => libc.seccomp(SECCOMP_SET_MODE_FILTER, flags, null), expected: -EFAULT };
}

const FEATURES: readonly Feature[] = [
  {
    key: "tsync",
    subject: "filter for all threads at once (TSYNC)",
    since: "3.17",
    ...seccompFlags(TSYNC),
    means: "sandboxMeHere() covers every thread",
    without: "sandboxMeHere() aborts; a program that is sandboxed before it starts needs none: `policyc run`",
  },
  {
    key: "user-notif",
    subject: "user notification",
    since: "5.0",
    ...seccompFlags(NEW_LISTENER),
    means: "violations are reported in full",
    without: "no monitor and no `notify` rules; `policyc run --no-monitor` enforces the same, and tells no details",
  },
  {
    key: "tsync-esrch",
    subject: "listener for all threads at once (TSYNC_ESRCH)",
    since: "5.7",
    ...seccompFlags(TSYNC | NEW_LISTENER | TSYNC_ESRCH),
    means: "sandboxMeHere() can have an executor for its monitor",
    without: "sandboxMeHere() under an executor is refused; alone it works",
  },
  {
    key: "wait-killable",
    subject: "notifications that only SIGKILL interrupts (WAIT_KILLABLE_RECV)",
    since: "5.19",
    ...seccompFlags(NEW_LISTENER | WAIT_KILLABLE_RECV),
    means: "a received call cannot be withdrawn",
    without: "a program may withdraw a call by a signal: it never runs, but is not reported",
  },
  {
    key: "pidfd",
    subject: "process descriptors (pidfd_open)",
    since: "5.3",
    probe: libc => closed(libc, libc.pidfdOpen(process.pid)),
    expected: 0,
    means: "a sandbox is killed by a descriptor of its own, never by a number",
    without: "nothing is launched by this runtime; launchers of `build --emit launcher` and sandboxMeHere() work",
  },
  {
    key: "pidfd-signal",
    subject: "signals by process descriptor (pidfd_send_signal)",
    since: "5.1",
    probe: libc => libc.pidfdSendSignal(NO_FD, 0, 0),
    expected: -EBADF,
    means: "a sandbox is killed by a descriptor of its own, never by a number",
    without: "nothing is launched by this runtime; launchers of `build --emit launcher` and sandboxMeHere() work",
  },
  {
    key: "pidfd-group",
    subject: "signals to the group of a process descriptor",
    since: "6.9",
    probe: signalOwnGroup,
    expected: 0,
    means: "what a main process leaves in its process group ends with it, without a namespace too",
    without: "only where survivors are allowed: more of them may survive; a pid namespace or a cgroup ends all",
  },
  {
    key: "close-range",
    subject: "closing all descriptors (close_range)",
    since: "5.9",
    // From 1 to 0: no range, so nothing is closed.
    probe: libc => libc.call(CLOSE_RANGE_NR, [1, 0, 0]),
    expected: -EINVAL,
    means: "a sandbox has the descriptors that were mapped, and no other",
    without: "nothing is launched, since no launcher could promise that; sandboxMeHere() works",
  },
  {
    key: "kcmp",
    subject: "telling which processes share memory (kcmp)",
    since: "3.5",
    probe: libc => libc.sharesMemory(process.pid, process.pid),
    expected: 0,
    means: "sandboxMeHere() aborts where another process runs on its memory",
    without:
      "sandboxMeHere() cannot look for such processes, and says so (`memoryChecked`); launches need no such look",
  },
];

export function kernelFeatures(libc: Libc): Finding[] {
  const found = FEATURES.map(feature => finding(libc, feature));
  const at = found.findIndex(({ key }) => key === "tsync-esrch");
  return found.toSpliced(at, 0, continueFinding(found[at]!));
}

function finding(libc: Libc, { key, subject, since, probe, expected, means, without }: Feature): Finding {
  const result = probe(libc);
  if (result === expected) return { key, subject, state: "found", since, seen: "the kernel knows it", means };
  // seccomp(2) itself came with TSYNC: without it nothing can be enforced.
  const state = key === "tsync" && result === -ENOSYS ? "blocked" : "missing";
  return { key, subject, state, since, seen: seenOf(result, since), means: without };
}

/** What an answer that is none of the feature's own says of the kernel, or of what is around it. */
function seenOf(result: number, since: string): string {
  if (result >= 0) return `result ${result}, which no kernel gives: a filter around this process answers`;
  const name = showErrno(-result);
  if (result === -EINVAL) return `${name}: the kernel does not know it, as before Linux ${since}`;
  if (result === -ENOSYS)
    return `${name}: a kernel before Linux ${since}, or a filter around this process that hides it`;
  return `${name}: a filter around this process forbids it`;
}

/**
 * That a notified call may be let go on (SECCOMP_USER_NOTIF_FLAG_CONTINUE) is seen at an answer only, and there is none to
 * give here. The next feature of the same code is younger: where it is, this is too.
 */
function continueFinding(younger: Finding): Finding {
  const known = younger.state === "found";
  return {
    key: "notif-continue",
    subject: "letting a notified call go on (USER_NOTIF_FLAG_CONTINUE)",
    since: "5.5",
    state: known ? "found" : "unknown",
    seen: known ? "the kernel knows a younger flag" : "the kernel does not know the next younger flag",
    means: known
      ? "`notify` callbacks can allow; --permissive works"
      : "if it is missing, `notify` callbacks can refuse and give values, but not allow, and --permissive cannot work",
  };
}

function closed(libc: Libc, fd: number): number {
  if (fd < 0) return fd;
  return libc.close(fd);
}

/** Signal 0 asks only. ESRCH: the flag is known, and no group has this process for its leader. */
function signalOwnGroup(libc: Libc): number {
  const pidfd = libc.pidfdOpen(process.pid);
  if (pidfd < 0) return pidfd;
  const result = libc.pidfdSendSignal(pidfd, 0, PIDFD_SIGNAL_PROCESS_GROUP);
  libc.close(pidfd);
  return result === -ESRCH ? 0 : result;
}
