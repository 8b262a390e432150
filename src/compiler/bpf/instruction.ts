// Classic-BPF instructions as seccomp(2) takes them: struct sock_filter of linux/filter.h, and the words it may load from
// struct seccomp_data (linux/seccomp.h). Names are the kernel's; there is no policy here.

/** struct sock_filter. code u16, jt and jf u8 (instructions to skip), k u32. */
export interface SockFilter {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

/** What the kernel hands to a filter. nr, arch: u32; instruction_pointer and args: u64 as bigint. */
export interface SeccompData {
  readonly nr: number;
  readonly arch: number;
  readonly instruction_pointer: bigint;
  readonly args: readonly [bigint, bigint, bigint, bigint, bigint, bigint];
}

// Instruction classes, then the fields of each (linux/bpf_common.h, linux/filter.h).
export const BPF_LD = 0x00;
export const BPF_LDX = 0x01;
export const BPF_ST = 0x02;
export const BPF_STX = 0x03;
export const BPF_ALU = 0x04;
export const BPF_JMP = 0x05;
export const BPF_RET = 0x06;
export const BPF_MISC = 0x07;

export const BPF_W = 0x00;
export const BPF_IMM = 0x00;
export const BPF_ABS = 0x20;
export const BPF_MEM = 0x60;
export const BPF_LEN = 0x80;

export const BPF_ADD = 0x00;
export const BPF_SUB = 0x10;
export const BPF_MUL = 0x20;
export const BPF_DIV = 0x30;
export const BPF_OR = 0x40;
export const BPF_AND = 0x50;
export const BPF_LSH = 0x60;
export const BPF_RSH = 0x70;
export const BPF_NEG = 0x80;
export const BPF_XOR = 0xa0;

export const BPF_JA = 0x00;
export const BPF_JEQ = 0x10;
export const BPF_JGT = 0x20;
export const BPF_JGE = 0x30;
export const BPF_JSET = 0x40;

export const BPF_K = 0x00;
export const BPF_X = 0x08;
export const BPF_A = 0x10;
export const BPF_TAX = 0x00;
export const BPF_TXA = 0x80;

/** The kernel refuses longer programs (BPF_MAXINSNS). */
export const BPF_MAXINSNS = 4096;
/** Words of scratch memory M[] (BPF_MEMWORDS). */
export const BPF_MEMWORDS = 16;

/** sizeof(struct seccomp_data): loads are words at aligned offsets below it. */
export const SECCOMP_DATA_SIZE = 64;
export const OFFSET_NR = 0;
export const OFFSET_ARCH = 4;

/** Offset of one half of args[index]. Every ABI we know is little-endian: the low word comes first. */
export function argOffset(index: number, half: "lo" | "hi"): number {
  return 16 + 8 * index + (half === "hi" ? 4 : 0);
}

// What a filter returns: an action in the upper half, its data in the lower (linux/seccomp.h).
export const SECCOMP_RET_KILL_PROCESS = 0x80000000;
export const SECCOMP_RET_KILL_THREAD = 0x00000000;
export const SECCOMP_RET_TRAP = 0x00030000;
export const SECCOMP_RET_ERRNO = 0x00050000;
export const SECCOMP_RET_USER_NOTIF = 0x7fc00000;
export const SECCOMP_RET_TRACE = 0x7ff00000;
export const SECCOMP_RET_LOG = 0x7ffc0000;
export const SECCOMP_RET_ALLOW = 0x7fff0000;
export const SECCOMP_RET_ACTION_FULL = 0xffff0000;
export const SECCOMP_RET_DATA = 0x0000ffff;
