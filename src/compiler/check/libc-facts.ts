// Facts about C libraries: which call a function really makes, which one it tries first and what makes it fall back, and what
// the kernel itself calls in a program's name. Sources are the libraries' own files and release notes.

/**
 * replaced: the library makes `sibling` only; any denial breaks the function.
 * tried-first: it falls back to `call` on ENOSYS, and on no other error.
 * beside: it makes both; an error of `sibling` is taken, a kill is not.
 * other-libc: another C library makes `sibling` where this one makes `call`.
 */
export interface Sibling {
  readonly call: string;
  readonly sibling: string;
  readonly how: "replaced" | "tried-first" | "beside" | "other-libc";
  readonly why: string;
  readonly source: string;
}

export const SIBLINGS: readonly Sibling[] = [
  replaced("open", "openat", "open() of glibc since 2.26", "sysdeps/unix/sysv/linux/open64.c"),
  replaced("stat", "newfstatat", "stat() of glibc since 2.33", "sysdeps/unix/sysv/linux/fstatat64.c"),
  replaced("lstat", "newfstatat", "lstat() of glibc since 2.33", "sysdeps/unix/sysv/linux/fstatat64.c"),
  replaced("fork", "clone", "fork() of glibc", "sysdeps/unix/sysv/linux/arch-fork.h"),
  replaced("exit", "exit_group", "exit() and the return from main()", "sysdeps/unix/sysv/linux/_exit.c"),
  replaced(
    "nanosleep",
    "clock_nanosleep",
    "nanosleep() of glibc since 2.31",
    "sysdeps/unix/sysv/linux/clock_nanosleep.c",
  ),
  replaced("select", "pselect6", "select() of glibc since 2.33", "sysdeps/unix/sysv/linux/select.c"),
  replaced("getdents", "getdents64", "readdir() of glibc and musl", "sysdeps/unix/sysv/linux/getdents64.c"),
  replaced("rt_sigaction", "rt_sigreturn", "the return from every signal handler", "sigreturn(2)"),
  first(
    "clone",
    "clone3",
    "pthread_create() and posix_spawn() of glibc since 2.34",
    "sysdeps/unix/sysv/linux/clone-internal.c",
  ),
  first("faccessat", "faccessat2", "faccessat() of glibc since 2.33", "sysdeps/unix/sysv/linux/faccessat.c"),
  first(
    "fchmodat",
    "fchmodat2",
    "fchmodat() of glibc since 2.39 and musl since 1.2.5",
    "sysdeps/unix/sysv/linux/fchmodat.c",
  ),
  first("fstatat64", "statx", "stat() of 32-bit glibc since 2.33", "sysdeps/unix/sysv/linux/fstatat64.c"),
  first("fstat64", "statx", "fstat() of 32-bit glibc since 2.33", "sysdeps/unix/sysv/linux/fstatat64.c"),
  ...[
    ["clock_gettime", "clock_gettime64"],
    ["clock_settime", "clock_settime64"],
    ["clock_getres", "clock_getres_time64"],
    ["clock_nanosleep", "clock_nanosleep_time64"],
    ["futex", "futex_time64"],
    ["ppoll", "ppoll_time64"],
    ["pselect6", "pselect6_time64"],
    ["recvmmsg", "recvmmsg_time64"],
    ["utimensat", "utimensat_time64"],
    ["timer_settime", "timer_settime64"],
    ["timer_gettime", "timer_gettime64"],
    ["timerfd_settime", "timerfd_settime64"],
    ["timerfd_gettime", "timerfd_gettime64"],
    ["rt_sigtimedwait", "rt_sigtimedwait_time64"],
    ["semtimedop", "semtimedop_time64"],
    ["mq_timedsend", "mq_timedsend_time64"],
    ["mq_timedreceive", "mq_timedreceive_time64"],
  ].map(([call, sibling]) =>
    first(call!, sibling!, "programs with a 64-bit time_t on 32-bit ABIs", "glibc 2.34 and musl 1.2.0 release notes"),
  ),
  {
    call: "set_robust_list",
    sibling: "rseq",
    how: "beside",
    why: "glibc since 2.35 registers both when a thread starts",
    source: "glibc 2.35 release notes; sysdeps/nptl/dl_tls_init_tp.c",
  },
  // The other way round would be a finding in every small policy: musl's stdio writes by writev, and few link against it.
  other("writev", "write", "stdio of glibc writes", "libio/fileops.c"),
  other("readv", "read", "stdio of glibc reads", "libio/fileops.c"),
];

function replaced(call: string, sibling: string, why: string, source: string): Sibling {
  return { call, sibling, how: "replaced", why, source };
}

