// The proof against three judges that know nothing of diagrams: a plain second generator, the emulator, decide().

import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { emulate } from "../../../src/compiler/bpf/emulate.ts";
import { retOf } from "../../../src/compiler/policy/action.ts";
import { decide } from "../../../src/compiler/policy/decide.ts";
import { type Diagram, leaves, valueAt } from "../../../src/compiler/prove/diagram.ts";
import { difference, equal } from "../../../src/compiler/prove/difference.ts";
import { compose, createLabels, proveProgram, type Subject } from "../../../src/compiler/prove/prove.ts";
import { naiveProgram } from "./naive.ts";
import { constantsOf, createRandom, randomCall, randomModel, randomProgram } from "./random.ts";

const seeds = fc.integer({ min: 0, max: 2 ** 31 });

export function diagramsOf(...subjects: Subject[]): readonly Diagram[] {
  const composition = compose(subjects);
  if (!composition.ok) throw new Error(composition.reason);
  return composition.diagrams;
}

test("a plain program of a random policy is proved equal to it", () => {
  fc.assert(
    fc.property(seeds, seed => {
      const model = randomModel(createRandom(seed));
      const { program, slots } = naiveProgram(model);
      const proof = proveProgram(model, program, slots);
      assert.ok(proof.proved, proof.proved ? "" : proof.reason);
    }),
    { numRuns: 300 },
  );
});

test("a model's diagram is what decide() says, near all its constants", () => {
  fc.assert(
    fc.property(seeds, seed => {
      const random = createRandom(seed);
      const model = randomModel(random);
      const { program } = naiveProgram(model);
      const [diagram] = diagramsOf({ model });
      for (let i = 0; i < 100; i++) {
        const data = randomCall(random, constantsOf(program));
        const ticket = random.chance(50) ? data.args[5] : BigInt(random.u32());
        assert.is(valueAt(diagram!, { data, ticket }), retOf(decide(model, data, ticket).action));
      }
    }),
    { numRuns: 200 },
  );
});

test("a program's diagram is what emulation returns, near all its constants", () => {
  let followed = 0;
  fc.assert(
    fc.property(seeds, seed => {
      const random = createRandom(seed);
      const program = randomProgram(random, { arithmetic: random.pick([0, 5, 25]), length: 8 + random.below(60) });
      const composition = compose([{ program }], 1 << 17);
      if (!composition.ok) return; // a product of arithmetic; that it is rare is asserted below
      followed++;
      for (let i = 0; i < 100; i++) {
        const data = randomCall(random, constantsOf(program));
        assert.is(valueAt(composition.diagrams[0]!, { data, ticket: 0n }), emulate(program, data).ret);
      }
    }),
    { numRuns: 500 },
  );
  assert.ok(followed > 480, `followed ${followed} of 500`);
});

test("a difference of two random programs is one for the emulator too, and no difference is none", () => {
  fc.assert(
    fc.property(seeds, seed => {
      const random = createRandom(seed);
      const one = randomProgram(random, { arithmetic: 5, length: 20 });
      const other = randomProgram(random, { arithmetic: 5, length: 20 });
      const composition = compose([{ program: one }, { program: other }], 1 << 17);
      if (!composition.ok) return;
      const [left, right] = composition.diagrams as [Diagram, Diagram];
      const witness = difference(left, right);
      assert.is(witness === undefined, equal(left, right));
      if (witness === undefined) return;
      assert.is(emulate(one, witness.data).ret, witness.left);
      assert.is.not(emulate(other, witness.data).ret, witness.left);
      assert.is(emulate(other, witness.data).ret, witness.right);
    }),
    { numRuns: 300 },
  );
});

test("leaves lists every value that a call can have, each with a call that has it", () => {
  fc.assert(
    fc.property(seeds, seed => {
      const random = createRandom(seed);
      const program = randomProgram(random, { arithmetic: 0, length: 30 });
      const [diagram] = diagramsOf({ program });
      const found = leaves(diagram!);
      for (const { value, data } of found) assert.is(emulate(program, data).ret, value);
      const values = new Set(found.map(({ value }) => value));
      for (let i = 0; i < 100; i++)
        assert.ok(values.has(emulate(program, randomCall(random, constantsOf(program))).ret));
    }),
    { numRuns: 200 },
  );
});

test("a labelled leaf names the rule that decide() names", () => {
  fc.assert(
    fc.property(seeds, seed => {
      const model = randomModel(createRandom(seed));
      const { leaf, labels } = createLabels();
      const [diagram] = diagramsOf({ model, leaf });
      for (const { value, data, ticket } of leaves(diagram!)) {
        const label = labels[value]!;
        const { by } = decide(model, data, ticket);
        assert.is(label.kind, by.kind);
        if (label.kind === "rule" && by.kind === "rule") assert.is(label.rule, by.rule);
      }
    }),
    { numRuns: 200 },
  );
});

test.run();
