// A fresh cgroup for one sandbox, below the one that this process is in, where that is delegated to it (cgroup v2, Linux
// 5.14 for cgroup.kill). Out: descriptors by which the launcher puts the program in and everything in it is killed.

import { closeSync, mkdirSync, openSync, readFileSync, rmdirSync } from "node:fs";
import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface Cgroup {
  readonly kind: "cgroup";
  /** Open for writing: cgroup.procs and cgroup.kill. */
  readonly procs: number;
  readonly kill: number;
  /** Closes both and takes the folder away; the kernel lets it go a moment after its last process. */
  remove(): Promise<void>;
}

let made = 0;

export function makeCgroup(): Cgroup | { readonly kind: "refused"; readonly why: string } {
  const own = ownFolder();
  if (own === undefined) return { kind: "refused", why: "this process is in no cgroup v2 that is mounted" };
  const folder = join(own, `policyc-${process.pid}-${++made}`);
  const opened: number[] = [];
  try {
    mkdirSync(folder);
    for (const file of ["cgroup.procs", "cgroup.kill"]) opened.push(openSync(join(folder, file), "w"));
    // Moving a process takes the right to write to the common ancestor's list as well (cgroup_procs_write_permission).
    closeSync(openSync(join(own, "cgroup.procs"), "r+"));
  } catch (error) {
    for (const fd of opened) closeSync(fd);
    removeFolder(folder);
    const { code, path } = error as NodeJS.ErrnoException;
    return { kind: "refused", why: `${path}: ${code}; have the cgroup delegated (systemd-run --user -p Delegate=yes)` };
  }
  const [procs, kill] = opened as [number, number];
  const remove = async () => {
    for (const fd of opened) closeSync(fd);
    for (const wait of [0, 1, 5, 20, 100]) {
      if (wait > 0) await sleep(wait);
      if (removeFolder(folder)) return;
    }
  };
  return { kind: "cgroup", procs, kill, remove };
}

/** `0::/user.slice/...`, below the mount that shows it: a container mounts its own part of the tree. */
function ownFolder(): string | undefined {
  try {
    const path = /^0::(\/.*)$/m.exec(readFileSync("/proc/self/cgroup", "utf8"))?.[1];
    if (path === undefined) return undefined;
    for (const line of readFileSync("/proc/self/mountinfo", "utf8").split("\n")) {
      const [, , , root, mountPoint] = line.split(" ");
      if (root === undefined || mountPoint === undefined || !line.includes(" - cgroup2 ")) continue;
      const below = relative(root, path);
      if (!below.startsWith("..")) return join(mountPoint, below);
    }
    return undefined;
  } catch {
    return undefined;
  }
}

function removeFolder(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
}
