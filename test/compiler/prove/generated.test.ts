// The real generator under the prover: its programs are proved, faults planted in them are caught.

import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { generate } from "../../../src/compiler/decision/generate.ts";
import type { Model } from "../../../src/compiler/policy/model.ts";
import { type Diagram, leaves } from "../../../src/compiler/prove/diagram.ts";
import { equal } from "../../../src/compiler/prove/difference.ts";
import { compose, proveProgram } from "../../../src/compiler/prove/prove.ts";
import { campaign } from "./campaign.ts";
import { atMost, EPERM, is, masked, policy, rule } from "./models.ts";
import { MUTATIONS } from "./mutate.ts";
import { naiveProgram } from "./naive.ts";
import { createRandom, randomModel } from "./random.ts";

test("the generator's program and the plain one are proved equal to the model and to each other", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), seed => {
      const model = randomModel(createRandom(seed));
      const made = generate(model);
      if (!made.ok) throw new Error("does not fit");
      const proof = proveProgram(model, made.program, made.slots);
      assert.ok(proof.proved, proof.proved ? "" : proof.reason);
      const composition = compose([made, naiveProgram(model)]);
      assert.ok(composition.ok && equal(...(composition.diagrams as [Diagram, Diagram])));
    }),
    { numRuns: 200 },
  );
});

test("every planted fault is proved harmless, which sampling confirms, or comes with a witness, which emulation confirms", () => {
  const { differ, harmless, notProved, caught, contradictions } = campaign(1, 440, 300);
  assert.equal(contradictions, []);
  assert.equal(notProved, {});
  assert.is(differ + harmless, 440);
  assert.ok(harmless > 0);
  for (const fault of Object.keys(MUTATIONS)) assert.ok((caught[fault] ?? 0) > 0, `${fault} was never caught`);
});

test("a lost arch check is caught: the same numbers from another machine must not pass", () => {
  const model = policy([rule(0), rule(1, is(0, 1n))]);
  const made = generate(model);
  if (!made.ok) throw new Error("does not fit");
  const archTest = made.program.findIndex(({ code, k }) => code === 0x15 && k === 0xc000003e);
  assert.is.not(archTest, -1);
  const lost = made.program.with(archTest, { code: 0x05, jt: 0, jf: 0, k: made.program[archTest]!.jt });
  const proof = proveProgram(model, lost, made.slots);
  assert.not(proof.proved);
  if (!proof.proved) assert.is.not(proof.witness?.data.arch, 0xc000003e);
});

test("a ticket is a variable: one proof holds for every value, and a swapped half is caught", () => {
  const model = policy([rule(1)], {}, { tickets: [{ nr: 9, action: { kind: "allow" }, name: "execve" }] });
  const made = generate(model);
  if (!made.ok) throw new Error("does not fit");
  assert.is(made.slots.length, 2);
  assert.ok(proveProgram(model, made.program, made.slots).proved);
  const swapped = made.slots.map(({ pc, half }) => ({ pc, half: half === "lo" ? ("hi" as const) : ("lo" as const) }));
  assert.not(proveProgram(model, made.program, swapped).proved);
  const forgotten = proveProgram(model, made.program, []);
  assert.not(forgotten.proved);
});

// What it costs is measured by bench/compile.ts.
const sizes: { title: string; model: Model }[] = [
  { title: "310 calls with 22 conditions are proved", model: calls(310, 14) },
  { title: "2,400 rules are proved", model: calls(2400, 40) },
];

for (const { title, model } of sizes) {
  test(title, () => {
    const made = generate(model);
    if (!made.ok) throw new Error("does not fit");
    assert.ok(proveProgram(model, made.program, made.slots).proved);
  });
}

/** A profile as Docker's: most calls allowed, every n-th only with certain arguments, some refused. */
function calls(count: number, every: number): Model {
  const numbers = Array.from({ length: count + 40 }, (_, nr) => (nr < 512 ? nr : nr + 100));
  const rules = numbers.slice(0, count).map((nr, i) => {
    if (i % every === 0) {
      const conditions = [is(0, 17n), masked(0, 0x7e020000n, 0n, 64), atMost(1, BigInt(i), 64), is(2, BigInt(i))];
      return rule(nr, conditions[(i / every) % conditions.length]!);
    }
    return i % 13 === 5 ? rule(nr, undefined, EPERM) : rule(nr);
  });
  return policy(rules, { known: numbers });
}

test("a proof looks at every leaf", () => {
  const model = calls(310, 14);
  const composition = compose([{ model }]);
  assert.ok(composition.ok && leaves(composition.diagrams[0]!).length === 4);
});

test.run();
