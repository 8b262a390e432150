// What a sandbox costs a Node process: launches through the library against child_process.spawn of the same program, from a
// violation to its result, and a thousand sandboxes at once. Medians of interleaved rounds.
//
//     node --import tsx bench/library.ts [launch | violation | many | endless] [COUNT]     as root or as an ordinary user, Linux

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
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
const MANY = compilePolicy({
  source: "policy many for x86_64, aarch64 { default allow kill { mkdir on x86_64, mkdirat } }",
});

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
    console.log(
      `${name.padEnd(26)} ${median(measured).toFixed(2)} ms  ${(median(measured) / bare).toFixed(2)} x spawn`,
    );
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** /bin/mkdir, which violates: from its launch, and from the telling of the violation, to the result. */
async function violations(rounds: number): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const executor = new Executor({ path: "/bin/mkdir", args: ["/tmp/policyc-never"], stdio: QUIET });
    let told = 0;
    const sandbox = new Sandbox(executor, ALONE, {
      violation: () => {
        told = performance.now();
      },
    });
    const begun = performance.now();
    const { status } = await sandbox.run();
    if (status !== "violation") throw new Error(`the result is ${status}`);
    if (round >= rounds / 10) times.push(performance.now() - begun, performance.now() - told);
  }
  const whole = times.filter((_, i) => i % 2 === 0);
  const after = times.filter((_, i) => i % 2 === 1);
  console.log(
    `launch to result of a violation ${median(whole).toFixed(2)} ms, its telling to its result ${median(after).toFixed(2)} ms`,
  );
}

function held() {
  const status = readFileSync("/proc/self/status", "latin1");
  return {
    fds: readdirSync("/proc/self/fd").length,
    threads: Number(/^Threads:\s*(\d+)/m.exec(status)![1]),
    residentKiB: Number(/^VmRSS:\s*(\d+)/m.exec(status)![1]),
    children: readFileSync(`/proc/self/task/${process.pid}/children`, "latin1").trim().split(" ").filter(Boolean)
      .length,
  };
}

async function endless(count: number): Promise<void> {
  for (let i = 0; i < 100; i++) await run(ALONE, "/bin/true", false);
  console.log("after 100:", held());
  const begun = performance.now();
  for (let i = 0; i < count; i++) {
    const { status } = await run(ALONE, "/bin/true", i % 2 === 0);
    if (status !== "ok") throw new Error(`launch ${i} is ${status}`);
  }
  console.log(`after ${count} more, ${((performance.now() - begun) / count).toFixed(2)} ms each:`, held());
}

/** All at once under one monitor thread, and a C program with a thread and a child each. */
async function many(count: number): Promise<void> {
  await run(ALONE, "/bin/sleep", false, ["0"]);
  const before = held();
  const begun = performance.now();
  let running = 0;
  const seconds = `${20 + count / 50}`;
  const all = Array.from({ length: count }, async () => {
    const sandbox = new Sandbox(new Executor({ path: "/bin/sleep", args: [seconds], stdio: QUIET }), ALONE);
    if (await sandbox.runAsync()) running++;
    return sandbox;
  });
  const sandboxes = await Promise.all(all);
  const started = performance.now();
  const during = held();
  for (const sandbox of sandboxes) sandbox.kill();
  const results = await Promise.all(sandboxes.map(sandbox => sandbox.awaitResult()));
  const ended = performance.now();
  console.log(
    `${running} of ${count} run at once, ${results.filter(({ status }) => status === "external-kill").length} killed`,
  );
  console.log(
    `  start ${((started - begun) / count).toFixed(2)} ms each, kill to result ${((ended - started) / count).toFixed(2)} ms each`,
  );
  console.log(`  ${((during.residentKiB - before.residentKiB) / count).toFixed(1)} KiB each in this process,`);
  console.log(`  ${during.threads - before.threads} threads more, ${during.fds - before.fds} descriptors more`);

  const folder = mkdtempSync(join(tmpdir(), "policyc-bench-"));
  try {
    const threads = join(folder, "threads");
    execFileSync("gcc", ["-O2", "-pthread", "-o", threads, fileURLToPath(new URL("./threads.c", import.meta.url))]);
    console.log(execFileSync(threads, [String(count)], { encoding: "utf8" }).trimEnd());
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [what = "launch", rounds] = process.argv.slice(2);
if (what === "launch") await launches(Number(rounds ?? 300));
else if (what === "violation") await violations(Number(rounds ?? 200));
else if (what === "endless") await endless(Number(rounds ?? 10_000));
else if (what === "many") await many(Number(rounds ?? 1000));
else throw new Error("launch, violation, endless or many");
