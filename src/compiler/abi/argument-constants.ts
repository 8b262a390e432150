// Which constants an argument takes, by kernel names: for completion, for warnings about a constant of another family, and for
// reports that name a value instead of printing it.

import { ARGUMENTS, LISTS } from "./argument-constants.gen.ts";
import { keysOf, rowOf } from "./rows.ts";

export interface ArgumentConstants {
  /** enum: one of them; flags: any of them or-ed together. */
  readonly kind: "enum" | "flags";
  readonly constants: readonly string[];
  /** What may be or-ed to it; with a mask, the values of the field under the mask (clone_flags: the exit signal). */
  readonly modifiers: readonly string[];
  readonly mask?: bigint;
}

/** call and arg by the names the kernel gives them; undefined where nothing is known. */
export function argumentConstants(call: string, arg: string): ArgumentConstants | undefined {
  const row = rowOf(ARGUMENTS, `${call}.${arg}`, " ");
  if (row === undefined) return undefined;
  const [, first, modifiers, mask] = row.split(" ") as [string, string, string?, string?];
  return {
    kind: first.startsWith("e") ? "enum" : "flags",
    constants: list(first.slice(1)),
    modifiers: modifiers === undefined ? [] : list(modifiers),
    ...(mask === undefined ? {} : { mask: BigInt(mask) }),
  };
}

/** Every `call.argument` that has an entry, sorted. */
export function argumentsWithConstants(): readonly string[] {
  return keysOf(ARGUMENTS, " ");
}

let lists: readonly (readonly string[])[] | undefined;

function list(index: string): readonly string[] {
  lists ??= LISTS.split("\n").map(line => line.split(" "));
  return lists[Number(index)]!;
}
