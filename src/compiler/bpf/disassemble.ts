// A readable listing of any program, ours or not: pc, the raw fields, the mnemonic with its jump targets, and a comment with
// names. Names come from a small forward dataflow, sound because classic BPF only jumps forwards: what A holds and which
// audit arch is established at each pc, kept only where every path into it agrees. What the kernel would refuse is shown as
// it is; the listing never fails.

import { ARCHES, type Arch, archOf, auditArch } from "../abi/arch.ts";
import { syscallByNr } from "../abi/syscalls.ts";
import { showRet } from "./action.ts";
import {
  BPF_A,
  BPF_ABS,
  BPF_ALU,
  BPF_AND,
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
  BPF_MEM,
  BPF_MISC,
  BPF_NEG,
  BPF_RET,
  BPF_ST,
  BPF_STX,
  BPF_TAX,
  BPF_TXA,
  BPF_W,
  BPF_X,
  OFFSET_ARCH,
  OFFSET_NR,
  SECCOMP_DATA_SIZE,
  type SockFilter,
} from "./instruction.ts";

export interface ListingOptions {
  /** Appended to an instruction's comment: a source map's text, say. */
  readonly note?: (pc: number) => string | undefined;
}

export function disassemble(program: readonly SockFilter[], options: ListingOptions = {}): string {
  return describeInstructions(program, options)
    .map((text, pc) => {
      const { code, jt, jf, k } = program[pc]!;
      return `${place(pc)}  ${hex(code, 4)} ${hex(jt, 2)} ${hex(jf, 2)} ${hex(k, 8)}  ${text}\n`;
    })
    .join("");
}

/** Per instruction its mnemonic and comment, without place and fields: for listings of another form. */
export function describeInstructions(program: readonly SockFilter[], options: ListingOptions = {}): readonly string[] {
  const states = flow(program);
  return program.map((instruction, pc) => {
    const text = mnemonic(instruction, pc, program.length) ?? "?";
    const state = states[pc];
    const name = state === undefined ? "never reached" : comment(instruction, state);
    const comments = [name, options.note?.(pc)].filter(part => part !== undefined);
    return comments.length === 0 ? text : `${text.padEnd(31)}; ${comments.join("; ")}`;
  });
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}

function place(pc: number): string {
  return String(pc).padStart(4, "0");
}

const JUMPS: ReadonlyMap<number, string> = new Map([
  [BPF_JEQ, "jeq"],
  [BPF_JGT, "jgt"],
  [BPF_JGE, "jge"],
  [BPF_JSET, "jset"],
]);

const ALU = ["add", "sub", "mul", "div", "or", "and", "lsh", "rsh", "neg", "mod", "xor"];

/** undefined for an opcode that classic BPF lacks. */
function mnemonic({ code, jt, jf, k }: SockFilter, pc: number, length: number): string | undefined {
  const value = `#0x${k.toString(16)}`;
  const target = (skip: number): string =>
    pc + 1 + skip < length ? place(pc + 1 + skip) : `${pc + 1 + skip} (outside)`;
  switch (code) {
    case BPF_LD | BPF_W | BPF_ABS:
      return `ld [${k}]`;
    case BPF_LD | BPF_W | BPF_LEN:
      return "ld len";
    case BPF_LDX | BPF_W | BPF_LEN:
      return "ldx len";
    case BPF_LD | BPF_IMM:
      return `ld ${value}`;
    case BPF_LDX | BPF_IMM:
      return `ldx ${value}`;
    case BPF_LD | BPF_MEM:
      return `ld M[${k}]`;
    case BPF_LDX | BPF_MEM:
      return `ldx M[${k}]`;
    case BPF_ST:
      return `st M[${k}]`;
    case BPF_STX:
      return `stx M[${k}]`;
    case BPF_MISC | BPF_TAX:
      return "tax";
    case BPF_MISC | BPF_TXA:
      return "txa";
    case BPF_RET | BPF_K:
      return `ret ${value}`;
    case BPF_RET | BPF_A:
      return "ret a";
    case BPF_JMP | BPF_JA:
      return `ja ${target(k)}`;
    case BPF_ALU | BPF_NEG:
      return "neg";
  }
  const operand = (code & BPF_X) === BPF_X ? "x" : value;
  const op = code & 0xf0;
  if (code <= 0xff && (code & 7) === BPF_JMP) {
    const name = JUMPS.get(op);
    return name && `${name} ${operand}, ${target(jt)}, ${target(jf)}`;
  }
  if (code <= 0xff && (code & 7) === BPF_ALU && op !== BPF_NEG) {
    const name = ALU[op >> 4];
    return name && `${name} ${operand}`;
  }
  return undefined;
}

