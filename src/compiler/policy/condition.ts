// Conditions on the arguments of one call, after names and types are resolved: what decide() evaluates, the code generator
// compiles and the prover turns into a diagram. Values are bit patterns; widths and signs are those the kernel reads.

/** One argument as the kernel reads it: the low `bits` of args[index], unsigned or two's complement. */
export interface Argument {
  readonly index: number;
  readonly bits: 16 | 32 | 64;
  readonly signed: boolean;
}

/**
 * masked:  (argument & mask) == value, both patterns of at most `bits` bits, value within mask.
 * atMost:  argument <= limit in the argument's own order; limit is a value of its type (negative for a signed one). With a
 *          mask narrower than the argument the order is unsigned: (argument & mask) <= limit.
 * same, less: argument against argument of the same width; less follows their common sign.
 */
export type Condition =
  | { readonly kind: "always" }
  | { readonly kind: "never" }
  | { readonly kind: "not"; readonly of: Condition }
  | { readonly kind: "and" | "or"; readonly of: readonly Condition[] }
  | { readonly kind: "masked"; readonly argument: Argument; readonly mask: bigint; readonly value: bigint }
  | { readonly kind: "atMost"; readonly argument: Argument; readonly mask: bigint; readonly limit: bigint }
  | { readonly kind: "same" | "less"; readonly left: Argument; readonly right: Argument };

export const ALWAYS: Condition = { kind: "always" };
export const NEVER: Condition = { kind: "never" };

/** The mask that keeps all of an argument's bits. */
export function fullMask(bits: number): bigint {
  return (1n << BigInt(bits)) - 1n;
}

export function not(of: Condition): Condition {
  if (of.kind === "always") return NEVER;
  if (of.kind === "never") return ALWAYS;
  return of.kind === "not" ? of.of : { kind: "not", of };
}

export function and(of: readonly Condition[]): Condition {
  return join("and", of, ALWAYS, NEVER);
}

export function or(of: readonly Condition[]): Condition {
  return join("or", of, NEVER, ALWAYS);
}

function join(kind: "and" | "or", of: readonly Condition[], neutral: Condition, absorbing: Condition): Condition {
  const parts = of.flatMap(part => (part.kind === kind ? part.of : [part])).filter(part => part.kind !== neutral.kind);
  if (parts.some(part => part.kind === absorbing.kind)) return absorbing;
  if (parts.length === 0) return neutral;
  return parts.length === 1 ? parts[0]! : { kind, of: parts };
}
