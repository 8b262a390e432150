// A condition to nodes: the condition and where to go when it holds and when it does not in, the node that decides it out.
// By short-circuit: each part gets the continuations, so a condition of n tests makes n nodes however deep its and/or/not
// are. 64-bit arguments are tested in halves, the high word first. Signed orders are split by the sign bit, since arithmetic
// on arguments would hide from the prover and the kernel's cache what a program looks at. Sets of values come as an `or` of
// equalities and stay a chain here; trees.ts turns chains into trees, whichever rules they come from.

import { argOffset } from "../bpf/instruction.ts";
import { Bug } from "../diagnostics/diagnostic.ts";
import { type Argument, type Condition, fullMask } from "../policy/condition.ts";
import { FULL, type Make, type Node, type PairOp, type WordOp } from "./dag.ts";

export function lowerCondition(condition: Condition, yes: Node, no: Node, make: Make): Node {
  switch (condition.kind) {
    case "always":
      return yes;
    case "never":
      return no;
    case "not":
      return lowerCondition(condition.of, no, yes, make);
    case "and":
      return condition.of.reduceRight((rest, part) => lowerCondition(part, rest, no, make), yes);
    case "or":
      return condition.of.reduceRight((rest, part) => lowerCondition(part, yes, rest, make), no);
    case "masked":
      return lowerMasked(condition, yes, no, make);
    case "atMost":
      return lowerAtMost(condition, yes, no, make);
    case "same":
      return lowerSame(condition, yes, no, make);
    case "less":
      return lowerLess(condition, yes, no, make);
  }
}

type Of<Kind> = Extract<Condition, { kind: Kind }>;
type Pairwise = Extract<Condition, { left: Argument }>;

/** (argument & mask) == value. */
function lowerMasked({ argument, mask, value }: Of<"masked">, yes: Node, no: Node, make: Make): Node {
  const low = word(make, argument, "lo", mask, "jeq", halfOf(value, "lo"), yes, no);
  return argument.bits === 64 ? word(make, argument, "hi", mask, "jeq", halfOf(value, "hi"), low, no) : low;
}

function lowerAtMost({ argument, mask, limit }: Of<"atMost">, yes: Node, no: Node, make: Make): Node {
  const all = fullMask(argument.bits);
  if (!argument.signed || mask !== all) {
    if (limit < 0n) return no;
    return limit >= mask ? yes : atMostUnsigned(make, argument, mask, limit, yes, no);
  }
  const sign = 1n << BigInt(argument.bits - 1);
  if (limit >= sign) return yes;
  if (limit < -sign) return no;
  // Of two values of one sign, the greater is the greater pattern: two's complement.
  const sameSign = atMostUnsigned(make, argument, all, BigInt.asUintN(argument.bits, limit), yes, no);
  return limit < 0n ? negative(make, argument, sameSign, no) : negative(make, argument, yes, sameSign);
}

/** (argument & mask) <= limit as patterns, 0 <= limit < mask. */
function atMostUnsigned(make: Make, argument: Argument, mask: bigint, limit: bigint, yes: Node, no: Node): Node {
  const low = above(make, argument, "lo", mask, limit, no, yes);
  if (argument.bits !== 64) return low;
  const level = word(make, argument, "hi", mask, "jeq", halfOf(limit, "hi"), low, yes);
  return above(make, argument, "hi", mask, limit, no, level);
}

/** One half of (argument & mask) > that half of limit. */
function above(make: Make, argument: Argument, half: Half, mask: bigint, limit: bigint, yes: Node, no: Node): Node {
  const k = halfOf(limit, half);
  return k === FULL ? no : word(make, argument, half, mask, "jge", k + 1, yes, no);
}

/** The sign bit, by an order rather than a bit test: it then shares its chain with the comparison that follows. */
function negative(make: Make, argument: Argument, yes: Node, no: Node): Node {
  const half = argument.bits === 64 ? "hi" : "lo";
  const sign = argument.bits === 16 ? 0x8000 : 0x80000000;
  return word(make, argument, half, fullMask(argument.bits), "jge", sign, yes, no);
}

function lowerSame({ left, right }: Pairwise, yes: Node, no: Node, make: Make): Node {
  const low = pair(make, left, right, "lo", "jeq", yes, no);
  return width(left, right) === 64 ? pair(make, left, right, "hi", "jeq", low, no) : low;
}

function lowerLess({ left, right }: Pairwise, yes: Node, no: Node, make: Make): Node {
  let low = pair(make, left, right, "lo", "jge", no, yes);
  if (width(left, right) === 64) {
    const level = pair(make, left, right, "hi", "jeq", low, no);
    low = pair(make, left, right, "hi", "jge", level, yes);
  }
  if (!left.signed) return low;
  const leftNegative = negative(make, right, low, yes);
  const leftPositive = negative(make, right, no, low);
  return negative(make, left, leftNegative, leftPositive);
}

function width(left: Argument, right: Argument): number {
  if (left.bits !== right.bits || left.signed !== right.signed) {
    throw new Bug("lower-condition: compares two arguments of different types");
  }
  return left.bits;
}

type Half = "lo" | "hi";

function halfOf(value: bigint, half: Half): number {
  return Number(BigInt.asUintN(32, half === "lo" ? value : value >> 32n));
}

/** One half of the argument, cut by that half of mask, against k. */
function word(
  make: Make,
  { index }: Argument,
  half: Half,
  mask: bigint,
  op: WordOp,
  k: number,
  yes: Node,
  no: Node,
): Node {
  return make.branch({ kind: "word", offset: argOffset(index, half), mask: halfOf(mask, half), op, k }, yes, no);
}

function pair(make: Make, left: Argument, right: Argument, half: Half, op: PairOp, yes: Node, no: Node): Node {
  const mask = left.bits === 16 ? 0xffff : FULL;
  const [from, to] = [argOffset(left.index, half), argOffset(right.index, half)];
  return make.branch({ kind: "pair", left: from, right: to, mask, op }, yes, no);
}
