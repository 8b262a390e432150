// A resolved condition in the words of the language, with the arguments' names: `fd == 2`, `flags has 0x10`, `count > 10`. For
// people who read what a mutant changed; constants are numbers by now.

import { type Argument, type Condition, fullMask } from "../policy/condition.ts";

/** `name` gives what argument `index` is called. */
export function conditionText(condition: Condition, name: (index: number) => string): string {
  return text(condition);

  function text(of: Condition): string {
    switch (of.kind) {
      case "always":
      case "never":
        return of.kind;
      case "not":
        return negated(of.of);
      case "and":
      case "or":
        return setText(of, "in") ?? of.of.map(part => inner(part)).join(` ${of.kind} `);
      case "masked":
        return masked(of, false);
      case "atMost":
        return `${limited(of)} <= ${number(of.limit)}`;
      case "same":
        return `${name(of.left.index)} == ${name(of.right.index)}`;
      case "less":
        return `${name(of.left.index)} < ${name(of.right.index)}`;
    }
  }

  function negated(of: Condition): string {
    switch (of.kind) {
      case "masked":
        return masked(of, true);
      case "atMost":
        return `${limited(of)} > ${number(of.limit)}`;
      case "same":
        return `${name(of.left.index)} != ${name(of.right.index)}`;
      case "less":
        return `${name(of.left.index)} >= ${name(of.right.index)}`;
      default:
        return setText(of, "not in") ?? `not (${text(of)})`;
    }
  }

  /** `fd in {1, 2}`, for values of one argument. */
  function setText(of: Condition, operator: "in" | "not in"): string | undefined {
    if (of.kind !== "or") return undefined;
    const members = of.of.flatMap(part => (part.kind === "masked" && isWhole(part) ? part : []));
    const [first] = members;
    const isSet = members.length === of.of.length && members.every(m => m.argument.index === first?.argument.index);
    if (first === undefined || !isSet) return undefined;
    const values = members.map(({ argument, value }) => number(typed(argument, value)));
    return `${name(first.argument.index)} ${operator} {${values.join(", ")}}`;
  }

  function inner(part: Condition): string {
    return part.kind === "and" || part.kind === "or" ? `(${text(part)})` : text(part);
  }

  function masked({ argument, mask, value }: Extract<Condition, { kind: "masked" }>, isNegated: boolean): string {
    const of = name(argument.index);
    const sign = isNegated ? "!=" : "==";
    if (isWhole({ argument, mask })) return `${of} ${sign} ${number(typed(argument, value))}`;
    if (value === 0n) return `${of} ${isNegated ? "has any" : "lacks"} ${hex(mask)}`;
    if (value === mask && !isNegated) return `${of} has ${hex(mask)}`;
    return `${of} & ${hex(mask)} ${sign} ${hex(value)}`;
  }

  function limited({ argument, mask }: Extract<Condition, { kind: "atMost" }>): string {
    const of = name(argument.index);
    return isWhole({ argument, mask }) ? of : `${of} & ${hex(mask)}`;
  }
}

function isWhole({ argument, mask }: { readonly argument: Argument; readonly mask: bigint }): boolean {
  return mask === fullMask(argument.bits);
}

function typed({ bits, signed }: Argument, value: bigint): bigint {
  return signed ? BigInt.asIntN(bits, value) : value;
}

/** Small numbers are counts, large ones patterns. */
function number(value: bigint): string {
  return value > -4096n && value < 4096n ? `${value}` : hex(value);
}

function hex(value: bigint): string {
  return value < 0n ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}
