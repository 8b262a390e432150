// What a launch makes of a policy's model: kill answered by a monitor, and the few calls the launcher itself still makes.
// Both are models like any other, so the generated program is proved against what it really is.

import { withGuards } from "./lower.ts";
import type { Action, Fallback, Model, TicketedCall } from "./model.ts";

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
