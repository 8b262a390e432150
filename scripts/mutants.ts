// The long form of test/compiler/prove/generated.test.ts: `node --import tsx scripts/mutants.ts [MUTANTS] [SAMPLES] [SEED]`
// plants faults in the programs of the shipped policies, on every target, plain and as a monitored launch has them, and
// reports how many were proved harmless, and on how many calls emulation agreed. Exit status 1 when it contradicts.

import { readdirSync, readFileSync } from "node:fs";
import { compile, specialise, ticketedCalls } from "../src/compiler/index.ts";
import { campaign, type Subject } from "../test/compiler/prove/campaign.ts";

const examples = new URL("../policies/examples/", import.meta.url);

function shipped(): Subject[] {
  const names = readdirSync(examples).filter(name => name.endsWith(".policy"));
  const filters = names.flatMap(name => compile({ name, text: readFileSync(new URL(name, examples), "utf8") }).filters);
  return filters.flatMap(filter => {
    const tickets = ticketedCalls(filter.target, { monitored: true });
    return [filter, specialise(filter, { monitored: true, tickets })];
  });
}

function* again(subjects: readonly Subject[]): Generator<Subject> {
  for (;;) yield* subjects;
}

const [mutants = 10_000, samples = 1_000_000, seed = 1] = process.argv.slice(2).map(Number);
const start = performance.now();
const { contradictions, ...figures } = campaign(seed, mutants, samples, () => again(shipped()));
console.log({
  ...figures,
  contradictions: contradictions.length,
  seconds: Math.round((performance.now() - start) / 1000),
});
for (const each of contradictions) console.log(each);
process.exitCode = contradictions.length > 0 ? 1 : 0;
