// A launch plan: what a launcher does, as data. Operations are tried in order; each is one system call, or one builtin of the
// interpreter, with every result that is good and where to go on from it. A result that no outcome names is a failure: the
// interpreter notes the operation and the result and goes on at the plan's failure handler, itself part of the plan. Nothing
// is known of ELF or bytes here (encode-plan.ts), nor of what a sandbox needs (default-plan.ts).

import { errnoName } from "../abi/constants.ts";
import type { LauncherArch } from "./target.ts";

/**
 * named: constants as C spells them, `O_PATH | O_CLOEXEC`, with the values of the plan's arch. offset and address stand for a
 * place in the data segment, word for the 64 bits that are there at the time.
 */
export type Value =
  | { readonly kind: "constant"; readonly value: bigint }
  | { readonly kind: "named"; readonly name: string }
  | { readonly kind: "address" | "word" | "offset"; readonly of: string; readonly plus: number };

/** What the interpreter does itself; plan-format.s says what each takes and gives. */
export type Builtin = "value" | "load" | "store" | "store32" | "count" | "take" | "append" | "decimal" | "halt";

/** equals: that result, an errno being negative. not-negative: an fd or a pid. The first outcome that fits is taken. */
export interface Outcome {
  readonly when:
    | { readonly kind: "equals"; readonly value: number }
    | { readonly kind: "not-negative" }
    | { readonly kind: "any" };
  /** The label of the next operation; left out: the one below. */
  readonly goto?: string;
}

export interface Operation {
  readonly call:
    | { readonly kind: "system"; readonly name: string }
    | { readonly kind: "builtin"; readonly name: Builtin };
  readonly args: readonly Value[];
  /** args[5] carries the ticket: the call is made after the filter is in. */
  readonly ticketed: boolean;
  /** None: every result is a failure (execve, which does not come back). */
  readonly outcomes: readonly Outcome[];
  readonly label?: string;
  /** What the operation is for, in the words of a failure report: `set no_new_privs`. */
  readonly step: string;
}

/** A named run of bytes in the data segment; `pointers` are filled with the addresses of other data. */
export interface Datum {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** 8 where left out: texts, which are read by the byte, say 1. */
  readonly alignment?: 1;
  readonly pointers?: readonly { readonly at: number; readonly to: string }[];
}

export interface LaunchPlan {
  readonly arch: LauncherArch;
  readonly operations: readonly Operation[];
  /** FRAME comes first and is the interpreter's; the rest is laid out by the encoder. */
  readonly data: readonly Datum[];
  /** The label where a failure goes on. */
  readonly onFailure: string;
  /** What FRAME's failed stage holds: the operation's index, or the offset of its step's text in the data segment. */
  readonly stages: "index" | "text";
}

/** The data that the interpreter fills: the program's own arguments, the last result, and the failure record. */
export const FRAME = "frame";

export function address(of: string, plus = 0): Value {
  return { kind: "address", of, plus };
}

export function word(of: string, plus = 0): Value {
  return { kind: "word", of, plus };
}

export function offset(of: string): Value {
  return { kind: "offset", of, plus: 0 };
}

/** The step that a failure record names: the index is FRAME's failed stage of a plan whose stages are indices. */
export function stageOf(
  plan: LaunchPlan,
  index: number,
): { readonly name: string; readonly syscall: string } | undefined {
  const operation = plan.operations[index];
  return operation && { name: operation.step, syscall: operation.call.name };
}

/** The plan as strace would show it, one operation a line: label, call, good results and where they lead. */
export function printPlan(plan: LaunchPlan): string {
  return plan.operations.map(operation => `${printOperation(operation)}\n`).join("");
}

function printOperation({ call, args, ticketed, outcomes, label, step }: Operation): string {
  const shown = args.map(printValue);
  if (ticketed) shown.push(...Array.from({ length: 5 - shown.length }, () => "0"), "ticket");
  // execve has no result that is good, and most builtins none that matters.
  const silent = outcomes.every(({ when, goto }) => when.kind === "any" && goto === undefined);
  const text = `${call.name}(${shown.join(", ")})${silent ? "" : ` = ${outcomes.map(printOutcome).join(", ")}`}`;
  return `${(label === undefined ? "" : `${label}: `).padEnd(16)}${step === "" ? text : `${text.padEnd(72)} # ${step}`}`;
}

function printValue(value: Value): string {
  switch (value.kind) {
    case "constant":
      return `${value.value}`;
    case "named":
      return value.name;
    case "address":
    case "offset":
      return `&${place(value)}`;
    case "word":
      return place(value);
  }
}

function place({ of, plus }: { readonly of: string; readonly plus: number }): string {
  return plus === 0 ? of : `${of}+${plus}`;
}

function printOutcome({ when, goto }: Outcome): string {
  return goto === undefined ? printResult(when) : `${printResult(when)} -> ${goto}`;
}

function printResult(when: Outcome["when"]): string {
  switch (when.kind) {
    case "equals":
      return errnoName(-when.value) ?? `${when.value}`;
    case "not-negative":
      return ">=0";
    case "any":
      return "any";
  }
}
