// What a sandbox costs to start: /bin/true bare, in a launcher with a filter of about a hundred instructions, and in
// bubblewrap. Medians of interleaved launches from a C program, so that only the kernel and the launchers are measured.
//
//     node --import tsx bench/launch.ts [ROUNDS]        needs Linux on x86-64, gcc; bwrap is left out where it is missing

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { knownNumbers } from "../src/compiler/abi/syscalls.ts";
import { generate } from "../src/compiler/decision/generate.ts";
import { buildLauncher, ticketedCalls } from "../src/compiler/launch/build-launcher.ts";
import { ALWAYS } from "../src/compiler/policy/condition.ts";
import type { Model } from "../src/compiler/policy/model.ts";

const ENOSYS = 38;
/** Numbers from here on that a C program's start does not need. */
const UNNEEDED = (nr: number) => nr > 100 && nr % 7 === 0 && ![231, 273, 302, 318, 334].includes(nr);

function model(): Model {
  const origin = { span: { source: "bench.policy", start: 0, end: 0 }, uses: [] };
  const known = knownNumbers("x86_64");
  const rules = known.filter(UNNEEDED).map(nr => ({
    nr,
    condition: ALWAYS,
    action: { kind: "errno", errno: ENOSYS } as const,
    origin,
  }));
  return {
    policy: "bench",
    target: "x86_64",
    abis: [
      {
        arch: "x86_64",
        rules: [nr59(origin), ...rules],
        known,
        default: { action: { kind: "allow" } },
        unknown: { action: { kind: "errno", errno: ENOSYS } },
      },
    ],
    foreign: { action: { kind: "kill" } },
    guards: [],
    tickets: ticketedCalls("x86_64", { monitored: false }),
  };
}

/** execve is denied, so that the ticket is what lets the launch through. */
function nr59(origin: Model["abis"][number]["rules"][number]["origin"]) {
  return { nr: 59, condition: ALWAYS, action: { kind: "kill" } as const, origin };
}

function launcher(): { readonly image: Uint8Array; readonly instructions: number } {
  const filter = generate(model());
  if (!filter.ok) throw new Error("the filter is too long");
  const built = buildLauncher("x86_64", filter, {
    command: { kind: "argv" },
    monitored: false,
    report: { kind: "stderr" },
    keepFds: 2,
    lifetime: { kind: "direct" },
    limits: [],
    session: true,
    landlock: "prefer",
    waitKillable: false,
  });
  if (!built.ok) throw new Error(built.message);
  return { image: built.image, instructions: filter.program.length };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function measure(rounds: number, commands: readonly (readonly string[])[], spawner: string): number[] {
  const args = [`${rounds}`, ...commands.flatMap(command => ["--", ...command])];
  const output = execFileSync(spawner, args, { encoding: "utf8", maxBuffer: 1 << 26 });
  const rows = output
    .trimEnd()
    .split("\n")
    .map(line => line.split(" ").map(Number));
  return commands.map((_, i) => median(rows.map(row => row[i]!)));
}

const folder = mkdtempSync(join(tmpdir(), "policyc-bench-"));
try {
  const spawner = join(folder, "spawner");
  execFileSync("gcc", ["-O2", "-o", spawner, fileURLToPath(new URL("./spawner.c", import.meta.url))]);
  const { image, instructions } = launcher();
  const path = join(folder, "launcher");
  writeFileSync(path, image, { mode: 0o755 });
  const hasBwrap = spawnSync("bwrap", ["--ro-bind", "/", "/", "/bin/true"]).status === 0;
  const bwrap = execFileSync("/bin/sh", ["-c", "command -v bwrap || true"], { encoding: "utf8" }).trim();
  const commands = [
    ["/bin/true"],
    [path, "/bin/true"],
    ...(hasBwrap ? [[bwrap, "--ro-bind", "/", "/", "/bin/true"]] : []),
  ];
  const [bare, ours, theirs] = measure(Number(process.argv[2] ?? 1000), commands, spawner);
  console.log(`launcher: ${image.length} bytes, filter of ${instructions} instructions`);
  console.log(`bare ${bare!.toFixed(0)} us, launcher ${ours!.toFixed(0)} us: ${(ours! / bare!).toFixed(2)} x bare`);
  if (theirs !== undefined)
    console.log(`bwrap ${theirs.toFixed(0)} us: launcher ${(ours! / theirs).toFixed(2)} x bwrap`);
} finally {
  rmSync(folder, { recursive: true });
}
