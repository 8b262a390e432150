// Would the tests notice a small mistake? In: a policy's mutants and its rows, which all hold; out: which mutants break a row
// (killed), which none notices (survived), and which are no mistake, being equal to the policy for all inputs. Invariant: each
// answer is proved on diagrams; what is too much for them or for the budget is counted, never guessed.
//
// A mutant changes few numbers, so each number is tried on a bench of its own, with diagrams of that call alone.

import { retOf } from "../policy/action.ts";
import type { Condition } from "../policy/condition.ts";
import type { Model, ModelRule } from "../policy/model.ts";
import { createManager, FALSE, type Manager, type Node, NotProved, TRUE } from "../prove/bdd.ts";
import { conditionDiagram } from "../prove/condition-diagram.ts";
import { type FallbackEdit, type Mutant, mutantsOf, type RuleEdit } from "./mutants.ts";
import { type NumberPart, partOf, rulesByNumber } from "./numbers.ts";
import type { Reach } from "./reach.ts";
import type { Claim } from "./resolve-tests.ts";

export interface Mutation {
  readonly killed: number;
  /** In the order of the text. */
  readonly survived: readonly Mutant[];
  /** Proved equal to the policy: no test could notice them. */
  readonly equivalent: number;
  readonly notDecided: number;
  /** Left over when the budget was spent. */
  readonly notTried: number;
}

/** Mutants times the rows that each is held against: a count, so that the answer is the same on every machine. Some seconds. */
export const MUTATION_BUDGET = 100_000;

type Outcome = "killed" | "survived" | "equivalent" | "not-decided";

/** `claims` hold. */
export function mutate(
  models: readonly Model[],
  claims: readonly Claim[],
  reach: Reach,
  file: string,
  budget = MUTATION_BUDGET,
): Mutation {
  const mutants = mutantsOf(models, file);
  const benches = benchesOf(models, claims);
  const survived: Mutant[] = [];
  const count = { killed: 0, survived: 0, equivalent: 0, "not-decided": 0 };
  let spent = 0;
  let tried = 0;
  for (const mutant of mutants) {
    spent += mutant.edits.reduce((sum, edit) => sum + (edit.kind === "rules" ? benches(edit).cost : 1), 0);
    if (spent > budget) break;
    tried++;
    const outcome = together(
      mutant.edits.map(edit =>
        edit.kind === "rules" ? benches(edit).outcome(edit.replaced) : fallbackOutcome(edit, reach),
      ),
    );
    count[outcome]++;
    if (outcome === "survived") survived.push(mutant);
  }
  const { killed, equivalent, "not-decided": notDecided } = count;
  return { killed, survived, equivalent, notDecided, notTried: mutants.length - tried };
}

/** One row that breaks anywhere is enough; and a change that is none on every target is no mistake. */
function together(outcomes: readonly Outcome[]): Outcome {
  const order: readonly Outcome[] = ["killed", "not-decided", "survived", "equivalent"];
  return order.find(outcome => outcomes.includes(outcome)) ?? "equivalent";
}

/** Another verdict breaks every row that reaches the fallback. */
function fallbackOutcome({ kind }: FallbackEdit, { alive, reached }: Reach): Outcome {
  if (!alive.has(kind)) return "equivalent";
  return reached.has(kind) ? "killed" : "survived";
}

interface Bench {
  /** Steps that one mutant takes. */
  readonly cost: number;
  readonly outcome: (replaced: RuleEdit["replaced"]) => Outcome;
}

/** One bench for each number of each ABI of each target, made when it is first asked for. */
function benchesOf(models: readonly Model[], claims: readonly Claim[]): (edit: RuleEdit) => Bench {
  const rules = new Map(models.flatMap(({ abis }) => abis.map(abi => [abi, rulesByNumber(abi.rules)] as const)));
  const benches = new Map<string, Bench>();
  return ({ model, abi, nr }) => {
    const key = `${model.target} ${abi.arch} ${nr}`;
    const known = benches.get(key);
    if (known !== undefined) return known;
    const here = claims.filter(each => each.target === model.target && each.arch === abi.arch && each.nr === nr);
    const bench = createBench(partOf(model, abi, nr, rules.get(abi)!.get(nr)!), here);
    benches.set(key, bench);
    return bench;
  };
}

/** Tables for some dozen rules; they grow. What many mutants have filled is cleared. */
const CAPACITY = 1 << 9;
const FULL = 1 << 17;

function createBench(part: NumberPart, claims: readonly Claim[]): Bench {
  const { rules } = part.abi;
  let desk: Desk | undefined;
  return {
    cost: 1 + claims.length,
    outcome(replaced) {
      if (part.isForeign) return "equivalent";
      try {
        if (desk === undefined || desk.manager.size() > FULL) desk = createDesk(part);
        return outcomeOf(desk, replaced);
      } catch (error) {
        if (error instanceof NotProved) return "not-decided";
        throw error;
      }
    },
  };

  /** Rules before the first that was replaced decide as before; only the calls that they leave open can change. */
  function outcomeOf({ manager, conditionOf, decide, open, after }: Desk, replaced: RuleEdit["replaced"]): Outcome {
    const first = rules.findIndex(rule => replaced.has(rule));
    const last = rules.findLastIndex(rule => replaced.has(rule));
    let mutant = after[last + 1]!;
    for (const rule of rules.slice(first, last + 1).toReversed()) {
      const now = replaced.has(rule) ? replaced.get(rule) : rule;
      if (now !== undefined) mutant = decide(now, mutant);
    }
    const left = open[first]!;
    if (manager.ite(left, mutant, FALSE) === manager.ite(left, after[first]!, FALSE)) return "equivalent";
    const holds = ({ condition, action }: Claim): boolean => {
      const wanted = manager.terminal(retOf(action));
      return manager.ite(manager.ite(left, conditionOf(condition), FALSE), mutant, wanted) === wanted;
    };
    return claims.every(holds) ? "survived" : "killed";
  }
}

/** The diagrams of one number, made once for all of its mutants. */
interface Desk {
  readonly manager: Manager;
  readonly conditionOf: (condition: Condition) => Node;
  /** What a rule makes of the verdicts behind it. */
  readonly decide: (rule: ModelRule, behind: Node) => Node;
  /** [i]: the calls that no guard and none of the rules before i decides. */
  readonly open: readonly Node[];
  /** [i]: the verdicts of rules i and later, and of what is left. */
  readonly after: readonly Node[];
}

function createDesk({ model, abi, nr, layout }: NumberPart): Desk {
  const manager = createManager(undefined, CAPACITY);
  const made = new Map<Condition, Node>();
  const conditionOf = (condition: Condition): Node => {
    const node = made.get(condition) ?? conditionDiagram(manager, layout, condition);
    made.set(condition, node);
    return node;
  };
  const without = (rest: Node, { condition }: { readonly condition: Condition }): Node =>
    manager.ite(conditionOf(condition), FALSE, rest);
  const decide = ({ condition, action }: ModelRule, behind: Node): Node =>
    manager.ite(conditionOf(condition), manager.terminal(retOf(action)), behind);

  const open = [model.guards.reduce(without, TRUE)];
  for (const rule of abi.rules) open.push(without(open.at(-1)!, rule));
  const fallback = abi.known.includes(nr) ? abi.default : abi.unknown;
  const after = [manager.terminal(retOf(fallback.action))];
  for (const rule of abi.rules.toReversed()) after.unshift(decide(rule, after[0]!));
  return { manager, conditionOf, decide, open, after };
}
