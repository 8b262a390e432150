// What this machine has for sandboxing, what it lacks, and what each means here: the data of `policyc doctor`. It only asks:
// nothing is installed, no setting is changed, and one tiny program is run to see whether 32-bit code runs at all.

import { closeSync, constants, openSync, readFileSync } from "node:fs";
import { release } from "node:os";
import { runsIa32 } from "./ia32.ts";
import { probeTsync } from "./install.ts";
import { type Libc, libc as loadLibc } from "./libc.ts";
import { seccompMode } from "./process-state.ts";
import { showErrno } from "./setup-error.ts";

export interface Finding {
  /** A stable key for programs: `tsync`, `landlock`, ... */
  readonly key: string;
  readonly subject: string;
  /** missing: something is less than it could be; blocked: nothing can be enforced. */
  readonly state: "found" | "missing" | "blocked" | "unknown";
  /** What was seen. */
  readonly seen: string;
  /** What it means on this machine. */
  readonly means: string;
}

const SECCOMP_SET_MODE_FILTER = 1;
const SECCOMP_GET_ACTION_AVAIL = 2;
const SECCOMP_FILTER_FLAG_NEW_LISTENER = 8;
const SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV = 32;
const EFAULT = 14;
const ACTIONS: readonly (readonly [name: string, ret: number])[] = [
  ["kill_process", 0x80000000],
  ["kill_thread", 0],
  ["trap", 0x00030000],
  ["errno", 0x00050000],
  ["user_notif", 0x7fc00000],
  ["trace", 0x7ff00000],
  ["log", 0x7ffc0000],
  ["allow", 0x7fff0000],
];

export function doctor(): Finding[] {
  const machine = kernel();
  let libc: Libc;
  try {
    libc = loadLibc();
  } catch (error) {
    const seen = (error as Error).message;
    return [
      machine,
      { key: "koffi", subject: "koffi", state: "blocked", seen, means: "policies compile here, none can be enforced" },
    ];
  }
  const koffi: Finding = {
    key: "koffi",
    subject: "koffi",
    state: "found",
    seen: "loads",
    means: "the kernel can be called",
  };
  return [
    machine,
    koffi,
    actions(libc),
    tsync(libc),
    listener(libc),
    waitKillable(libc),
    landlock(libc),
    userNamespaces(),
    memfdNoexec(),
    ia32(),
    outerFilter(),
    kernelLog(),
  ];
}

function kernel(): Finding {
  const seen = `${process.platform} ${release()} ${process.arch}`;
  return {
    key: "kernel",
    subject: "kernel",
    state: "found",
    seen,
    means: "5.19 and later have everything that policyc uses",
  };
}

function actions(libc: Libc): Finding {
  const word = new Uint8Array(4);
  const lacking = ACTIONS.filter(([, ret]) => {
    new DataView(word.buffer).setUint32(0, ret, true);
    return libc.seccomp(SECCOMP_GET_ACTION_AVAIL, 0, word) !== 0;
  }).map(([name]) => name);
  const subject = "seccomp actions";
  if (lacking.length === 0)
    return { key: "actions", subject, state: "found", seen: "all eight", means: "every policy can be enforced" };
  if (lacking.length === ACTIONS.length) {
    const means = "the kernel cannot say which it has (before 4.14), or a filter around this process hides seccomp(2)";
    return { key: "actions", subject, state: "unknown", seen: "no answer", means };
  }
  const means = "a policy that uses one of these is refused by the kernel or does less than it says";
  return { key: "actions", subject, state: "missing", seen: `without ${lacking.join(", ")}`, means };
}

function tsync(libc: Libc): Finding {
  const subject = "filter for all threads at once (TSYNC)";
  const probe = probeTsync(libc);
  switch (probe.kind) {
    case "known":
      return {
        key: "tsync",
        subject,
        state: "found",
        seen: "the flag is known",
        means: "sandboxMeHere() covers every thread",
      };
    case "unknown-flag":
      return {
        key: "tsync",
        subject,
        state: "missing",
        seen: "EINVAL",
        means: "sandboxMeHere() aborts; `policyc run` works",
      };
    case "no-seccomp":
      return {
        key: "tsync",
        subject,
        state: "blocked",
        seen: "ENOSYS",
        means: "no seccomp(2): a kernel before 3.17, or a filter hides it",
      };
    case "unsupported":
      return {
        key: "tsync",
        subject,
        state: "missing",
        seen: `result ${probe.result}`,
        means: "sandboxMeHere() aborts",
      };
  }
}

function listener(libc: Libc): Finding {
  const subject = "user notification";
  const known = libc.seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, null) === -EFAULT;
  return known
    ? {
        key: "user-notif",
        subject,
        state: "found",
        seen: "the flag is known",
        means: "violations are reported in full",
      }
    : {
        key: "user-notif",
        subject,
        state: "missing",
        seen: "kernel before 5.0",
        means: "only `--no-monitor`: a violation has no details",
      };
}

