// Calls that between them go every way a diagram has, for a second opinion. In: a diagram; out: calls
// and what the diagram says of them. Invariant: both ends of
// every run of numbers with one meaning, on every machine, and at least one call for each edge that arguments take; bounded.

import { type Node, TERMINAL } from "./bdd.ts";
import { type Call, callOf, type Diagram, leaves, splitBy } from "./diagram.ts";
import { WORD_ARCH, WORD_NR, WORDS } from "./layout.ts";

// The second opinion is not the proof: it must not take longer than that. One call may have rules enough for ten thousand
// edges, and a policy may have hundreds of such calls.
const MAX_PER_CALL = 32;
const MAX_SAMPLES = 4096;

export interface Sample extends Call {
  readonly value: number;
}

export function samples(diagram: Diagram): readonly Sample[] {
  const { manager, layout, root } = diagram;
  if (!layout.hasNumberParts) return leaves(diagram);
  const words = new Uint32Array(WORDS);
  const found: Sample[] = [];
  const explored = new Set<Node>();
  let allowance = 0;

  const machines = splitBy(diagram, WORD_ARCH, root, root).runs.map(({ first, last, left }) => ({
    arches: new Set([first, last]),
    runs: splitBy(diagram, WORD_NR, left, left).runs,
  }));
  const parts = new Set(machines.flatMap(({ runs }) => runs.map(({ left }) => left))).size;
  const each = Math.max(1, Math.min(MAX_PER_CALL, Math.floor(MAX_SAMPLES / parts)));

  for (const { arches, runs } of machines) {
    for (const { first, last, left } of runs) {
      for (const arch of arches) {
        for (const nr of new Set([first, last])) {
          words[WORD_ARCH] = arch;
          words[WORD_NR] = nr;
          // The same continuation behind another number: one call shows that it is reached.
          allowance = explored.has(left) ? 1 : each;
          explore(left, new Set());
          explored.add(left);
        }
      }
    }
  }
  return found;

  function explore(node: Node, seen: Set<Node>): void {
    if (allowance === 0) return;
    const level = manager.level(node);
    if (level === TERMINAL || seen.has(node)) {
      found.push({ ...callOf(words), value: manager.value(onward(node)) });
      allowance--;
      return;
    }
    seen.add(node);
    const place = layout.places[level]!;
    explore(manager.lo(node), seen);
    words[place >>> 5]! |= 1 << (place & 31);
    explore(manager.hi(node), seen);
    words[place >>> 5]! &= ~(1 << (place & 31));
  }

  /** Bits not chosen are 0. */
  function onward(node: Node): Node {
    let end = node;
    while (manager.level(end) !== TERMINAL) end = manager.lo(end);
    return end;
  }
}