/** What is known before an instruction runs. */
interface State {
  /** Offset of the word that A holds, or some bits of; undefined if A is something else. */
  readonly a: number | undefined;
  /** seccomp_data.arch, where a test has established it. */
  readonly audit: number | undefined;
}

/** Per pc what holds on every path into it; undefined where none leads. */
function flow(program: readonly SockFilter[]): readonly (State | undefined)[] {
  const states: (State | undefined)[] = Array.from({ length: program.length });
  function enter(pc: number, state: State): void {
    if (pc >= program.length) return;
    const old = states[pc];
    states[pc] = old && {
      a: old.a === state.a ? old.a : undefined,
      audit: old.audit === state.audit ? old.audit : undefined,
    };
    states[pc] ??= state;
  }
  enter(0, { a: undefined, audit: undefined });
  program.forEach(({ code, jt, jf, k }, pc) => {
    const state = states[pc];
    if (state === undefined || (code & 7) === BPF_RET) return;
    if (code === (BPF_JMP | BPF_JA)) enter(pc + 1 + k, state);
    else if ((code & 7) === BPF_JMP) {
      const known = code === (BPF_JMP | BPF_JEQ | BPF_K) && state.a === OFFSET_ARCH ? { ...state, audit: k } : state;
      enter(pc + 1 + jt, known);
      enter(pc + 1 + jf, state);
    } else enter(pc + 1, { ...state, a: accumulator({ code, jt, jf, k }, state.a) });
  });
  return states;
}

function accumulator({ code, k }: SockFilter, a: number | undefined): number | undefined {
  if (code === (BPF_LD | BPF_W | BPF_ABS)) return k;
  // A masked word is still shown under the word's name.
  if (code === (BPF_ALU | BPF_AND | BPF_K)) return a;
  const keeps = (code & 7) === BPF_LDX || (code & 7) === BPF_ST || (code & 7) === BPF_STX;
  return keeps || code === (BPF_MISC | BPF_TAX) ? a : undefined;
}

function comment({ code, k }: SockFilter, { a, audit }: State): string | undefined {
  if (code === (BPF_LD | BPF_W | BPF_ABS)) return wordName(k);
  if (code === (BPF_RET | BPF_K)) return showRet(k);
  if ((code & 7) !== BPF_JMP || code === (BPF_JMP | BPF_JA) || a === undefined) return undefined;
  const word = wordName(a);
  if (word === undefined || (code & BPF_X) !== 0) return word;
  const value = a === OFFSET_ARCH ? archName(k) : a === OFFSET_NR ? callName(k, audit) : undefined;
  return value === undefined ? word : `${word}: ${value}`;
}

function wordName(offset: number): string | undefined {
  if (offset % 4 !== 0 || offset >= SECCOMP_DATA_SIZE) return undefined;
  const half = (offset & 4) === 0 ? "lo" : "hi";
  if (offset === OFFSET_NR) return "nr";
  if (offset === OFFSET_ARCH) return "arch";
  return offset < 16 ? `instruction_pointer.${half}` : `args[${(offset - 16) >> 3}].${half}`;
}

function archName(audit: number): string | undefined {
  // x32 has no audit arch of its own, and its name would mislead here.
  return ARCHES.find(arch => arch !== "x32" && auditArch(arch) === audit);
}

function callName(nr: number, audit: number | undefined): string | undefined {
  const arch: Arch | undefined = audit === undefined ? undefined : archOf(audit, nr);
  return arch && syscallByNr(arch, nr)?.name;
}
