// Programs and calls as the tests of peers write them, read from literals: BPF_STMT, BPF_JUMP and BPF_* of linux/filter.h, and
// the same words without the prefix in Go. Names in, numbers out: the values are those of instruction.ts.

import * as bpf from "../../src/compiler/bpf/instruction.ts";
import { fieldOf, itemsOf, type Literal, numberOf } from "./literal.ts";

/** BPF_JEQ, SECCOMP_RET_ALLOW, ... and, for Go's names, Jeq and linux.SECCOMP_RET_ALLOW. */
export const NAMES: ReadonlyMap<string, bigint> = new Map(
  [
    ...Object.entries(bpf),
    // Not seccomp's, but in tables of what must be refused.
    ...Object.entries({ BPF_H: 0x08, BPF_B: 0x10, BPF_IND: 0x40, BPF_MSH: 0xa0, BPF_MOD: 0x90 }),
    ...Object.entries({ SECCOMP_RET_KILL: bpf.SECCOMP_RET_KILL_THREAD, ScratchMemRegisters: bpf.BPF_MEMWORDS }),
  ].flatMap(([name, value]): [string, bigint][] => {
    if (typeof value !== "number") return [];
    const [, word] = /^BPF_([A-Z]+)$/.exec(name) ?? [];
    const spellings = [name, `linux.${name}`, ...(word === undefined ? [] : [word[0] + word.slice(1).toLowerCase()])];
    return spellings.map(spelling => [spelling, BigInt(value)]);
  }),
);

/** One of BPF_STMT(code, k), BPF_JUMP(code, k, jt, jf), or Go's Stmt, Jump and RawInstruction. */
export function readInstruction(literal: Literal): bpf.SockFilter {
  if (literal.kind === "word" && literal.text === "LOAD_SYSCALL_NR") {
    return { code: bpf.BPF_LD | bpf.BPF_W | bpf.BPF_ABS, jt: 0, jf: 0, k: bpf.OFFSET_NR };
  }
  if (literal.kind !== "call" || !/^(?:BPF_STMT|BPF_JUMP|Stmt|Jump|RawInstruction)$/.test(literal.name)) {
    throw new Error("not an instruction");
  }
  const values = literal.args.map(arg => Number(numberOf(arg, NAMES)));
  // RawInstruction has the fields in struct sock_filter's order.
  const [code, k, jt, jf] = literal.name === "RawInstruction" ? [values[0], values[3], values[1], values[2]] : values;
  return { code: code!, jt: jt ?? 0, jf: jf ?? 0, k: k! >>> 0 };
}

export function readProgram(literal: Literal): readonly bpf.SockFilter[] {
  return itemsOf(literal).map(readInstruction);
}

/** struct seccomp_data: `{.nr = 1}` of C, `{Nr: 1, Args: ...}` of Go; what is left out is zero. */
export function readData(literal: Literal, names: ReadonlyMap<string, bigint>): bpf.SeccompData {
  const number = (...fields: readonly string[]) => {
    const field = fields.map(name => fieldOf(literal, name)).find(value => value !== undefined);
    return field === undefined ? 0n : BigInt.asUintN(64, numberOf(field, names));
  };
  const args = itemsOf(fieldOf(literal, "args") ?? fieldOf(literal, "Args"));
  const [a = 0n, b = 0n, c = 0n, d = 0n, e = 0n, f = 0n] = args.map(arg => BigInt.asUintN(64, numberOf(arg, names)));
  return {
    nr: Number(number("nr", "Nr") & 0xffffffffn),
    arch: Number(number("arch", "Arch")),
    instruction_pointer: number("instruction_pointer", "InstructionPointer"),
    args: [a, b, c, d, e, f],
  };
}
