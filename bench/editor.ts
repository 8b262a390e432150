// How long an edit of a 10,000-line file takes to findings, in process: the quick look that is shown first, and the whole one that
// follows when typing pauses; of many policies, and of one that is as long as all of them. Medians; the bar is 100 ms to the first findings. And how long the server takes to introduce
// itself, as a ratio to `node -e 0`; the bar is 2. `--assert` exits 1 above the bars.

import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { compile, createSnapshot, focusOn } from "../src/compiler/index.ts";

const ROUNDS = 15;
const none = () => undefined;

function manyPolicies(count: number): string {
  const rules = Array.from({ length: 46 }, (_, i) => `  errno(${1 + (i % 8)}) read if fd == ${i}\n`).join("");
  return Array.from(
    { length: count },
    (_, i) => `policy p${i} for x86_64, aarch64 {\n  default kill\n${rules}}\n\n`,
  ).join("");
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

function timed(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

/** One policy, all of whose rules are alive and whose values merge, so that it fits a program. */
function onePolicy(rules: number): string {
  const calls = ["read", "write", "close", "fchdir", "fsync"];
  const lines = Array.from({ length: rules }, (_, i) => `  allow ${calls[i % 5]} if fd == ${Math.floor(i / 5)}\n`);
  return `policy p for x86_64, aarch64 {\n  default kill\n${lines.join("")}}\n`;
}

/** Medians of the quick look and of the whole one, when lines are typed in the middle. */
function measured(title: string, text: string, at: number): number {
  const source = { name: "a.policy", text };
  const before = createSnapshot(source, none, compile(source));
  const quick = Array.from({ length: ROUNDS }, (_, round) => {
    const now = `${text.slice(0, at)}  allow write if count < ${round}\n${text.slice(at)}`;
    return timed(() => {
      const focus = focusOn(before, { ...source, text: now })!;
      focus.merge(compile(focus.source, { arches: [] }).diagnostics);
    });
  });
  const whole = Array.from({ length: 3 }, () => timed(() => compile(source)));
  const lines = text.split("\n").length;
  console.log(
    `${title}, ${lines} lines, edit to findings: ${median(quick).toFixed(1)} ms; the whole text: ${median(whole).toFixed(0)} ms`,
  );
  return median(quick);
}

const many = manyPolicies(200);
const one = onePolicy(9990);
const quick = [
  measured("200 policies", many, many.indexOf("\n", many.indexOf("policy p100")) + 1),
  measured("one policy", one, one.indexOf("  allow read if fd == 1000\n")),
];

const cli = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
const body = JSON.stringify({
  ...{ jsonrpc: "2.0", id: 1, method: "initialize" },
  params: { processId: null, rootUri: null, capabilities: {} },
});

async function introduced(): Promise<number> {
  const start = performance.now();
  const server = spawn(process.execPath, [cli, "lsp", "--stdio"], { stdio: ["pipe", "pipe", "ignore"] });
  server.stdin.write(`Content-Length: ${body.length}\r\n\r\n${body}`);
  await new Promise(resolve => server.stdout.once("data", resolve));
  const ms = performance.now() - start;
  server.kill();
  return ms;
}

const [bare, server]: [number[], number[]] = [[], []];
for (let round = 0; round < ROUNDS; round++) {
  bare.push(timed(() => void spawnSync(process.execPath, ["-e", "0"])));
  server.push(await introduced());
}
const ratio = median(server) / median(bare);
console.log(`initialize answered after ${median(server).toFixed(0)} ms, ${ratio.toFixed(2)}x a bare node`);
if (process.argv.includes("--assert") && (Math.max(...quick) > 100 || ratio > 2)) process.exitCode = 1;
