// A model as text, for `policyc explain --stage model` and goldens: for each ABI its rules in the order they are tried, a line
// each, then what decides the rest. Conditions are in full parentheses, arguments as the kernel reads them: `args[2]:s32`.

import { syscallByNr } from "../abi/syscalls.ts";
import { showAction } from "./action.ts";
import { type Argument, type Condition, fullMask } from "./condition.ts";
import type { AbiModel, Guard, Model } from "./model.ts";

export function printModel({ policy, target, abis, foreign, guards, tickets }: Model): string {
  const lines = [
    `policy ${policy} for ${target}`,
    `foreign ${showAction(foreign.action)}`,
    ...guards.map(printGuard),
    ...tickets.map(({ nr, name, action }) => `ticket ${name} [${nr}] ${showAction(action)}`),
    ...abis.flatMap(printAbi),
  ];
  return lines.map(line => `${line}\n`).join("");
}

function printGuard({ arch, nr, condition }: Guard): string {
  return `guard ${arch} ${syscallByNr(arch, nr)?.name ?? "?"} [${nr}]${printGuarding(condition)}`;
}

function printAbi({ arch, rules, known, default: other, unknown }: AbiModel): readonly string[] {
  return [
    `abi ${arch}, ${known.length} known numbers`,
    ...rules.map(({ nr, condition, action }) => {
      const name = syscallByNr(arch, nr)?.name ?? "syscall";
      return `  ${showAction(action)} ${name} [${nr}]${printGuarding(condition)}`;
    }),
    `  default ${showAction(other.action)}`,
    `  unknown ${showAction(unknown.action)}`,
  ];
}

function printGuarding(condition: Condition): string {
  return condition.kind === "always" ? "" : ` if ${printCondition(condition)}`;
}

/** `((args[0]:u32 & 0x3) == 0x1) and not (args[1]:s64 <= -1)` */
function printCondition(condition: Condition): string {
  switch (condition.kind) {
    case "always":
    case "never":
      return condition.kind;
    case "not":
      return `not (${printCondition(condition.of)})`;
    case "and":
    case "or":
      return condition.of.map(part => `(${printCondition(part)})`).join(` ${condition.kind} `);
    case "masked":
      return `${masked(condition.argument, condition.mask)} == ${hex(condition.value)}`;
    case "atMost":
      return `${masked(condition.argument, condition.mask)} <= ${condition.limit}`;
    case "same":
      return `${name(condition.left)} == ${name(condition.right)}`;
    case "less":
      return `${name(condition.left)} < ${name(condition.right)}`;
  }
}

function masked(argument: Argument, mask: bigint): string {
  return mask === fullMask(argument.bits) ? name(argument) : `(${name(argument)} & ${hex(mask)})`;
}

function name({ index, bits, signed }: Argument): string {
  return `args[${index}]:${signed ? "s" : "u"}${bits}`;
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}
