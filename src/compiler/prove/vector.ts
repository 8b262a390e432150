// Numbers that depend on the input, as vectors of conditions: entry i says when bit i is 1, the least significant first.
// In: vectors of equal length; out: a vector, or the condition under which a comparison holds. Everything is exact. A
// constant is a vector of FALSE and TRUE, so no operation needs a case for it.

import { FALSE, type Manager, type Node, TRUE } from "./bdd.ts";
import type { Layout, Word } from "./layout.ts";

export type Vector = Int32Array;

export function constantVector(value: number): Vector {
  const bits = new Int32Array(32);
  for (let i = 0; i < 32; i++) bits[i] = (value >>> i) & 1;
  return bits;
}

export function wordVector(manager: Manager, layout: Layout, word: Word): Vector {
  const bits = new Int32Array(32);
  for (let i = 0; i < 32; i++) bits[i] = manager.variable(layout.levels[word * 32 + i]!);
  return bits;
}

/** The number that a vector always is, if there is one. */
export function constantOf(vector: Vector): number | undefined {
  let value = 0;
  for (let i = 0; i < vector.length; i++) {
    if (vector[i]! > TRUE) return undefined;
    value |= vector[i]! << i;
  }
  return value >>> 0;
}

// Comparisons start at the last bit: it is the deepest level, so each further bit is one node on top.

export function equalTo({ ite }: Manager, left: Vector, right: Vector): Node {
  let result: Node = TRUE;
  for (let i = 0; i < left.length; i++) {
    result = ite(left[i]!, ite(right[i]!, result, FALSE), ite(right[i]!, FALSE, result));
  }
  return result;
}

/** left < right, both unsigned. */
export function below({ ite }: Manager, left: Vector, right: Vector): Node {
  let result: Node = FALSE;
  for (let i = 0; i < left.length; i++) {
    result = ite(left[i]!, ite(right[i]!, result, FALSE), ite(right[i]!, TRUE, result));
  }
  return result;
}

/** (left & right) != 0. */
export function meets({ ite }: Manager, left: Vector, right: Vector): Node {
  let result: Node = FALSE;
  for (let i = 0; i < left.length; i++) result = ite(left[i]!, ite(right[i]!, TRUE, result), result);
  return result;
}

export function negated({ ite }: Manager, of: Node): Node {
  return ite(of, FALSE, TRUE);
}

export function bitAnd({ ite }: Manager, left: Vector, right: Vector): Vector {
  return left.map((bit, i) => ite(bit, right[i]!, FALSE));
}

export function bitOr({ ite }: Manager, left: Vector, right: Vector): Vector {
  return left.map((bit, i) => ite(bit, TRUE, right[i]!));
}

export function bitXor(manager: Manager, left: Vector, right: Vector): Vector {
  return left.map((bit, i) => manager.ite(bit, negated(manager, right[i]!), right[i]!));
}

function bitNot(manager: Manager, of: Vector): Vector {
  return of.map(bit => negated(manager, bit));
}

/** Towards the most significant bit by a known distance; towards the least for a negative one. */
export function shifted(of: Vector, distance: number): Vector {
  return of.map((_, i) => of[i - distance] ?? FALSE);
}

/** left + right + carry, modulo 2^32: a ripple-carry adder. */
export function sum(manager: Manager, left: Vector, right: Vector, carry: Node = FALSE): Vector {
  const { ite } = manager;
  return left.map((bit, i) => {
    const other = right[i]!;
    const differ = ite(bit, negated(manager, other), other);
    const result = ite(differ, negated(manager, carry), carry);
    carry = ite(differ, carry, bit);
    return result;
  });
}

/** left - right = left + ~right + 1. */
export function minus(manager: Manager, left: Vector, right: Vector): Vector {
  return sum(manager, left, bitNot(manager, right), TRUE);
}

/** A multiple by a known factor: one shifted addend for each of its bits. */
export function times(manager: Manager, of: Vector, factor: number): Vector {
  let result = constantVector(0);
  for (let i = 0; i < 32; i++) if ((factor >>> i) & 1) result = sum(manager, result, shifted(of, i));
  return result;
}
