// How long the command line takes to start, as ratios to `node -e 0` measured in the same rounds: medians over interleaved
// runs, so that a busy machine slows both alike. `--assert` exits 1 above the limits. A check has none: it is work, not start
// (the parser's own analysis, two targets compiled and proved by code that nothing has warmed), and shown beside it.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
const policy = fileURLToPath(new URL("../policies/examples/crc4.policy", import.meta.url));

const cases: readonly { readonly name: string; readonly args: readonly string[]; readonly limit?: number }[] = [
  { name: "node -e 0", args: ["-e", "0"], limit: 1 },
  { name: "policyc --version", args: [cli, "--version"], limit: 1.7 },
  { name: "policyc disasm --help", args: [cli, "disasm", "--help"], limit: 1.7 },
  { name: "policyc check crc4.policy", args: [cli, "check", policy] },
];

const rounds = Number(process.argv.find(arg => /^\d+$/.test(arg)) ?? 21);

function measure(args: readonly string[]): number {
  const start = process.hrtime.bigint();
  const { status } = spawnSync(process.execPath, args, { stdio: "ignore" });
  if (status !== 0) throw new Error(`${args.join(" ")} exits with ${status}`);
  return Number(process.hrtime.bigint() - start) / 1e6;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

const times = cases.map((): number[] => []);
for (let round = 0; round < rounds; round++) {
  for (const [i, { args }] of cases.entries()) times[i]!.push(measure(args));
}
const bare = median(times[0]!);
let slow = false;
for (const [i, { name, limit }] of cases.entries()) {
  const ms = median(times[i]!);
  slow ||= limit !== undefined && ms / bare > limit;
  const bar = limit === undefined ? "" : ` (at most ${limit}x)`;
  console.log(`${name.padEnd(28)}${ms.toFixed(1).padStart(7)} ms ${(ms / bare).toFixed(2)}x${bar}`);
}
if (process.argv.includes("--assert") && slow) process.exitCode = 1;
