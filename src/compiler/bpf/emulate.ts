// Runs a program as the kernel would: a program that verify() takes and one call in, the returned word and the instructions
// executed out. The semantics are those of bpf_convert_filter (net/core/filter.c): A and X start as 0, arithmetic is modulo
// 2^32, a shift by X counts modulo 32, and a division by an X of 0 ends the filter with 0, SECCOMP_RET_KILL_THREAD.

import { Bug } from "../diagnostics/diagnostic.ts";
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
  OFFSET_ARCH,
  OFFSET_NR,
  SECCOMP_DATA_SIZE,
  type SeccompData,
  type SockFilter,
} from "./instruction.ts";

export interface Run {
  /** The u32 that the filter returns. */
  readonly ret: number;
  /** Every pc executed, in order. */
  readonly path: readonly number[];
}

export function emulate(program: readonly SockFilter[], data: SeccompData): Run {
  const path: number[] = [];
  const memory = new Uint32Array(BPF_MEMWORDS);
  let a = 0;
  let x = 0;
  for (let pc = 0; pc < program.length; pc++) {
    path.push(pc);
    const { code, jt, jf, k } = program[pc]!;
    const operand = (code & BPF_X) === BPF_X ? x : k;
    switch (code) {
      case BPF_LD | BPF_W | BPF_ABS:
        a = word(data, k);
        break;
      case BPF_LD | BPF_W | BPF_LEN:
        a = SECCOMP_DATA_SIZE;
        break;
      case BPF_LDX | BPF_W | BPF_LEN:
        x = SECCOMP_DATA_SIZE;
        break;
      case BPF_LD | BPF_IMM:
        a = k;
        break;
      case BPF_LDX | BPF_IMM:
        x = k;
        break;
      case BPF_LD | BPF_MEM:
        a = memory[k]!;
        break;
      case BPF_LDX | BPF_MEM:
        x = memory[k]!;
        break;
      case BPF_ST:
        memory[k] = a;
        break;
      case BPF_STX:
        memory[k] = x;
        break;
      case BPF_MISC | BPF_TAX:
        x = a;
        break;
      case BPF_MISC | BPF_TXA:
        a = x;
        break;
      case BPF_ALU | BPF_ADD | BPF_K:
      case BPF_ALU | BPF_ADD | BPF_X:
        a = (a + operand) >>> 0;
        break;
      case BPF_ALU | BPF_SUB | BPF_K:
      case BPF_ALU | BPF_SUB | BPF_X:
        a = (a - operand) >>> 0;
        break;
      case BPF_ALU | BPF_MUL | BPF_K:
      case BPF_ALU | BPF_MUL | BPF_X:
        a = Math.imul(a, operand) >>> 0;
        break;
      case BPF_ALU | BPF_DIV | BPF_K:
      case BPF_ALU | BPF_DIV | BPF_X:
        if (operand === 0) return { ret: 0, path };
        a = Math.floor(a / operand);
        break;
      case BPF_ALU | BPF_OR | BPF_K:
      case BPF_ALU | BPF_OR | BPF_X:
        a = (a | operand) >>> 0;
        break;
      case BPF_ALU | BPF_AND | BPF_K:
      case BPF_ALU | BPF_AND | BPF_X:
        a = (a & operand) >>> 0;
        break;
      case BPF_ALU | BPF_XOR | BPF_K:
      case BPF_ALU | BPF_XOR | BPF_X:
        a = (a ^ operand) >>> 0;
        break;
      case BPF_ALU | BPF_LSH | BPF_K:
      case BPF_ALU | BPF_LSH | BPF_X:
        a = (a << (operand & 31)) >>> 0;
        break;
      case BPF_ALU | BPF_RSH | BPF_K:
      case BPF_ALU | BPF_RSH | BPF_X:
        a = a >>> (operand & 31);
        break;
      case BPF_ALU | BPF_NEG:
        a = -a >>> 0;
        break;
      case BPF_JMP | BPF_JA:
        pc += k;
        break;
      case BPF_JMP | BPF_JEQ | BPF_K:
      case BPF_JMP | BPF_JEQ | BPF_X:
        pc += a === operand ? jt : jf;
        break;
      case BPF_JMP | BPF_JGT | BPF_K:
      case BPF_JMP | BPF_JGT | BPF_X:
        pc += a > operand ? jt : jf;
        break;
      case BPF_JMP | BPF_JGE | BPF_K:
      case BPF_JMP | BPF_JGE | BPF_X:
        pc += a >= operand ? jt : jf;
        break;
      case BPF_JMP | BPF_JSET | BPF_K:
      case BPF_JMP | BPF_JSET | BPF_X:
        pc += (a & operand) !== 0 ? jt : jf;
        break;
      case BPF_RET | BPF_K:
        return { ret: k, path };
      case BPF_RET | BPF_A:
        return { ret: a, path };
      default:
        throw new Bug(`emulate: opcode 0x${code.toString(16)} at ${pc}: the program was not verified`);
    }
  }
  throw new Bug("emulate: ran past the end: the program was not verified");
}

/** The word of seccomp_data at an aligned offset, as a little-endian kernel lays it out. */
export function word(data: SeccompData, offset: number): number {
  if (offset === OFFSET_NR) return data.nr >>> 0;
  if (offset === OFFSET_ARCH) return data.arch >>> 0;
  const index = (offset >> 3) - 2;
  const value = index < 0 ? data.instruction_pointer : data.args[index];
  if (value === undefined || offset % 4 !== 0) throw new Bug(`emulate: no word at offset ${offset}`);
  return Number((offset & 4) === 0 ? value & 0xffffffffn : (value >> 32n) & 0xffffffffn);
}
