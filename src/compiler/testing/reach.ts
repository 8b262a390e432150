// Which rules and fallbacks of a model decide calls: any call at all, and any call of given claims. In: a model and claims; out: two
// sets. Number by number: a rule decides where its condition holds and none before it does, so that one diagram of what is still
// open is carried along; nothing is multiplied out, however many rules a number has.

import type { Model, ModelRule } from "../policy/model.ts";
import { createManager, FALSE, type Node, TRUE } from "../prove/bdd.ts";
import { conditionDiagram } from "../prove/condition-diagram.ts";
import { type NumberPart, partOf, rulesByNumber } from "./numbers.ts";
import type { Claim } from "./resolve-tests.ts";

/** A rule, or a fallback: one is one statement for all ABIs. */
export type Decider = ModelRule | "default" | "unknown" | "foreign";

export interface Reach {
  /** Deciders of some call. */
  readonly alive: ReadonlySet<Decider>;
  /** Deciders of some call of a claim. */
  readonly reached: ReadonlySet<Decider>;
}

/** Throws NotProved when the conditions of one number are too much for a diagram. */
export function reachOf(model: Model, claims: readonly Claim[]): Reach {
  const alive = new Set<Decider>(["unknown", "foreign"]);
  const reached = new Set<Decider>();
  const arches = model.abis.map(abi => abi.arch);
  const own = claims.filter(({ target }) => target === model.target);
  if (own.some(({ arch }) => !arches.includes(arch))) reached.add("foreign");
  for (const abi of model.abis) {
    const rules = rulesByNumber(abi.rules);
    if (abi.known.some(nr => !rules.has(nr))) alive.add("default");
    const asked = own.filter(({ arch }) => arch === abi.arch);
    for (const nr of new Set([...rules.keys(), ...asked.map(claim => claim.nr)])) {
      const here = asked.filter(claim => claim.nr === nr);
      const part = partOf(model, abi, nr, rules.get(nr) ?? []);
      if (!part.isForeign) walk(part, here, alive, reached);
      else if (here.length > 0) reached.add("foreign");
    }
  }
  return { alive, reached };
}

/** Some dozen rules; the tables grow. */
const CAPACITY = 1 << 9;

function walk(
  { model, abi, nr, layout }: NumberPart,
  claims: readonly Claim[],
  alive: Set<Decider>,
  reached: Set<Decider>,
): void {
  const manager = createManager(undefined, CAPACITY);
  const meant = claims.map(claim => conditionDiagram(manager, layout, claim.condition));
  let open = TRUE;
  for (const { condition } of model.guards)
    open = manager.ite(conditionDiagram(manager, layout, condition), FALSE, open);
  for (const rule of abi.rules) {
    const holds = conditionDiagram(manager, layout, rule.condition);
    decides(rule, manager.ite(holds, open, FALSE));
    open = manager.ite(holds, FALSE, open);
  }
  decides(abi.known.includes(nr) ? "default" : "unknown", open);

  function decides(decider: Decider, calls: Node): void {
    if (calls === FALSE) return;
    alive.add(decider);
    if (meant.some(row => manager.ite(row, calls, FALSE) !== FALSE)) reached.add(decider);
  }
}
