// What each phase of a build costs, warm and in process: medians over interleaved rounds, for Docker's default profile (the
// corpus beside a checkout) and for 2,400 rules of one condition on 300 calls. The bars: proof within 3 and 150 ms.

import { syscall, syscallNames } from "../src/compiler/abi/syscalls.ts";
import { compile } from "../src/compiler/compile.ts";
import { generate } from "../src/compiler/decision/generate.ts";
import { lower } from "../src/compiler/policy/lower.ts";
import { loadModules } from "../src/compiler/policy/modules.ts";
import { resolvePolicy } from "../src/compiler/policy/resolve.ts";
import { proveProgram } from "../src/compiler/prove/prove.ts";
import { dockerPolicy, dockerProfile } from "../test/docker-policy.ts";

const WARM_UP = 60;
const ROUNDS = 25;

/** Eight tests of one argument a call, each with a verdict of its own. */
function manyRules(): string {
  const calls = syscallNames()
    .filter(name => syscall("x86_64", name) !== undefined)
    .slice(0, 300);
  const rules = calls.flatMap((call, i) =>
    Array.from({ length: 8 }, (_, j) => `  errno(${1 + j}) ${call} if raw[${i % 3}] & 0xffffffff == ${j * 11 + i}\n`),
  );
  return `policy many for x86_64 {\n  default kill\n${rules.join("")}}\n`;
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1]!;
}

function measure(name: string, text: string): void {
  const source = { name, text };
  const times: { [phase: string]: number[] } = {};
  const timed = <T>(phase: string, run: () => T): T => {
    const start = performance.now();
    const result = run();
    times[phase] = [...(times[phase] ?? []), performance.now() - start];
    return result;
  };
  let length = 0;
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    if (round === 0) for (const phase of Object.keys(times)) times[phase] = [];
    const { main } = timed("parse", () => loadModules(source, () => undefined));
    const policy = timed("resolve", () => resolvePolicy(main.file.policies[0]!, main, "x86_64", ["x86_64"], () => {}))!;
    const model = timed("lower", () => lower(policy));
    const generated = timed("generate", () => generate(model));
    if (!generated.ok) throw new Error(`${name}: ${generated.length} instructions`);
    length = generated.program.length;
    timed("prove", () => proveProgram(model, generated.program, generated.slots));
    timed("the whole build", () => compile(source));
  }
  const shown = Object.entries(times).map(([phase, each]) => `${phase} ${median(each).toFixed(1)}`);
  console.log(`${name}, ${length} instructions, median ms: ${shown.join(", ")}`);
}

const docker = dockerProfile();
if (docker === undefined) console.log("docker: the corpus is not beside this checkout");
else measure("docker", dockerPolicy(docker));
measure("2,400 rules", manyRules());
