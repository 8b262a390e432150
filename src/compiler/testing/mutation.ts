// Would the tests notice a small mistake? In: a policy's mutants and its rows, which all hold; out: which mutants break a row
// (killed), which none notices (survived), and which are no mistake, being equal to the policy for all inputs. Invariant: each
// answer is proved on diagrams; what is too much for them or for the budget is counted, never guessed.
//
// A mutant changes few numbers, so each number is tried on a bench of its own: a diagram of that call alone, a dozen nodes a rule.

import { type Arch, auditArch } from "../abi/arch.ts";
import { retOf } from "../policy/action.ts";
import type { AbiModel, Model, ModelRule } from "../policy/model.ts";
import { createManager, type Node, NotProved } from "../prove/bdd.ts";
import { conditionDiagram } from "../prove/condition-diagram.ts";
import { leaves, restrict } from "../prove/diagram.ts";
import { layoutOf, WORD_ARCH, WORD_NR } from "../prove/layout.ts";
import { couplingsOfModel, type Label, modelDiagram } from "../prove/model-diagram.ts";
import { type FallbackEdit, type Mutant, mutantsOf, type RuleEdit } from "./mutants.ts";
import type { Meaning } from "./prove-rows.ts";
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

/** Rules looked at, once for each mutant: a count, so that the answer is the same on every machine. Some seconds. */
export const MUTATION_BUDGET = 200_000;

type Outcome = "killed" | "survived" | "equivalent" | "not-decided";

/** `claims` hold; `reached` are the labels, of these meanings, of the calls that they stand for. */
export function mutate(
  meanings: readonly Meaning[],
  claims: readonly Claim[],
  reached: ReadonlySet<Label>,
  file: string,
  budget = MUTATION_BUDGET,
): Mutation {
  const models = meanings.map(({ model }) => model);
  const mutants = mutantsOf(models, file);
  const benches = benchesOf(models, claims);
  const fallbacks = new Map(meanings.map(meaning => [meaning.model, fallbackOutcomes(meaning, reached)]));
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
        edit.kind === "rules" ? benches(edit).outcome(edit.replaced) : fallbacks.get(edit.model)!(edit),
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
function fallbackOutcomes({ diagram, labels }: Meaning, reached: ReadonlySet<Label>): (edit: FallbackEdit) => Outcome {
  const alive = leaves(diagram).map(({ value }) => labels[value]!);
  return ({ kind, abi }) => {
    const label = alive.find(each => each.kind === kind && (!("abi" in each) || each.abi === abi));
    if (label === undefined) return "equivalent";
    return reached.has(label) ? "killed" : "survived";
  };
}

interface Bench {
  /** Rules and rows that each mutant is held against. */
  readonly cost: number;
  readonly outcome: (replaced: RuleEdit["replaced"]) => Outcome;
}

type Place = Pick<RuleEdit, "model" | "abi" | "nr">;

/** One bench for each number of each ABI of each target, made when it is first asked for. */
function benchesOf(models: readonly Model[], claims: readonly Claim[]): (place: Place) => Bench {
  const key = (target: Arch, arch: Arch, nr: number): string => `${target} ${arch} ${nr}`;
  const rulesAt = new Map<string, ModelRule[]>();
  for (const { target, abis } of models) {
    for (const { arch, rules } of abis) for (const rule of rules) push(rulesAt, key(target, arch, rule.nr), rule);
  }
  const claimsAt = new Map<string, Claim[]>();
  for (const claim of claims) push(claimsAt, key(claim.target, claim.arch, claim.nr), claim);

  const benches = new Map<string, Bench>();
  return ({ model, abi, nr }) => {
    const at = key(model.target, abi.arch, nr);
    const bench =
      benches.get(at) ?? createBench(ofNumber(model, abi, nr, rulesAt.get(at) ?? []), claimsAt.get(at) ?? []);
    benches.set(at, bench);
    return bench;
  };
}

function push<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}

/** A model that knows one number of one ABI, and the number. */
interface OfNumber {
  readonly model: Model;
  readonly abi: AbiModel;
  readonly nr: number;
}

function ofNumber(model: Model, abi: AbiModel, nr: number, rules: readonly ModelRule[]): OfNumber {
  const own = { ...abi, rules, known: abi.known.includes(nr) ? [nr] : [] };
  const guards = model.guards.filter(guard => guard.arch === abi.arch && guard.nr === nr);
  return { model: { ...model, abis: [own], guards }, abi: own, nr };
}

/** Tables for some dozen rules; they grow. A bench that many mutants have filled is cleared. */
const BENCH_CAPACITY = 1 << 9;
const BENCH_FULL = 1 << 17;

function createBench({ model, abi, nr }: OfNumber, claims: readonly Claim[]): Bench {
  const layout = layoutOf(couplingsOfModel(model));
  const call = new Map([
    [WORD_ARCH, auditArch(abi.arch)],
    [WORD_NR, nr],
  ]);
  let bench = prepare();
  return {
    cost: abi.rules.length + claims.length,
    outcome(replaced) {
      if (bench.manager.size() > BENCH_FULL) bench = prepare();
      try {
        return tried(abi.rules.flatMap(rule => (replaced.has(rule) ? (replaced.get(rule) ?? []) : rule)));
      } catch (error) {
        if (error instanceof NotProved) return "not-decided";
        throw error;
      }
    },
  };

  function prepare() {
    const manager = createManager(undefined, BENCH_CAPACITY);
    return { manager, original: undefined as Node | undefined };
  }

  function tried(rules: readonly ModelRule[]): Outcome {
    const { manager } = bench;
    bench.original ??= meaning(abi.rules);
    const mutant = meaning(rules);
    if (mutant === bench.original) return "equivalent";
    const holds = ({ condition, action }: Claim): boolean => {
      const wanted = manager.terminal(retOf(action));
      return manager.ite(conditionDiagram(manager, layout, condition), mutant, wanted) === wanted;
    };
    return claims.every(holds) ? "survived" : "killed";
  }

  /** What the call's arguments lead to. */
  function meaning(rules: readonly ModelRule[]): Node {
    const { manager } = bench;
    const root = modelDiagram(manager, layout, { ...model, abis: [{ ...abi, rules }] });
    return restrict({ manager, layout, root }, call).root;
  }
}
