// What a diagram tests, in the terms of people: the quantities that seccomp_data's words belong to, and tests on them with
// their text. In: a test; out: `args[0] in 0x1..0x4`. Invariant: a test means what its fields say, the text only shows it.

import {
  argWord,
  type Layout,
  WORD_ARCH,
  WORD_IP_HI,
  WORD_IP_LO,
  WORD_NR,
  WORD_TICKET_HI,
  WORD_TICKET_LO,
  type Word,
} from "./layout.ts";

/** What a test is about; a number is an index into args. */
export type Quantity = "arch" | "nr" | "ip" | "ticket" | number;

export interface ValueRange {
  readonly first: bigint;
  readonly last: bigint;
}

export type Relation = "==" | "!=" | "<" | "<=" | ">" | ">=";

/** `bits` is 32 when the upper half plays no part: the test is about the low word then. */
export type Test =
  | { readonly kind: "in"; readonly of: Quantity; readonly bits: 32 | 64; readonly ranges: readonly ValueRange[] }
  | {
      readonly kind: "masked";
      readonly of: Quantity;
      readonly bits: 32 | 64;
      readonly mask: bigint;
      readonly value: bigint;
      readonly relation: "==" | "!=";
    }
  | {
      readonly kind: "compared";
      readonly of: Quantity;
      readonly with: Quantity;
      readonly bits: 32 | 64;
      readonly signed: boolean;
      readonly relation: Relation;
    };

/** Low word first. */
export const QUANTITIES: readonly { readonly of: Quantity; readonly words: readonly Word[] }[] = [
  { of: "arch", words: [WORD_ARCH] },
  { of: "nr", words: [WORD_NR] },
  { of: "ip", words: [WORD_IP_LO, WORD_IP_HI] },
  ...[0, 1, 2, 3, 4, 5].map(of => ({ of, words: [argWord(of, "lo"), argWord(of, "hi")] })),
  { of: "ticket", words: [WORD_TICKET_LO, WORD_TICKET_HI] },
];

/** `args[0] in 0x1..0x4`; `name` gives each quantity the name that the reader knows. */
export function testText(test: Test, name: (of: Quantity) => string = quantityName): string {
  const of = name(test.of);
  switch (test.kind) {
    case "compared":
      return `${of} ${test.relation} ${name(test.with)}${test.signed ? " (signed)" : ""}`;
    case "masked":
      return `(${of} & ${hex(test.mask)}) ${test.relation} ${hex(test.value)}`;
    case "in":
      return rangesText(of, test.bits, test.ranges);
  }
}

function quantityName(of: Quantity): string {
  return typeof of === "number" ? `args[${of}]` : of;
}

function rangesText(of: string, bits: 32 | 64, ranges: readonly ValueRange[]): string {
  const max = (1n << BigInt(bits)) - 1n;
  const [only, ...more] = ranges;
  const shown = ({ first, last }: ValueRange): string => (first === last ? hex(first) : `${hex(first)}..${hex(last)}`);
  if (only === undefined || more.length > 0) return `${of} in {${ranges.map(shown).join(", ")}}`;
  if (only.first === only.last) return `${of} == ${hex(only.first)}`;
  if (only.first === 0n) return `${of} <= ${hex(only.last)}`;
  return only.last === max ? `${of} >= ${hex(only.first)}` : `${of} in ${shown(only)}`;
}

/** Small numbers are counts, large ones patterns. */
function hex(value: bigint): string {
  return value < 10n ? value.toString() : `0x${value.toString(16)}`;
}

export function wordsOf(of: Quantity): readonly Word[] {
  return QUANTITIES.find(quantity => quantity.of === of)!.words;
}

/** The bit that a level stands for, in its quantity. */
export function bitAt(layout: Layout, level: number): bigint {
  const place = layout.places[level]!;
  const isUpper = QUANTITIES.some(({ words }) => words[1] === place >>> 5);
  return 1n << BigInt((place & 31) + (isUpper ? 32 : 0));
}
