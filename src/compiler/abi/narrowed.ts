// Arguments of which the kernel's code reads less than its signature says. A filter must look where the kernel looks: comparing
// all 64 bits of mmap's fd, a rule that denies one descriptor is passed by the same descriptor with garbage above it. Each row
// is proved on a running kernel (test/kernel/abi): with garbage in the bits said to be unread the call does what it does without.
//
// Not here: arguments whose width depends on another one (fcntl.arg, keyctl.arg2, semctl.arg, prctl.arg2); what is read whole
// only to be refused (mprotect.prot, mount.flags, unshare.unshare_flags): there garbage gains nothing.

/** Names are the kernel's. Holds on every ABI that has the call. */
export interface Narrowed {
  readonly call: string;
  readonly arg: string;
  readonly bits: 16 | 32;
  readonly signed: boolean;
  /** Where the kernel drops the rest. */
  readonly where: string;
}

const FD = { arg: "fd", bits: 32, signed: false } as const;
const VLEN = { arg: "vlen", bits: 32, signed: false } as const;

export const NARROWED: readonly Narrowed[] = [
  { call: "clone", arg: "clone_flags", bits: 32, signed: false, where: "lower_32_bits() in kernel/fork.c" },
  { call: "ioprio_set", arg: "ioprio", bits: 16, signed: false, where: "an unsigned short in struct io_context" },
  { call: "ipc", arg: "call", bits: 16, signed: false, where: "call & 0xffff in ipc/syscall.c; the rest is a version" },
  { call: "kcmp", arg: "idx1", bits: 32, signed: false, where: "get_file_raw_ptr(), unsigned int" },
  { call: "mbind", arg: "mode", bits: 32, signed: true, where: "int lmode in kernel_mbind()" },
  { ...FD, call: "mmap", where: "fget() in ksys_mmap_pgoff(), unsigned int" },
  // Above bit 31 no flag exists; MAP_SHARED_VALIDATE refuses such bits, the other types ignore them.
  { call: "mmap", arg: "flags", bits: 32, signed: false, where: "LEGACY_MAP_MASK in do_mmap()" },
  { call: "mmap", arg: "prot", bits: 32, signed: false, where: "calc_vm_prot_bits(): only defined bits are tested" },
  { ...FD, call: "preadv", where: "fdget() in do_preadv(), unsigned int" },
  { ...VLEN, call: "preadv", where: "import_iovec(), unsigned" },
  { ...FD, call: "preadv2", where: "fdget() in do_preadv(), unsigned int" },
  { ...VLEN, call: "preadv2", where: "import_iovec(), unsigned" },
  { ...VLEN, call: "process_madvise", where: "import_iovec(), unsigned" },
  { ...VLEN, arg: "liovcnt", call: "process_vm_readv", where: "import_iovec(), unsigned" },
  { ...VLEN, arg: "liovcnt", call: "process_vm_writev", where: "import_iovec(), unsigned" },
  { call: "ptrace", arg: "pid", bits: 32, signed: true, where: "find_get_task_by_vpid(), pid_t" },
  { ...FD, call: "pwritev", where: "fdget() in do_pwritev(), unsigned int" },
  { ...VLEN, call: "pwritev", where: "import_iovec(), unsigned" },
  { ...FD, call: "pwritev2", where: "fdget() in do_pwritev(), unsigned int" },
  { ...VLEN, call: "pwritev2", where: "import_iovec(), unsigned" },
  { ...FD, call: "readv", where: "fdget_pos() in do_readv(), unsigned int" },
  { ...VLEN, call: "readv", where: "import_iovec(), unsigned" },
  { ...VLEN, arg: "nr_segs", call: "vmsplice", where: "import_iovec(), unsigned" },
  { ...FD, call: "writev", where: "fdget_pos() in do_writev(), unsigned int" },
  { ...VLEN, call: "writev", where: "import_iovec(), unsigned" },
];

let byArgument: ReadonlyMap<string, Narrowed> | undefined;

/** undefined: read as declared. */
export function narrowed(call: string, arg: string): Narrowed | undefined {
  byArgument ??= new Map(NARROWED.map(row => [`${row.call}.${row.arg}`, row]));
  return byArgument.get(`${call}.${arg}`);
}
