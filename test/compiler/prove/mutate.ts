// Planted miscompilations: one small fault in a program, of the kinds that code generators have. In: a program; out: a
// program that seccomp(2) still takes, and the name of the fault; undefined where the fault does not fit.

import type { SockFilter } from "../../../src/compiler/bpf/instruction.ts";
import * as bpf from "../../../src/compiler/bpf/instruction.ts";
import { verify } from "../../../src/compiler/bpf/verify.ts";
import type { Random } from "./random.ts";

export interface Mutant {
  readonly fault: string;
  readonly pc: number;
  readonly program: readonly SockFilter[];
}

type Mutation = (insn: SockFilter, random: Random) => SockFilter | undefined;

const conditional = ({ code }: SockFilter): boolean => (code & 7) === bpf.BPF_JMP && (code & 0xf0) !== bpf.BPF_JA;
const isLoad = ({ code }: SockFilter): boolean => code === (bpf.BPF_LD | bpf.BPF_ABS);

export const MUTATIONS: { readonly [fault: string]: Mutation } = {
  "flipped branch": insn => (conditional(insn) ? { ...insn, jt: insn.jf, jf: insn.jt } : undefined),
  "wrong half": insn => (isLoad(insn) && insn.k >= 16 ? { ...insn, k: insn.k ^ 4 } : undefined),
  "wrong word": (insn, { below }) => (isLoad(insn) ? { ...insn, k: 4 * below(16) } : undefined),
  "off by one": (insn, { chance }) =>
    conditional(insn) ? { ...insn, k: (insn.k + (chance(50) ? 1 : -1)) >>> 0 } : undefined,
  "flipped bit": (insn, { below }) =>
    conditional(insn) ? { ...insn, k: (insn.k ^ (1 << below(32))) >>> 0 } : undefined,
  "stale accumulator": insn => (isLoad(insn) ? NOTHING : undefined),
  "lost mask": insn => ((insn.code & 7) === bpf.BPF_ALU ? NOTHING : undefined),
  "jge for jgt": insn => {
    const test = insn.code & 0xf0;
    if (!conditional(insn) || (test !== bpf.BPF_JGE && test !== bpf.BPF_JGT)) return undefined;
    return { ...insn, code: insn.code ^ (bpf.BPF_JGE ^ bpf.BPF_JGT) };
  },
  "jump too far": (insn, { chance }) =>
    conditional(insn) ? { ...insn, ...(chance(50) ? { jt: insn.jt + 1 } : { jf: insn.jf + 1 }) } : undefined,
  "lost check": insn => (conditional(insn) ? { code: bpf.BPF_JMP | bpf.BPF_JA, jt: 0, jf: 0, k: insn.jt } : undefined),
  "wrong verdict": insn => (insn.code === bpf.BPF_RET ? { ...insn, k: insn.k ^ 0x7fff0000 } : undefined),
};

/** A jump to the next instruction: what is left of an instruction that a generator forgot. */
const NOTHING: SockFilter = { code: bpf.BPF_JMP | bpf.BPF_JA, jt: 0, jf: 0, k: 0 };

/** Mutates each instruction that the fault fits, in a random order, until the kernel would take the result. */
export function mutate(random: Random, program: readonly SockFilter[], fault: string): Mutant | undefined {
  for (let tries = 0; tries < 50; tries++) {
    const pc = random.below(program.length);
    const insn = MUTATIONS[fault]!(program[pc]!, random);
    if (insn === undefined) continue;
    const mutant = program.with(pc, insn);
    if (verify(mutant).length === 0) return { fault, pc, program: mutant };
  }
  return undefined;
}
