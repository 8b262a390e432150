// Facts: calls with which a sandboxed program can do more than its policy seems to say, and what each of them passes by.
// Where only some arguments are dangerous, `when` says which; where it is missing, the call is dangerous as a whole, and a
// condition on it is taken as the author's answer.

/** values: the argument is one of them. all, any: bits of it. unless: a value that only asks. */
export interface DangerousArgument {
  readonly arg: string;
  readonly values?: readonly string[];
  readonly all?: readonly string[];
  readonly any?: readonly string[];
  readonly unless?: bigint;
}

export interface Danger {
  readonly code: "dangerous-call" | "new-namespace" | "terminal-injection" | "writable-code";
  readonly calls: readonly string[];
  readonly when?: DangerousArgument;
  readonly why: string;
  readonly instead: string;
}

/** CLONE_NEWTIME is no flag of clone(2): there it is a bit of the exit signal (CSIGNAL). */
const NAMESPACES = [
  "CLONE_NEWNS",
  "CLONE_NEWUSER",
  "CLONE_NEWPID",
  "CLONE_NEWNET",
  "CLONE_NEWIPC",
  "CLONE_NEWUTS",
  "CLONE_NEWCGROUP",
];

const NAMESPACE_WHY =
  "a user namespace gives every capability inside it, and with them most of the kernel's attack surface";

export const DANGERS: readonly Danger[] = [
  {
    code: "dangerous-call",
    calls: ["ptrace", "process_vm_writev", "process_vm_readv"],
    why: "it reads or steers other processes of the same user, which no filter holds back",
    instead: "leave it out; only debuggers need it",
  },
  {
    code: "dangerous-call",
    calls: ["pidfd_getfd"],
    why: "it takes open descriptors out of other processes of the same user",
    instead: "let the other process send the descriptor over a socket",
  },
  {
    code: "dangerous-call",
    calls: ["io_uring_setup", "io_uring_enter", "io_uring_register"],
    why: "its requests open, read, write and connect without a system call that a filter could see",
    instead: "answer `errno(ENOSYS)`: programs that can use io_uring can do without",
  },
  {
    code: "dangerous-call",
    calls: ["bpf", "perf_event_open"],
    why: "it loads programs into the kernel or looks into it",
    instead: "leave it out, or allow single commands: `if cmd == ...`",
  },
  {
    code: "dangerous-call",
    calls: ["userfaultfd"],
    why: "it stops the kernel in the middle of a copy, which makes its races easy to win",
    instead: "leave it out; few programs besides virtual machine monitors need it",
  },
  {
    code: "dangerous-call",
    calls: ["open_by_handle_at"],
    why: "it opens a file by number, past every directory that should have stopped it",
    instead: "open files by `openat`",
  },
  {
    code: "dangerous-call",
    calls: ["kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module", "iopl", "ioperm"],
    why: "it replaces or extends the running kernel, or drives the hardware",
    instead: "leave it out",
  },
  {
    code: "dangerous-call",
    calls: [
      ...["mount", "umount", "umount2", "pivot_root", "move_mount", "open_tree", "open_tree_attr"],
      ...["fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr"],
    ],
    why: "it changes what paths mean, for this program and for whoever shares its mount namespace",
    instead: "mount in the `files` section, before the program starts",
  },
  {
    code: "dangerous-call",
    calls: ["setns"],
    why: "it enters the namespaces of other processes",
    instead: "set up `namespaces { ... }` before the program starts",
  },
  {
    code: "dangerous-call",
    calls: ["prctl"],
    why: "its options reach from a thread's name to capabilities, speculation and seccomp itself",
    instead: "name the options: `if option in {PR_SET_NAME, PR_GET_NAME}`",
  },
  {
    code: "dangerous-call",
    calls: ["seccomp"],
    why: "with a filter of its own the program makes calls of its children fail or seem to succeed",
    instead: "leave it out, unless the program sandboxes itself further",
  },
  {
    code: "dangerous-call",
    calls: ["personality"],
    // 0xffffffff asks for the current one (personality(2)).
    when: { arg: "personality", any: ["READ_IMPLIES_EXEC", "ADDR_NO_RANDOMIZE"], unless: 0xffffffffn },
    why: "READ_IMPLIES_EXEC makes every readable page executable, ADDR_NO_RANDOMIZE turns ASLR off",
    instead: "allow the values that are needed: `if personality in {0, 0xffffffff}`",
  },
  {
    code: "new-namespace",
    calls: ["clone"],
    when: { arg: "clone_flags", any: NAMESPACES },
    why: NAMESPACE_WHY,
    instead: `add \`if clone_flags lacks ${NAMESPACES.join(" | ")}\``,
  },
  {
    code: "new-namespace",
    calls: ["unshare"],
    when: { arg: "unshare_flags", any: [...NAMESPACES, "CLONE_NEWTIME"] },
    why: NAMESPACE_WHY,
    instead: "leave it out, or name the flags that are needed: `if unshare_flags only CLONE_FS | CLONE_FILES`",
  },
  {
    code: "new-namespace",
    calls: ["clone3"],
    why: `its flags are in memory, where a filter cannot look: ${NAMESPACE_WHY}`,
    instead: "answer `errno(ENOSYS)`: a C library then uses clone, whose flags can be tested",
  },
  {
    code: "terminal-injection",
    calls: ["ioctl"],
    when: { arg: "cmd", values: ["TIOCSTI", "TIOCLINUX"] },
    why: "what TIOCSTI and TIOCLINUX type, the shell outside runs",
    instead: "name the requests: `if cmd in {TCGETS, TIOCGWINSZ}`",
  },
  {
    code: "writable-code",
    calls: ["mmap", "mmap2"],
    when: { arg: "prot", all: ["PROT_WRITE", "PROT_EXEC"] },
    why: "writable and executable at once, it runs whatever an attacker writes there",
    instead: "add a test of `prot`: `prot lacks PROT_EXEC`, or `prot in {PROT_READ, PROT_READ | PROT_WRITE}`",
  },
  {
    code: "writable-code",
    calls: ["mprotect", "pkey_mprotect"],
    when: { arg: "prot", any: ["PROT_EXEC"] },
    why: "it then runs whatever an attacker wrote there",
    instead: "add `if prot lacks PROT_EXEC`; only compilers at run time need it",
  },
  {
    code: "writable-code",
    calls: ["shmat"],
    when: { arg: "shmflg", any: ["SHM_EXEC"] },
    why: "it is shared, and others write it",
    instead: "add `if shmflg lacks SHM_EXEC`",
  },
];

