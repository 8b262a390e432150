// The descriptors that a program gets beside its standard streams, and how it learns of them. In: mappings of descriptors here
// to numbers or names there; out: what child_process takes as `stdio`, and two variables of the environment. Any number may be
// asked for, one that is open here too: libuv moves what is in the way before it puts each in its place.

import { readFileSync } from "node:fs";
import { libc } from "./libc.ts";
import { SandboxError } from "./sandbox-error.ts";
import { showErrno } from "./setup-error.ts";
import type { Stdio } from "./spawn.ts";

export interface Ipc {
  /**
   * The program gets `local` as `remote`, under `name` if it is to find it by Client.mappedFd(). A copy is made at once, so
   * the caller may close its own. A standard stream may be mapped unless the executor's `stdio` gives it.
   */
  mapFd(local: number, remote: number, name?: string): void;
  /** One end of a stream socket, the caller's to close; the program has the other, at a number or under a name. */
  receiveFd(remoteOrName: number | string): number;
}

/** The executor's view. */
export interface OpenIpc extends Ipc {
  /** Ends the mapping. `comms`: the program gets a channel too. Throws SandboxError where the numbers do not fit together. */
  layout(stdio: readonly Stdio[], comms: boolean): FdLayout & { readonly comms: number | undefined };
  /** Closes what the program has got, or never will. Our end of the channel stays the caller's. */
  close(): void;
}

export interface Mapping {
  readonly local: number;
  /** undefined: any free number. */
  readonly remote: number | undefined;
  readonly name: string | undefined;
}

export interface FdLayout {
  /** By descriptor number. `ignore` from 3 up: the program is to have nothing there. */
  readonly stdio: readonly Stdio[];
  readonly env: { readonly [name: string]: string };
}

export const COMMS_VARIABLE = "POLICYC_COMMS_FD";
/** `name:number,name:number` */
export const FDS_VARIABLE = "POLICYC_FDS";

const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;

export function createIpc(): OpenIpc {
  const mappings: Mapping[] = [];
  const copies: number[] = [];
  let started = false;

  const add = (remote: number | undefined, name: string | undefined, open: () => number): void => {
    if (started) throw usage("the sandbox has started: map descriptors before");
    checkMapping(mappings, remote, name);
    const local = open();
    copies.push(local);
    mappings.push({ local, remote, name });
  };

  const layout: OpenIpc["layout"] = (stdio, comms) => {
    started = true;
    const pair = comms ? socketpair() : undefined;
    if (pair !== undefined) copies.push(pair.theirs);
    try {
      const plain = mappings.length === 0 && pair === undefined; // the common case asks for no limit
      const all = layoutFds(stdio, mappings, pair?.theirs, plain ? Number.POSITIVE_INFINITY : openFilesLimit());
      return { ...all, comms: pair?.ours };
    } catch (error) {
      if (pair !== undefined) libc().close(pair.ours);
      throw error;
    }
  };

  return {
    mapFd: (local, remote, name) => add(remote, name, () => copyOf(local)),
    receiveFd: remoteOrName => {
      const [remote, name] = typeof remoteOrName === "number" ? [remoteOrName, undefined] : [undefined, remoteOrName];
      let ours = -1;
      add(remote, name, () => {
        const pair = socketpair();
        ours = pair.ours;
        return pair.theirs;
      });
      return ours;
    },
    layout,
    close: () => {
      started = true;
      for (const fd of copies.splice(0)) libc().close(fd);
    },
  };
}

const NAME = /^[A-Za-z_][\w.-]{0,63}$/;

function checkMapping(mappings: readonly Mapping[], remote: number | undefined, name: string | undefined): void {
  if (remote !== undefined && !(Number.isSafeInteger(remote) && remote >= 0)) {
    throw usage(`${remote} is no number of a descriptor`);
  }
  if (name !== undefined && !NAME.test(name)) {
    throw usage(`${JSON.stringify(name)} is no name for a descriptor: a letter, then letters, digits, _, . and -`);
  }
  if (remote !== undefined && mappings.some(mapping => mapping.remote === remote)) {
    throw usage(`descriptor ${remote} is mapped twice`);
  }
  if (name !== undefined && mappings.some(mapping => mapping.name === name)) {
    throw usage(`two mapped descriptors are named ${name}`);
  }
}

/** `comms` is the program's end of the channel. It and what has a name only get the lowest numbers that are left. */
export function layoutFds(
  stdio: readonly Stdio[],
  mappings: readonly Mapping[],
  comms: number | undefined,
  openFiles: number,
): FdLayout {
  const places = new Map<number, Stdio>(stdio.entries());
  for (const { local, remote } of mappings) {
    if (remote === undefined) continue;
    const taken = places.get(remote);
    if (taken !== undefined && taken !== "inherit") {
      throw usage(`descriptor ${remote} is mapped, and \`stdio\` gives it too (${taken})`);
    }
    places.set(remote, local);
  }
  let free = Math.max(3, stdio.length);
  const place = (local: number): number => {
    while (places.has(free)) free++;
    places.set(free, local);
    return free;
  };
  const named = mappings.map(({ local, remote, name }) => ({ name, fd: remote ?? place(local) }));
  const channel = comms === undefined ? undefined : place(comms);

  const count = Math.max(...places.keys()) + 1;
  // The launch needs a few numbers above: dup2(2) gives EBADF from the soft limit on.
  if (count + 3 > openFiles) {
    const advice = `raise RLIMIT_NOFILE, which is ${openFiles}`;
    throw usage(`descriptor ${count - 1} is beyond what the program may have open`, advice);
  }
  const names = named.flatMap(({ name, fd }) => (name === undefined ? [] : [`${name}:${fd}`]));
  return {
    stdio: Array.from({ length: count }, (_, fd) => places.get(fd) ?? "ignore"),
    env: {
      ...(names.length === 0 ? {} : { [FDS_VARIABLE]: names.join(",") }),
      ...(channel === undefined ? {} : { [COMMS_VARIABLE]: String(channel) }),
    },
  };
}

function copyOf(fd: number): number {
  const copy = libc().duplicate(fd, 3);
  if (copy < 0) throw usage(`descriptor ${fd} cannot be mapped: ${showErrno(-copy)}`);
  return copy;
}

function socketpair(): { readonly ours: number; readonly theirs: number } {
  const fds = new Int32Array(2);
  const result = libc().socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, fds);
  if (result < 0) throw new SandboxError("unsupported", `socketpair gave ${showErrno(-result)}`);
  return { ours: fds[0]!, theirs: fds[1]! };
}

/** The soft limit, which the program starts with. Without /proc the launch finds out. */
function openFilesLimit(): number {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "latin1"))?.[1];
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function usage(problem: string, advice?: string): SandboxError {
  return new SandboxError("usage", problem, advice);
}
