// One C program, built and linked in every way, and what each build needs to begin: nothing is used but its library's start.

export interface StartRow {
  readonly build: string;
  readonly compiler: "gcc" | "musl-gcc";
  readonly options: readonly string[];
  /** As after `use`: all that it needs beside one write and the end. */
  readonly group: string;
  readonly beside?: readonly string[];
  /** Splicing the group without any of these stops it. */
  readonly breaks: readonly string[];
  /** Groups that are too narrow for it, each with the call that it dies on. */
  readonly narrower: { readonly [group: string]: string };
}

const LOADER = ["openat", "access", "pread64", "mmap", "newfstatat"];

export const STARTS: readonly StartRow[] = [
  {
    build: "glibc, static",
    compiler: "gcc",
    options: ["-static"],
    group: "glibc_static_startup",
    breaks: ["arch_prctl", "brk", "set_tid_address", "set_robust_list", "rseq", "prlimit64", "mprotect", "getrandom"],
    narrower: { musl_static_startup: "set_robust_list" },
  },
  {
    build: "glibc, static-pie",
    compiler: "gcc",
    options: ["-static-pie"],
    group: "static_startup",
    breaks: ["arch_prctl", "brk", "set_tid_address", "set_robust_list", "rseq", "prlimit64", "mprotect", "getrandom"],
    narrower: { musl_static_startup: "set_robust_list" },
  },
  {
    build: "glibc, dynamic",
    compiler: "gcc",
    options: [],
    group: "glibc_dynamic_startup",
    breaks: ["arch_prctl", "set_tid_address", ...LOADER],
    narrower: { static_startup: "mmap", musl_dynamic_startup: "access" },
  },
  {
    build: "glibc, dynamic",
    compiler: "gcc",
    options: [],
    group: "dynamic_startup",
    breaks: ["arch_prctl", "set_tid_address", ...LOADER],
    narrower: {},
  },
  {
    build: "musl, static",
    compiler: "musl-gcc",
    options: ["-static"],
    group: "musl_static_startup",
    breaks: ["arch_prctl", "set_tid_address"],
    narrower: {},
  },
  {
    build: "musl, static-pie",
    compiler: "musl-gcc",
    options: ["-static-pie", "-fPIE"],
    group: "musl_static_startup",
    breaks: ["arch_prctl", "set_tid_address", "brk", "mmap", "mprotect"],
    narrower: {},
  },
  {
    build: "musl, dynamic, with a library",
    compiler: "musl-gcc",
    options: ["-L.", "-lpart", "-Wl,-rpath,."],
    group: "musl_dynamic_startup",
    breaks: ["arch_prctl", "set_tid_address", "open", "fstat", "read", "mmap", "close", "fcntl"],
    narrower: { musl_static_startup: "open", glibc_dynamic_startup: "fcntl" },
  },
  {
    build: "musl, static",
    compiler: "musl-gcc",
    options: ["-static"],
    group: "thread_pointer",
    beside: ["allow set_tid_address"],
    breaks: ["arch_prctl"],
    narrower: {},
  },
];
