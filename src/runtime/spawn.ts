// Starts a launcher's image as a child of this process, with the socket that it reports on. In: the bytes; out: the child with
// both descriptors, or why it could not be started. stdio, exit and signals are child_process's own.

import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { statSync } from "node:fs";
import { type Executable, fileExecutable, memfdExecutable } from "./executable.ts";
import type { Libc } from "./libc.ts";
import { type SetupError, setupError, showErrno } from "./setup-error.ts";

export interface SpawnOptions {
  /** Arguments after those in the image. */
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string | undefined;
  /** Of the program, by descriptor number. The status socket comes after them. */
  readonly stdio: readonly Stdio[];
}

export type Stdio = "inherit" | "ignore" | "pipe" | number;

export interface Spawned {
  readonly kind: "spawned";
  readonly child: ChildProcess;
  /** Refers to this child for good, whatever becomes of its pid. */
  readonly pidfd: number;
  /** This process's end of the status socket. */
  readonly status: number;
}

const AF_UNIX = 1;
const SOCK_SEQPACKET = 5;
const SOCK_CLOEXEC = 0o2000000;

/** The status socket's number in the child. */
export function statusFd(stdio: readonly Stdio[]): number {
  return stdio.length;
}

export async function spawnLauncher(
  libc: Libc,
  image: Uint8Array,
  options: SpawnOptions,
): Promise<Spawned | SetupError> {
  const badFolder = options.cwd === undefined ? undefined : checkFolder(options.cwd);
  if (badFolder !== undefined) return badFolder;

  const sockets = new Int32Array(2);
  const result = libc.socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, sockets);
  if (result < 0)
    return setupError("make the status socket", `socketpair gave ${showErrno(-result)}`, undefined, {
      syscall: "socketpair",
      errno: -result,
    });
  const [ours, theirs] = sockets as unknown as [number, number];
  try {
    const spawned = await spawnFrom(libc, image, theirs, options);
    if (spawned.kind === "setup-error") libc.close(ours);
    return spawned.kind === "setup-error" ? spawned : { ...spawned, status: ours };
  } finally {
    libc.close(theirs); // or its end of file would never come
  }
}

type Child = Omit<Spawned, "status">;

/** A memfd where that works, else a file: vm.memfd_noexec=2 refuses the first, and so does a machine without /proc. */
async function spawnFrom(
  libc: Libc,
  image: Uint8Array,
  status: number,
  options: SpawnOptions,
): Promise<Child | SetupError> {
  const memfd = memfdExecutable(libc, image, statusFd(options.stdio) + 1);
  const first = memfd && (await spawnExecutable(libc, memfd, status, options));
  if (first !== undefined && !(first instanceof Error)) return first;

  const second = await spawnFile(libc, image, status, options);
  if (!(second instanceof Error)) return second;
  const codes = [first === undefined ? "not to be had" : codeOf(first), codeOf(second)];
  return setupError(
    "execute the launcher",
    `neither an executable memfd (${codes[0]}) nor a file in the temporary folder (${codes[1]}) could be executed`,
    "set vm.memfd_noexec to 0 or 1, mount /proc, or let TMPDIR name a folder on a file system without noexec",
  );
}

async function spawnFile(
  libc: Libc,
  image: Uint8Array,
  status: number,
  options: SpawnOptions,
): Promise<Child | SetupError | Error> {
  try {
    return await spawnExecutable(libc, fileExecutable(image), status, options);
  } catch (error) {
    return error as Error;
  }
}

function spawnExecutable(
  libc: Libc,
  executable: Executable,
  status: number,
  options: SpawnOptions,
): Promise<Child | SetupError | Error> {
  const { args, env, cwd, stdio } = options;
  const all = [...stdio, status] as StdioOptions;
  const child = spawn(executable.path, args, { env, cwd, stdio: all, windowsHide: true });
  executable.close(); // spawn returns after the child's execve
  if (child.pid === undefined) return new Promise(resolve => child.once("error", resolve));

  // In the same turn of the event loop: libuv cannot have reaped the child yet, so the pid is still its own.
  const pidfd = libc.pidfdOpen(child.pid);
  if (pidfd >= 0) return Promise.resolve({ kind: "spawned", child, pidfd });
  child.kill("SIGKILL");
  const advice = "this needs Linux 5.3, or a filter around this process hides the call";
  return Promise.resolve(
    setupError("hold on to the process", `pidfd_open gave ${showErrno(-pidfd)}`, advice, {
      syscall: "pidfd_open",
      errno: -pidfd,
    }),
  );
}

/** spawn gives ENOENT for a missing folder and for a missing program alike. */
function checkFolder(cwd: string): SetupError | undefined {
  try {
    if (statSync(cwd).isDirectory()) return undefined;
    return setupError("enter the working folder", `${cwd} is no folder`);
  } catch (error) {
    return setupError("enter the working folder", `${cwd}: ${codeOf(error as Error)}`);
  }
}

function codeOf(error: Error | SetupError): string {
  return "code" in error ? String(error.code) : error.message;
}
