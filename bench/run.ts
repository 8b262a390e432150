// npm run bench: everything that is measured, in one run, to docs/performance.md and docs/performance.svg. What is counted comes out
// the same everywhere; what is timed is a median, beside others' in the same rounds. Exits 1 when a filter misses a bar.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, release, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Cell, COLUMNS, measureFilters, missed, type Row } from "./filters.ts";
import { type KernelRow, measureKernel } from "./kernel.ts";
import { findLibseccomp } from "./libseccomp.ts";
import { barChart } from "./plot.ts";
import { benchedPolicies } from "./policies.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "policyc-bench-"));
try {
  const libseccomp = findLibseccomp(folder);
  const policies = benchedPolicies();
  const rows = measureFilters(policies, libseccomp);
  const docker = policies.find(({ name }) => name === "docker")!.filter;
  const kernel = measureKernel(docker, libseccomp, folder);
  const compiled = script("compile.ts");
  const started = script("startup.ts");
  const launched = script("launch.ts");
  const plot = rows.map(({ name, compilers }) => ({ name, values: compilers }));
  writeFileSync(join(root, "docs/performance.svg"), barChart("Instructions executed by a call that passes", plot));
  writeFileSync(
    join(root, "docs/performance.md"),
    page({ rows, kernel, compiled, started, launched, versions: versions(libseccomp?.version) }),
  );
  const misses = rows.flatMap(({ name, cells }) =>
    cells.flatMap((cell, i) => {
      const reason = missed(cell);
      return reason === undefined ? [] : [`${name}, ${COLUMNS[i]!.title}: ${cell.ours.toFixed(3)}; ${reason}`];
    }),
  );
  for (const line of misses) console.log(line);
  console.log(`${rows.length} policies, ${misses.length} bars missed; docs/performance.md is written`);
  process.exitCode = misses.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}

function script(name: string): string {
  const path = fileURLToPath(new URL(name, import.meta.url));
  return execFileSync(process.execPath, ["--import", "tsx", path], { encoding: "utf8", cwd: root }).trimEnd();
}

function versions(libseccomp: string | undefined): string {
  const debian = readFileSync("/etc/debian_version", "utf8").trim();
  const tool = (command: string, ...args: string[]) =>
    execFileSync(command, args, { encoding: "utf8" }).split("\n")[0]!.trim();
  return [
    `Debian ${debian}, kernel ${release()}, ${cpus().length} x ${cpus()[0]!.model.trim()}, node ${process.version}`,
    tool("gcc", "--version"),
    libseccomp?.replace("\t", " ") ?? "no libseccomp",
    tool("bwrap", "--version"),
  ].join("; ");
}

interface Results {
  readonly rows: readonly Row[];
  readonly kernel: readonly KernelRow[];
  readonly compiled: string;
  readonly started: string;
  readonly launched: string;
  readonly versions: string;
}

function page({ rows, kernel, compiled, started, launched, versions }: Results): string {
  return `# Performance

Written by \`npm run bench\`, which measures all of this again: after \`npm ci && npm run build\`, on Debian 12 with gcc,
libseccomp-dev and bubblewrap, in a few minutes. Times are medians of interleaved rounds and move with the machine; compare the
ratios. Instructions are counted and come out the same everywhere.

Measured with: ${versions}.

## What filters cost

Each cell is ours / the best other compiler / the bound. The bound is four instructions that every filter has, the cheapest
tree of comparisons for the numbers, and one load of each word and the cheapest searches for the arguments; filters with bit
tests can be below it. Each column is compiled for its own cost model:

- length: \`--optimise size\`.
- executed, 5.10: instructions that a call runs which the policy lets pass, all calls alike, on a kernel without the cache
  (\`--kernel 5.10\`); with histogram: each call as often as six programs made it (bench/histogram.json), compiled for that
  (\`--profile\`).
- executed, not cached: the same over the calls that the kernel's cache does not answer (Linux 5.11 and later), the default
  model. A call, histogram: over all calls, the cached ones counted as 0.

libseccomp (1: its default, 2: its binary tree) was run here. Figures of Kafel, minijail and gVisor for the first four policies
were measured once, from the commits in bench/peer-figures.ts. A dash: no compiler at hand can say the policy.

${table([["policy", ...COLUMNS.map(({ title }) => title)], ...rows.map(({ name, cells }) => [name, ...cells.map(shown)])])}
![instructions executed, by policy and compiler](performance.svg)

## What the kernel makes of Docker's profile

Install is seccomp(2) itself, in microseconds. A call is in nanoseconds, as a ratio to no filter: getppid is cached,
personality(0xffffffff) is decided by its argument, 480 is denied.

${table([
  ["filter", "instructions", "install", "cached", "by argument", "denied"],
  ...kernel.map(row => kernelRow(row, kernel[0]!)),
])}
## What compiling costs

In process, warm, in milliseconds:

\`\`\`text
${compiled}
\`\`\`

As a command, beside an empty \`node\`:

\`\`\`text
${started}
\`\`\`

## What a launch costs

\`\`\`text
${launched}
\`\`\`
`;
}

function shown({ ours, peer, bound }: Cell): string {
  const word = (value: number | undefined): string => {
    if (value === undefined) return "-";
    return Number.isInteger(value) ? `${value}` : value.toFixed(value < 0.1 ? 3 : 2);
  };
  return `${word(ours)} / ${peer === undefined ? "-" : `${word(peer.best)} ${peer.by}`} / ${word(bound)}`;
}

function kernelRow({ name, length, install, calls }: KernelRow, bare: KernelRow): readonly string[] {
  const ratios = calls.map((ns, i) => `${ns.toFixed(0)} (${(ns / bare.calls[i]!).toFixed(2)}x)`);
  return [name, `${length}`, install.toFixed(1), ...ratios];
}

function table([head, ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  return `${line(head!)}${line(head!.map(() => "---"))}${rows.map(line).join("")}`;
}
