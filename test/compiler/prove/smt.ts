// A filter program as an SMT-LIB term over 32-bit vectors: the oracle's own reading of classic BPF, by joining what is known
// where paths meet. It shares nothing with the diagrams but the opcodes.

import type { SockFilter } from "../../../src/compiler/bpf/instruction.ts";
import * as bpf from "../../../src/compiler/bpf/instruction.ts";

/** SMT-LIB text that is satisfiable when some call makes the two programs return different words. */
export function differSmt(left: readonly SockFilter[], right: readonly SockFilter[]): string {
  const lines = Array.from({ length: 16 }, (_, word) => `(declare-const w${word} (_ BitVec 32))`);
  const [one, other] = [define(left, "l", lines), define(right, "r", lines)];
  return [...lines, `(assert (distinct ${one} ${other}))`].join("\n");
}

interface Arrival {
  readonly when: string;
  /** A, X, M[0], M[1], ... as terms. */
  readonly state: readonly string[];
}

const A = 0;
const X = 1;
const memory = (k: number): number => 2 + k;

/** Appends the definitions that give a program's return value a name, and returns that name. */
function define(program: readonly SockFilter[], prefix: string, lines: string[]): string {
  const arrivals = program.map((): Arrival[] => []);
  const returns: { when: string; ret: string }[] = [];
  let names = 0;
  const name = (sort: string, term: string): string => {
    const id = `${prefix}${names++}`;
    lines.push(`(define-fun ${id} () ${sort} ${term})`);
    return id;
  };
  arrivals[0]!.push({ when: "true", state: Array.from({ length: 18 }, () => constant(0)) });

  for (const [pc, { code, jt, jf, k }] of program.entries()) {
    const here = arrivals[pc]!;
    if (here.length === 0) continue;
    const when = name("Bool", `(or false ${here.map(each => each.when).join(" ")})`);
    const state = here[0]!.state.map((_, place) => {
      const terms = here.map(each => each.state[place]!);
      if (terms.every(term => term === terms[0])) return terms[0]!;
      return name(
        WORD,
        here.slice(1).reduce((rest, each) => `(ite ${each.when} ${each.state[place]} ${rest})`, terms[0]!),
      );
    });
    const go = (to: number, condition = when, after: readonly string[] = state): void => {
      arrivals[to]!.push({ when: condition, state: after });
    };
    const set = (place: number, term: string): void => go(pc + 1, when, state.with(place, name(WORD, term)));
    const operand = (code & bpf.BPF_X) === 0 ? constant(k) : state[X]!;

    switch (code & 7) {
      case bpf.BPF_LD:
      case bpf.BPF_LDX: {
        const mode = code & 0xe0;
        const value = { 0: constant(k), 32: `w${k / 4}`, 96: state[memory(k)], 128: constant(64) }[mode];
        set((code & 7) === bpf.BPF_LD ? A : X, value!);
        break;
      }
      case bpf.BPF_ST:
        set(memory(k), state[A]!);
        break;
      case bpf.BPF_STX:
        set(memory(k), state[X]!);
        break;
      case bpf.BPF_MISC:
        if ((code & bpf.BPF_TXA) === bpf.BPF_TXA) set(A, state[X]!);
        else set(X, state[A]!);
        break;
      case bpf.BPF_RET:
        returns.push({ when, ret: code === bpf.BPF_RET ? constant(k) : state[A]! });
        break;
      case bpf.BPF_ALU: {
        const op = code & 0xf0;
        set(A, op === bpf.BPF_NEG ? `(bvneg ${state[A]})` : `(${OPERATIONS[op]} ${state[A]} ${operand})`);
        break;
      }
      default: {
        if ((code & 0xf0) === bpf.BPF_JA) {
          go(pc + 1 + k);
          break;
        }
        const test = name("Bool", TESTS[code & 0xf0]!(state[A]!, operand));
        go(pc + 1 + jt, `(and ${when} ${test})`);
        go(pc + 1 + jf, `(and ${when} (not ${test}))`);
      }
    }
  }
  return name(
    WORD,
    returns.reduce((rest, { when, ret }) => `(ite ${when} ${ret} ${rest})`, constant(0)),
  );
}

const WORD = "(_ BitVec 32)";

function constant(value: number): string {
  return `#x${(value >>> 0).toString(16).padStart(8, "0")}`;
}

const OPERATIONS: Record<number, string> = {
  [bpf.BPF_ADD]: "bvadd",
  [bpf.BPF_SUB]: "bvsub",
  [bpf.BPF_AND]: "bvand",
  [bpf.BPF_OR]: "bvor",
  [bpf.BPF_XOR]: "bvxor",
  [bpf.BPF_LSH]: "bvshl",
  [bpf.BPF_RSH]: "bvlshr",
};

const TESTS: Record<number, (a: string, b: string) => string> = {
  [bpf.BPF_JEQ]: (a, b) => `(= ${a} ${b})`,
  [bpf.BPF_JGT]: (a, b) => `(bvugt ${a} ${b})`,
  [bpf.BPF_JGE]: (a, b) => `(bvuge ${a} ${b})`,
  [bpf.BPF_JSET]: (a, b) => `(distinct (bvand ${a} ${b}) ${constant(0)})`,
};
