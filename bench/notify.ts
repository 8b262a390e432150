// What a notification costs: a program makes the same call many times, bare, asking a supervisor in C, asking a callback of this
// runtime, and in permissive mode, where the monitor's thread counts and lets pass by itself. Calls per second, medians.
//
//     node --import tsx bench/notify.ts [CALLS] [ROUNDS]        needs Linux on x86-64, gcc, `npm run build`

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type * as Runtime from "../src/runtime/index.ts";
import { median } from "./median.ts";

const { compilePolicy, Executor, Sandbox }: typeof Runtime = await import(
  fileURLToPath(new URL("../dist/runtime.js", import.meta.url))
);
const calls = Number(process.argv[2] ?? 20_000);
const rounds = Number(process.argv[3] ?? 7);
const folder = mkdtempSync(join(tmpdir(), "policyc-bench-"));
const program = join(folder, "notify");
const source = fileURLToPath(new URL("./notify.c", import.meta.url));
execFileSync("gcc", ["-O2", "-Wall", "-Wextra", "-o", program, source]);

function inC(...args: string[]): number {
  return Number(execFileSync(program, [`${calls}`, ...args], { encoding: "utf8" }));
}

async function inRuntime(rule: string, permissive: boolean): Promise<number> {
  const policy = compilePolicy({ source: `policy bench for x86_64 { default allow  ${rule} rmdir }` });
  const options = { path: program, args: [`${calls}`], stdio: ["ignore", "pipe", "inherit"], permissive } as const;
  const sandbox = new Sandbox(new Executor(options), policy, { call: () => ({ kind: "errno", errno: 1 }) });
  let stdout = "";
  const done = sandbox.run();
  sandbox.stdout!.on("data", chunk => (stdout += chunk));
  const result = await done;
  if (result.status !== "ok") throw new Error(String(result));
  return Number(stdout);
}

const ways: readonly { readonly name: string; readonly nanoseconds: () => number | Promise<number> }[] = [
  { name: "no supervisor", nanoseconds: () => inC() },
  { name: "supervisor in C", nanoseconds: () => inC("supervise") },
  { name: "callback", nanoseconds: () => inRuntime("notify", false) },
  { name: "permissive", nanoseconds: () => inRuntime("kill", true) },
];

const times = ways.map((): number[] => []);
for (let round = 0; round < rounds; round++) {
  for (const [i, { nanoseconds }] of ways.entries()) times[i]!.push((await nanoseconds()) / calls);
}
rmSync(folder, { recursive: true });

const medians = times.map(median);
const inSupervisor = medians[1]!;
for (const [i, { name }] of ways.entries()) {
  const each = medians[i]!;
  const ratio = i < 2 ? "" : `   ${(each / inSupervisor).toFixed(2)} x the supervisor in C`;
  console.log(
    `${name.padEnd(16)} ${(each / 1000).toFixed(2).padStart(8)} us a call ${Math.round(1e9 / each)
      .toLocaleString("en")
      .padStart(11)} calls/s${ratio}`,
  );
}
