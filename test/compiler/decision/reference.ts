// The meaning of a Model, written for these tests alone: naive, in bigint, straight from the rules of the language. It is the
// judge of generated programs, so it must share nothing with what makes them.

import type { SeccompData } from "../../../src/compiler/bpf/instruction.ts";
import type { Argument, Condition } from "../../../src/compiler/policy/condition.ts";
import type { Action, Model } from "../../../src/compiler/policy/model.ts";

const AUDIT = {
  x86_64: 0xc000003e,
  x32: 0xc000003e,
  i386: 0x40000003,
  aarch64: 0xc00000b7,
  arm: 0x40000028,
  riscv64: 0xc00000f3,
};

export function verdict(model: Model, data: SeccompData, ticket: bigint): number {
  const abis = model.abis.filter(abi => AUDIT[abi.arch] === data.arch);
  if (abis.length === 0) return word(model.foreign.action);
  if (data.nr === 0xffffffff) return 0x7fff0000;
  const shared = data.arch === 0xc000003e;
  const arch =
    shared && data.nr >= 0x40000000 ? "x32" : shared && data.nr >= 512 && data.nr <= 547 ? "none" : undefined;
  const abi = arch === undefined ? abis.find(each => each.arch !== "x32") : abis.find(each => each.arch === arch);
  if (abi === undefined) return word(model.foreign.action);
  if (model.guards.some(guard => guard.arch === abi.arch && guard.nr === data.nr && truth(guard.condition, data))) {
    return 0x80000000;
  }
  const planned = model.tickets.find(call => call.nr === data.nr);
  if (planned && abi.arch === model.target && data.args[5] === ticket) return word(planned.action);
  const rule = abi.rules.find(each => each.nr === data.nr && truth(each.condition, data));
  if (rule) return word(rule.action);
  return word(abi.known.includes(data.nr) ? abi.default.action : abi.unknown.action);
}

export function truth(condition: Condition, data: SeccompData): boolean {
  switch (condition.kind) {
    case "always":
      return true;
    case "never":
      return false;
    case "not":
      return !truth(condition.of, data);
    case "and":
      return !condition.of.some(part => !truth(part, data));
    case "or":
      return condition.of.some(part => truth(part, data));
    case "masked":
      return (unsigned(condition.argument, data) & condition.mask) === condition.value;
    case "atMost": {
      const { argument, mask, limit } = condition;
      if (mask !== 2n ** BigInt(argument.bits) - 1n) return (unsigned(argument, data) & mask) <= limit;
      return value(argument, data) <= limit;
    }
    case "same":
      return value(condition.left, data) === value(condition.right, data);
    case "less":
      return value(condition.left, data) < value(condition.right, data);
  }
}

function unsigned({ index, bits }: Argument, data: SeccompData): bigint {
  return data.args[index]! % 2n ** BigInt(bits);
}

function value(argument: Argument, data: SeccompData): bigint {
  const pattern = unsigned(argument, data);
  const size = 2n ** BigInt(argument.bits);
  return argument.signed && pattern >= size / 2n ? pattern - size : pattern;
}

function word(action: Action): number {
  const words = { allow: 0x7fff0000, log: 0x7ffc0000, notify: 0x7fc00000, kill: 0x80000000, "kill-thread": 0 };
  if (action.kind === "errno") return 0x00050000 + action.errno;
  if (action.kind === "trap") return 0x00030000 + action.data;
  if (action.kind === "trace") return 0x7ff00000 + action.data;
  return words[action.kind];
}
