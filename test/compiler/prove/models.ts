// Small policies for rows: a few rules on x86_64, everything else as plain as can be.

import type { Condition } from "../../../src/compiler/policy/condition.ts";
import { fullMask } from "../../../src/compiler/policy/condition.ts";
import type { AbiModel, Action, Model, ModelRule } from "../../../src/compiler/policy/model.ts";

export const ALLOW: Action = { kind: "allow" };
export const KILL: Action = { kind: "kill" };
export const EPERM: Action = { kind: "errno", errno: 1 };
export const EACCES: Action = { kind: "errno", errno: 13 };

export function rule(nr: number, condition: Condition = { kind: "always" }, action = ALLOW): ModelRule {
  return { nr, condition, action, origin: { span: { source: "<rows>", start: nr, end: nr }, uses: [] } };
}

/** Numbers 0..9 are known; the default is kill. */
export function policy(rules: readonly ModelRule[], abi: Partial<AbiModel> = {}, rest: Partial<Model> = {}): Model {
  const known = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const fallbacks = { default: { action: KILL }, unknown: { action: { kind: "errno", errno: 38 } } } as const;
  return {
    policy: "rows",
    target: "x86_64",
    abis: [{ arch: "x86_64", rules, known, ...fallbacks, ...abi }],
    foreign: { action: KILL },
    guards: [],
    tickets: [],
    ...rest,
  };
}

/** args[index] == value, on its low 32 bits or on all 64. */
export function is(index: number, value: bigint, bits: 32 | 64 = 32): Condition {
  return masked(index, fullMask(bits), value, bits);
}

export function masked(index: number, mask: bigint, value: bigint, bits: 32 | 64 = 32): Condition {
  return { kind: "masked", argument: { index, bits, signed: false }, mask, value };
}

export function atMost(index: number, limit: bigint, bits: 32 | 64 = 32, signed = false): Condition {
  return { kind: "atMost", argument: { index, bits, signed }, mask: fullMask(bits), limit };
}
