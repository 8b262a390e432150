// Whether a call can run at all under a filter. In: its diagram, the call, and bits of its arguments that are known; out: true
// when every value of the others is denied by the kernel itself. Whoever holds a listener, traces or logs may let a call run.

import { type Arch, auditArch } from "../abi/arch.ts";
import { isDenial } from "../bpf/action.ts";
import { type Node, TERMINAL } from "./bdd.ts";
import type { Diagram } from "./diagram.ts";
import { WORD_ARCH, WORD_NR, type Word } from "./layout.ts";

export interface KnownBit {
  readonly word: Word;
  /** From 0, the lowest. */
  readonly bit: number;
  readonly value: 0 | 1;
}

export function neverRuns(diagram: Diagram, abi: Arch, nr: number, known: readonly KnownBit[]): boolean {
  const call = new Map([
    [WORD_ARCH, auditArch(abi)],
    [WORD_NR, nr],
  ]);
  const bitOf = (word: Word, bit: number): number | undefined => {
    const whole = call.get(word);
    if (whole !== undefined) return (whole >>> bit) & 1;
    return known.find(each => each.word === word && each.bit === bit)?.value;
  };
  return [...reachable(diagram, bitOf)].every(isDenial);
}

/** What the diagram says of the calls whose bits are these; undefined stands for both. */
function reachable(
  { manager, layout, root }: Diagram,
  bitOf: (word: Word, bit: number) => number | undefined,
): ReadonlySet<number> {
  const seen = new Set<Node>([root]);
  const values = new Set<number>();
  for (const node of seen) {
    const level = manager.level(node);
    if (level === TERMINAL) {
      values.add(manager.value(node));
      continue;
    }
    const place = layout.places[level]!;
    const bit = bitOf(place >>> 5, place & 31);
    if (bit !== 1) seen.add(manager.lo(node));
    if (bit !== 0) seen.add(manager.hi(node));
  }
  return values;
}
