// The reference semantics: what a model says of one call. Naive on purpose, in bigint and in text order, so that it can be
// read beside DESIGN 2 and judge everything else. The code generator and the prover share nothing with it.

import { auditArch, X32_SYSCALL_BIT } from "../abi/arch.ts";
import type { SeccompData } from "../bpf/instruction.ts";
import { type Argument, type Condition, fullMask } from "./condition.ts";
import type { AbiModel, Action, Fallback, Model, ModelRule } from "./model.ts";

/** What decided: a rule, one of the policy's three fallbacks, or a check that no policy can turn off. */
export type Decider =
  | { readonly kind: "rule"; readonly rule: ModelRule; readonly abi: AbiModel }
  | { readonly kind: "default" | "unknown"; readonly fallback: Fallback; readonly abi: AbiModel }
  | { readonly kind: "foreign"; readonly fallback: Fallback }
  | { readonly kind: "no-call" | "guard" | "ticket" };

export interface Decision {
  readonly action: Action;
  readonly by: Decider;
}

/** nr of a call that a tracer skipped: the kernel runs nothing, whatever a filter says. */
const NO_CALL = 0xffffffff;
/** Native numbers that kernels before 5.4 with x32 routed to x32's own calls (520 was an execve). */
const X32_ROUTED = { first: 512, last: 547 };

/** `ticket` is the launch's 64 random bits; without it no call carries the ticket. */
export function decide(model: Model, data: SeccompData, ticket?: bigint): Decision {
  const own = model.abis.filter(abi => auditArch(abi.arch) === data.arch);
  if (own.length === 0) return foreign(model);
  if (data.nr === NO_CALL) return { action: { kind: "allow" }, by: { kind: "no-call" } };

  const abi = own.find(abi => owns(abi, data.nr));
  if (abi === undefined) return foreign(model);

  for (const guard of model.guards) {
    if (guard.arch === abi.arch && guard.nr === data.nr && holds(guard.condition, data)) {
      return { action: { kind: "kill" }, by: { kind: "guard" } };
    }
  }
  if (abi.arch === model.target && ticket !== undefined && data.args[5] === ticket) {
    const ticketed = model.tickets.find(call => call.nr === data.nr);
    if (ticketed !== undefined) return { action: ticketed.action, by: { kind: "ticket" } };
  }
  for (const rule of abi.rules) {
    if (rule.nr === data.nr && holds(rule.condition, data))
      return { action: rule.action, by: { kind: "rule", rule, abi } };
  }
  const kind = abi.known.includes(data.nr) ? "default" : "unknown";
  return { action: abi[kind].action, by: { kind, fallback: abi[kind], abi } };
}

function foreign(model: Model): Decision {
  return { action: model.foreign.action, by: { kind: "foreign", fallback: model.foreign } };
}

/** Whether a number of the ABI's audit arch is the ABI's: x86_64 and x32 share theirs, all others have one to themselves. */
function owns(abi: AbiModel, nr: number): boolean {
  if (abi.arch === "x32") return nr >= X32_SYSCALL_BIT;
  if (abi.arch === "x86_64") return nr < X32_SYSCALL_BIT && !(nr >= X32_ROUTED.first && nr <= X32_ROUTED.last);
  return true;
}

/** Whether the condition holds for the call's arguments. */
export function holds(condition: Condition, data: SeccompData): boolean {
  switch (condition.kind) {
    case "always":
      return true;
    case "never":
      return false;
    case "not":
      return !holds(condition.of, data);
    case "and":
      return condition.of.every(part => holds(part, data));
    case "or":
      return condition.of.some(part => holds(part, data));
    case "masked":
      return (pattern(condition.argument, data) & condition.mask) === condition.value;
    case "atMost": {
      const whole = condition.mask === fullMask(condition.argument.bits);
      const value = whole ? typed(condition.argument, data) : pattern(condition.argument, data) & condition.mask;
      return value <= condition.limit;
    }
    case "same":
      return pattern(condition.left, data) === pattern(condition.right, data);
    case "less":
      return typed(condition.left, data) < typed(condition.right, data);
  }
}

function pattern(argument: Argument, data: SeccompData): bigint {
  return BigInt.asUintN(argument.bits, data.args[argument.index]!);
}

function typed(argument: Argument, data: SeccompData): bigint {
  return argument.signed
    ? BigInt.asIntN(argument.bits, data.args[argument.index]!)
    : BigInt.asUintN(argument.bits, data.args[argument.index]!);
}
