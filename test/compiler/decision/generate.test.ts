// Programs mean what their model says: random models against a naive evaluator on calls at the borders, with all passes,
// with none, and with each alone.

import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { auditArch } from "../../../src/compiler/abi/arch.ts";
import { disassemble } from "../../../src/compiler/bpf/disassemble.ts";
import { emulate } from "../../../src/compiler/bpf/emulate.ts";
import type { SeccompData, SockFilter } from "../../../src/compiler/bpf/instruction.ts";
import { verify } from "../../../src/compiler/bpf/verify.ts";
import {
  type Generated,
  generate,
  TUNINGS,
  type Tuning,
  UNOPTIMISED,
} from "../../../src/compiler/decision/generate.ts";
import { PASSES } from "../../../src/compiler/decision/passes.ts";
import type { Model } from "../../../src/compiler/policy/model.ts";
import { call, denseCalls, denseModel, model, TICKET } from "./models.ts";
import { verdict } from "./reference.ts";

/** The program as a launch runs it: the slots hold the ticket. */
export function filled(generated: Generated): readonly SockFilter[] {
  if (!generated.ok) throw new Error("does not fit");
  const program = [...generated.program];
  for (const { pc, half } of generated.slots) {
    const k = Number(half === "lo" ? TICKET & 0xffffffffn : TICKET >> 32n);
    assert.equal(program[pc], { code: 0xa4, jt: 0, jf: 0, k: 0 });
    program[pc] = { ...program[pc]!, k };
  }
  return program;
}

/** Random calls, and each of them moved into the model's own ABIs, where most of the model is. */
function callsFor(model: Model, calls: readonly SeccompData[]): readonly SeccompData[] {
  const numbers = [...model.abis.flatMap(abi => abi.rules.map(rule => rule.nr)), ...model.tickets.map(({ nr }) => nr)];
  const audits = model.abis.map(abi => auditArch(abi.arch));
  return calls.flatMap((data, i) => [
    data,
    { ...data, arch: audits[i % audits.length]! },
    { ...data, arch: audits[0]!, nr: numbers[i % Math.max(1, numbers.length)] ?? data.nr },
  ]);
}

function meansTheModel(tunings: readonly Tuning[], runs: number): void {
  fc.assert(
    fc.property(model, fc.array(call, { minLength: 30, maxLength: 30 }), (model, calls) => {
      const program = filled(generate(model, {}, tunings));
      assert.equal(verify(program), []);
      for (const data of callsFor(model, calls)) {
        const { ret } = emulate(program, data);
        if (ret === verdict(model, data, TICKET)) continue;
        assert.is(
          ret,
          verdict(model, data, TICKET),
          `${JSON.stringify(data, (_, v) => String(v))}\n${disassemble(program)}`,
        );
      }
    }),
    { numRuns: runs, seed: 20260727 },
  );
}

function meansTheDenseModel(tunings: readonly Tuning[], runs: number): void {
  fc.assert(
    fc.property(denseModel, model => {
      const program = filled(generate(model, {}, tunings));
      for (const data of denseCalls) {
        const { ret } = emulate(program, data);
        if (ret !== verdict(model, data, TICKET)) {
          assert.is(ret, verdict(model, data, TICKET), `args ${data.args.slice(0, 2)}\n${disassemble(program)}`);
        }
      }
    }),
    { numRuns: runs, seed: 20260727 },
  );
}

const MEANINGS: readonly { readonly what: string; readonly tunings: readonly Tuning[] }[] = [
  { what: "a program", tunings: TUNINGS },
  { what: "the shorter form for programs that do not fit", tunings: [TUNINGS[1]!] },
  { what: "the shortest form", tunings: [TUNINGS[2]!] },
  { what: "the unoptimised program", tunings: UNOPTIMISED },
  { what: "the program that only reuses A", tunings: [{ passes: [], reuse: true }] },
  ...[...new Set(PASSES)].map(pass => ({
    what: `the program after ${pass.name} alone`,
    tunings: [{ passes: [pass], reuse: false }],
  })),
];

for (const { what, tunings } of MEANINGS) {
  const runs = tunings === TUNINGS ? 500 : 150;
  test(`${what} means what its model says, on calls at the borders`, () => meansTheModel(tunings, runs));
  test(`${what} means what its model says, on all inputs of small models`, () => meansTheDenseModel(tunings, 2 * runs));
}

test.run();
