// How conditions on one call lie to each other: the question behind dead, redundant and crossing rules. In: conditions; out:
// a relation, or the smallest call that is in one and in none of others. Invariant: exact, and what the budget
// does not suffice for is "not-decided", never "disjoint" or "covered". uncovered(c, []) asks whether c can hold at all.

import type { SeccompData } from "../bpf/instruction.ts";
import type { Condition } from "../policy/condition.ts";
import { createManager, DEFAULT_BUDGET, FALSE, type Manager, type Node, NotProved, TERMINAL } from "./bdd.ts";
import { conditionDiagram, couplingsOfCondition } from "./condition-diagram.ts";
import { callOf } from "./diagram.ts";
import { type Layout, layoutOf, WORDS } from "./layout.ts";

/** inside: every call of the left is one of the right. around: the reverse. crossing: both have calls of their own. */
export type Overlap = "equal" | "disjoint" | "inside" | "around" | "crossing" | "not-decided";

export function relate(left: Condition, right: Condition): Overlap {
  return decided("not-decided", [left, right], (manager, _, [a, b]) => {
    const both = manager.ite(a!, b!, FALSE);
    if (a === b) return "equal";
    if (both === FALSE) return "disjoint";
    if (both === a) return "inside";
    return both === b ? "around" : "crossing";
  });
}

export type Uncovered =
  | { readonly kind: "covered" | "not-decided" }
  /** Only the arguments of `data` mean something. */
  | { readonly kind: "open"; readonly data: SeccompData };

/** Whether a call is left for a rule that is tried after others: one where `condition` holds and none of `earlier`. */
export function uncovered(condition: Condition, earlier: readonly Condition[]): Uncovered {
  return decided<Uncovered>({ kind: "not-decided" }, [condition, ...earlier], (manager, layout, [own, ...others]) => {
    const left = others.reduce((rest, other) => manager.ite(other, FALSE, rest), own!);
    return left === FALSE ? { kind: "covered" } : { kind: "open", data: smallest(manager, layout, left) };
  });
}

function decided<Answer>(
  otherwise: Answer,
  conditions: readonly Condition[],
  answer: (manager: Manager, layout: Layout, nodes: readonly Node[]) => Answer,
): Answer {
  try {
    const layout = layoutOf(conditions.flatMap(couplingsOfCondition));
    const manager = createManager(DEFAULT_BUDGET);
    return answer(
      manager,
      layout,
      conditions.map(condition => conditionDiagram(manager, layout, condition)),
    );
  } catch (error) {
    if (error instanceof NotProved) return otherwise;
    throw error;
  }
}

/** The smallest call that meets a condition; only its args mean something. */
export function smallest(manager: Manager, layout: Layout, condition: Node): SeccompData {
  const words = new Uint32Array(WORDS);
  let node = condition;
  while (manager.level(node) !== TERMINAL) {
    const place = layout.places[manager.level(node)]!;
    if (manager.lo(node) !== FALSE) {
      node = manager.lo(node);
    } else {
      words[place >>> 5]! |= 1 << (place & 31);
      node = manager.hi(node);
    }
  }
  return callOf(words).data;
}
