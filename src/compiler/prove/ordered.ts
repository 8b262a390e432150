// What is left for each of several conditions that are tried in order: the question behind dead, redundant and crossing
// rules, for all rules of one call at once and in one manager. Exact; undefined when the node budget does not suffice.

import type { SeccompData } from "../bpf/instruction.ts";
import type { Condition } from "../policy/condition.ts";
import { createManager, DEFAULT_BUDGET, FALSE, type Node, NotProved } from "./bdd.ts";
import { conditionDiagram, couplingsOfCondition } from "./condition-diagram.ts";
import { layoutOf } from "./layout.ts";
import { smallest } from "./overlap.ts";

/** Indices are those of the conditions. Answers may throw NotProved; ordered() catches it. */
export interface Ordered {
  /** No call meets the condition, whatever comes before it. */
  readonly impossible: (at: number) => boolean;
  /** Some call meets both. */
  readonly meet: (a: number, b: number) => boolean;
  /** Every call of `inner` is one of `outer`. */
  readonly within: (inner: number, outer: number) => boolean;
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
  const both = (a: number, b: number): Node => manager.ite(nodes[a]!, nodes[b]!, FALSE);
  const minus = (rest: Node, other: number): Node => manager.ite(nodes[other]!, FALSE, rest);
  return {
    impossible: at => nodes[at] === FALSE,
    meet: (a, b) => both(a, b) !== FALSE,
    within: (inner, outer) => both(inner, outer) === nodes[inner],
    covered: (at, by) => by.reduce(minus, nodes[at]!) === FALSE,
    example: (a, b) => smallest(manager, layout, both(a, b)),
  };
}
