// Two facts about a program that its diagram is built with: which places are still read behind a pc, and which words are
// compared with each other. In: steps; out: a bit set for each pc, and couplings for the layout. Invariant: both may name too
// much, which costs nodes, and never too little for the diagram to be exact.

import { BPF_LSH, BPF_OR, BPF_RSH } from "../bpf/instruction.ts";
import { type Coupling, WORDS, type Word } from "./layout.ts";
import { PLACE_A, PLACES, type Source, type Step, sources, successors, written } from "./steps.ts";

/** [pc] -> the places whose contents at pc can matter: bit i for place i. Jumps go forward, so one backward sweep does it. */
export function livePlaces(steps: readonly Step[]): Int32Array {
  const live = new Int32Array(steps.length + 1);
  for (let pc = steps.length - 1; pc >= 0; pc--) {
    const step = steps[pc]!;
    let places = 0;
    for (const next of successors(step, pc)) places |= live[next]!;
    const to = written(step);
    if (to !== undefined) places &= ~(1 << to);
    for (const source of sources(step)) if (source.kind === "place") places |= 1 << source.place;
    live[pc] = places;
  }
  return live;
}

/** Every pair of words that a step may bring together. One forward sweep with the words that each place may depend on. */
export function couplingsOf(steps: readonly Step[]): readonly Coupling[] {
  const couplings = new Map<number, Coupling>();
  // [pc * PLACES + place] -> the words the place may depend on there: bit i for word i.
  const words = new Int32Array((steps.length + 1) * PLACES);

  steps.forEach((step, pc) => {
    const before = words.subarray(pc * PLACES, (pc + 1) * PLACES);
    const wordsOf = (source: Source): number => {
      if (source.kind === "place") return before[source.place]!;
      return source.kind === "word" ? 1 << source.word : 0;
    };
    const after = before.slice();
    if (step.kind === "set") after[step.to] = wordsOf(step.from);
    if (step.kind === "alu") after[PLACE_A] = before[PLACE_A]! | wordsOf(step.right);
    if (step.kind === "branch" || (step.kind === "alu" && mixes(step.op))) {
      couple(before[PLACE_A]!, wordsOf(step.right));
    }
    for (const next of successors(step, pc)) {
      for (let place = 0; place < PLACES; place++) words[next * PLACES + place]! |= after[place]!;
    }
  });
  return [...couplings.values()];

  function couple(lefts: number, rights: number): void {
    if (lefts === 0 || rights === 0) return;
    for (let left: Word = 0; left < WORDS; left++) {
      if ((lefts & (1 << left)) === 0) continue;
      for (let right: Word = 0; right < WORDS; right++) {
        if ((rights & (1 << right)) !== 0 && left !== right) couplings.set(left * WORDS + right, [left, right]);
      }
    }
  }
}

/**
 * OR joins differences to see whether all are zero, (lo ^ t0) | (hi ^ t1) == 0, and that needs no interleaving of lo with
 * hi. Shifts move bits away from their partners.
 */
function mixes(op: number): boolean {
  return op !== BPF_OR && op !== BPF_LSH && op !== BPF_RSH;
}
