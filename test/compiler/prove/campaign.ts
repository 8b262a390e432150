// A campaign of planted miscompilations: programs of the real generator, one fault in each copy. Every mutant is either
// proved harmless, and then emulation must see no difference on many calls, or it differs, and then emulation must see the
// difference on the witness. Used by the test with a few hundred mutants and by scripts/mutants.ts with ten thousand.

import { emulate } from "../../../src/compiler/bpf/emulate.ts";
import type { SockFilter } from "../../../src/compiler/bpf/instruction.ts";
import { generate } from "../../../src/compiler/decision/generate.ts";
import { DEFAULT_BUDGET } from "../../../src/compiler/prove/bdd.ts";
import type { Diagram } from "../../../src/compiler/prove/diagram.ts";
import { difference } from "../../../src/compiler/prove/difference.ts";
import { compose } from "../../../src/compiler/prove/prove.ts";
import type { TicketSlot } from "../../../src/compiler/prove/steps.ts";
import { MUTATIONS, type Mutant, mutate } from "./mutate.ts";
import { constantsOf, createRandom, type Random, randomCall, randomModel } from "./random.ts";

export interface Outcome {
  differ: number;
  harmless: number;
  /** Mutants beyond the algebra, by reason. */
  readonly notProved: Record<string, number>;
  /** Calls on which harmless mutants were run. */
  samples: number;
  /** Mutants that differ, by fault. */
  readonly caught: Record<string, number>;
  /** What must stay empty: emulation contradicts the prover. */
  readonly contradictions: string[];
}

/** Twice the prover's own: a fault may compare words that no policy would, and is to be judged all the same. */
const BUDGET = 2 * DEFAULT_BUDGET;

/** What faults are planted in. */
export interface Subject {
  readonly program: readonly SockFilter[];
  readonly slots: readonly TicketSlot[];
}

/** Endless programs of random models. */
export function* randomSubjects(random: Random): Generator<Subject> {
  for (;;) {
    const generated = generate(randomModel(random, 40));
    if (generated.ok) yield generated;
  }
}

export function campaign(
  seed: number,
  mutants: number,
  samplesEach: number,
  subjects: (random: Random) => Iterable<Subject> = randomSubjects,
): Outcome {
  const random = createRandom(seed);
  const faults = Object.keys(MUTATIONS);
  const outcome: Outcome = { differ: 0, harmless: 0, notProved: {}, samples: 0, caught: {}, contradictions: [] };
  let made = 0;
  for (const { program, slots } of subjects(random)) {
    for (let i = 0; i < 20 && made < mutants; i++) {
      const mutant = mutate(random, program, faults[made % faults.length]!);
      if (mutant === undefined) break;
      made++;
      judge(random, outcome, program, mutant, slots, samplesEach);
    }
    if (made === mutants) break;
  }
  return outcome;
}

function judge(
  random: Random,
  outcome: Outcome,
  program: readonly SockFilter[],
  mutant: Mutant,
  slots: readonly TicketSlot[],
  samples: number,
): void {
  // An instruction that was changed is no slot any more: its k is the constant it has.
  const left = slots.filter(({ pc }) => pc !== mutant.pc);
  const composition = compose(
    [
      { program, slots },
      { program: mutant.program, slots: left },
    ],
    BUDGET,
  );
  if (!composition.ok) {
    const reason = composition.reason.replace(/ at \d+/, "");
    outcome.notProved[reason] = (outcome.notProved[reason] ?? 0) + 1;
    return;
  }
  const witness = difference(...(composition.diagrams as [Diagram, Diagram]));
  const name = `${mutant.fault} at ${mutant.pc} of ${JSON.stringify(program)}`;
  if (witness !== undefined) {
    outcome.differ++;
    outcome.caught[mutant.fault] = (outcome.caught[mutant.fault] ?? 0) + 1;
    const one = emulate(filled(program, slots, witness.ticket), witness.data).ret;
    const other = emulate(filled(mutant.program, left, witness.ticket), witness.data).ret;
    if (one === other || one !== witness.left || other !== witness.right) outcome.contradictions.push(name);
    return;
  }
  outcome.harmless++;
  const constants = [...new Set([...constantsOf(program), ...constantsOf(mutant.program)])];
  const ticket = (BigInt(random.u32()) << 32n) | BigInt(random.u32());
  const [one, other] = [filled(program, slots, ticket), filled(mutant.program, left, ticket)];
  for (let i = 0; i < samples; i++) {
    const call = randomCall(random, constants);
    const data = random.chance(10) ? { ...call, args: call.args.with(5, ticket) as unknown as typeof call.args } : call;
    outcome.samples++;
    if (emulate(one, data).ret !== emulate(other, data).ret) {
      outcome.contradictions.push(name);
      return;
    }
  }
}

/** The program as a launcher leaves it. */
function filled(program: readonly SockFilter[], slots: readonly TicketSlot[], ticket: bigint): readonly SockFilter[] {
  const copy = [...program];
  for (const { pc, half } of slots) {
    copy[pc] = { ...copy[pc]!, k: Number(BigInt.asUintN(32, half === "lo" ? ticket : ticket >> 32n)) };
  }
  return copy;
}
