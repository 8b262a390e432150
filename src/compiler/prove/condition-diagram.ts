// The diagram of a condition on arguments: TRUE where it holds. In: policy/condition.ts; out: a node. Invariant: follows
// the wording of that file, one bit after another, and nothing else.

import type { Argument, Condition } from "../policy/condition.ts";
import { fullMask } from "../policy/condition.ts";
import { FALSE, type Manager, type Node, TRUE } from "./bdd.ts";
import { argWord, type Coupling, type Layout } from "./layout.ts";
import { below, bitAnd, equalTo, negated, type Vector } from "./vector.ts";

/** The words that the condition compares with each other. */
export function couplingsOfCondition(condition: Condition): readonly Coupling[] {
  switch (condition.kind) {
    case "always":
    case "never":
    case "masked":
    case "atMost":
      return [];
    case "not":
      return couplingsOfCondition(condition.of);
    case "and":
    case "or":
      return condition.of.flatMap(couplingsOfCondition);
    case "same":
    case "less": {
      const { left, right } = condition;
      const lows: Coupling = [argWord(left.index, "lo"), argWord(right.index, "lo")];
      const highs: Coupling = [argWord(left.index, "hi"), argWord(right.index, "hi")];
      return left.bits === 64 ? [lows, highs] : [lows];
    }
  }
}

export function conditionDiagram(manager: Manager, layout: Layout, condition: Condition): Node {
  const { ite } = manager;
  return diagram(condition);

  function diagram(of: Condition): Node {
    switch (of.kind) {
      case "always":
        return TRUE;
      case "never":
        return FALSE;
      case "not":
        return negated(manager, diagram(of.of));
      case "and":
        return of.of.reduceRight((rest, part) => ite(diagram(part), rest, FALSE), TRUE);
      case "or":
        return of.of.reduceRight((rest, part) => ite(diagram(part), TRUE, rest), FALSE);
      case "masked":
        return equalTo(manager, masked(of.argument, of.mask), pattern(of.value, of.argument.bits));
      case "atMost": {
        const { bits, signed } = of.argument;
        const value = masked(of.argument, of.mask);
        const limit = pattern(of.limit, bits);
        const ordered = signed && of.mask === fullMask(bits) ? offset : plain;
        return negated(manager, below(manager, ordered(limit), ordered(value)));
      }
      case "same":
        return equalTo(manager, bitsOf(of.left), bitsOf(of.right));
      case "less": {
        const ordered = of.left.signed ? offset : plain;
        return below(manager, ordered(bitsOf(of.left)), ordered(bitsOf(of.right)));
      }
    }
  }

  function masked(argument: Argument, mask: bigint): Vector {
    return bitAnd(manager, bitsOf(argument), pattern(mask, argument.bits));
  }

  function bitsOf({ index, bits }: Argument): Vector {
    const vector = new Int32Array(bits);
    for (let bit = 0; bit < bits; bit++) {
      const word = argWord(index, bit < 32 ? "lo" : "hi");
      vector[bit] = manager.variable(layout.levels[word * 32 + (bit % 32)]!);
    }
    return vector;
  }

  /** Signed order is unsigned order once 2^(bits - 1) is added to both sides, which turns the sign bit over. */
  function offset(value: Vector): Vector {
    return value.with(-1, negated(manager, value.at(-1)!));
  }

  function plain(value: Vector): Vector {
    return value;
  }
}

/** A negative value becomes its two's complement. */
function pattern(value: bigint, bits: number): Vector {
  const unsigned = BigInt.asUintN(bits, value);
  const lo = Number(unsigned & 0xffffffffn);
  const hi = Number(unsigned >> 32n);
  const vector = new Int32Array(bits);
  for (let bit = 0; bit < bits; bit++) vector[bit] = ((bit < 32 ? lo : hi) >>> (bit % 32)) & 1;
  return vector;
}
