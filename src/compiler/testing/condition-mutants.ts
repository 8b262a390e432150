// Small mistakes in a condition, of the kinds that people make: a test left out, a constant one off, a comparison turned round. In:
// a condition; out: each mutant once, with words for what was changed, in the order of the text.

import { ALWAYS, and, type Condition, fullMask, not, or } from "../policy/condition.ts";
import { conditionText } from "./condition-text.ts";

export interface ConditionMutant {
  readonly condition: Condition;
  /** "`fd == 2` becomes `fd == 3`" */
  readonly change: string;
}

export function conditionMutants(condition: Condition, name: (index: number) => string): readonly ConditionMutant[] {
  const text = (of: Condition): string => conditionText(of, name);
  const all = mutants(condition);
  if (condition.kind !== "always" && condition.kind !== "and") all.unshift(dropped(condition, ALWAYS));
  const once = new Map(all.map(mutant => [mutant.change, mutant]));
  return [...once.values()];

  function dropped(part: Condition, rest: Condition): ConditionMutant {
    return { condition: rest, change: `\`${text(part)}\` is left out` };
  }

  function mutants(of: Condition): ConditionMutant[] {
    switch (of.kind) {
      case "always":
      case "never":
        return [];
      case "and":
      case "or": {
        const join = of.kind === "and" ? and : or;
        return of.of.flatMap((part, at) => {
          const within = mutants(part).map(({ condition, change }) => ({
            condition: join(of.of.with(at, condition)),
            change,
          }));
          return of.kind === "or" ? within : [dropped(part, and(of.of.toSpliced(at, 1))), ...within];
        });
      }
      case "not":
        // The words show the negation too: `fd != 2` becomes `fd != 3`.
        if (of.of.kind === "and" || of.of.kind === "or") {
          return mutants(of.of).map(({ condition, change }) => ({ condition: not(condition), change }));
        }
        return changes(of, [of.of, ...shifted(of.of).map(not)]);
      case "masked":
      case "atMost":
      case "same":
      case "less":
        return changes(of, [not(of), ...shifted(of)]);
    }
  }

  function changes(from: Condition, to: readonly Condition[]): ConditionMutant[] {
    return to.map(condition => ({ condition, change: `\`${text(from)}\` becomes \`${text(condition)}\`` }));
  }
}

/** A comparison with its constant, or its boundary, moved by one. */
function shifted(of: Condition): readonly Condition[] {
  switch (of.kind) {
    case "masked":
      return of.mask === fullMask(of.argument.bits)
        ? [{ ...of, value: (of.value + 1n) & of.mask }]
        : fewerBits(of.mask).map(mask => ({ ...of, mask, value: of.value & mask }));
    case "atMost": {
      const { bits, signed } = of.argument;
      const isWhole = of.mask === fullMask(bits);
      const least = isWhole && signed ? -(1n << BigInt(bits - 1)) : 0n;
      const most = least + of.mask;
      return [of.limit - 1n, of.limit + 1n]
        .filter(limit => limit >= least && limit < most)
        .map(limit => ({ ...of, limit }));
    }
    case "less": // `<` for `<=`
      return [not({ ...of, left: of.right, right: of.left })];
    case "same":
    case "always":
    case "never":
    case "not":
    case "and":
    case "or":
      return [];
  }
}

// `only` forbids some sixty bits: one that is missed is enough to see whether the tests look.
const MOST_BITS = 8;

/** A mask without one of its bits: the flag that was forgotten. */
function fewerBits(mask: bigint): readonly bigint[] {
  const bits: bigint[] = [];
  for (let rest = mask; rest !== 0n; rest &= rest - 1n) bits.push(rest & -rest);
  if (bits.length === 1) return [];
  return (bits.length <= MOST_BITS ? bits : bits.slice(0, 1)).map(bit => mask & ~bit);
}
