// Counts calls by shape, in bounded memory however many a program makes up: alike are calls of one ABI and number whose
// arguments that name a choice (flags, commands, families) are alike. Pointers, sizes, descriptors and numbers do not tell
// shapes apart. In: registers; out: the first call of each shape with its count, most frequent first.

import { type Arg, archOf, argumentConstants, type SeccompData, syscallByNr } from "../compiler/index.ts";
import type { CountedCall } from "./watched.ts";

export interface CallCounter {
  count(data: SeccompData): void;
  calls(): readonly CountedCall[];
  /** Calls of shapes beyond those that are kept apart. */
  unlisted(): number;
}

/** Of one number: a program that draws its flags at random must not fill the memory, nor hide the other calls. */
const SHAPES_A_CALL = 64;
/** Of all: it may draw numbers at random too. */
const SHAPES = 4096;

interface Shapes {
  readonly choices: readonly { readonly index: number; readonly mask: bigint }[];
  readonly seen: Map<string, { count: number; readonly data: SeccompData }>;
}

export function countCalls(): CallCounter {
  const calls = new Map<number, Map<number, Shapes>>(); // by audit arch, then number
  let shapes = 0;
  let unlisted = 0;
  return {
    count: data => {
      const { choices, seen } = shapesOf(calls, data, shapes < SHAPES);
      const key = choices.map(({ index, mask }) => data.args[index]! & mask).join(" ");
      const found = seen.get(key);
      if (found !== undefined) found.count++;
      else if (seen.size < SHAPES_A_CALL && shapes < SHAPES) {
        seen.set(key, { count: 1, data });
        shapes++;
      } else unlisted++;
    },
    calls: () =>
      [...calls.values()]
        .flatMap(numbers => [...numbers.values()])
        .flatMap(({ seen }) => [...seen.values()])
        .toSorted((a, b) => b.count - a.count || a.data.arch - b.data.arch || a.data.nr - b.data.nr),
    unlisted: () => unlisted,
  };
}

/** What is new is remembered only while there is room. */
function shapesOf(calls: Map<number, Map<number, Shapes>>, { arch, nr }: SeccompData, room: boolean): Shapes {
  let numbers = calls.get(arch);
  if (numbers === undefined) {
    numbers = new Map();
    if (room) calls.set(arch, numbers);
  }
  let shapes = numbers.get(nr);
  if (shapes === undefined) {
    shapes = { choices: choicesOf(arch, nr), seen: new Map() };
    if (room) numbers.set(nr, shapes);
  }
  return shapes;
}

function choicesOf(auditArch: number, nr: number): Shapes["choices"] {
  const arch = archOf(auditArch, nr);
  const call = arch && syscallByNr(arch, nr);
  if (call === undefined) return [];
  const namesChoice = (arg: Arg) => !arg.pointer && arg.type !== "umode_t" && argumentConstants(call.name, arg.name);
  return call.args.flatMap((arg, index) => (namesChoice(arg) ? [{ index, mask: (1n << BigInt(arg.bits)) - 1n }] : []));
}
