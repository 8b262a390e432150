// What a sandbox costs a Node process: launches through the library against child_process.spawn of the same program, from a
// violation to its result, and a thousand sandboxes at once. Medians of interleaved rounds.
//
//     node --import tsx bench/library.ts [launch | violation | many | endless]        as root or as an ordinary user, Linux

import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { compilePolicy } from "../src/runtime/compile-policy.ts";
import { Executor } from "../src/runtime/executor.ts";
import type { Result } from "../src/runtime/result.ts";
import { Sandbox } from "../src/runtime/sandbox.ts";

/** No process can be made: one pidfd bounds it. */
const ALONE = compilePolicy({
  source: `policy alone for x86_64, aarch64 {
    default allow
    kill { fork on x86_64, vfork on x86_64, clone3, mkdir on x86_64, mkdirat }
    kill clone if clone_flags lacks CLONE_THREAD
  }`,
});
/** Processes can be made: it takes a pid namespace. */
const MANY = compilePolicy({ source: "policy many for x86_64, aarch64 { default allow kill { mkdir on x86_64, mkdirat } }" });

const QUIET = ["ignore", "ignore", "ignore"] as const;

const ways: { readonly [name: string]: () => Promise<unknown> } = {
  spawn: () => new Promise(done => spawn("/bin/true", [], { stdio: "ignore" }).once("exit", done)),
  "one process, hard": () => run(ALONE, "/bin/true", true),
  "one process, monitored": () => run(ALONE, "/bin/true", false),
  "pid namespace, hard": () => run(MANY, "/bin/true", true),
  "pid namespace, monitored": () => run(MANY, "/bin/true", false),
};

function run(policy: typeof ALONE, path: string, hard: boolean, args: readonly string[] = []): Promise<Result> {
  return new Sandbox(new Executor({ path, args, stdio: QUIET, hard }), policy).run();
}

async function launches(rounds: number): Promise<void> {
  const times = new Map(Object.keys(ways).map(name => [name, [] as number[]]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, way] of Object.entries(ways)) {
      const begun = performance.now();
      await way();
      if (round >= rounds / 10) times.get(name)!.push(performance.now() - begun);
    }
  }
  const bare = median(times.get("spawn")!);
  for (const [name, measured] of times) {
    console.log(`${name.padEnd(26)} ${median(measured).toFixed(2)} ms  ${(median(measured) / bare).toFixed(2)} x spawn`);
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

const [what = "launch", rounds] = process.argv.slice(2);
await launches(Number(rounds ?? 300));
