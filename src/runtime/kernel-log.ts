// The kernel's own record of a kill: audit type 1326 in /dev/kmsg, which names ABI, number and instruction pointer but no
// arguments. It may be missing for many reasons (not readable, auditd takes it, rate limit), so nothing depends on it.

import { closeSync, constants, openSync, readSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

export interface KernelRecord {
  readonly arch: number;
  readonly nr: number;
  readonly instructionPointer: bigint;
  /** comm, which the program chooses. */
  readonly program: string;
}

/** audit reads the clock that the timer's tick moves on, which is behind Date.now() by up to a tick: 10 ms where it is longest. */
const CLOCK_TICK_MS = 10;

/** kauditd writes the record a moment after the process has died. */
const WAITS = [0, 5, 20, 50];

/**
 * The last record of a process that has just died by SIGSYS, not older than its start: the ring keeps those of former bearers
 * of its pid. undefined where there is none to be had.
 */
export async function killRecord(pid: number, since: number): Promise<KernelRecord | undefined> {
  for (const wait of WAITS) {
    await sleep(wait);
    const records = readLog();
    if (records === undefined) return undefined;
    const own = findRecord(records, pid, since);
    if (own !== undefined) return own;
  }
  return undefined;
}

/** Lines as /dev/kmsg gives them, the oldest first. */
export function findRecord(lines: readonly string[], pid: number, since: number): KernelRecord | undefined {
  const own = lines.findLast(
    line => isRecord(line, since - CLOCK_TICK_MS) && line.includes(` pid=${pid} `) && line.includes(" sig=31 "),
  );
  return own === undefined ? undefined : parse(own);
}

/** `5,1234,56789,-;audit: type=1326 audit(SECONDS.MILLISECONDS:SERIAL): ...` A process that writes to kmsg gets a facility, 8 and up. */
function isRecord(line: string, since: number): boolean {
  const [, seconds, milliseconds] = /^[0-7],[^;]*;audit: type=1326 audit\((\d+)\.(\d{3}):/.exec(line) ?? [];
  return seconds !== undefined && Number(seconds + milliseconds) >= since;
}

function parse(line: string): KernelRecord | undefined {
  const fields = /comm=(\S+) .*arch=([0-9a-f]+) syscall=(\d+) .*ip=0x([0-9a-f]+)/.exec(line);
  if (fields === null) return undefined;
  const [, comm, arch, nr, ip] = fields as unknown as [string, string, string, string, string];
  return {
    arch: Number.parseInt(arch, 16),
    nr: Number(nr),
    instructionPointer: BigInt(`0x${ip}`),
    program: name(comm),
  };
}

/** audit quotes a plain name and writes any other in hex. */
function name(comm: string): string {
  return comm.startsWith('"') ? comm.slice(1, -1) : Buffer.from(comm, "hex").toString("latin1");
}

/** Everything the ring holds, one record a read(2). */
function readLog(): string[] | undefined {
  let fd: number;
  try {
    fd = openSync("/dev/kmsg", constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  const records: string[] = [];
  const buffer = Buffer.alloc(8192);
  for (;;) {
    try {
      records.push(buffer.toString("latin1", 0, readSync(fd, buffer)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EPIPE") continue; // overwritten while we read: go on with the next
      break; // EAGAIN: the end
    }
  }
  closeSync(fd);
  return records;
}
