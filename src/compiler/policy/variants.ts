// What a launch makes of a policy's model: kill answered by a monitor, the few calls the launcher itself still makes, the
// canary of an emitted sandbox_me_here(). All are models like any other, so the generated program is proved against what it really is.

import { ALWAYS } from "./condition.ts";
import { withGuards } from "./lower.ts";
import type { Action, Fallback, Model, Origin, TicketedCall } from "./model.ts";

/** Kill becomes a notification: the monitor reports the call and ends the process; the call never runs. */
export function monitored(model: Model): Model {
  const fallback = (of: Fallback): Fallback => ({ ...of, action: heard(of.action) });
  return withGuards({
    ...model,
    foreign: fallback(model.foreign),
    abis: model.abis.map(abi => ({
      ...abi,
      rules: abi.rules.map(rule => ({ ...rule, action: heard(rule.action) })),
      default: fallback(abi.default),
      unknown: fallback(abi.unknown),
    })),
  });
}

function heard(action: Action): Action {
  return action.kind === "kill" || action.kind === "kill-thread" ? { kind: "notify" } : action;
}

export function withTickets(model: Model, tickets: readonly TicketedCall[]): Model {
  return { ...model, tickets };
}

/**
 * Answers call `nr` of the target's ABI by `errno`, before every rule and with any arguments: a source that anyone may read
 * has no ticket to keep. Nothing is opened by it, as the kernel assigns no such call.
 */
export function withCanary(model: Model, nr: number, errno: number, origin: Origin): Model {
  const rule = { nr, condition: ALWAYS, action: { kind: "errno", errno }, origin } as const;
  const abis = model.abis.map(abi => (abi.arch === model.target ? { ...abi, rules: [rule, ...abi.rules] } : abi));
  return { ...model, abis };
}
