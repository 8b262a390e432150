// Random policies and random programs, from one seed each: small arguments of real kinds, constants that meet each other.
// The same seed gives the same case on every machine, so that a failure can be named.

import type { Arch } from "../../../src/compiler/abi/arch.ts";
import type { SeccompData, SockFilter } from "../../../src/compiler/bpf/instruction.ts";
import * as bpf from "../../../src/compiler/bpf/instruction.ts";
import { type Argument, type Condition, fullMask } from "../../../src/compiler/policy/condition.ts";
import type { AbiModel, Action, Model, ModelRule, Origin } from "../../../src/compiler/policy/model.ts";

export interface Random {
  /** 0 <= result < limit. */
  below(limit: number): number;
  pick<Item>(items: readonly Item[]): Item;
  chance(percent: number): boolean;
  u32(): number;
}

/** mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const u32 = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
  const below = (limit: number): number => Math.floor((u32() / 2 ** 32) * limit);
  return { u32, below, pick: items => items[below(items.length)]!, chance: percent => below(100) < percent };
}

const ORIGIN: Origin = { span: { source: "<random>", start: 0, end: 0 }, uses: [] };

const ACTIONS: readonly Action[] = [
  { kind: "allow" },
  { kind: "log" },
  { kind: "notify" },
  { kind: "kill" },
  { kind: "kill-thread" },
  { kind: "errno", errno: 1 },
  { kind: "errno", errno: 38 },
  { kind: "trap", data: 0 },
  { kind: "trace", data: 7 },
];

/** What else arrives on the machine: nothing, i386, or x32 whose numbers share x86_64's audit arch. */
const TARGETS: readonly (readonly Arch[])[] = [
  ["x86_64"],
  ["x86_64", "i386"],
  ["x86_64", "x32"],
  ["x86_64", "x32", "i386"],
  ["aarch64"],
  ["aarch64", "arm"],
  ["i386"],
  ["x32"],
  ["riscv64"],
];

export function randomModel(random: Random, size = 12): Model {
  const arches = random.pick(TARGETS);
  const target = arches[0]!;
  const offset = target === "x32" ? 0x40000000 : 0;
  const number = (): number => offset + random.pick([0, 1, 2, 3, 59, 60, 231, 334, 511, 512, 548]);
  return {
    policy: "random",
    target,
    abis: arches.map(arch => randomAbi(random, arch, size)),
    foreign: { action: random.pick(ACTIONS) },
    guards: random.chance(30)
      ? [{ arch: random.pick(arches), nr: number(), condition: randomCondition(random, 1) }]
      : [],
    tickets: random.chance(30) ? [{ nr: number(), action: random.pick(ACTIONS), name: "ticketed" }] : [],
  };
}

function randomAbi(random: Random, arch: Arch, size: number): AbiModel {
  const offset = arch === "x32" ? 0x40000000 : 0;
  const numbers = [0, 1, 2, 3, 4, 59, 60, 61, 231, 334, 335, 424, 511, 512, 547, 548, 0x3fffffff];
  const known = numbers.filter(() => random.chance(80)).map(nr => nr + offset);
  const rules: ModelRule[] = [];
  for (let i = random.below(size); i > 0; i--) {
    rules.push({
      nr: random.pick(numbers) + offset,
      condition: random.chance(40) ? { kind: "always" } : randomCondition(random, 2),
      action: random.pick(ACTIONS),
      origin: ORIGIN,
    });
  }
  return { arch, rules, known, default: { action: random.pick(ACTIONS) }, unknown: { action: random.pick(ACTIONS) } };
}

export function randomCondition(random: Random, depth: number): Condition {
  const inner = (): Condition => randomCondition(random, depth - 1);
  if (depth > 0 && random.chance(50)) {
    if (random.chance(30)) return { kind: "not", of: inner() };
    const of = Array.from({ length: 1 + random.below(3) }, inner);
    return { kind: random.pick(["and", "or"] as const), of };
  }
  const argument: Argument = {
    index: random.below(6),
    bits: random.pick([16, 32, 64] as const),
    signed: random.chance(50),
  };
  switch (random.below(5)) {
    case 0:
      return { kind: random.pick(["always", "never"] as const) };
    case 1:
    case 2: {
      const mask = random.chance(50) ? fullMask(argument.bits) : randomValue(random, argument.bits);
      const masked = randomValue(random, argument.bits) & mask;
      if (random.chance(50)) return { kind: "masked", argument, mask, value: masked };
      const whole = mask === fullMask(argument.bits) && argument.signed;
      return { kind: "atMost", argument, mask, limit: whole ? BigInt.asIntN(argument.bits, masked) : masked };
    }
    default: {
      const right = { ...argument, index: (argument.index + 1 + random.below(5)) % 6 };
      return { kind: random.pick(["same", "less"] as const), left: argument, right };
    }
  }
}

function randomValue(random: Random, bits: number): bigint {
  const value = random.pick([
    () => BigInt(random.below(8)),
    () => 1n << BigInt(random.below(bits)),
    () => (1n << BigInt(random.below(bits))) - 1n,
    () => -BigInt(random.below(5)),
    () => (BigInt(random.u32()) << 32n) | BigInt(random.u32()),
  ])();
  return BigInt.asUintN(bits, value);
}

