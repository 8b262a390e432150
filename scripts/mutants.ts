// The long form of test/compiler/prove/generated.test.ts: `node --import tsx scripts/mutants.ts [MUTANTS] [SAMPLES] [SEED]`
// plants faults in generated programs and reports how many were proved harmless, and on how many calls emulation agreed.
// Exit status 1 when emulation contradicts the prover.

import { campaign } from "../test/compiler/prove/campaign.ts";

const [mutants = 10_000, samples = 1_000_000, seed = 1] = process.argv.slice(2).map(Number);
const start = performance.now();
const { contradictions, ...figures } = campaign(seed, mutants, samples);
console.log({
  ...figures,
  contradictions: contradictions.length,
  seconds: Math.round((performance.now() - start) / 1000),
});
for (const each of contradictions) console.log(each);
process.exitCode = contradictions.length > 0 ? 1 : 0;
