// A resolved policy to the model that everything behind it reads: numbers instead of names, known calls of the pinned
// kernel, and the guards that a notify or trace leaf demands.

import type { Arch } from "../abi/arch.ts";
import { constant } from "../abi/constants.ts";
import { knownNumbers, syscall } from "../abi/syscalls.ts";
import { ALWAYS, fullMask } from "./condition.ts";
import type { Action, Guard, Model } from "./model.ts";
import type { ResolvedPolicy } from "./resolve.ts";

export function lower(policy: ResolvedPolicy): Model {
  const model: Model = {
    policy: policy.name,
    target: policy.target,
    abis: policy.abis.map(({ arch, rules }) => ({
      arch,
      rules: rules.map(({ nr, condition, action, origin }) => ({ nr, condition, action, origin })),
      known: knownNumbers(arch, policy.after),
      default: policy.default,
      unknown: policy.unknown,
    })),
    foreign: policy.foreign,
    guards: [],
    tickets: [],
  };
  return withGuards(model);
}

/**
 * A model some of whose leaves are answered outside the kernel keeps the program from filters of its own: the newest
 * listener wins, and a missing tracer is ENOSYS, so with seccomp(2) it could answer its own calls.
 */
export function withGuards(model: Model): Model {
  if (!actionsOf(model).some(action => action.kind === "notify" || action.kind === "trace")) return model;
  return { ...model, guards: model.abis.flatMap(abi => guardsOf(abi.arch)) };
}

function guardsOf(arch: Arch): Guard[] {
  const seccomp = syscall(arch, "seccomp");
  const prctl = syscall(arch, "prctl");
  const option = prctl?.args.findIndex(arg => arg.name === "option") ?? -1;
  const value = constant(arch, "PR_SET_SECCOMP");
  const guards: Guard[] = [];
  if (seccomp !== undefined) guards.push({ arch, nr: seccomp.nr, condition: ALWAYS });
  if (prctl !== undefined && option >= 0 && value !== undefined) {
    const { bits, signed } = prctl.args[option]!;
    const argument = { index: option, bits, signed };
    guards.push({ arch, nr: prctl.nr, condition: { kind: "masked", argument, mask: fullMask(bits), value } });
  }
  return guards;
}

/** Every action that some call can get, tickets and guards left out. */
export function actionsOf(model: Model): readonly Action[] {
  const fallbacks = model.abis.flatMap(abi => [abi.default, abi.unknown]);
  return [
    model.foreign.action,
    ...fallbacks.map(fallback => fallback.action),
    ...model.abis.flatMap(abi => abi.rules.map(rule => rule.action)),
  ];
}
