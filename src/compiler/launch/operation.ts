// Constructors for the operations of a plan, so that a plan reads as the list of calls it is: names of calls, constants and
// errnos are the kernel's.

import { errnoByName } from "../abi/constants.ts";
import { Bug } from "../diagnostics/diagnostic.ts";
import type { Builtin, Datum, Operation, Outcome, Value } from "./plan.ts";

/** Operations with the data they refer to. */
export interface Part {
  readonly operations: readonly Operation[];
  readonly data: readonly Datum[];
}

export function joinParts(parts: readonly Part[]): Part {
  return { operations: parts.flatMap(part => part.operations), data: parts.flatMap(part => part.data) };
}

/** A number, a value, or constants as C spells them: `O_PATH | O_CLOEXEC`. */
export type Arg = Value | number | string;

/** A system call before the filter is in. */
export function system(step: string, name: string, args: readonly Arg[], outcomes: readonly Outcome[]): Operation {
  return { step, call: { kind: "system", name }, args: args.map(toValue), ticketed: false, outcomes };
}

/** A system call after the filter is in: args[5] carries the ticket, or the filter answers for the policy. */
export function ticketed(step: string, name: string, args: readonly Arg[], outcomes: readonly Outcome[]): Operation {
  return { ...system(step, name, args, outcomes), ticketed: true };
}

/** Something the interpreter does itself. Outcomes left out: any result leads on. */
export function builtin(
  step: string,
  name: Builtin,
  args: readonly Arg[],
  outcomes: readonly Outcome[] = [any()],
): Operation {
  return { step, call: { kind: "builtin", name }, args: args.map(toValue), ticketed: false, outcomes };
}

export function labelled(label: string, operation: Operation): Operation {
  return { ...operation, label };
}

/** A place to go on from that does nothing itself. */
export function here(label: string, step: string): Operation {
  return labelled(label, builtin(step, "value", [0]));
}

function toValue(arg: Arg): Value {
  if (typeof arg === "number") return { kind: "constant", value: BigInt(arg) };
  return typeof arg === "string" ? { kind: "named", name: arg } : arg;
}

export function result(value: number, goto?: string): Outcome {
  return leadingTo({ kind: "equals", value }, goto);
}

export function errno(name: string, goto?: string): Outcome {
  const value = errnoByName(name);
  if (value === undefined) throw new Bug(`a launch plan expects ${name}, which is no errno`);
  return result(-value, goto);
}

/** A descriptor, a pid. */
export function notNegative(goto?: string): Outcome {
  return leadingTo({ kind: "not-negative" }, goto);
}

export function any(goto?: string): Outcome {
  return leadingTo({ kind: "any" }, goto);
}

function leadingTo(when: Outcome["when"], goto: string | undefined): Outcome {
  return goto === undefined ? { when } : { when, goto };
}
