// Starts a launcher as a child of this process, with the socket that it reports on. In: the image; out: the child, which is
// the sandbox's supervisor, with a pidfd and the status socket, or why it could not be started. stdio and reaping are
// child_process's own.

import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { statSync } from "node:fs";
import type { Executable } from "./executable.ts";
import type { LaunchImage } from "./launch-image.ts";
import type { Libc } from "./libc.ts";
import { type SetupError, setupError, showErrno } from "./setup-error.ts";

export interface SpawnOptions {
  /** Arguments after those in the image. */
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string | undefined;
  /** Of the program, by descriptor number. The status socket comes after them. */
  readonly stdio: readonly Stdio[];
  /** For the launcher alone, by descriptor number from the one after the status socket. */
  readonly own: readonly number[];
}

export type Stdio = "inherit" | "ignore" | "pipe" | number;

export interface Spawned {
  readonly kind: "spawned";
  readonly child: ChildProcess;
  /** Refers to this child for good, whatever becomes of its pid. */
  readonly pidfd: number;
  /** It is reaped. */
  readonly reaped: Promise<void>;
  /** Date.now() before it was there. */
  readonly since: number;
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
  image: LaunchImage,
  options: SpawnOptions,
): Promise<Spawned | SetupError> {
  const badFolder = options.cwd === undefined ? undefined : checkFolder(options.cwd);
  if (badFolder !== undefined) return badFolder;
  const unheld = probePidfd(libc);
  if (unheld !== undefined) return unheld;

  const sockets = new Int32Array(2);
  const result = libc.socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, sockets);
  if (result < 0)
    return setupError("make the status socket", `socketpair gave ${showErrno(-result)}`, SCARCE[showErrno(-result)], {
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

let holds = false;

/**
 * Both calls are asked before anything is started, of this very process: afterwards the launch could be done before it is
 * stopped, and a sandbox that cannot be killed must not run. Once they work they always do.
 */
function probePidfd(libc: Libc): SetupError | undefined {
  if (holds) return undefined;
  const probe = libc.pidfdOpen(process.pid);
  if (probe < 0) return noPidfd("pidfd_open", probe);
  const asked = libc.pidfdSendSignal(probe, 0, 0);
  libc.close(probe);
  if (asked !== 0) return noPidfd("pidfd_send_signal", asked);
  holds = true;
  return undefined;
}

type Child = Omit<Spawned, "status">;

/** A memfd where that works, else a file: vm.memfd_noexec=2 refuses the first, and so does a machine without /proc. */
async function spawnFrom(
  libc: Libc,
  { memfd, file }: LaunchImage,
  status: number,
  options: SpawnOptions,
): Promise<Child | SetupError> {
  const first = memfd && (await spawnExecutable(libc, memfd, status, options));
  if (first !== undefined && !(first instanceof Error)) return first;
  const scarce = first && scarcity(first);
  if (scarce !== undefined) return scarce;

  const second = await spawnFile(libc, file, status, options);
  if (!(second instanceof Error)) return second;
  const codes = [first === undefined ? "not to be had" : codeOf(first), codeOf(second)];
  return (
    scarcity(second) ??
    setupError(
      "execute the launcher",
      `neither an executable memfd (${codes[0]}) nor a file in the temporary folder (${codes[1]}) could be executed`,
      "set vm.memfd_noexec to 0 or 1, mount /proc, or let TMPDIR name a folder on a file system without noexec",
    )
  );
}

/** What no other kind of file would mend. */
const SCARCE: { readonly [code: string]: string } = {
  EBADF: "a descriptor that `stdio` gives the program is not open",
  EAGAIN: "the user may have no more processes (RLIMIT_NPROC), or the cgroup (pids.max)",
  EMFILE: "this process may open no more descriptors (RLIMIT_NOFILE)",
  ENFILE: "the machine may open no more files (fs.file-max)",
  EFBIG: "this process may write no file as long as a launcher (RLIMIT_FSIZE)",
  ENOMEM: "there is not enough memory for another process",
  E2BIG: "the arguments and the environment are too long together",
};

function scarcity(error: Error): SetupError | undefined {
  const advice = SCARCE[codeOf(error)];
  if (advice === undefined) return undefined;
  return setupError("start the launcher", `the launcher could not be started: ${codeOf(error)}`, advice);
}

async function spawnFile(
  libc: Libc,
  make: LaunchImage["file"],
  status: number,
  options: SpawnOptions,
): Promise<Child | SetupError | Error> {
  let file: Executable;
  try {
    file = make();
  } catch (error) {
    return error as Error;
  }
  try {
    return await spawnExecutable(libc, file, status, options);
  } finally {
    file.close();
  }
}

/** The child has executed when spawn returns. */
async function spawnExecutable(
  libc: Libc,
  executable: Executable,
  status: number,
  options: SpawnOptions,
): Promise<Child | SetupError | Error> {
  const { args, env, cwd, stdio, own } = options;
  const since = Date.now();
  const all = [...stdio, status, ...own] as StdioOptions;
  let child: ChildProcess;
  try {
    child = spawn(executable.path, args, { env, cwd, stdio: all, windowsHide: true });
  } catch (error) {
    // Node throws some errnos (E2BIG, ENOMEM) and emits the others; what is no errno is a wrong option of our caller's.
    if ("errno" in (error as Error)) return error as Error;
    throw error;
  }
  if (child.pid === undefined) return new Promise(resolve => child.once("error", resolve));

  // In the same turn of the event loop: libuv cannot have reaped the child yet, so the pid is still its own.
  const pidfd = libc.pidfdOpen(child.pid);
  const reaped = new Promise<void>(resolve => child.once("exit", () => resolve()));
  if (pidfd >= 0) return { kind: "spawned", child, pidfd, reaped, since };
  child.kill("SIGKILL");
  await reaped;
  return noPidfd("pidfd_open", pidfd);
}

function noPidfd(syscall: "pidfd_open" | "pidfd_send_signal", result: number): SetupError {
  const said = result < 0 ? showErrno(-result) : `${result}`;
  const advice =
    SCARCE[said] ??
    `${syscall} came with Linux ${syscall === "pidfd_open" ? "5.3" : "5.1"}, or a filter around this process hides it; launchers of \`build --emit launcher\` and sandboxMeHere() do without`;
  return setupError("hold on to the process", `${syscall} gave ${said}`, advice, { syscall, errno: -result });
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
