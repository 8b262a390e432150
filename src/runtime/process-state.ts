// What is true of this process that decides whether it can be sandboxed from inside: its threads, the work that io_uring does
// where no filter looks, its children, and the descriptors it will keep. Read from /proc/self; throws SandboxError where /proc
// cannot be read, because then nothing here can be known.

import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { Libc } from "./libc.ts";
import { SandboxError } from "./sandbox-error.ts";

/** A descriptor that is open when the filter goes in: authority that no syscall policy takes back. */
export interface OpenFd {
  readonly fd: number;
  /** As /proc shows it: a path, `socket:[1234]`, `anon_inode:[eventpoll]`. */
  readonly target: string;
}

export interface ProcessState {
  readonly tids: readonly number[];
  readonly fds: readonly OpenFd[];
  /** What io_uring has in this process, in words; empty is good. */
  readonly ioUring: readonly string[];
  readonly children: readonly number[];
  /** Threads under a filter that this one is not under: a filter for all of them cannot go on top. */
  readonly diverged: readonly number[];
  /** Other processes on this process's memory; undefined where a filter around it forbids asking. */
  readonly sharers: readonly number[] | undefined;
}

/** task_struct.flags of a thread that io_uring runs (PF_IO_WORKER, linux/sched.h). */
const PF_IO_WORKER = 0x10;

export function readProcessState(libc: Libc): ProcessState {
  const tids = list("/proc/self/task").map(Number);
  const fds = openFds();
  const ioUring = [
    ...tids.flatMap(ioUringThread),
    // A ring may be registered and closed, or only mapped; the threads above show the first, the maps the second.
    ...fds.filter(fd => fd.target === "anon_inode:[io_uring]").map(fd => `descriptor ${fd.fd} is a ring`),
    ...(read("/proc/self/maps").includes("anon_inode:[io_uring]") ? ["a ring is mapped"] : []),
  ];
  const diverged = divergedThreads(tids);
  return { tids, fds, ioUring, children: liveChildren(tids), diverged, sharers: memorySharers(libc) };
}

/**
 * What can be seen of it: a filter where this thread has none, or more of them (Seccomp_filters, 5.9). As many, but others, only
 * the kernel finds out.
 */
export function divergedThreads(tids: readonly number[] = list("/proc/self/task").map(Number)): number[] {
  const own = filtersOf(read("/proc/thread-self/status"));
  return tids.filter(tid => {
    const status = readIfThere(`/proc/self/task/${tid}/status`, false);
    return status !== undefined && filtersOf(status) > own;
  });
}

/** How many filters a status file's text shows; an older kernel does not count them. */
function filtersOf(status: string): number {
  const counted = /^Seccomp_filters:\s*(\d+)$/m.exec(status)?.[1];
  return counted === undefined ? Math.min(1, seccompMode(status)) : Number(counted);
}

/** A process made by clone(CLONE_VM) runs on the same memory outside the filter, and need be no child: kcmp(2) tells. */
function memorySharers(libc: Libc): number[] | undefined {
  if (libc.sharesMemory(process.pid, process.pid) !== 0) return undefined;
  return list("/proc")
    .map(Number)
    .filter(pid => pid > 0 && pid !== process.pid && libc.sharesMemory(process.pid, pid) === 0);
}

/** The Seccomp mode that a status file's text shows: 0 none, 2 a filter. */
export function seccompMode(status: string): number {
  return Number(/^Seccomp:\s*(\d)$/m.exec(status)?.[1] ?? -1);
}

function openFds(): OpenFd[] {
  return list("/proc/self/fd").flatMap(name => {
    try {
      return [{ fd: Number(name), target: readlinkSync(`/proc/self/fd/${name}`) }];
    } catch {
      return []; // the descriptor of this very listing
    }
  });
}

function ioUringThread(tid: number): string[] {
  const stat = statOf(`/proc/self/task/${tid}/stat`);
  if (stat === undefined) return []; // it has ended
  const worker = stat.comm.startsWith("iou-") || (stat.flags & PF_IO_WORKER) !== 0;
  return worker ? [`thread ${tid} (${stat.comm}) works for a ring`] : [];
}

/** Children of any thread that are not zombies. Kernels without CONFIG_PROC_CHILDREN need the long way round. */
function liveChildren(tids: readonly number[]): number[] {
  let pids: number[];
  try {
    pids = tids.flatMap(tid =>
      (readIfThere(`/proc/self/task/${tid}/children`, true) ?? "").split(" ").filter(Boolean).map(Number),
    );
  } catch {
    pids = list("/proc")
      .map(Number)
      .filter(pid => pid > 0 && statOf(`/proc/${pid}/stat`)?.ppid === process.pid);
  }
  return pids.filter(pid => !["Z", "X", undefined].includes(statOf(`/proc/${pid}/stat`)?.state));
}

/** Fields 2 (comm), 3 (state), 4 (ppid) and 9 (flags) of a stat file, proc_pid_stat(5); comm may hold blanks and brackets. */
function statOf(path: string): { comm: string; state: string; ppid: number; flags: number } | undefined {
  const text = readIfThere(path, false);
  if (text === undefined) return undefined;
  const end = text.lastIndexOf(")");
  const fields = text.slice(end + 2).split(" ");
  return {
    comm: text.slice(text.indexOf("(") + 1, end),
    state: fields[0]!,
    ppid: Number(fields[1]),
    flags: Number(fields[6]),
  };
}

/** undefined for a task that has ended meanwhile; with `strict` a missing file of a living task throws. */
function readIfThere(path: string, strict: boolean): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch (error) {
    const gone = ["ESRCH", "ENOENT"].includes((error as NodeJS.ErrnoException).code ?? "");
    if (gone && !strict) return undefined;
    throw error;
  }
}

function list(path: string): string[] {
  return orUnreadable(path, () => readdirSync(path));
}

function read(path: string): string {
  return orUnreadable(path, () => readFileSync(path, "latin1"));
}

function orUnreadable<T>(path: string, attempt: () => T): T {
  try {
    return attempt();
  } catch (error) {
    throw new SandboxError(
      "proc",
      `${path} cannot be read (${(error as NodeJS.ErrnoException).code}), so threads, children and io_uring cannot be checked`,
      "mount /proc, or sandbox the program before it starts instead: `policyc run`",
    );
  }
}
