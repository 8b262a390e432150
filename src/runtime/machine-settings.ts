// What a machine's administrator decides, and what of it policyc meets: namespaces, cgroups, Yama, io_uring, the kernel's log.
// Read from /proc/sys, or seen by trying where no setting tells.

import { spawnSync } from "node:child_process";
import { closeSync, constants, openSync, readFileSync } from "node:fs";
import { hasLauncher, probeErrno, probeImage } from "../compiler/index.ts";
import { makeCgroup } from "./cgroup.ts";
import type { Finding } from "./doctor.ts";
import { type Executable, fileExecutable, memfdExecutable } from "./executable.ts";
import { hostArch } from "./host-arch.ts";
import { runsIa32 } from "./ia32.ts";
import type { Libc } from "./libc.ts";
import { seccompMode } from "./process-state.ts";
import { showErrno } from "./setup-error.ts";

export function machineSettings(libc: Libc): Finding[] {
  return [
    memfd(libc),
    userNamespaces(libc),
    pidNamespaces(libc),
    cgroup(),
    ia32(),
    yama(),
    ioUring(),
    outerFilter(),
    kernelLog(),
  ];
}

function memfd(libc: Libc): Finding {
  const found = { key: "memfd", subject: "executable memfds", since: "3.17" };
  const setting = `vm.memfd_noexec=${sysctl("vm/memfd_noexec") ?? "absent"}`;
  const image = ask("sched_yield", []); // which cannot fail
  const executable = image && memfdExecutable(libc, image, 3);
  const ran = executable !== undefined && errnoOf(executable) === 0;
  executable?.close();
  return ran
    ? { ...found, state: "found", seen: `one runs, ${setting}`, means: "launchers leave no file behind" }
    : {
        ...found,
        state: "missing",
        seen: `none runs, ${setting}`,
        means: "launchers go through a file in the temporary folder",
      };
}

/** Settings by which a machine forbids namespaces, each with the value that does. */
const FORBID_PID: readonly Switch[] = [["user/max_pid_namespaces", "0"]];
const FORBID_USER: readonly Switch[] = [
  ["user/max_user_namespaces", "0"],
  ["kernel/unprivileged_userns_clone", "0"],
  ["kernel/apparmor_restrict_unprivileged_userns", "1"],
];

type Switch = readonly [setting: string, value: string];

function userNamespaces(libc: Libc): Finding {
  const found = { key: "user-namespaces", subject: "user namespaces", since: "3.8" };
  const seen = tryNamespaces(libc, "CLONE_NEWUSER", FORBID_USER);
  if (seen === undefined)
    return { ...found, state: "found", seen: "one can be made", means: "no root is needed to bound a sandbox's life" };
  const means = "an ordinary user's sandbox is bounded by a cgroup, or by a policy that makes no process";
  return { ...found, state: "missing", seen, means };
}

function pidNamespaces(libc: Libc): Finding {
  const found = { key: "pid-namespaces", subject: "pid namespaces for this user", since: "3.8" };
  const isRoot = process.geteuid?.() === 0;
  const seen = isRoot
    ? tryNamespaces(libc, "CLONE_NEWPID | CLONE_NEWNS", FORBID_PID)
    : tryNamespaces(libc, "CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS", [...FORBID_PID, ...FORBID_USER]);
  if (seen === undefined)
    return { ...found, state: "found", seen: "one can be made", means: "nothing of a sandbox outlives its result" };
  const means = "a sandbox is bounded by a cgroup, or by a policy that makes no process; others are refused";
  return { ...found, state: "missing", seen, means };
}

/** undefined: a process could make them. Else what it got, and the setting that says so. */
function tryNamespaces(libc: Libc, flags: string, switches: readonly Switch[]): string | undefined {
  const image = ask("unshare", [flags]);
  if (image === undefined) return "not tried on this CPU";
  const executable = memfdExecutable(libc, image, 3) ?? fileExecutable(image);
  const errno = errnoOf(executable);
  executable.close();
  if (errno === 0) return undefined;
  const set = switches.find(([name, value]) => sysctl(name) === value);
  const why = set
    ? `${set[0].replace("/", ".")}=${set[1]}`
    : "no setting says why: a container, or a filter around this process";
  return `${errno === undefined ? "the attempt was killed" : showErrno(errno)}, ${why}`;
}

