// The door to the algebra. In: policies' models and filter programs, in any mix; out: their diagrams, and the proof that a
// program is what its text says. Invariant: "proved" and "equal" are said only when both sides are the same node, that is,
// for every arch, nr, instruction pointer, argument and ticket there is; whatever the algebra cannot decide is "not proved".
//
//   const { diagrams: [text, bytes] } = compose([{ model }, { program, slots }])
//   equal(text, bytes), difference(text, bytes), differences(text, bytes)      difference.ts
//   leaves(text), restrict(text, words), valueAt(text, call)                   diagram.ts
//   casesOf(restrict(text, words))                                             cases.ts
//   relate(a, b), uncovered(rule, earlier)                                     overlap.ts

import type { SockFilter } from "../bpf/instruction.ts";
import { retOf } from "../policy/action.ts";
import { type Decider, decide } from "../policy/decide.ts";
import type { Model, ModelRule } from "../policy/model.ts";
import { BudgetExceeded, createManager, DEFAULT_BUDGET, NotProved } from "./bdd.ts";
import type { Call, Diagram } from "./diagram.ts";
import { difference, equal } from "./difference.ts";
import { couplingsOf } from "./flow.ts";
import { layoutOf } from "./layout.ts";
import { couplingsOfModel, type Label, type Leaf, modelDiagram } from "./model-diagram.ts";
import { programDiagram } from "./program-diagram.ts";
import { samples } from "./samples.ts";
import { stepsOf, type TicketSlot } from "./steps.ts";

/** A policy's meaning, or a program within seccomp's instruction set, ours or not. */
export type Subject =
  | { readonly model: Model; readonly leaf?: Leaf }
  | { readonly program: readonly SockFilter[]; readonly slots?: readonly TicketSlot[] };

export type Composition =
  | { readonly ok: true; readonly diagrams: readonly Diagram[] }
  | { readonly ok: false; readonly reason: string; readonly exceeded: boolean };

/** The diagrams of all subjects, in their order and in one manager, so that they can be compared with each other. */
export function compose(subjects: readonly Subject[], budget = DEFAULT_BUDGET): Composition {
  try {
    return { ok: true, diagrams: composed(subjects, budget) };
  } catch (error) {
    if (!(error instanceof NotProved)) throw error;
    return { ok: false, reason: error.message, exceeded: error instanceof BudgetExceeded };
  }
}

function composed(subjects: readonly Subject[], budget: number): readonly Diagram[] {
  const parts = subjects.map(subject => {
    if ("model" in subject) return { ...subject, couplings: couplingsOfModel(subject.model) };
    const steps = stepsOf(subject.program, subject.slots ?? []);
    return { steps, couplings: couplingsOf(steps) };
  });
  // One order of variables has to suit all subjects.
  const layout = layoutOf(parts.flatMap(part => part.couplings));
  const manager = createManager(budget);
  return parts.map(part => ({
    manager,
    layout,
    root:
      "model" in part
        ? modelDiagram(manager, layout, part.model, part.leaf)
        : programDiagram(manager, layout, part.steps),
  }));
}

export interface Labels {
  /** Makes the leaves of a model's diagram say which rule decides, not what it says: indices into `labels`. */
  readonly leaf: Leaf;
  readonly labels: readonly Label[];
}

/** For dead rules and coverage: a rule that is no leaf decides no call. */
export function createLabels(): Labels {
  const labels: Label[] = [];
  const known = new Map<unknown, number>();
  return {
    labels,
    leaf(label) {
      // One rule is one leaf, whichever number asks for it; a fallback is one for each ABI.
      const key = subjectOf(label);
      const at = known.get(key) ?? labels.push(label) - 1;
      known.set(key, at);
      return at;
    },
  };
}

function subjectOf(label: Label): unknown {
  switch (label.kind) {
    case "rule":
      return label.rule;
    case "guard":
      return label.guard;
    case "ticket":
      return label.call;
    case "default":
    case "unknown":
      return `${label.kind} ${label.abi.arch}`;
    case "foreign":
    case "no-call":
      return label.kind;
  }
}

export type Proof =
  | {
      readonly proved: true;
      /** Size of the diagrams. */
      readonly nodes: number;
      /** Calls that the reference semantics confirmed. */
      readonly confirmed: number;
    }
  | {
      readonly proved: false;
      readonly reason: string;
      /** Nothing is wrong, but the algebra's budget does not reach to show it. */
      readonly exceeded?: boolean;
      /** A call on which text and program differ; missing when they were too much for the algebra. */
      readonly witness?: Call;
      /** The ret word the text asks for, by what, and the program's. */
      readonly want?: number;
      readonly by?: Decider;
      readonly got?: number;
    };

/**
 * Shows for all inputs that a program returns what its model says. The slots of a launcher's program are variables here, so
 * one proof holds for every ticket. Each kind of call in the model's diagram is also put to decide(), the reference, which
 * shares nothing with the diagram.
 */
export function proveProgram(model: Model, program: readonly SockFilter[], slots: readonly TicketSlot[] = []): Proof {
  const composition = compose([{ model }, { program, slots }]);
  if (!composition.ok) return { proved: false, reason: composition.reason, exceeded: composition.exceeded };
  const [text, bytes] = composition.diagrams as [Diagram, Diagram];

  if (!equal(text, bytes)) {
    const { data, ticket, left, right } = difference(text, bytes)!;
    const { by } = decide(model, data, ticket);
    const reason = `it returns ${hex(right)} for ${callText({ data, ticket })}, the text says ${hex(left)}`;
    return { proved: false, reason, witness: { data, ticket }, want: left, by, got: right };
  }

  let confirmed = 0;
  const about = aboutNumbers(model);
  for (const { value: got, ...call } of samples(text)) {
    const { action, by } = decide(about(call.data.nr), call.data, call.ticket);
    const want = retOf(action);
    if (want !== got) {
      const reason = `proof and reference disagree about ${callText(call)}: ${hex(got)} and ${hex(want)}`;
      return { proved: false, reason, witness: call, want, by, got };
    }
    confirmed++;
  }
  return { proved: true, nodes: text.manager.size(), confirmed };
}

/**
 * The part of a model that can speak of a number. decide() walks every rule, on purpose; rules of other numbers decide
 * nothing, and with thousands of them the walk would be most of the proof's time.
 */
function aboutNumbers(model: Model): (nr: number) => Model {
  const byNumber = model.abis.map(abi => rulesByNumber(abi.rules));
  const parts = new Map<number, Model>();
  return nr => {
    const known = parts.get(nr);
    if (known !== undefined) return known;
    const abis = model.abis.map((abi, i) => ({ ...abi, rules: byNumber[i]!.get(nr) ?? [] }));
    const part = { ...model, abis };
    parts.set(nr, part);
    return part;
  };
}

function rulesByNumber(rules: readonly ModelRule[]): ReadonlyMap<number, readonly ModelRule[]> {
  const found = new Map<number, ModelRule[]>();
  for (const rule of rules) {
    const same = found.get(rule.nr);
    if (same === undefined) found.set(rule.nr, [rule]);
    else same.push(rule);
  }
  return found;
}

function callText({ data, ticket }: Call): string {
  const args = data.args.map(hex).join(", ");
  return `arch ${hex(data.arch)}, nr ${data.nr}, (${args})${ticket === 0n ? "" : `, ticket ${hex(ticket)}`}`;
}

function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}
