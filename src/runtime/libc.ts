// Every libc function the runtime calls, declared once. koffi is loaded on first use, so that what only compiles never needs
// it. Each call returns what the kernel would: a result of at least 0, or -errno, read right after the call and before any
// other JavaScript can run. Structures are bytes that the callers lay out; pointers are koffi.address() of live buffers.

import { createRequire } from "node:module";
import { isMainThread } from "node:worker_threads";
import type * as Koffi from "koffi";
import { SandboxError } from "./sandbox-error.ts";

export interface Libc {
  /** Address of a buffer's bytes; the caller keeps the buffer alive while the kernel may use it. */
  address(bytes: Uint8Array): bigint;
  /** prctl(option, value, 0, 0, 0), only for options whose argument is a number. */
  prctl(option: number, value: number): number;
  /** seccomp(2): `args` is a sock_fprog, a seccomp_notif_sizes, an action word, or null for the probe. */
  seccomp(operation: number, flags: number, args: Uint8Array | null): number;
  /**
   * A raw call whose args[5] is a ticket. The ticket comes as eight bytes that the caller can zero afterwards: a bigint would
   * stay somewhere in the heap, for whoever reads this process's memory.
   */
  ticketed(nr: number, args: readonly [bigint, bigint, bigint], ticket: Uint8Array): number;
  ioctl(fd: number, request: number, argument: Uint8Array): number;
  /** For requests whose argument is a number. */
  ioctlNumber(fd: number, request: number, argument: number): number;
  poll(fds: Uint8Array, count: number, milliseconds: number): number;
  close(fd: number): number;
  memfdCreate(name: string, flags: number): number;
  addSeals(fd: number, seals: number): number;
  /** A close-on-exec copy whose number is at least `lowest`. */
  duplicate(fd: number, lowest: number): number;
  /** Puts a close-on-exec copy in the place of another descriptor. */
  replace(fd: number, place: number): number;
  socketpair(domain: number, type: number, fds: Int32Array): number;
  recvmsg(fd: number, msghdr: Uint8Array, flags: number): number;
  sendmsg(fd: number, msghdr: Uint8Array, flags: number): number;
  setCloseOnExec(fd: number): number;
  /** 0 if both processes share one memory (KCMP_VM), more if not. */
  sharesMemory(pid: number, other: number): number;
  pidfdOpen(pid: number): number;
  pidfdSendSignal(pidfd: number, signal: number, flags: number): number;
  /** waitid(P_PID, pid, info, options). */
  waitid(pid: number, info: Uint8Array, options: number): number;
  /** abort(3): by SIGABRT, whatever handles it. process.abort() throws in a Worker. */
  abort(): never;
  /** The hard limit of a resource of this process; RLIM_INFINITY is 2^64 - 1. */
  hardLimit(resource: number): bigint;
  /** setrlimit(2) of this process, soft and hard alike. */
  setLimit(resource: number, value: bigint): number;
  /** Any call by its number, with three arguments: what a kernel is asked about a call that nothing here uses. */
  call(nr: number, args: readonly [number, number, number]): number;
  /** landlock_create_ruleset(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION). */
  landlockAbi(): number;
  /** Calls back whenever the descriptor is readable or hung up, on this thread's event loop, until close(). */
  watch(fd: number, onReadable: () => void): { close(): void };
  /** Closes everything that watch() and poller() have open on this thread. */
  stopWatching(): void;
  /** The same for both directions; nothing is waited for until want(). Keeps the process alive while something is. */
  poller(fd: number, onEvent: (events: Readiness) => void): Poller;
}

export interface Readiness {
  /** Or hung up. */
  readonly readable: boolean;
  readonly writable: boolean;
}

export interface Poller {
  want(events: Readiness): void;
  close(): void;
}

// Numbers of the calls that have no wrapper in every libc we meet. Since 5.1 new calls have one number on all architectures.
const SECCOMP_NR: { readonly [arch in string]?: number } = { x64: 317, arm64: 277 };
const PIDFD_SEND_SIGNAL_NR = 424;
const PIDFD_OPEN_NR = 434;
const LANDLOCK_CREATE_RULESET_NR = 444;
const LANDLOCK_CREATE_RULESET_VERSION = 1;
const P_PID = 1;
const KCMP_NR: { readonly [arch in string]?: number } = { x64: 312, arm64: 272 };
const KCMP_VM = 1;
const F_SETFD = 2;
const FD_CLOEXEC = 1;
const F_DUPFD_CLOEXEC = 1030;
const F_GETFD = 1;
const O_CLOEXEC = 0o2000000;
const RTLD_LAZY = 1;
const RTLD_NODELETE = 0x1000;
const F_ADD_SEALS = 1033;

