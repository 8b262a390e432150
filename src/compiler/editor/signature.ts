// The signature of the call that the cursor stands at, and which of its arguments is meant: in a rule's condition the one that
// is named, in a test's row the one by position or name.

import { type Arg, syscall } from "../abi/syscalls.ts";
import { declared, describeArgument, describeCall, signatureOf } from "./describe.ts";
import { callsHere } from "./place.ts";
import { readingAt, readWords } from "./reading.ts";
import { archesAt, type Snapshot } from "./snapshot.ts";

export interface Signature {
  readonly label: string;
  /** Markdown. */
  readonly text: string;
  readonly parameters: readonly { readonly label: string; readonly text: string }[];
  readonly active: number | undefined;
}

export function signatureAt(snapshot: Snapshot, offset: number): Signature | undefined {
  const words = readWords(snapshot.lexed.tokens);
  const reading = readingAt(words, offset, false);
  const isRow = reading.expect === "row-argument";
  if (!isRow && !["operand", "operator", "value"].includes(reading.expect)) return undefined;
  const arches = archesAt(snapshot, offset);
  const called = (isRow ? reading.calls : callsHere(reading)).at(-1);
  const arch = arches.find(each => called !== undefined && syscall(each, called) !== undefined);
  if (called === undefined || arch === undefined) return undefined;
  const facts = syscall(arch, called)!;
  const named = reading.argument ?? snapshotWord(snapshot, offset);
  const byName = facts.args.findIndex(arg => isCalled(arg, named));
  const active = byName >= 0 ? byName : isRow ? reading.index : undefined;
  return {
    label: signatureOf(facts),
    text: describeCall(called, arches, []) ?? "",
    parameters: facts.args.map(arg => ({
      label: declared(arg),
      text: describeArgument(called, arg.name, arches) ?? "",
    })),
    active: active !== undefined && active < facts.args.length ? active : undefined,
  };
}

function snapshotWord({ source }: Snapshot, offset: number): string {
  return /[a-z_][A-Za-z0-9_]*$/.exec(source.text.slice(Math.max(0, offset - 100), offset))?.[0] ?? "";
}

function isCalled(arg: Arg, name: string): boolean {
  return arg.name === name || arg.aliases.includes(name);
}
