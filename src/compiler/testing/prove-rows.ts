// Proves the claims of test rows for all calls they stand for. In: a target's model and its claims; out: for each claim every
// rule that decides one of its calls, with the smallest such call, and the call that breaks the claim where there is one.
// Invariant: "proved" is said only when every leaf of the model's diagram that the row can reach has the wanted verdict; a call
// that breaks a claim was put to decide(), the reference, as well.

import { auditArch } from "../abi/arch.ts";
import type { SeccompData } from "../bpf/instruction.ts";
import { Bug } from "../diagnostics/diagnostic.ts";
import { retOf } from "../policy/action.ts";
import { type Decision, decide } from "../policy/decide.ts";
import type { Model } from "../policy/model.ts";
import { NotProved } from "../prove/bdd.ts";
import { conditionDiagram } from "../prove/condition-diagram.ts";
import { type Diagram, leaves, restrict } from "../prove/diagram.ts";
import { WORD_ARCH, WORD_NR } from "../prove/layout.ts";
import type { Label } from "../prove/model-diagram.ts";
import { compose, createLabels } from "../prove/prove.ts";
import type { Claim } from "./resolve-tests.ts";

/** What a model says of every call, as the rule that decides it. */
export interface Meaning {
  readonly model: Model;
  readonly diagram: Diagram;
  readonly labels: readonly Label[];
}

/** The reason when the model is beyond the algebra. */
export function meaningOf(model: Model): Meaning | { readonly reason: string } {
  const { labels, leaf } = createLabels();
  const composed = compose([{ model, leaf }]);
  return composed.ok ? { model, diagram: composed.diagrams[0]!, labels } : composed;
}

/** A rule or fallback that decides some of a row's calls, and the smallest of them. */
export interface Answer {
  readonly label: Label;
  readonly example: SeccompData;
}

export type Proof =
  | { readonly kind: "proved"; readonly answers: readonly Answer[] }
  | { readonly kind: "broken"; readonly by: SeccompData; readonly decision: Decision; readonly isPartial: boolean }
  | { readonly kind: "not-decided"; readonly reason: string };

export function proveClaim(meaning: Meaning, claim: Claim): Proof {
  try {
    return proved(meaning, claim);
  } catch (error) {
    if (error instanceof NotProved) return { kind: "not-decided", reason: error.message };
    throw error;
  }
}

function proved(meaning: Meaning, claim: Claim): Proof {
  const wanted = retOf(claim.action);
  const answers = answersTo(meaning, claim);
  const wrong = answers.filter(({ label }) => retOf(label.action) !== wanted);
  if (wrong.length === 0) return { kind: "proved", answers };
  const { example, label } = wrong[0]!;
  const decision = decide(meaning.model, example);
  if (retOf(decision.action) !== retOf(label.action)) throw new Bug(`proof and reference disagree about ${claim.call}`);
  return { kind: "broken", by: example, decision, isPartial: wrong.length < answers.length };
}

/** No label has this number: the leaf of the calls that a row does not stand for. */
const OUTSIDE = 0xffffffff;

function answersTo({ diagram, labels }: Meaning, { arch, nr, condition }: Claim): readonly Answer[] {
  const { manager, layout } = diagram;
  const call = { arch: auditArch(arch), nr };
  const words = new Map([
    [WORD_ARCH, call.arch],
    [WORD_NR, nr],
  ]);
  const meant = conditionDiagram(manager, layout, condition);
  const root = manager.ite(meant, restrict(diagram, words).root, manager.terminal(OUTSIDE));
  return leaves({ ...diagram, root })
    .filter(({ value }) => value !== OUTSIDE)
    .map(({ value, data }) => ({ label: labels[value]!, example: { ...data, ...call } }));
}