let loaded: Libc | undefined;

/** Throws SandboxError when this machine cannot enforce at all: another OS, another CPU, or no koffi. */
export function libc(): Libc {
  loaded ??= declare(loadKoffi());
  return loaded;
}

function loadKoffi(): typeof Koffi {
  if (process.platform !== "linux" || SECCOMP_NR[process.arch] === undefined) {
    throw new SandboxError(
      "unsupported",
      `seccomp policies are enforced on Linux x86_64 and aarch64 only, and this is ${process.platform} ${process.arch}`,
      "compile and check here, enforce there: `policyc build` works everywhere",
    );
  }
  try {
    const require = createRequire(import.meta.url);
    const koffi = require("koffi") as typeof Koffi;
    const library = Object.keys(require.cache).find(file => file.endsWith("koffi.node"));
    if (!isMainThread && library !== undefined) keepLoaded(koffi, library);
    return koffi;
  } catch (error) {
    throw new SandboxError(
      "unsupported",
      `koffi, which calls the kernel for policyc, does not load: ${firstLine(error)}`,
      (error as NodeJS.ErrnoException).code === "ERR_DLOPEN_DISABLED"
        ? "start Node with --allow-addons, or without its permission model"
        : "install again without --omit=optional (its prebuilt library is an optional dependency), or `npm rebuild koffi`",
    );
  }
}

/**
 * The last Worker that uses it takes koffi's code with it when it ends, and libuv then calls that code to tell that a descriptor
 * is no longer polled: the whole process would die by SIGSEGV.
 */
function keepLoaded(koffi: typeof Koffi, library: string): void {
  koffi.load(null).func("dlopen", "void *", ["str", "int"])(library, RTLD_LAZY | RTLD_NODELETE);
}

function declare(koffi: typeof Koffi): Libc {
  // dlopen(NULL): the libc that Node itself runs on, glibc or musl.
  const lib = koffi.load(null);
  const long = (name: string, args: (string | Koffi.TypeObject)[]) => {
    const call = lib.func(name, "long", args);
    return (...values: unknown[]): number => {
      const result = Number(call(...values));
      return result === -1 ? -koffi.errno() : result;
    };
  };
  const int = (name: string, args: string[]) => {
    const call = lib.func(name, "int", args);
    return (...values: unknown[]): number => {
      const result: number = call(...values);
      return result === -1 ? -koffi.errno() : result;
    };
  };

  // Fixed prototypes for variadic functions: the same registers on both CPUs, and no allocation a call.
  const prctl = int("prctl", ["int", "ulong", "ulong", "ulong", "ulong"]);
  const syscall = long("syscall", ["long", "uint64_t", "uint64_t", "uint64_t", "uint64_t", "uint64_t", "uint64_t"]);
  const Ticket = koffi.struct({ bytes: koffi.array("uint8_t", 8, "Typed") }); // in one register, as the kernel's is
  const ticketed = long("syscall", ["long", "uint64_t", "uint64_t", "uint64_t", "uint64_t", "uint64_t", Ticket]);
  const syscallWithPointer = long("syscall", ["long", "uint64_t", "uint64_t", "void *"]);
  const ioctl = int("ioctl", ["int", "ulong", "void *"]);
  const ioctlNumber = int("ioctl", ["int", "ulong", "ulong"]);
  const fcntl = int("fcntl", ["int", "int", "long"]);
  const poll = int("poll", ["void *", "ulong", "int"]);
  const close = int("close", ["int"]);
  const memfdCreate = int("memfd_create", ["str", "uint"]);
  const dup3 = int("dup3", ["int", "int", "int"]);
  const socketpair = int("socketpair", ["int", "int", "int", "void *"]);
  const waitid = int("waitid", ["int", "uint", "void *", "int"]);
  const abort = lib.func("abort", "void", []);
  const prlimit = int("prlimit", ["int", "int", "void *", "void *"]);
  const recvmsg = long("recvmsg", ["int", "void *", "int"]);
  const sendmsg = long("sendmsg", ["int", "void *", "int"]);
  const seccompNr = SECCOMP_NR[process.arch]!;

  return {
    address: bytes => koffi.address(bytes),
    prctl: (option, value) => prctl(option, value, 0, 0, 0),
    seccomp: (operation, flags, args) => syscallWithPointer(seccompNr, operation, flags, args),
    ticketed: (nr, [a, b, c], ticket) => ticketed(nr, a, b, c, 0, 0, { bytes: ticket }),
    ioctl: (fd, request, argument) => ioctl(fd, request, argument),
    ioctlNumber: (fd, request, argument) => ioctlNumber(fd, request, argument),
    poll: (fds, count, milliseconds) => poll(fds, count, milliseconds),
    close: fd => close(fd),
    memfdCreate: (name, flags) => memfdCreate(name, flags),
    duplicate: (fd, lowest) => fcntl(fd, F_DUPFD_CLOEXEC, lowest),
    replace: (fd, place) => dup3(fd, place, O_CLOEXEC),
    addSeals: (fd, seals) => fcntl(fd, F_ADD_SEALS, seals),
    socketpair: (domain, type, fds) => socketpair(domain, type, 0, fds),
    recvmsg: (fd, msghdr, flags) => recvmsg(fd, msghdr, flags),
    sendmsg: (fd, msghdr, flags) => sendmsg(fd, msghdr, flags),
    setCloseOnExec: fd => fcntl(fd, F_SETFD, FD_CLOEXEC),
    sharesMemory: (pid, other) => syscall(KCMP_NR[process.arch]!, pid, other, KCMP_VM, 0, 0, 0),
    pidfdOpen: pid => syscall(PIDFD_OPEN_NR, pid, 0, 0, 0, 0, 0),
    pidfdSendSignal: (pidfd, signal, flags) => syscall(PIDFD_SEND_SIGNAL_NR, pidfd, signal, 0, flags, 0, 0),
    waitid: (pid, info, options) => waitid(P_PID, pid, info, options),
    abort: () => abort() as never,
    setLimit: (resource, value) => prlimit(0, resource, new BigUint64Array([value, value]), null),
    hardLimit: resource => {
      const limit = new BigUint64Array(2); // rlim_cur, rlim_max
      prlimit(0, resource, null, limit);
      return limit[1]!;
    },
    call: (nr, [first, second, third]) => syscall(nr, first, second, third, 0, 0, 0),
    landlockAbi: () => syscall(LANDLOCK_CREATE_RULESET_NR, 0, 0, LANDLOCK_CREATE_RULESET_VERSION, 0, 0, 0),
    watch: (fd, onReadable) => watch(koffi, descriptor => fcntl(descriptor, F_GETFD, 0) >= 0, fd, onReadable),
    stopWatching: () => {
      for (const handle of watching) handle.close();
      watching.clear();
    },
    poller: (fd, onEvent) => poller(koffi, fd, onEvent),
  };
}

