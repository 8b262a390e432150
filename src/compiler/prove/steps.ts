// A filter program as steps between places, so that the analyses of a program need not know opcodes. In: any program that
// seccomp(2) takes; out: one step for each instruction, at the same pc. Invariant: a jump goes forward and stays inside.

import {
  BPF_A,
  BPF_ABS,
  BPF_ALU,
  BPF_IMM,
  BPF_JA,
  BPF_JMP,
  BPF_LD,
  BPF_LDX,
  BPF_LEN,
  BPF_MEM,
  BPF_MEMWORDS,
  BPF_MISC,
  BPF_NEG,
  BPF_RET,
  BPF_ST,
  BPF_STX,
  BPF_TAX,
  BPF_TXA,
  BPF_W,
  BPF_X,
  SECCOMP_DATA_SIZE,
  type SockFilter,
} from "../bpf/instruction.ts";
import { verify } from "../bpf/verify.ts";
import { NotProved } from "./bdd.ts";
import { WORD_TICKET_HI, WORD_TICKET_LO, type Word } from "./layout.ts";

/** M[0]..M[15], then the two registers. */
export type Place = number;
export const PLACE_A: Place = BPF_MEMWORDS;
const PLACE_X: Place = BPF_MEMWORDS + 1;
export const PLACES = BPF_MEMWORDS + 2;

export type Source =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "word"; readonly word: Word }
  | { readonly kind: "place"; readonly place: Place };

/** `op` and `test` are the kernel's: BPF_ADD .. BPF_XOR, BPF_JEQ .. BPF_JSET. The left side is always A. */
export type Step =
  | { readonly kind: "set"; readonly to: Place; readonly from: Source }
  | { readonly kind: "alu"; readonly op: number; readonly right: Source }
  | {
      readonly kind: "branch";
      readonly test: number;
      readonly right: Source;
      readonly yes: number;
      readonly no: number;
    }
  | { readonly kind: "jump"; readonly to: number }
  | { readonly kind: "return"; readonly from: Source };

/** The instruction whose k a launcher overwrites with one half of the ticket: a variable, not a constant. */
export interface TicketSlot {
  readonly pc: number;
  readonly half: "lo" | "hi";
}

/** Throws NotProved for a program that seccomp(2) would refuse. */
export function stepsOf(program: readonly SockFilter[], slots: readonly TicketSlot[]): readonly Step[] {
  const fault = verify(program)[0];
  if (fault !== undefined) throw new NotProved(`the kernel refuses the program: at ${fault.pc}, ${fault.reason}`);

  const tickets = new Map(slots.map(({ pc, half }) => [pc, half === "lo" ? WORD_TICKET_LO : WORD_TICKET_HI]));
  return program.map((instruction, pc) => {
    const ticket = tickets.get(pc);
    const step = stepOf(instruction, pc, ticket);
    // A launcher writes into k of whatever stands there: the distance of a jump, the offset of a load.
    if (ticket !== undefined && !sources(step).some(source => source.kind === "word" && source.word === ticket)) {
      throw new NotProved(`the instruction at ${pc} has no constant to take the ticket`);
    }
    return step;
  });
}

const A: Source = { kind: "place", place: PLACE_A };
const X: Source = { kind: "place", place: PLACE_X };

function stepOf({ code, jt, jf, k }: SockFilter, pc: number, ticket: Word | undefined): Step {
  const constant: Source = ticket === undefined ? { kind: "constant", value: k } : { kind: "word", word: ticket };
  switch (code) {
    case BPF_LD | BPF_W | BPF_ABS:
      return { kind: "set", to: PLACE_A, from: { kind: "word", word: k / 4 } };
    case BPF_LD | BPF_W | BPF_LEN:
      return { kind: "set", to: PLACE_A, from: { kind: "constant", value: SECCOMP_DATA_SIZE } };
    case BPF_LDX | BPF_W | BPF_LEN:
      return { kind: "set", to: PLACE_X, from: { kind: "constant", value: SECCOMP_DATA_SIZE } };
    case BPF_LD | BPF_IMM:
      return { kind: "set", to: PLACE_A, from: constant };
    case BPF_LDX | BPF_IMM:
      return { kind: "set", to: PLACE_X, from: constant };
    case BPF_LD | BPF_MEM:
      return { kind: "set", to: PLACE_A, from: { kind: "place", place: k } };
    case BPF_LDX | BPF_MEM:
      return { kind: "set", to: PLACE_X, from: { kind: "place", place: k } };
    case BPF_ST:
      return { kind: "set", to: k, from: A };
    case BPF_STX:
      return { kind: "set", to: k, from: X };
    case BPF_MISC | BPF_TAX:
      return { kind: "set", to: PLACE_X, from: A };
    case BPF_MISC | BPF_TXA:
      return { kind: "set", to: PLACE_A, from: X };
    case BPF_JMP | BPF_JA:
      return { kind: "jump", to: pc + 1 + k };
    case BPF_RET:
      return { kind: "return", from: constant };
    case BPF_RET | BPF_A:
      return { kind: "return", from: A };
    case BPF_ALU | BPF_NEG:
      return { kind: "alu", op: BPF_NEG, right: A };
  }
  // What is left is ALU and conditional jumps: class, operation and source are fields of their own (linux/bpf_common.h).
  const right = (code & BPF_X) === 0 ? constant : X;
  const op = code & 0xf0;
  if ((code & 0x07) === BPF_ALU) return { kind: "alu", op, right };
  return { kind: "branch", test: op, right, yes: pc + 1 + jt, no: pc + 1 + jf };
}

/** The steps that may come after this one. */
export function successors(step: Step, pc: number): readonly number[] {
  switch (step.kind) {
    case "set":
    case "alu":
      return [pc + 1];
    case "branch":
      return [step.yes, step.no];
    case "jump":
      return [step.to];
    case "return":
      return [];
  }
}

/** What a step reads, A included where it is the left side. */
export function sources(step: Step): readonly Source[] {
  switch (step.kind) {
    case "set":
    case "return":
      return [step.from];
    case "alu":
    case "branch":
      return [A, step.right];
    case "jump":
      return [];
  }
}

/** The place a step writes. */
export function written(step: Step): Place | undefined {
  if (step.kind === "alu") return PLACE_A;
  return step.kind === "set" ? step.to : undefined;
}
