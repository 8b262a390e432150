// Which calls the kernel's constant-action bitmap lets pass without running the filter (Linux 5.11 and later): a program and
// the arch and nr of a call in, whether its verdict is a constant ALLOW out. The same walk as seccomp_is_const_allow
// (kernel/seccomp.c): it knows nr and arch, and gives up at any instruction that could depend on more.

import {
  BPF_ABS,
  BPF_ALU,
  BPF_AND,
  BPF_JA,
  BPF_JEQ,
  BPF_JGE,
  BPF_JGT,
  BPF_JMP,
  BPF_JSET,
  BPF_K,
  BPF_LD,
  BPF_RET,
  BPF_W,
  OFFSET_ARCH,
  OFFSET_NR,
  SECCOMP_RET_ALLOW,
  type SockFilter,
} from "./instruction.ts";

/** audit is the u32 of seccomp_data.arch. The kernel keeps bitmaps for its native ABI and one compat ABI, x32 excluded. */
export function isCached(program: readonly SockFilter[], audit: number, nr: number): boolean {
  let a = 0;
  for (let pc = 0; pc < program.length; pc++) {
    const { code, jt, jf, k } = program[pc]!;
    switch (code) {
      case BPF_LD | BPF_W | BPF_ABS:
        if (k !== OFFSET_NR && k !== OFFSET_ARCH) return false;
        a = k === OFFSET_NR ? nr : audit;
        break;
      case BPF_RET | BPF_K:
        return k === SECCOMP_RET_ALLOW;
      case BPF_JMP | BPF_JA:
        pc += k;
        break;
      case BPF_JMP | BPF_JEQ | BPF_K:
        pc += a === k ? jt : jf;
        break;
      case BPF_JMP | BPF_JGE | BPF_K:
        pc += a >= k ? jt : jf;
        break;
      case BPF_JMP | BPF_JGT | BPF_K:
        pc += a > k ? jt : jf;
        break;
      case BPF_JMP | BPF_JSET | BPF_K:
        pc += (a & k) !== 0 ? jt : jf;
        break;
      case BPF_ALU | BPF_AND | BPF_K:
        a = (a & k) >>> 0;
        break;
      default:
        return false;
    }
  }
  return false;
}