/** Handles that are polled. Nothing else refers to them, and one that is collected no longer polls. */
const watching = new Set<{ close(): void }>();

/** libuv's own poll handle. koffi declares it in its types but does not document it yet: the version is pinned. */
function watch(
  koffi: typeof Koffi,
  isOpen: (fd: number) => boolean,
  fd: number,
  onReadable: () => void,
): { close(): void } {
  const guarded = () => {
    try {
      onReadable();
    } catch (error) {
      // libuv calls koffi and koffi calls this: an exception that went through them would end the process without a word.
      setImmediate(() => {
        throw error;
      });
    }
  };
  // koffi ends the process where libuv refuses a descriptor.
  if (!isOpen(fd)) throw new Error(`descriptor ${fd} is not open`);
  const handle = koffi.node.poll(fd, { readable: true, disconnect: true }, guarded);
  watching.add(handle);
  return {
    close: () => {
      watching.delete(handle);
      handle.close();
    },
  };
}

function poller(koffi: typeof Koffi, fd: number, onEvent: (events: Readiness) => void): Poller {
  let wanted: Readiness = { readable: false, writable: false };
  let handle: Koffi.node.PollHandle | undefined;
  // koffi calls with uv_poll_cb's status and events, whatever its types say; after an error both directions have an answer.
  const onPoll = (...args: unknown[]) => {
    const [status, events] = args as [number, Koffi.node.PollEvents];
    const failed = status < 0;
    onEvent({ readable: failed || events.readable || events.disconnect, writable: failed || events.writable });
  };
  const want = (events: Readiness) => {
    if (events.readable === wanted.readable && events.writable === wanted.writable) return;
    wanted = events;
    if (events.readable || events.writable) {
      const flags = { ...events, disconnect: events.readable };
      if (handle === undefined) handle = koffi.node.poll(fd, flags, onPoll);
      else handle.start(flags, onPoll);
      watching.add(handle);
    } else if (handle !== undefined) {
      handle.stop();
      watching.delete(handle);
    }
  };
  const close = () => {
    if (handle === undefined) return;
    watching.delete(handle);
    handle.close();
    handle = undefined;
  };
  return { want, close };
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n", 1)[0]!;
}
