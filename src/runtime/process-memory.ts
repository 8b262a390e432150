// Reads another process without ever waiting for it: a page may be one that never arrives (of a file on FUSE; a userfaultfd's
// only on kernels that let a remote reader wait for it), so every read is libuv's, off this thread, and is given up after a
// moment. What was given up ends with the process that was read, or with the file system's server: until then it holds one of
// libuv's threads, and this process cannot end.

import { close, open, read, readFile, readlink } from "node:fs";
import { promisify } from "node:util";

/** Enough for a page from a slow disk; what a program can hold its own killing up by. */
export const PATIENCE_MS = 50;

// Not node:fs/promises: in Node 20 its read takes no bigint as position, and callbacks' read does, whatever its type says.
const fs = {
  open: promisify(open),
  read: promisify(read),
  close: promisify(close),
  readFile: promisify(readFile),
  readlink: promisify(readlink),
};

/** What is there of so many bytes at an address; undefined if nothing can be read. */
export async function readMemory(tid: number, address: bigint, length: number): Promise<Uint8Array | undefined> {
  return within(async () => {
    const file = await fs.open(`/proc/${tid}/mem`, "r");
    try {
      const { bytesRead, buffer } = await fs.read(file, new Uint8Array(length), 0, length, address as never);
      return buffer.subarray(0, bytesRead);
    } finally {
      await fs.close(file);
    }
  });
}

/** A file of /proc/TID; its bytes as latin1, as they may be anything. */
export function readProc(tid: number, name: string): Promise<string | undefined> {
  return within(() => fs.readFile(`/proc/${tid}/${name}`, "latin1"));
}

/** Where a link of /proc/TID leads. */
export function readLink(tid: number, name: string): Promise<string | undefined> {
  return within(() => fs.readlink(`/proc/${tid}/${name}`, "latin1"));
}

/** undefined as well where the kernel refuses: the process is gone, or may not be read. */
export async function within<T>(work: () => Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>(resolve => {
    timer = setTimeout(resolve, PATIENCE_MS, undefined);
  });
  try {
    return await Promise.race([work().catch(() => undefined), late]);
  } finally {
    clearTimeout(timer);
  }
}
