// What is left for each of several conditions that are tried in order: the question behind dead, redundant and crossing
// rules, for all rules of one call at once and in one manager. Exact; undefined when the node budget does not suffice.

import type { SeccompData } from "../bpf/instruction.ts";
import type { Condition } from "../policy/condition.ts";
import { createManager, DEFAULT_BUDGET, FALSE, type Manager, type Node, NotProved, TRUE } from "./bdd.ts";
import { conditionDiagram, couplingsOfCondition } from "./condition-diagram.ts";
import { layoutOf } from "./layout.ts";
import { smallest } from "./overlap.ts";

/** Indices are those of the conditions. Answers may throw NotProved; ordered() catches it. */
export interface Ordered {
  /** No call meets the condition, whatever comes before it. */
  readonly impossible: (at: number) => boolean;
  /** Some call meets both. */
  readonly meet: (a: number, b: number) => boolean;
  /** The conditions before it that some call of it meets too; of several that are the same, the first, which decides. */
  readonly before: (at: number) => readonly number[];
  /** Those after it. */
  readonly after: (at: number) => readonly number[];
  /** Every call of `inner` is one of `outer`. */
  readonly within: (inner: number, outer: number) => boolean;
  /** Some call of the condition is one of an earlier one's. */
  readonly contested: (at: number) => boolean;
  /** Every call of the condition is one of the earlier ones'. */
  readonly dead: (at: number) => boolean;
  /** Every call of the condition is one of the others'. */
  readonly covered: (at: number, by: readonly number[]) => boolean;
  /** The smallest call that meets both; only its args mean something. */
  readonly example: (a: number, b: number) => SeccompData;
}

/** Runs `ask` on the conditions; undefined when they are too much for the budget. */
export function ordered<Answer>(
  conditions: readonly Condition[],
  ask: (relations: Ordered) => Answer,
): Answer | undefined {
  try {
    return ask(relationsOf(conditions));
  } catch (error) {
    if (error instanceof NotProved) return undefined;
    throw error;
  }
}

function relationsOf(conditions: readonly Condition[]): Ordered {
  const layout = layoutOf(conditions.flatMap(couplingsOfCondition));
  const manager = createManager(DEFAULT_BUDGET, 1 << 8);
  const nodes = conditions.map(condition => conditionDiagram(manager, layout, condition));
  const meets = (at: number, other: Node): boolean => manager.ite(nodes[at]!, other, FALSE) !== FALSE;
  // Rules of one call are mostly apart from each other: one question against all of them together tells so, and ten thousand
  // rules do not become fifty million pairs.
  const seen = new Set<Node>();
  const firsts = indices(0, nodes.length).filter(i => !seen.has(nodes[i]!) && seen.add(nodes[i]!));
  const earlier = once(() => unions(manager, nodes));
  const later = once(() => unions(manager, nodes.toReversed()).toReversed());
  const both = (a: number, b: number): Node => manager.ite(nodes[a]!, nodes[b]!, FALSE);
  const minus = (rest: Node, other: number): Node => manager.ite(nodes[other]!, FALSE, rest);
  return {
    impossible: at => nodes[at] === FALSE,
    meet: (a, b) => meets(a, nodes[b]!),
    before: at => (meets(at, earlier()[at]!) ? firsts.filter(i => i < at && meets(at, nodes[i]!)) : []),
    after: at => (meets(at, later()[at]!) ? indices(at + 1, nodes.length).filter(i => meets(at, nodes[i]!)) : []),
    contested: at => meets(at, earlier()[at]!),
    dead: at => manager.ite(nodes[at]!, earlier()[at]!, FALSE) === nodes[at],
    within: (inner, outer) => both(inner, outer) === nodes[inner],
    covered: (at, by) => by.reduce(minus, nodes[at]!) === FALSE,
    example: (a, b) => smallest(manager, layout, both(a, b)),
  };
}

/** For each condition, what any of those before it holds for. */
function unions(manager: Manager, nodes: readonly Node[]): Node[] {
  const all: Node[] = [];
  let union: Node = FALSE;
  for (const node of nodes) {
    all.push(union);
    union = manager.ite(node, TRUE, union);
  }
  return all;
}

function indices(from: number, to: number): number[] {
  return Array.from({ length: Math.max(to - from, 0) }, (_, i) => from + i);
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
