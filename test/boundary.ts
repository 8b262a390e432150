// Calls at which a model's verdict could change: every number it names and its neighbours, and for every argument its
// rules read the constants, one below and above, single bits, and garbage in the upper half. The same for the same model.

import { auditArch, X32_SYSCALL_BIT } from "../src/compiler/abi/arch.ts";
import type { SeccompData } from "../src/compiler/bpf/instruction.ts";
import type { Argument, Condition } from "../src/compiler/policy/condition.ts";
import type { Model } from "../src/compiler/policy/model.ts";
import { createRandom } from "./compiler/prove/random.ts";

const UPPER = [0n, 1n, 0x80000000n, 0xffffffffn];

/** At most `perCall` argument vectors a number. */
export function boundaryCalls(model: Model, perCall = 24): SeccompData[] {
  const { below: random } = createRandom(model.policy.length + model.abis[0]!.rules.length);
  const calls: SeccompData[] = [];
  for (const abi of model.abis) {
    const conditions = new Map<number, Condition[]>();
    for (const rule of [...abi.rules, ...model.guards.filter(guard => guard.arch === abi.arch)]) {
      conditions.set(rule.nr, [...(conditions.get(rule.nr) ?? []), rule.condition]);
    }
    const numbers = new Set([
      0,
      335 + 2,
      423,
      511,
      512,
      547,
      548,
      4059,
      X32_SYSCALL_BIT - 1,
      X32_SYSCALL_BIT,
      0x7fffffff,
      0xfffffffe,
      0xffffffff,
    ]);
    for (const nr of [...conditions.keys(), ...abi.known.filter((_, i) => i % 7 === 0)]) {
      for (const near of [nr - 1, nr, nr + 1, nr + X32_SYSCALL_BIT]) if (near >= 0) numbers.add(near >>> 0);
    }
    for (const nr of [...numbers].sort((a, b) => a - b)) {
      for (const args of vectors(conditions.get(nr) ?? [], perCall, random))
        calls.push(call(auditArch(abi.arch), nr, args));
    }
  }
  for (const foreign of [auditArch("i386"), auditArch("aarch64"), auditArch("arm"), 0, 0xffffffff]) {
    for (const nr of [0, 3, 20, 39, 0xffffffff]) calls.push(call(foreign, nr, []));
  }
  return calls;
}

function call(arch: number, nr: number, args: readonly bigint[]): SeccompData {
  const six = [0, 1, 2, 3, 4, 5].map(i => args[i] ?? 0n);
  return { nr, arch, instruction_pointer: 0n, args: six as unknown as SeccompData["args"] };
}

function vectors(conditions: readonly Condition[], count: number, random: (below: number) => number): bigint[][] {
  const values = new Map<number, Set<bigint>>();
  for (const condition of conditions) collect(condition, values);
  if (values.size === 0) return [[], [1n, 1n, 1n, 1n, 1n, 1n]];
  const pools = [...values].map(([index, set]) => ({ index, pool: [...set] }));
  const total = pools.reduce((product, { pool }) => product * pool.length, 1);
  return Array.from({ length: Math.min(count * conditions.length, Math.max(total, 4)) }, (_, n) => {
    const args = [0n, 0n, 0n, 0n, 0n, 0n];
    let rest = n;
    for (const { index, pool } of pools) {
      const at = total <= count * conditions.length ? rest % pool.length : random(pool.length);
      rest = Math.floor(rest / pool.length);
      args[index] = pool[at]!;
    }
    return args;
  });
}

function collect(condition: Condition, into: Map<number, Set<bigint>>): void {
  switch (condition.kind) {
    case "always":
    case "never":
      break;
    case "not":
      collect(condition.of, into);
      break;
    case "and":
    case "or":
      for (const part of condition.of) collect(part, into);
      break;
    case "masked": {
      const { argument, mask, value } = condition;
      add(argument, [value, value | ~mask, mask, ...bits(mask)], into);
      break;
    }
    case "atMost":
      add(condition.argument, [condition.limit], into);
      break;
    case "same":
    case "less":
      for (const argument of [condition.left, condition.right]) {
        add(argument, [0n, 1n, 5n, 1n << BigInt(argument.bits - 1)], into);
      }
  }
}

function bits(mask: bigint): bigint[] {
  return Array.from({ length: 64 }, (_, i) => 1n << BigInt(i)).filter(bit => (mask & bit) !== 0n && bit < 1n << 12n);
}

function add(argument: Argument, values: readonly bigint[], into: Map<number, Set<bigint>>): void {
  const set = into.get(argument.index) ?? new Set<bigint>();
  into.set(argument.index, set);
  const upper = argument.bits === 64 ? [0n, 1n, 0xffffffffn] : UPPER;
  const below = BigInt(argument.bits === 16 ? 16 : 32);
  for (const value of values) {
    for (const near of [value - 1n, value, value + 1n]) {
      const low = BigInt.asUintN(argument.bits, near);
      set.add(low);
      set.add(BigInt.asUintN(64, BigInt.asIntN(argument.bits, near)));
      for (const garbage of upper) set.add(BigInt.asUintN(64, low | (garbage << below)));
    }
  }
}