export function randomNumber(random: Random): number {
  return Number(randomValue(random, 32));
}

export interface ProgramOptions {
  /** Percent of instructions that compute with A; 0 for programs that only load and compare. */
  readonly arithmetic: number;
  readonly length: number;
}

/** A program that seccomp(2) takes: what is behind a jump is as random as what is before it. */
export function randomProgram(random: Random, { arithmetic, length }: ProgramOptions): SockFilter[] {
  const program: SockFilter[] = [];
  const k = (): number => random.pick([randomNumber, ({ below }: Random) => below(4), () => 0xc000003e])(random);
  const insn = (code: number, value = 0, jt = 0, jf = 0): SockFilter => ({ code, jt, jf, k: value >>> 0 });
  // Scratch words are stored on every path before anything loads them; the kernel refuses the rest.
  program.push(insn(bpf.BPF_LD | bpf.BPF_ABS, 16), insn(bpf.BPF_ST, 0), insn(bpf.BPF_ST, 1));
  while (program.length < length) {
    if (random.chance(3)) {
      program.push(insn(bpf.BPF_RET, random.pick(RETS)));
      continue;
    }
    const left = length - program.length;
    const near = (): number => random.below(Math.min(left, 6));
    if (random.chance(arithmetic)) {
      const op = random.pick([
        bpf.BPF_AND,
        bpf.BPF_OR,
        bpf.BPF_XOR,
        bpf.BPF_LSH,
        bpf.BPF_RSH,
        bpf.BPF_ADD,
        bpf.BPF_SUB,
      ]);
      const shift = op === bpf.BPF_LSH || op === bpf.BPF_RSH;
      if (shift || random.chance(70)) program.push(insn(bpf.BPF_ALU | op, shift ? random.below(32) : k()));
      else program.push(insn(random.chance(20) ? bpf.BPF_ALU | bpf.BPF_NEG : bpf.BPF_ALU | op | bpf.BPF_X));
      continue;
    }
    program.push(
      random.pick([
        () => insn(bpf.BPF_LD | bpf.BPF_ABS, random.pick([0, 4, 8, 16, 20, 24, 28])),
        () => insn(bpf.BPF_LD | bpf.BPF_ABS, 4 * random.below(16)),
        () => insn(random.pick([bpf.BPF_LD, bpf.BPF_LDX]) | bpf.BPF_IMM, k()),
        () => insn(random.pick([bpf.BPF_LD, bpf.BPF_LDX]) | bpf.BPF_LEN),
        () => insn(random.pick([bpf.BPF_LD, bpf.BPF_LDX]) | bpf.BPF_MEM, random.below(2)),
        () => insn(random.pick([bpf.BPF_ST, bpf.BPF_STX]), random.below(2)),
        () => insn(bpf.BPF_MISC | random.pick([bpf.BPF_TAX, bpf.BPF_TXA])),
        () => insn(bpf.BPF_JMP | bpf.BPF_JA, near()),
        ...Array.from({ length: 8 }, () => () => {
          const test = random.pick([bpf.BPF_JEQ, bpf.BPF_JGT, bpf.BPF_JGE, bpf.BPF_JSET, bpf.BPF_JSET]);
          const side = random.chance(80) ? bpf.BPF_K : bpf.BPF_X;
          return insn(bpf.BPF_JMP | test | side, test === bpf.BPF_JSET ? random.u32() : k(), near(), near());
        }),
      ])(),
    );
  }
  program.push(insn(bpf.BPF_RET, bpf.SECCOMP_RET_TRAP));
  return program;
}

const RETS = [
  bpf.SECCOMP_RET_ALLOW,
  bpf.SECCOMP_RET_KILL_PROCESS,
  bpf.SECCOMP_RET_KILL_THREAD,
  bpf.SECCOMP_RET_ERRNO | 1,
  bpf.SECCOMP_RET_ERRNO | 38,
  bpf.SECCOMP_RET_LOG,
];

/** A call near the constants that matter: each of them, one off, one bit off, in either half. */
export function randomCall(random: Random, constants: readonly number[]): SeccompData {
  const word = (): number => {
    const near = random.chance(85) && constants.length > 0 ? random.pick(constants) : randomNumber(random);
    if (random.chance(60)) return near >>> 0;
    return random.pick([near + 1, near - 1, near ^ (1 << random.below(32)), 0, 0xffffffff]) >>> 0;
  };
  let before = 0;
  const half = (): number => {
    before = random.chance(20) ? before : random.chance(30) ? 0 : word(); // equal words now and then
    return before;
  };
  const quad = (): bigint => (BigInt(half()) << 32n) | BigInt(half());
  return {
    nr: word(),
    arch: random.chance(70) ? random.pick(MACHINES) : word(),
    instruction_pointer: quad(),
    args: [quad(), quad(), quad(), quad(), quad(), quad()],
  };
}

const MACHINES = [0xc000003e, 0x40000003, 0xc00000b7, 0x40000028, 0xc00000f3];

export function constantsOf(program: readonly SockFilter[]): readonly number[] {
  return program.map(({ k }) => k);
}
