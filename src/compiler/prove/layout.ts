// Which bit of seccomp_data is tested at which level of a diagram. In: the pairs of words that are compared with each
// other; out: a level for every bit. Invariant: arch comes first, then nr, so that a diagram splits into one part for each
// syscall; the bits of a word go from the most significant down.
//
//   arch 31..0 | nr 31..0 | ip hi, lo | args[0] hi 31..0 | lo 31..0 | args[1] ...
//
// Words that are compared with each other are interleaved, bit by bit: a[31] b[31] a[30] b[30] ... Then `a == b` takes three
// nodes a bit; one after the other it takes one node for each value of a (65,000 for 14 bits).

import { argOffset, OFFSET_ARCH, OFFSET_NR, SECCOMP_DATA_SIZE } from "../bpf/instruction.ts";

/** A 32-bit word of the input: its offset in seccomp_data / 4, or a half of the ticket that a launcher will draw. */
export type Word = number;

export const WORD_NR: Word = OFFSET_NR / 4;
export const WORD_ARCH: Word = OFFSET_ARCH / 4;
export const WORD_IP_LO: Word = 2;
export const WORD_IP_HI: Word = 3;
export const WORD_TICKET_LO: Word = SECCOMP_DATA_SIZE / 4;
export const WORD_TICKET_HI: Word = WORD_TICKET_LO + 1;
export const WORDS = WORD_TICKET_HI + 1;

export function argWord(index: number, half: "lo" | "hi"): Word {
  return argOffset(index, half) / 4;
}

/** Two words of which some bits decide together. */
export type Coupling = readonly [Word, Word];

export interface Layout {
  /** [word * 32 + bit] -> level, bit 0 being the least significant. */
  readonly levels: Int32Array;
  /** [level] -> word * 32 + bit. */
  readonly places: Int32Array;
  /** False when arch or nr is interleaved with other words: then a diagram has no part for each syscall. */
  readonly hasNumberParts: boolean;
}

const ORDER: readonly Word[] = [
  WORD_ARCH,
  WORD_NR,
  WORD_IP_HI,
  WORD_IP_LO,
  ...[0, 1, 2, 3, 4, 5].flatMap(index => [argWord(index, "hi"), argWord(index, "lo")]),
  WORD_TICKET_HI,
  WORD_TICKET_LO,
];

/** Each group of coupled words stands where its first word would. */
export function layoutOf(couplings: Iterable<Coupling>): Layout {
  const group = Int32Array.from({ length: WORDS }, (_, word) => word);
  for (const [left, right] of couplings) {
    const [from, to] = [group[left]!, group[right]!];
    for (let word = 0; word < WORDS; word++) if (group[word] === from) group[word] = to;
  }

  const levels = new Int32Array(WORDS * 32).fill(-1);
  const places = new Int32Array(WORDS * 32);
  let level = 0;
  for (const first of ORDER) {
    if (levels[first * 32] !== -1) continue;
    const together = ORDER.filter(word => group[word] === group[first]);
    for (let bit = 31; bit >= 0; bit--) {
      for (const word of together) {
        levels[word * 32 + bit] = level;
        places[level++] = word * 32 + bit;
      }
    }
  }
  const isAlone = (word: Word): boolean => group.filter(each => each === group[word]).length === 1;
  return { levels, places, hasNumberParts: isAlone(WORD_ARCH) && isAlone(WORD_NR) };
}
