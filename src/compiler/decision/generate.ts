// The code generator: a model in, its program out, with the slots that take a launch's ticket and the rules that each
// instruction serves; or, where no way of laying it out fits the kernel's limit, the rules that cost most. Deterministic.
// It shares no code with decide() and prove/, which judge its programs.

import { type Assembled, assemble, type Block, type Label } from "../bpf/assemble.ts";
import { BPF_MAXINSNS, type SockFilter } from "../bpf/instruction.ts";
import type { Model, Origin } from "../policy/model.ts";
import { type Cost, type CostOptions, costOf, PRICES } from "./cost.ts";
import { type Dag, makeDag, type Node } from "./dag.ts";
import type { Effort } from "./dispatch.ts";
import { layout, TICKET_LO } from "./layout.ts";
import { lowerModel } from "./lower-model.ts";
import { PASSES, type Pass, SHORTEST } from "./passes.ts";

/** An instruction whose k takes one half of the launch's ticket. k is 0 until then. */
export interface Slot {
  readonly pc: number;
  readonly half: "lo" | "hi";
}

export type Generated =
  | {
      readonly ok: true;
      readonly program: readonly SockFilter[];
      readonly slots: readonly Slot[];
      /** Per pc, whose rules it serves; none for what all calls share: the arch check, the search for a number. */
      readonly origins: readonly (readonly Origin[])[];
    }
  | {
      readonly ok: false;
      /** Instructions of the shortest program that was found. */
      readonly length: number;
      /** At most ten, most instructions first. */
      readonly costliest: readonly { readonly origin: Origin; readonly instructions: number }[];
    };

/** A way to make the program; reuse: keep what A holds from block to block; effort: other than the cost model's. */
export interface Tuning {
  readonly passes: readonly Pass[];
  readonly reuse: boolean;
  readonly effort?: Partial<Effort>;
}

/** Tried in this order until the program fits. */
export const TUNINGS: readonly Tuning[] = [
  { passes: PASSES, reuse: true },
  { passes: PASSES, reuse: true, effort: { price: PRICES.size } },
  { passes: SHORTEST, reuse: true, effort: { price: PRICES.size } },
];

export const UNOPTIMISED: readonly Tuning[] = [{ passes: [], reuse: false }];

export function generate(model: Model, options: CostOptions = {}, tunings: readonly Tuning[] = TUNINGS): Generated {
  const owners = makeDag();
  const cost = costOf(model, options);
  const lowered = lowerModel(model, owners);
  let shortest: Draft | undefined;
  for (const tuning of tunings) {
    const draft = drafted(lowered, owners, cost, tuning);
    const { program } = draft.assembled;
    if (program.length <= BPF_MAXINSNS) return finished(draft);
    // A search tests a value one and a half times, a chain once: what is so much too long cannot be made to fit.
    if (program.length > 2 * BPF_MAXINSNS) return refused(draft);
    if (shortest === undefined || program.length < shortest.assembled.program.length) shortest = draft;
  }
  return refused(shortest);
}

function refused(draft: Draft | undefined): Generated {
  return { ok: false, length: draft?.assembled.program.length ?? 0, costliest: costliest(draft) };
}

/** The values between the stages, for `policyc explain`: the DAG behind the passes, and its blocks. */
export interface Stages {
  readonly dag: Node;
  readonly blocks: readonly Block[];
}

export function stages(model: Model, options: CostOptions = {}, tuning: Tuning = TUNINGS[0]!): Stages {
  const owners = makeDag();
  const { dag, blocks } = drafted(lowerModel(model, owners), owners, costOf(model, options), tuning);
  return { dag, blocks };
}

interface Draft extends Stages {
  readonly nodeAt: (label: Label) => Node;
  readonly assembled: Assembled;
  readonly owners: Dag;
}

function drafted(lowered: Node, owners: Dag, model: Cost, { passes, reuse, effort }: Tuning): Draft {
  const cost = { ...model, effort: { ...model.effort, ...effort } };
  const dag = passes.reduce((node, pass) => pass(node, owners, cost), lowered);
  const { blocks, nodeAt } = layout(dag, reuse);
  return { dag, blocks, nodeAt, assembled: assemble(blocks), owners };
}

function finished(draft: Draft): Generated {
  const { program, holes } = draft.assembled;
  const slots = holes.map(({ pc, name }): Slot => ({ pc, half: name === TICKET_LO ? "lo" : "hi" }));
  return { ok: true, program, slots, origins: originsByPc(draft) };
}

function originsByPc({ nodeAt, assembled, owners }: Draft): readonly (readonly Origin[])[] {
  const origins = new Map<Node, readonly Origin[]>();
  return assembled.owners.map(label => {
    const node = nodeAt(label);
    const known = origins.get(node) ?? owners.originsOf(node);
    origins.set(node, known);
    return known;
  });
}

const MOST = 10;

/** One text gives many rules: what counts is the text, spliced by the same uses. */
function costliest(draft: Draft | undefined): readonly { readonly origin: Origin; readonly instructions: number }[] {
  const costs = new Map<string, { readonly origin: Origin; instructions: number }>();
  for (const origins of draft === undefined ? [] : originsByPc(draft)) {
    // What many rules share costs each of them little, and leaving out one of them would save nothing.
    for (const origin of origins.length === 1 ? origins : []) {
      const key = [origin.span, ...origin.uses].map(({ source, start, end }) => `${source} ${start} ${end}`).join("\n");
      const cost = costs.get(key) ?? { origin, instructions: 0 };
      costs.set(key, cost);
      cost.instructions++;
    }
  }
  // Sorting is stable: equal costs stay in the order of the program.
  return [...costs.values()].sort((a, b) => b.instructions - a.instructions).slice(0, MOST);
}
