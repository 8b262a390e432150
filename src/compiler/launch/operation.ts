// Constructors for the operations of a plan, so that a plan reads as the list of calls it is.

import type { LauncherCall } from "./calls.ts";
import { ERRNOS, type ErrnoName } from "./errnos.ts";
import { type Builtin, constant, type Datum, type Operation, type Outcome, type Value } from "./plan.ts";

/** Operations with the data they refer to. */
export interface Part {
  readonly operations: readonly Operation[];
  readonly data: readonly Datum[];
}

export function joinParts(parts: readonly Part[]): Part {
  return { operations: parts.flatMap(part => part.operations), data: parts.flatMap(part => part.data) };
}

type Arg = Value | number;

/** A system call before the filter is in. */
export function system(
  step: string,
  name: LauncherCall,
  args: readonly Arg[],
  outcomes: readonly Outcome[],
): Operation {
  return { step, call: { kind: "system", name }, args: args.map(toValue), ticketed: false, outcomes };
}

/** A system call after the filter is in: args[5] carries the ticket, or the filter answers for the policy. */
export function ticketed(
  step: string,
  name: LauncherCall,
  args: readonly Arg[],
  outcomes: readonly Outcome[],
): Operation {
  return { ...system(step, name, args, outcomes), ticketed: true };
}

/** Something the interpreter does itself. Left out, any result leads on. */
export function builtin(step: string, name: Builtin, args: readonly Arg[], outcomes = [any()]): Operation {
  return { step, call: { kind: "builtin", name }, args: args.map(toValue), ticketed: false, outcomes };
}

export function labelled(label: string, operation: Operation): Operation {
  return { ...operation, label };
}

function toValue(arg: Arg): Value {
  return typeof arg === "number" ? constant(arg) : arg;
}

export function result(value: number, goto?: string): Outcome {
  return leadingTo({ kind: "equals", value }, goto);
}

export function errno(name: ErrnoName, goto?: string): Outcome {
  return result(-ERRNOS[name], goto);
}

/** A descriptor. */
export function fd(goto?: string): Outcome {
  return leadingTo({ kind: "not-negative" }, goto);
}

export function any(goto?: string): Outcome {
  return leadingTo({ kind: "any" }, goto);
}

function leadingTo(when: Outcome["when"], goto: string | undefined): Outcome {
  return goto === undefined ? { when } : { when, goto };
}
