// Looks at a process while a call of it is held: which program, where in it, and what its arguments point to. All of it is the
// process's own to forge, another thread of it may change memory under our eyes, and what cannot be had in time is left out.

import { readFileSync } from "node:fs";
import type { SeccompData } from "../compiler/index.ts";
import { type CallerReader, type ReadArgument, readArguments } from "./call-arguments.ts";
import type { Libc } from "./libc.ts";
import { type Module, moduleAt } from "./memory-map.ts";
import { readLink, readMemory, readProc } from "./process-memory.ts";

/** What was read of the process that made a call. Untrusted. */
export interface Held {
  /** As this process sees it. */
  readonly pid: number;
  /** What the thread calls itself (comm). */
  readonly name: string;
  /** The program's file; ` (deleted)` behind it where that is gone, as for a memfd. */
  readonly executable: string | undefined;
  /** The file that the call was made from. */
  readonly module: Module | undefined;
  /** What the registers refer to, where that is more than a number. */
  readonly arguments: readonly ReadArgument[];
}

/** The process whose thread makes a held call. */
export interface Caller {
  readonly pid: number;
  readonly tid: number;
  stop(): void;
  /** Ends it, and lets go of it. */
  kill(): void;
}

const SIGKILL = 9;
const SIGSTOP = 19;

/**
 * A tid is not a process and may be another's by now (attack 15). So: look up its process, take hold of that by a pidfd, and
 * only then ask whether the call still waits. If so the thread lived all the while and the pidfd is its process's.
 */
export function holdCaller(libc: Libc, tid: number, isWaiting: () => boolean): Caller | undefined {
  const pid = tid === 0 ? 0 : processOf(tid);
  if (pid === 0) return undefined;
  const pidfd = libc.pidfdOpen(pid);
  if (pidfd < 0) return undefined;
  if (!isWaiting()) {
    libc.close(pidfd);
    return undefined;
  }
  return {
    pid,
    tid,
    stop: () => void libc.pidfdSendSignal(pidfd, SIGSTOP, 0),
    kill: () => {
      libc.pidfdSendSignal(pidfd, SIGKILL, 0);
      libc.close(pidfd);
    },
  };
}

/** undefined when the call was withdrawn meanwhile: what was read may then be of a later bearer of the number. */
export async function inspect(caller: Caller, data: SeccompData, isWaiting: () => boolean): Promise<Held | undefined> {
  const { pid, tid } = caller;
  const [name, executable, module, args] = await Promise.all([
    readProc(tid, "comm"),
    readLink(tid, "exe"),
    readProc(tid, "maps").then(maps => maps && moduleAt(maps, data.instruction_pointer)),
    readArguments(data, callerReader(tid)),
  ]);
  if (!isWaiting()) return undefined;
  return { pid, name: (name ?? "").replace(/\n$/, ""), executable, module: module || undefined, arguments: args };
}

export function callerReader(tid: number): CallerReader {
  return {
    memory: (address, length) => readMemory(tid, address, length),
    descriptor: fd => readLink(tid, `fd/${fd}`),
    folder: () => readLink(tid, "cwd"),
  };
}

/** Of a thread; 0 when it is gone. The file is made of numbers that the kernel has at hand: reading it never waits. */
function processOf(tid: number): number {
  try {
    return Number(/^Tgid:\s*(\d+)$/m.exec(readFileSync(`/proc/${tid}/status`, "latin1"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
