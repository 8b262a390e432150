// Proves the claims of test rows for all calls they stand for. In: a target's model and a claim; out: proved, or a call that breaks
// it. Invariant: "proved" is said only when every leaf of the model's diagram that the row can reach has the wanted verdict; a
// call that breaks a claim was put to decide(), the reference, as well.

import { auditArch } from "../abi/arch.ts";
import type { SeccompData } from "../bpf/instruction.ts";
import { Bug } from "../diagnostics/diagnostic.ts";
import { retOf } from "../policy/action.ts";
import { type Decision, decide } from "../policy/decide.ts";
import type { Model } from "../policy/model.ts";
import { NotProved } from "../prove/bdd.ts";
import { conditionDiagram } from "../prove/condition-diagram.ts";
import { type Diagram, type LeafExample, leaves, restrict } from "../prove/diagram.ts";
import { WORD_ARCH, WORD_NR } from "../prove/layout.ts";
import { compose } from "../prove/prove.ts";
import type { Claim } from "./resolve-tests.ts";

/** What a model says of every call. */
export interface Meaning {
  readonly model: Model;
  readonly diagram: Diagram;
}

/** The reason when the model is beyond the algebra. */
export function meaningOf(model: Model): Meaning | { readonly reason: string } {
  const composed = compose([{ model }]);
  return composed.ok ? { model, diagram: composed.diagrams[0]! } : composed;
}

export type Proof =
  | { readonly kind: "proved" }
  | {
      readonly kind: "broken";
      /** The smallest call with the verdict that it gets. */
      readonly by: SeccompData;
      readonly decision: Decision;
      /** Others of the row's calls get the wanted verdict. */
      readonly isPartial: boolean;
    }
  | { readonly kind: "not-decided"; readonly reason: string };

export function proveClaim(meaning: Meaning | { readonly reason: string }, claim: Claim): Proof {
  if ("reason" in meaning) return { kind: "not-decided", reason: meaning.reason };
  try {
    return proved(meaning, claim);
  } catch (error) {
    if (error instanceof NotProved) return { kind: "not-decided", reason: error.message };
    throw error;
  }
}

function proved({ model, diagram }: Meaning, claim: Claim): Proof {
  const wanted = retOf(claim.action);
  const answers = answersTo(diagram, claim);
  const wrong = answers.find(({ value }) => value !== wanted);
  if (wrong === undefined) return { kind: "proved" };
  const by = { ...wrong.data, arch: auditArch(claim.arch), nr: claim.nr };
  const decision = decide(model, by);
  if (retOf(decision.action) !== wrong.value) throw new Bug(`proof and reference disagree about ${claim.call}`);
  return { kind: "broken", by, decision, isPartial: answers.some(({ value }) => value === wanted) };
}

/** No action has this word: the leaf of the calls that a row does not stand for. */
const OUTSIDE = 0xffffffff;

/** Each verdict that some call of the claim gets, with the smallest of them. */
function answersTo(diagram: Diagram, { arch, nr, condition }: Claim): readonly LeafExample[] {
  const { manager, layout } = diagram;
  const words = new Map([
    [WORD_ARCH, auditArch(arch)],
    [WORD_NR, nr],
  ]);
  const meant = conditionDiagram(manager, layout, condition);
  const root = manager.ite(meant, restrict(diagram, words).root, manager.terminal(OUTSIDE));
  return leaves({ ...diagram, root }).filter(({ value }) => value !== OUTSIDE);
}
