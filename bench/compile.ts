// What each phase of a build costs, warm and in process: medians, for Docker's profile and for 2,400 rules on 300 calls, eight values
// of an argument each; and how the whole grows with the number of rules, as the exponent between neighbouring sizes: 1 is
// linear. The bars: Docker's profile in 30 ms, 2,400 rules in 2 s, n log n (an exponent of 1.2 at these sizes).

import { readFileSync } from "node:fs";
import { syscall, syscallNames } from "../src/compiler/abi/syscalls.ts";
import { compile } from "../src/compiler/compile.ts";
import { generate } from "../src/compiler/decision/generate.ts";
import { lower } from "../src/compiler/policy/lower.ts";
import { loadModules } from "../src/compiler/policy/modules.ts";
import { resolvePolicy } from "../src/compiler/policy/resolve.ts";
import { proveProgram } from "../src/compiler/prove/prove.ts";
import { median } from "./median.ts";

const CALLS = syscallNames()
  .filter(name => syscall("x86_64", name) !== undefined)
  .slice(0, 300);

/** Each tests one word of a call for a value of its own. */
function manyRules(count: number): string {
  const rules = Array.from({ length: count }, (_, i) => {
    const [call, value] = [i % CALLS.length, Math.floor(i / CALLS.length)];
    return `  errno(${1 + (value % 8)}) ${CALLS[call]} if raw[${call % 3}] & 0xffffffff == ${value * 11 + call}\n`;
  });
  return `policy many for x86_64 {\n  default kill\n${rules.join("")}}\n`;
}

/** Ranges after all: what fits however many there are. */
function mergingRules(count: number): string {
  const rules = Array.from({ length: count }, (_, i) => {
    return `  allow ${CALLS[i % CALLS.length]} if raw[1] & 0xffffffff == ${Math.floor(i / CALLS.length)}\n`;
  });
  return `policy many for x86_64 {\n  default kill\n${rules.join("")}}\n`;
}

function measure(name: string, text: string, rounds: number): void {
  const source = { name, text };
  const times: { [phase: string]: number[] } = {};
  const timed = <T>(phase: string, run: () => T): T => {
    const start = performance.now();
    const result = run();
    times[phase] = [...(times[phase] ?? []), performance.now() - start];
    return result;
  };
  let length = 0;
  for (let round = -rounds; round < rounds; round++) {
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
  console.log(`${name}, ${length} instructions: ${shown.join(", ")}`);
}

const SIZES = [10, 100, 1000, 10_000];

function growth(name: string, textOf: (rules: number) => string): void {
  const times = SIZES.map(size => {
    const source = { name, text: textOf(size) };
    const rounds = size > 1000 ? 3 : 9;
    const each = Array.from({ length: 2 * rounds }, () => {
      const start = performance.now();
      compile(source);
      return performance.now() - start;
    });
    return median(each.slice(rounds));
  });
  const exponents = times.slice(1).map((ms, i) => Math.log10(ms / times[i]!).toFixed(2));
  const shown = times.map((ms, i) => `${SIZES[i]} in ${ms.toFixed(1)}`).join(", ");
  console.log(`${name}: ${shown}; exponents ${exponents.join(", ")}`);
}

const docker = readFileSync(new URL("policies/docker.policy", import.meta.url), "utf8");
measure("Docker's profile", docker, 40);
measure("2,400 rules", manyRules(2400), 5);
growth("rules that merge", mergingRules);
growth("rules that do not, 10,000 of which are refused", manyRules);
