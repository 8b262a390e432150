// The system calls a launcher makes, by number, for the CPUs that have an interpreter.

export const SYSCALL_NUMBERS = {
  write: { x86_64: 1 },
  close: { x86_64: 3 },
  rt_sigaction: { x86_64: 13 },
  rt_sigprocmask: { x86_64: 14 },
  sendmsg: { x86_64: 46 },
  execve: { x86_64: 59 },
  fcntl: { x86_64: 72 },
  setsid: { x86_64: 112 },
  capset: { x86_64: 126 },
  prctl: { x86_64: 157 },
  exit_group: { x86_64: 231 },
  openat: { x86_64: 257 },
  prlimit64: { x86_64: 302 },
  seccomp: { x86_64: 317 },
  getrandom: { x86_64: 318 },
  close_range: { x86_64: 436 },
  faccessat2: { x86_64: 439 },
  landlock_create_ruleset: { x86_64: 444 },
  landlock_add_rule: { x86_64: 445 },
  landlock_restrict_self: { x86_64: 446 },
  /** No kernel assigns it: after seccomp(2) only the filter that was installed answers it by CANARY_ERRNO. */
  canary: { x86_64: 4059 },
} as const;

export type LauncherCall = keyof typeof SYSCALL_NUMBERS;

/** An errno that no kernel gives: below MAX_ERRNO (4095), above all that have a name. */
export const CANARY_ERRNO = 4059;