/** `call` does what the others do, and their conditions do not see it. */
export interface Bypass {
  readonly calls: readonly string[];
  /** "any": whatever has a condition. */
  readonly voids: readonly string[] | "any";
  readonly how: string;
}

const OPENS = ["open", "openat"];
const FILES = [...OPENS, "openat2", "read", "readv", "pread64", "preadv", "write", "writev", "pwrite64", "pwritev"];
const SOCKETS = [
  "socket",
  "connect",
  "bind",
  "listen",
  "accept",
  "accept4",
  "sendto",
  "sendmsg",
  "recvfrom",
  "recvmsg",
];

export const BYPASSES: readonly Bypass[] = [
  {
    calls: ["io_uring_setup", "io_uring_enter"],
    voids: [...FILES, ...SOCKETS, "statx", "unlinkat", "renameat2", "mkdirat", "fallocate", "ftruncate", "madvise"],
    how: "requests in the ring do the same and make no system call",
  },
  {
    calls: ["ptrace", "process_vm_writev"],
    voids: "any",
    how: "it makes a process outside the sandbox do the call instead",
  },
  {
    calls: ["pidfd_getfd"],
    voids: [...OPENS, "openat2", "socket", "connect", "bind"],
    how: "it takes a descriptor that somebody else has opened",
  },
  { calls: ["open_by_handle_at", "openat2"], voids: OPENS, how: "it opens files too, and its flags are not tested" },
  { calls: ["creat"], voids: OPENS, how: "it opens for writing and creates" },
  { calls: ["open"], voids: ["openat"], how: "it opens files too, and its flags are not tested" },
  { calls: ["openat"], voids: ["open"], how: "it opens files too, and its flags are not tested" },
  { calls: ["clone3"], voids: ["clone"], how: "it starts the same tasks, with flags that no filter sees" },
  { calls: ["pkey_mprotect"], voids: ["mprotect"], how: "it changes the protection too" },
  { calls: ["fcntl"], voids: ["fcntl64"], how: "it takes the same commands" },
  { calls: ["fcntl64"], voids: ["fcntl"], how: "it takes the same commands" },
  // The old mmap of i386 takes a block of arguments in memory (sys_old_mmap).
  { calls: ["mmap"], voids: ["mmap2"], how: "its arguments are in memory, where no filter sees them" },
  { calls: ["execveat"], voids: ["execve"], how: "it starts programs too" },
];
