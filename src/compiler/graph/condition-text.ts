// A condition in the words of the language, `family in {AF_UNIX, AF_INET}`: what a reader of a picture sees beside an arrow. In: a
// resolved condition and the call it is about; out: text. Shown only, never read again: parameters and constants of the policy
// are values here, and a value gets the name that fits its argument.

import type { Arch } from "../abi/arch.ts";
import { argumentConstants } from "../abi/argument-constants.ts";
import { constant } from "../abi/constants.ts";
import { syscallByNr } from "../abi/syscalls.ts";
import { type Argument, type Condition, fullMask } from "../policy/condition.ts";

export interface Place {
  readonly arch: Arch;
  readonly nr: number;
}

export function showCondition(condition: Condition, place: Place): string {
  switch (condition.kind) {
    case "always":
    case "never":
      return condition.kind;
    case "not":
      return negated(condition.of, place);
    case "and":
      return condition.of.map(part => inside(part, place)).join(" and ");
    case "or":
      return setOf(condition, "in", place) ?? condition.of.map(part => inside(part, place)).join(" or ");
    case "masked":
      return masked(condition, place);
    case "atMost":
      return `${cut(condition.argument, condition.mask, place)} <= ${condition.limit}`;
    case "same":
      return `${nameOf(condition.left, place)} == ${nameOf(condition.right, place)}`;
    case "less":
      return `${nameOf(condition.left, place)} < ${nameOf(condition.right, place)}`;
  }
}

/** Parts of a conjunction or an alternative: in parentheses where one would be read wrongly. */
function inside(part: Condition, place: Place): string {
  const text = showCondition(part, place);
  const isJoined = part.kind === "and" || (part.kind === "or" && setOf(part, "in", place) === undefined);
  return isJoined ? `(${text})` : text;
}

function negated(of: Condition, place: Place): string {
  switch (of.kind) {
    case "masked": {
      const { argument, mask, value } = of;
      if (isWhole(argument, mask)) return `${nameOf(argument, place)} != ${valueText(argument, value, place)}`;
      if (value === 0n) return `${nameOf(argument, place)} has any ${flagsText(argument, mask, place)}`;
      return `not (${masked(of, place)})`;
    }
    case "atMost":
      return `${cut(of.argument, of.mask, place)} > ${of.limit}`;
    case "same":
      return `${nameOf(of.left, place)} != ${nameOf(of.right, place)}`;
    case "less":
      return `${nameOf(of.left, place)} >= ${nameOf(of.right, place)}`;
    default:
      return setOf(of, "not in", place) ?? `not (${showCondition(of, place)})`;
  }
}

/** Alternatives that are values of one argument. */
function setOf(condition: Condition, word: "in" | "not in", place: Place): string | undefined {
  if (condition.kind !== "or") return undefined;
  const [first] = condition.of;
  if (first?.kind !== "masked") return undefined;
  const values: string[] = [];
  for (const part of condition.of) {
    if (part.kind !== "masked" || !isWhole(part.argument, part.mask)) return undefined;
    if (part.argument.index !== first.argument.index || part.argument.bits !== first.argument.bits) return undefined;
    values.push(valueText(part.argument, part.value, place));
  }
  return `${nameOf(first.argument, place)} ${word} {${values.join(", ")}}`;
}

type Masked = Extract<Condition, { kind: "masked" }>;

function masked({ argument, mask, value }: Masked, place: Place): string {
  const name = nameOf(argument, place);
  if (isWhole(argument, mask)) return `${name} == ${valueText(argument, value, place)}`;
  const others = fullMask(argument.bits) & ~mask;
  if (value === 0n && bitsIn(mask) > bitsIn(others)) return `${name} only ${flagsText(argument, others, place)}`;
  if (value === 0n) return `${name} lacks ${flagsText(argument, mask, place)}`;
  if (value === mask) return `${name} has ${flagsText(argument, mask, place)}`;
  return `${name} & ${hex(mask)} == ${fieldText(argument, mask, value, place)}`;
}

function cut(argument: Argument, mask: bigint, place: Place): string {
  const name = nameOf(argument, place);
  return isWhole(argument, mask) ? name : `${name} & ${hex(mask)}`;
}

/** As the policy may write it: by name where the condition is about what the kernel reads, else as the register. */
function nameOf({ index, bits }: Argument, { arch, nr }: Place): string {
  const arg = syscallByNr(arch, nr)?.args[index];
  return arg === undefined || arg.bits !== bits ? `raw[${index}]` : arg.name;
}

function valueText(argument: Argument, value: bigint, place: Place): string {
  const known = constantsFor(argument, place);
  const named = known?.kind === "enum" ? nameIn(known.constants, value, argument, place) : undefined;
  if (named !== undefined) return named;
  if (known?.kind === "flags" && value !== 0n) return flagsText(argument, value, place);
  const typed = argument.signed ? BigInt.asIntN(argument.bits, value) : value;
  return typed < 4096n ? typed.toString() : hex(typed);
}

function fieldText(argument: Argument, mask: bigint, value: bigint, place: Place): string {
  const known = constantsFor(argument, place);
  const named = known?.mask === mask ? nameIn(known.constants, value, argument, place) : undefined;
  return named ?? hex(value);
}

/** Names joined by `|`, fewest first; what no name covers as a number. */
function flagsText(argument: Argument, value: bigint, place: Place): string {
  const known = constantsFor(argument, place);
  const names = known === undefined ? [] : [...(known.kind === "flags" ? known.constants : []), ...known.modifiers];
  const words: string[] = [];
  let rest = value;
  const sized = names
    .map(name => ({ name, bits: pattern(constant(place.arch, name), argument) }))
    .filter(({ bits }) => bits !== 0n && (bits & value) === bits)
    .toSorted((a, b) => bitsIn(b.bits) - bitsIn(a.bits));
  for (const { name, bits } of sized) {
    if ((bits & rest) !== bits) continue;
    words.push(name);
    rest &= ~bits;
  }
  if (rest !== 0n || words.length === 0) words.push(rest < 10n ? rest.toString() : hex(rest));
  return words.join("|");
}

function constantsFor({ index }: Argument, { arch, nr }: Place) {
  const call = syscallByNr(arch, nr);
  const arg = call?.args[index];
  return call === undefined || arg === undefined ? undefined : argumentConstants(call.name, arg.name);
}

function nameIn(names: readonly string[], value: bigint, argument: Argument, { arch }: Place): string | undefined {
  return names.find(name => {
    const bits = constant(arch, name);
    return bits !== undefined && pattern(bits, argument) === value;
  });
}

function pattern(value: bigint | undefined, { bits }: Argument): bigint {
  return value === undefined ? 0n : BigInt.asUintN(bits, value);
}

function isWhole({ bits }: Argument, mask: bigint): boolean {
  return mask === fullMask(bits);
}

function bitsIn(value: bigint): number {
  return value.toString(2).replaceAll("0", "").length;
}

function hex(value: bigint): string {
  return value < 0n ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}
