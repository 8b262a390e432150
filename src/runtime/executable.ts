// Makes a launcher's bytes something that can be executed: a sealed memfd where the machine allows that, else a file in a
// private folder. Both have mode 0111: a process whose image its user may not read is born undumpable, so no neighbour of the
// same user can read the ticket out of it (attack 3).

import { chmodSync, closeSync, fchmodSync, mkdtempSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Libc } from "./libc.ts";

export interface Executable {
  readonly how: "memfd" | "file";
  /** What spawn takes. A memfd's is valid for this process and, until exec, for its forked child. */
  readonly path: string;
  close(): void;
}

const MFD_CLOEXEC = 1;
const MFD_ALLOW_SEALING = 2;
const MFD_EXEC = 0x10;
const F_SEAL_ALL = 0xf; // no more seals, no shrinking, growing or writing
const EINVAL = 22;

/** undefined where memfds cannot be made executable (vm.memfd_noexec=2). The descriptor's number is at least `lowestFd`. */
export function memfdExecutable(libc: Libc, image: Uint8Array, lowestFd: number): Executable | undefined {
  const flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  let created = libc.memfdCreate("policyc-launcher", flags | MFD_EXEC);
  if (created === -EINVAL) created = libc.memfdCreate("policyc-launcher", flags); // before 6.3
  if (created < 0) return undefined;
  // The child's stdio is put in place before it executes: a number among those would be overwritten.
  const fd = created >= lowestFd ? created : libc.duplicate(created, lowestFd);
  if (fd !== created) closeSync(created);
  if (fd < 0) return undefined;

  try {
    writeAll(fd, image);
    fchmodSync(fd, 0o111);
  } catch {
    closeSync(fd);
    return undefined;
  }
  if (libc.addSeals(fd, F_SEAL_ALL) < 0) {
    closeSync(fd);
    return undefined;
  }
  return { how: "memfd", path: `/proc/self/fd/${fd}`, close: () => closeSync(fd) };
}

/** Throws the file system's error where the temporary folder cannot be written. */
export function fileExecutable(image: Uint8Array): Executable {
  const folder = mkdtempSync(join(tmpdir(), "policyc-")); // mode 0700
  const path = join(folder, "launcher");
  // Closed before anything is spawned: executing a file that is open for writing is ETXTBSY.
  writeFileSync(path, image, { mode: 0o700, flag: "wx" });
  chmodSync(path, 0o111);
  return { how: "file", path, close: () => rmSync(folder, { recursive: true, force: true }) };
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
}
