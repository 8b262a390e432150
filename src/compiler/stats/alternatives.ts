// The ways in which a condition can hold, one call for each: what a filter's cost is averaged over. In: a condition; out:
// argument vectors, one for each conjunction of its disjunctive form that can be met at all. A range counts as one way, a
// set as one for each value. What a vector does is for decide() to say: it may meet an earlier rule too.

import type { SeccompData } from "../bpf/instruction.ts";
import { type Argument, type Condition, fullMask, not } from "../policy/condition.ts";

export type Args = SeccompData["args"];

/** Ways that are looked at; a condition with more has ways that cost alike. */
const MOST = 256;

export function alternatives(condition: Condition): readonly Args[] {
  return conjunctions(condition).flatMap(literals => {
    const args: bigint[] = [0n, 0n, 0n, 0n, 0n, 0n];
    // Twice: what a comparison of two arguments sets may be moved by the next literal, and put right again.
    for (const literal of [...literals, ...literals]) meet(literal, args);
    return [args as unknown as Args];
  });
}

/** A condition that is no `and`, `or` or `always`; `not` stands on one other only. */
type Literal = Condition;

export function conjunctions(condition: Condition): readonly (readonly Literal[])[] {
  switch (condition.kind) {
    case "always":
      return [[]];
    case "never":
      return [];
    case "or":
      return condition.of.flatMap(conjunctions).slice(0, MOST);
    case "and":
      return condition.of.reduce<readonly (readonly Literal[])[]>(
        (ways, part) => {
          const more = conjunctions(part);
          return ways.flatMap(way => more.map(each => [...way, ...each])).slice(0, MOST);
        },
        [[]],
      );
    case "not": {
      const { of } = condition;
      if (of.kind === "and") return conjunctions({ kind: "or", of: of.of.map(not) });
      if (of.kind === "or") return conjunctions({ kind: "and", of: of.of.map(not) });
      return [[condition]];
    }
    case "masked":
    case "atMost":
    case "same":
    case "less":
      return [[condition]];
  }
}

/** Changes as few of the arguments' bits as make the literal true. */
function meet(literal: Literal, args: bigint[]): void {
  const isWanted = literal.kind !== "not";
  const atom = literal.kind === "not" ? literal.of : literal;
  switch (atom.kind) {
    case "masked": {
      const { argument, mask, value } = atom;
      const cut = args[argument.index]! & mask;
      const lowest = mask & -mask;
      if (isWanted) args[argument.index] = (args[argument.index]! & ~mask) | value;
      else if (cut === value) args[argument.index] = args[argument.index]! ^ lowest;
      return;
    }
    case "atMost": {
      const { argument, limit, mask } = atom;
      const value = patternValue(argument, args[argument.index]! & mask);
      if (value <= limit !== isWanted) set(args, argument, isWanted ? limit : limit + 1n);
      return;
    }
    case "same": {
      const value = args[atom.left.index]! & fullMask(atom.left.bits);
      set(args, atom.right, isWanted ? value : value ^ 1n);
      return;
    }
    case "less": {
      const value = patternValue(atom.left, args[atom.left.index]!);
      set(args, atom.right, isWanted ? value + 1n : value);
      return;
    }
  }
}

function set(args: bigint[], { index, bits }: Argument, value: bigint): void {
  args[index] = (args[index]! & ~fullMask(bits)) | BigInt.asUintN(bits, value);
}

function patternValue({ bits, signed }: Argument, pattern: bigint): bigint {
  return signed ? BigInt.asIntN(bits, pattern) : BigInt.asUintN(bits, pattern);
}