function first(call: string, sibling: string, why: string, source: string): Sibling {
  return { call, sibling, how: "tried-first", why, source };
}

function other(call: string, sibling: string, why: string, source: string): Sibling {
  return { call, sibling, how: "other-libc", why, source };
}

/**
 * Calls that programs probe for. needs: only ENOSYS makes them fall back, another error is final. expects: any error will do
 * for the library named, and ENOSYS is the one that kernels without the call give.
 */
export interface Probed {
  readonly call: string;
  readonly how: "needs" | "expects";
  readonly by: string;
  readonly source: string;
}

export const PROBED: readonly Probed[] = [
  ...SIBLINGS.filter(({ how, sibling }) => how === "tried-first" && sibling !== "statx").map(
    ({ sibling, why, source }) => ({
      call: sibling,
      how: "needs" as const,
      by: why,
      source,
    }),
  ),
  {
    call: "close_range",
    how: "expects",
    by: "posix_spawn() and closefrom() of glibc since 2.34",
    source: "closefrom(3)",
  },
  {
    call: "epoll_pwait2",
    how: "needs",
    by: "epoll_pwait2() of glibc since 2.35",
    source: "sysdeps/unix/sysv/linux/epoll_pwait2.c",
  },
  { call: "openat2", how: "needs", by: "systemd, runc and crun", source: "runc issue 2151, crun issue 545" },
  { call: "preadv2", how: "needs", by: "preadv2() of glibc", source: "sysdeps/unix/sysv/linux/preadv2.c" },
  { call: "pwritev2", how: "needs", by: "pwritev2() of glibc", source: "sysdeps/unix/sysv/linux/pwritev2.c" },
  {
    call: "rseq",
    how: "expects",
    by: "threads of glibc since 2.35",
    source: "sysdeps/unix/sysv/linux/rseq-internal.h",
  },
  { call: "statx", how: "needs", by: "libuv, Rust's std and 32-bit stat()", source: "statx(2); libuv src/unix/fs.c" },
];

/**
 * Calls that the kernel resumes after SIGSTOP and SIGCONT by making the program call restart_syscall: those that return
 * ERESTART_RESTARTBLOCK (kernel/time/hrtimer.c, fs/select.c, kernel/futex/waitwake.c).
 */
export const RESUMED: readonly string[] = [
  "clock_nanosleep",
  "clock_nanosleep_time64",
  "futex",
  "futex_time64",
  "nanosleep",
  "poll",
];

/** Arguments whose width depends on another one: the kernel's code reads an int for one command and a long for the next. */
export const WIDTH_DEPENDS: readonly { readonly call: string; readonly args: readonly string[] }[] = [
  { call: "fcntl", args: ["arg"] },
  { call: "ioctl", args: ["arg"] },
  { call: "keyctl", args: ["arg2", "arg3", "arg4", "arg5"] },
  { call: "prctl", args: ["arg2", "arg3", "arg4", "arg5"] },
  { call: "semctl", args: ["arg"] },
];

/** One call for many, told apart by its first argument: net/socket.c, ipc/syscall.c, linux/net.h, linux/ipc.h. */
export const MULTIPLEXERS: readonly {
  readonly call: string;
  readonly arg: string;
  readonly parts: readonly (readonly [number: number, call: string])[];
}[] = [
  {
    call: "socketcall",
    arg: "call",
    parts: [
      ...([
        [1, "socket"],
        [2, "bind"],
        [3, "connect"],
        [4, "listen"],
        [5, "accept"],
        [6, "getsockname"],
      ] as const),
      ...([
        [7, "getpeername"],
        [8, "socketpair"],
        [9, "send"],
        [10, "recv"],
        [11, "sendto"],
        [12, "recvfrom"],
      ] as const),
      ...([
        [13, "shutdown"],
        [14, "setsockopt"],
        [15, "getsockopt"],
        [16, "sendmsg"],
        [17, "recvmsg"],
      ] as const),
      ...([
        [18, "accept4"],
        [19, "recvmmsg"],
        [20, "sendmmsg"],
      ] as const),
    ],
  },
  {
    call: "ipc",
    arg: "call",
    parts: [
      ...([
        [1, "semop"],
        [2, "semget"],
        [3, "semctl"],
        [4, "semtimedop"],
        [11, "msgsnd"],
        [12, "msgrcv"],
      ] as const),
      ...([
        [13, "msgget"],
        [14, "msgctl"],
        [21, "shmat"],
        [22, "shmdt"],
        [23, "shmget"],
        [24, "shmctl"],
      ] as const),
    ],
  },
];
