// A second code generator, as plain as can be: every rule in text order, every condition by its definition, a jump for each
// decision. Its programs are long and slow; they exist to be proved equal to the model and to the real generator's.

import { auditArch } from "../../../src/compiler/abi/arch.ts";
import type { SockFilter } from "../../../src/compiler/bpf/instruction.ts";
import * as bpf from "../../../src/compiler/bpf/instruction.ts";
import { type Argument, type Condition, fullMask } from "../../../src/compiler/policy/condition.ts";
import type { Action, Model } from "../../../src/compiler/policy/model.ts";
import type { TicketSlot } from "../../../src/compiler/prove/steps.ts";

export interface NaiveProgram {
  readonly program: readonly SockFilter[];
  readonly slots: readonly TicketSlot[];
}

type Line = { code: number; k: number; yes?: Label; no?: Label; slot?: "lo" | "hi" };
type Label = { at: number };

export function naiveProgram(model: Model): NaiveProgram {
  const lines: Line[] = [];
  const label = (): Label => ({ at: -1 });
  const place = (here: Label): void => {
    here.at = lines.length;
  };
  const emit = (code: number, k = 0): void => {
    lines.push({ code, k: k >>> 0 });
  };
  const load = (offset: number): void => emit(bpf.BPF_LD | bpf.BPF_ABS, offset);
  // Far jumps for everything: jcc over a ja to no and a ja to yes.
  const jump = (test: number, k: number, yes: Label, no: Label, slot?: "lo" | "hi"): void => {
    lines.push({ code: bpf.BPF_JMP | test, k: k >>> 0, ...(slot && { slot }) });
    lines.push({ code: bpf.BPF_JMP | bpf.BPF_JA, k: 0, yes: no });
    lines.push({ code: bpf.BPF_JMP | bpf.BPF_JA, k: 0, yes });
  };
  const when = (test: number, k: number, yes: Label): void => {
    const on = label();
    jump(test, k, yes, on);
    place(on);
  };
  const unless = (test: number, k: number, no: Label, slot?: "lo" | "hi"): void => {
    const on = label();
    jump(test, k, on, no, slot);
    place(on);
  };
  const ret = (action: Action): void => emit(bpf.BPF_RET, RETS[action.kind] | dataOf(action));

  const ended = label();
  for (const { arch, rules, known, default: fallback, unknown } of model.abis) {
    const next = label();
    load(4);
    unless(bpf.BPF_JEQ, auditArch(arch), next);
    load(0);
    const isCall = label();
    unless(bpf.BPF_JEQ, 0xffffffff, isCall);
    ret({ kind: "allow" });
    place(isCall);
    if (arch === "x32") unless(bpf.BPF_JGE, 0x40000000, next);
    if (arch === "x86_64") {
      when(bpf.BPF_JGE, 0x40000000, next);
      const low = label();
      unless(bpf.BPF_JGE, 512, low);
      unless(bpf.BPF_JGT, 547, next);
      place(low);
    }
    for (const guard of model.guards.filter(each => each.arch === arch)) {
      rule(guard.nr, { kind: "kill" }, no => condition(guard.condition, no));
    }
    for (const call of arch === model.target ? model.tickets : []) {
      rule(call.nr, call.action, no => {
        load(bpf.argOffset(5, "lo"));
        unless(bpf.BPF_JEQ, 0, no, "lo");
        load(bpf.argOffset(5, "hi"));
        unless(bpf.BPF_JEQ, 0, no, "hi");
      });
    }
    for (const each of rules) rule(each.nr, each.action, no => condition(each.condition, no));
    const isKnown = label();
    load(0);
    for (const nr of known) when(bpf.BPF_JEQ, nr, isKnown);
    ret(unknown.action);
    place(isKnown);
    ret(fallback.action);
    place(next);
  }
  ret(model.foreign.action);
  place(ended);

  function rule(nr: number, action: Action, test: (no: Label) => void): void {
    const no = label();
    load(0);
    unless(bpf.BPF_JEQ, nr, no);
    test(no);
    ret(action);
    place(no);
  }

  /** Goes on where the condition holds. */
  function condition(of: Condition, no: Label): void {
    switch (of.kind) {
      case "always":
        return;
      case "never":
        emit(bpf.BPF_LD | bpf.BPF_IMM, 0);
        unless(bpf.BPF_JEQ, 1, no);
        return;
      case "not": {
        const fails = label();
        condition(of.of, fails);
        emit(bpf.BPF_LD | bpf.BPF_IMM, 0);
        unless(bpf.BPF_JEQ, 1, no);
        place(fails);
        return;
      }
      case "and":
        for (const part of of.of) condition(part, no);
        return;
      case "or": {
        const holds = label();
        for (const part of of.of) {
          const next = label();
          condition(part, next);
          emit(bpf.BPF_LD | bpf.BPF_IMM, 0);
          when(bpf.BPF_JEQ, 0, holds);
          place(next);
        }
        emit(bpf.BPF_LD | bpf.BPF_IMM, 0);
        unless(bpf.BPF_JEQ, 1, no);
        place(holds);
        return;
      }
      case "masked":
        for (const half of halves(of.argument)) {
          loadHalf(of.argument, half, false);
          emit(bpf.BPF_ALU | bpf.BPF_AND, halfOf(of.mask, half));
          unless(bpf.BPF_JEQ, halfOf(of.value, half), no);
        }
        return;
      case "atMost": {
        const { bits, signed } = of.argument;
        const turned = signed && of.mask === fullMask(bits);
        const limit = BigInt.asUintN(bits, of.limit) ^ (turned ? 1n << BigInt(bits - 1) : 0n);
        const holds = label();
        for (const half of halves(of.argument)) {
          loadHalf(of.argument, half, turned);
          emit(bpf.BPF_ALU | bpf.BPF_AND, halfOf(of.mask, half));
          when(bpf.BPF_JGT, halfOf(limit, half), no);
          unless(bpf.BPF_JEQ, halfOf(limit, half), holds);
        }
        place(holds);
        return;
      }
      case "same":
        for (const half of halves(of.left)) {
          loadHalf(of.right, half, false);
          emit(bpf.BPF_MISC | bpf.BPF_TAX);
          loadHalf(of.left, half, false);
          unless(bpf.BPF_JEQ | bpf.BPF_X, 0, no);
        }
        return;
      case "less": {
        const holds = label();
        for (const half of halves(of.left)) {
          loadHalf(of.right, half, of.left.signed);
          emit(bpf.BPF_ST, 3);
          loadHalf(of.left, half, of.left.signed);
          emit(bpf.BPF_LDX | bpf.BPF_MEM, 3);
          when(bpf.BPF_JGT | bpf.BPF_X, 0, no);
          unless(bpf.BPF_JEQ | bpf.BPF_X, 0, holds);
        }
        emit(bpf.BPF_LD | bpf.BPF_IMM, 0);
        unless(bpf.BPF_JEQ, 1, no);
        place(holds);
        return;
      }
    }
  }

  /** With `turned`, the sign bit is turned over so that unsigned order is the signed one. */
  function loadHalf({ index, bits }: Argument, half: "lo" | "hi", turned: boolean): void {
    load(bpf.argOffset(index, half));
    if (bits === 16) emit(bpf.BPF_ALU | bpf.BPF_AND, 0xffff);
    if (turned && (half === "hi" || bits < 64)) emit(bpf.BPF_ALU | bpf.BPF_XOR, bits === 16 ? 0x8000 : 0x80000000);
  }

  return {
    program: lines.map(({ code, k, yes }, pc) => {
      if (yes !== undefined) return { code, jt: 0, jf: 0, k: yes.at - pc - 1 };
      const conditional = (code & 7) === bpf.BPF_JMP && (code & 0xf0) !== bpf.BPF_JA;
      return { code, jt: conditional ? 1 : 0, jf: 0, k };
    }),
    slots: lines.flatMap(({ slot }, pc) => (slot ? [{ pc, half: slot }] : [])),
  };
}

function halves({ bits }: Argument): readonly ("hi" | "lo")[] {
  return bits === 64 ? ["hi", "lo"] : ["lo"];
}

function halfOf(value: bigint, half: "lo" | "hi"): number {
  return Number(half === "lo" ? value & 0xffffffffn : (value >> 32n) & 0xffffffffn);
}

const RETS: { readonly [kind in Action["kind"]]: number } = {
  kill: 0x80000000,
  "kill-thread": 0,
  trap: 0x00030000,
  errno: 0x00050000,
  notify: 0x7fc00000,
  trace: 0x7ff00000,
  log: 0x7ffc0000,
  allow: 0x7fff0000,
};

function dataOf(action: Action): number {
  if (action.kind === "errno") return action.errno;
  return action.kind === "trap" || action.kind === "trace" ? action.data : 0;
}