function waitKillable(libc: Libc): Finding {
  const subject = "notifications that only SIGKILL interrupts (WAIT_KILLABLE_RECV)";
  const flags = SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
  return libc.seccomp(SECCOMP_SET_MODE_FILTER, flags, null) === -EFAULT
    ? {
        key: "wait-killable",
        subject,
        state: "found",
        seen: "the flag is known",
        means: "a received call cannot be withdrawn",
      }
    : {
        key: "wait-killable",
        subject,
        state: "missing",
        seen: "kernel before 5.19",
        means: "a program may withdraw a call by a signal",
      };
}

function landlock(libc: Libc): Finding {
  const subject = "Landlock";
  const abi = libc.landlockAbi();
  if (abi < 0) {
    const means = "sandboxes of one user are kept apart by undumpable launchers only; add `pid` to namespaces";
    return { key: "landlock", subject, state: "missing", seen: showErrno(-abi), means };
  }
  return abi >= 6
    ? {
        key: "landlock",
        subject,
        state: "found",
        seen: `ABI ${abi}`,
        means: "sandboxes cannot read or signal processes outside",
      }
    : {
        key: "landlock",
        subject,
        state: "missing",
        seen: `ABI ${abi}`,
        means: "no scopes (ABI 6, kernel 6.12): signals may leave a sandbox",
      };
}

function userNamespaces(): Finding {
  const subject = "user namespaces for everyone";
  const closed = [
    setting("user/max_user_namespaces") === "0" ? "user.max_user_namespaces=0" : undefined,
    setting("kernel/unprivileged_userns_clone") === "0" ? "kernel.unprivileged_userns_clone=0" : undefined,
    setting("kernel/apparmor_restrict_unprivileged_userns") === "1"
      ? "kernel.apparmor_restrict_unprivileged_userns=1"
      : undefined,
  ].filter(name => name !== undefined);
  return closed.length === 0
    ? {
        key: "user-namespaces",
        subject,
        state: "found",
        seen: "no setting forbids them",
        means: "`namespaces` works without root",
      }
    : {
        key: "user-namespaces",
        subject,
        state: "missing",
        seen: closed.join(", "),
        means: "`namespaces` needs root here",
      };
}

function memfdNoexec(): Finding {
  const subject = "executable memfds";
  const value = setting("vm/memfd_noexec");
  return value === "2"
    ? {
        key: "memfd",
        subject,
        state: "missing",
        seen: "vm.memfd_noexec=2",
        means: "launchers go through a file in the temporary folder",
      }
    : {
        key: "memfd",
        subject,
        state: "found",
        seen: `vm.memfd_noexec=${value ?? "absent"}`,
        means: "launchers leave no file behind",
      };
}

function ia32(): Finding {
  const subject = "32-bit programs (IA32 emulation)";
  if (process.arch !== "x64")
    return { key: "ia32", subject, state: "missing", seen: process.arch, means: "an x86 matter" };
  return runsIa32()
    ? {
        key: "ia32",
        subject,
        state: "found",
        seen: "a 32-bit program runs",
        means: "int 0x80 reaches the kernel; policies reject it",
      }
    : { key: "ia32", subject, state: "missing", seen: "a 32-bit program does not run", means: "int 0x80 is no way in" };
}

function outerFilter(): Finding {
  const subject = "no filter around this process";
  const mode = seccompMode(setting("/proc/self/status") ?? "");
  if (mode === 0) return { key: "outer-filter", subject, state: "found", seen: "none", means: "nothing interferes" };
  if (mode < 0)
    return {
      key: "outer-filter",
      subject,
      state: "unknown",
      seen: "/proc cannot be read",
      means: "sandboxMeHere() refuses",
    };
  const means =
    "a container's filter may forbid calls that a launch needs; launches and installs check that their own one answers";
  return { key: "outer-filter", subject, state: "missing", seen: `Seccomp: ${mode}`, means };
}

function kernelLog(): Finding {
  const subject = "kernel log (/dev/kmsg)";
  try {
    closeSync(openSync("/dev/kmsg", constants.O_RDONLY | constants.O_NONBLOCK));
    return {
      key: "kmsg",
      subject,
      state: "found",
      seen: "readable",
      means: "kills without a monitor can be looked up (type=1326)",
    };
  } catch (error) {
    const seen = (error as NodeJS.ErrnoException).code ?? String(error);
    return { key: "kmsg", subject, state: "missing", seen, means: "kills without a monitor have no details" };
  }
}

/** A sysctl by its path below /proc/sys, or any file by its whole path; undefined where it does not exist. */
function setting(path: string): string | undefined {
  try {
    return readFileSync(path.startsWith("/") ? path : `/proc/sys/${path}`, "latin1").trim();
  } catch {
    return undefined;
  }
}
