// One model, three judges: decide(), the emulator and the running kernel give the same verdict at every boundary of every
// shipped policy.

import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { generate } from "../../../src/compiler/decision/generate.ts";
import {
  compile,
  decide,
  emulate,
  type Filter,
  type SeccompData,
  type SockFilter,
} from "../../../src/compiler/index.ts";
import { retOf } from "../../../src/compiler/policy/action.ts";
import { boundaryCalls } from "../../boundary.ts";
import { call, model, TICKET } from "../../compiler/decision/models.ts";
import { canCall, Kernel } from "./kernel.ts";

const folder = new URL("../../../policies/examples/", import.meta.url);
const onX86 = process.arch === "x64" && process.platform === "linux";
const judged = onX86 ? test : test.skip;

function shipped(): Filter[] {
  const names = readdirSync(folder).filter(name => name.endsWith(".policy"));
  return names.flatMap(name => {
    const { filters, diagnostics } = compile({ name, text: readFileSync(new URL(name, folder), "utf8") });
    assert.equal(
      diagnostics.map(d => `${d.code}: ${d.message}`),
      [],
      `${name} is clean`,
    );
    return filters;
  });
}

function disagreement(filter: Filter, call: SeccompData, kernel: number | undefined): string | undefined {
  const wanted = retOf(decide(filter.model, call).action);
  const emulated = emulate(filter.program, call).ret;
  if (emulated === wanted && (kernel === undefined || kernel === wanted)) return undefined;
  return `${filter.policy} on ${filter.target}: ${call.arch.toString(16)} nr ${call.nr} (${call.args}): decide ${wanted.toString(16)}, emulator ${emulated.toString(16)}, kernel ${kernel?.toString(16)}`;
}

test("decide() and the emulator agree on every shipped policy and target", () => {
  const filters = shipped();
  assert.ok(filters.length >= 8);
  const found = filters.flatMap(filter =>
    boundaryCalls(filter.model).map(call => disagreement(filter, call, undefined)),
  );
  assert.equal(found.filter(Boolean), []);
});

judged("the kernel agrees on every shipped policy (x86_64 kernels only)", () => {
  const kernel = new Kernel();
  const filters = shipped().filter(filter => filter.target === "x86_64");
  const questions = filters.map(({ program, model }) => ({ program, calls: boundaryCalls(model).filter(canCall) }));
  assert.ok(questions.every(({ calls }) => calls.length > 200));
  const answers = kernel.ask(questions);
  kernel.close();
  const found = filters.flatMap((filter, i) =>
    questions[i]!.calls.map((call, j) => disagreement(filter, call, answers[i]![j])),
  );
  assert.equal(found.filter(Boolean), []);
});

/** The program as a launch installs it. */
function withTicket({ program, slots }: Pick<Filter, "program" | "slots">): SockFilter[] {
  const filled = [...program];
  for (const { pc, half } of slots) {
    filled[pc] = { ...filled[pc]!, k: Number(half === "lo" ? TICKET & 0xffffffffn : TICKET >> 32n) };
  }
  return filled;
}

judged("decide(), the emulator and the kernel agree on 200 random models (x86_64 kernels only)", () => {
  const models = fc
    .sample(model, { numRuns: 600, seed: 20261123 })
    .filter(each => each.target === "x86_64")
    .slice(0, 200);
  const calls = fc.sample(call, { numRuns: 300, seed: 7 });
  const asked = models.map(each => {
    const generated = generate(each);
    assert.ok(generated.ok);
    return {
      model: each,
      program: withTicket(generated),
      calls: [...boundaryCalls(each, 6), ...calls].filter(canCall),
    };
  });
  const kernel = new Kernel();
  const answers = kernel.ask(asked);
  kernel.close();
  asked.forEach((question, i) => {
    question.calls.forEach((data, j) => {
      const wanted = retOf(decide(question.model, data, TICKET).action);
      const context = `model ${i}, nr ${data.nr} of ${data.arch.toString(16)} (${data.args})`;
      assert.is(emulate(question.program, data).ret, wanted, `emulator: ${context}`);
      assert.is(answers[i]![j], wanted, `kernel: ${context}`);
    });
  });
  assert.ok(models.length > 150);
});

test.run();