function ask(call: string, args: readonly string[]): Uint8Array | undefined {
  const arch = hostArch();
  return arch !== undefined && hasLauncher(arch) ? probeImage(arch, call, args) : undefined;
}

/** undefined: it did not run, or was killed. */
function errnoOf({ path }: Executable): number | undefined {
  const { status } = spawnSync(path, [], { stdio: "ignore" });
  return status === null ? undefined : probeErrno(status);
}

function cgroup(): Finding {
  const found = { key: "cgroup", subject: "a cgroup of one's own (cgroup.kill)", since: "5.14" };
  const made = makeCgroup();
  if (made.kind === "refused")
    return {
      ...found,
      state: "missing",
      seen: made.why,
      means: "where pid namespaces are missing too, a policy that makes processes is refused",
    };
  void made.remove(); // at once: nothing was put in
  return {
    ...found,
    state: "found",
    seen: "one can be made",
    means: "a sandbox without a pid namespace can be ended whole",
  };
}

function ia32(): Finding {
  const found = { key: "ia32", subject: "32-bit programs (IA32 emulation)" };
  if (process.arch !== "x64") return { ...found, state: "missing", seen: process.arch, means: "an x86 matter" };
  return runsIa32()
    ? {
        ...found,
        state: "found",
        seen: "a 32-bit program runs",
        means: "int 0x80 reaches the kernel; policies reject it",
      }
    : { ...found, state: "missing", seen: "a 32-bit program does not run", means: "int 0x80 is no way in" };
}

function yama(): Finding {
  const value = sysctl("kernel/yama/ptrace_scope");
  const found = { key: "yama", subject: "reading a sandboxee's memory (Yama)" };
  const seen = value === undefined ? "no Yama" : `kernel.yama.ptrace_scope=${value}`;
  // A monitor is an ancestor of its sandboxes, which 1 lets read.
  if (value === undefined || Number(value) < 2 || (value === "2" && process.geteuid?.() === 0))
    return { ...found, state: "found", seen, means: "violations show paths and other strings" };
  return {
    ...found,
    state: "missing",
    seen,
    means: "violations show pointers where they could show strings; all else works",
  };
}

function ioUring(): Finding {
  const value = sysctl("kernel/io_uring_disabled");
  const found = { key: "io-uring", subject: "io_uring kept out by the machine" };
  if (value === "2")
    return {
      ...found,
      state: "found",
      seen: "kernel.io_uring_disabled=2",
      means: "no program has a ring that works around filters",
    };
  const seen = value === undefined ? "no such setting, as before Linux 6.6" : `kernel.io_uring_disabled=${value}`;
  return {
    ...found,
    state: "missing",
    seen,
    means: "policies deny io_uring themselves; sandboxMeHere() aborts where a ring is open already",
  };
}

function outerFilter(): Finding {
  const found = { key: "outer-filter", subject: "no filter around this process" };
  const mode = seccompMode(readIfThere("/proc/self/status") ?? "");
  if (mode === 0) return { ...found, state: "found", seen: "none", means: "nothing interferes" };
  if (mode < 0) return { ...found, state: "unknown", seen: "/proc cannot be read", means: "sandboxMeHere() refuses" };
  const means =
    "a container's filter may forbid calls that a launch needs; launches and installs check that their own one answers";
  return { ...found, state: "missing", seen: `Seccomp: ${mode}`, means };
}

function kernelLog(): Finding {
  const found = { key: "kmsg", subject: "kernel log (/dev/kmsg)" };
  try {
    closeSync(openSync("/dev/kmsg", constants.O_RDONLY | constants.O_NONBLOCK));
    return {
      ...found,
      state: "found",
      seen: "readable",
      means: "kills without a monitor can be looked up (type=1326)",
    };
  } catch (error) {
    const seen = (error as NodeJS.ErrnoException).code ?? String(error);
    return { ...found, state: "missing", seen, means: "kills without a monitor have no details" };
  }
}

function sysctl(path: string): string | undefined {
  return readIfThere(`/proc/sys/${path}`)?.trim();
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return undefined;
  }
}
