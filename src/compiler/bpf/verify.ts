// What seccomp(2) accepts: a program in, the list of its faults out, empty when the kernel takes it. The rules are those of
// bpf_check_classic and check_load_and_stores (net/core/filter.c) and seccomp_check_filter (kernel/seccomp.c), which answer
// EINVAL to all of it; here each fault says where and why. Fields that struct sock_filter cannot hold are faults too.

import {
  BPF_A,
  BPF_ABS,
  BPF_ADD,
  BPF_ALU,
  BPF_AND,
  BPF_DIV,
  BPF_IMM,
  BPF_JA,
  BPF_JEQ,
  BPF_JGE,
  BPF_JGT,
  BPF_JMP,
  BPF_JSET,
  BPF_K,
  BPF_LD,
  BPF_LDX,
  BPF_LEN,
  BPF_LSH,
  BPF_MAXINSNS,
  BPF_MEM,
  BPF_MEMWORDS,
  BPF_MISC,
  BPF_MUL,
  BPF_NEG,
  BPF_OR,
  BPF_RET,
  BPF_RSH,
  BPF_ST,
  BPF_STX,
  BPF_SUB,
  BPF_TAX,
  BPF_TXA,
  BPF_W,
  BPF_X,
  BPF_XOR,
  SECCOMP_DATA_SIZE,
  type SockFilter,
} from "./instruction.ts";

/** pc is an index into the program; 0 for an empty program, BPF_MAXINSNS for one that is too long. */
export interface Fault {
  readonly pc: number;
  readonly reason: string;
}

export function verify(program: readonly SockFilter[]): readonly Fault[] {
  if (program.length === 0) return [{ pc: 0, reason: "the program is empty" }];
  if (program.length > BPF_MAXINSNS) {
    return [{ pc: BPF_MAXINSNS, reason: `${program.length} instructions, the kernel takes at most ${BPF_MAXINSNS}` }];
  }
  const faults: Fault[] = [];
  program.forEach((instruction, pc) => {
    const reason = instructionFault(instruction, program.length - pc - 1);
    if (reason !== undefined) faults.push({ pc, reason });
  });
  const last = program.length - 1;
  if (!RETURNS.has(program[last]!.code)) faults.push({ pc: last, reason: "the last instruction is not a return" });
  // The memory walk follows jumps, so they have to be sound first; the kernel has the same order.
  return faults.length > 0 ? faults : memoryFaults(program);
}

const CONDITIONAL_JUMPS: ReadonlySet<number> = new Set(
  [BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET].flatMap(op => [BPF_JMP | op | BPF_K, BPF_JMP | op | BPF_X]),
);

const RETURNS: ReadonlySet<number> = new Set([BPF_RET | BPF_K, BPF_RET | BPF_A]);

/** The opcodes seccomp_check_filter lets through. BPF_MOD, packet loads and BPF_MSH are classic BPF, but not seccomp's. */
export const SECCOMP_OPCODES: ReadonlySet<number> = new Set([
  ...RETURNS,
  ...CONDITIONAL_JUMPS,
  BPF_JMP | BPF_JA,
  ...[BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_AND, BPF_OR, BPF_XOR, BPF_LSH, BPF_RSH].flatMap(op => [
    BPF_ALU | op | BPF_K,
    BPF_ALU | op | BPF_X,
  ]),
  BPF_ALU | BPF_NEG,
  BPF_LD | BPF_W | BPF_ABS,
  BPF_LD | BPF_W | BPF_LEN,
  BPF_LDX | BPF_W | BPF_LEN,
  BPF_LD | BPF_IMM,
  BPF_LDX | BPF_IMM,
  BPF_LD | BPF_MEM,
  BPF_LDX | BPF_MEM,
  BPF_ST,
  BPF_STX,
  BPF_MISC | BPF_TAX,
  BPF_MISC | BPF_TXA,
]);

/** `left` counts the instructions behind this one. */
function instructionFault({ code, jt, jf, k }: SockFilter, left: number): string | undefined {
  if (!fits(code, 0xffff) || !fits(jt, 0xff) || !fits(jf, 0xff) || !fits(k, 0xffffffff)) {
    return `a field does not fit struct sock_filter: code ${code}, jt ${jt}, jf ${jf}, k ${k}`;
  }
  if (!SECCOMP_OPCODES.has(code)) return `seccomp has no opcode 0x${code.toString(16)}`;
  if (CONDITIONAL_JUMPS.has(code)) {
    return jt >= left || jf >= left ? `jumps past the end: jt ${jt}, jf ${jf}, ${left} instructions follow` : undefined;
  }
  switch (code) {
    case BPF_LD | BPF_W | BPF_ABS:
      if (k >= SECCOMP_DATA_SIZE) return `loads offset ${k}, seccomp_data has ${SECCOMP_DATA_SIZE} bytes`;
      return k % 4 !== 0 ? `loads offset ${k}, which is not aligned to a word` : undefined;
    case BPF_ALU | BPF_DIV | BPF_K:
      return k === 0 ? "divides by a constant zero" : undefined;
    case BPF_ALU | BPF_LSH | BPF_K:
    case BPF_ALU | BPF_RSH | BPF_K:
      return k >= 32 ? `shifts by ${k}, a word has 32 bits` : undefined;
    case BPF_LD | BPF_MEM:
    case BPF_LDX | BPF_MEM:
    case BPF_ST:
    case BPF_STX:
      return k >= BPF_MEMWORDS ? `scratch word M[${k}], there are ${BPF_MEMWORDS}` : undefined;
    case BPF_JMP | BPF_JA:
      return k >= left ? `jumps past the end: ${k}, ${left} instructions follow` : undefined;
    default:
      return undefined;
  }
}

function fits(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max;
}

/**
 * Loads of scratch words that some path has not stored. As check_load_and_stores does it, one walk in program order: behind
 * a return the words of the instruction before it still count, so the kernel refuses a few programs that would be sound.
 */
function memoryFaults(program: readonly SockFilter[]): readonly Fault[] {
  const faults: Fault[] = [];
  const stored = new Uint16Array(program.length).fill(0xffff);
  let now = 0;
  program.forEach(({ code, jt, jf, k }, pc) => {
    now &= stored[pc]!;
    if (code === BPF_ST || code === BPF_STX) now |= 1 << k;
    else if (code === (BPF_LD | BPF_MEM) || code === (BPF_LDX | BPF_MEM)) {
      if ((now & (1 << k)) === 0) faults.push({ pc, reason: `loads M[${k}], which not every path has stored` });
    } else if (code === (BPF_JMP | BPF_JA)) {
      stored[pc + 1 + k]! &= now;
      now = 0xffff;
    } else if (CONDITIONAL_JUMPS.has(code)) {
      stored[pc + 1 + jt]! &= now;
      stored[pc + 1 + jf]! &= now;
      now = 0xffff;
    }
  });
  return faults;
}
