// What a sandbox costs to start and to end: /bin/true bare, in a launcher with a filter of about a hundred instructions, that
// becomes the program or supervises it by each means, and in bubblewrap with the same namespaces. Medians of interleaved
// launches from a C program, so that only the kernel and the launchers are measured.
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
import type { LaunchFilter } from "../src/compiler/launch/filter-plan.ts";
import type { LaunchOptions } from "../src/compiler/launch/launch-options.ts";
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

type Lifetime = LaunchOptions["lifetime"];

/** Reports on descriptor 3, as the runtime's launchers do, unless it is direct: then it stands alone. */
function launcher(filter: LaunchFilter, lifetime: Lifetime): Uint8Array {
  const built = buildLauncher("x86_64", filter, {
    command: { kind: "argv" },
    monitored: false,
    report: lifetime.kind === "direct" ? { kind: "stderr" } : { kind: "socket", fd: 3 },
    keepFds: 2,
    lifetime,
    limits: [],
    session: true,
    landlock: "prefer",
    waitKillable: false,
  });
  if (!built.ok) throw new Error(built.message);
  return built.image;
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

const LIFETIMES: readonly { readonly name: string; readonly lifetime: Lifetime }[] = [
  { name: "launcher, direct", lifetime: { kind: "direct" } },
  { name: "launcher, supervised: process", lifetime: { kind: "supervised", by: "process" } },
  { name: "launcher, supervised: pid namespace", lifetime: { kind: "supervised", by: "pid-namespace", user: false } },
  { name: "launcher, supervised: pid and user ns", lifetime: { kind: "supervised", by: "pid-namespace", user: true } },
];

/** With what comes nearest to each of ours: mounts as they are, a session, and for the namespaces a /proc of its own. */
const BWRAP = ["--bind", "/", "/", "--new-session"] as const;
const PEERS: readonly { readonly name: string; readonly options: readonly string[] }[] = [
  { name: "bwrap", options: [] },
  { name: "bwrap --unshare-pid", options: ["--unshare-pid", "--proc", "/proc", "--die-with-parent"] },
  {
    name: "bwrap --unshare-user --unshare-pid",
    options: ["--unshare-user", "--unshare-pid", "--proc", "/proc", "--die-with-parent"],
  },
];

/** What works here: root in a container may not make every namespace. */
function works(command: readonly string[]): boolean {
  const stdio = ["ignore", "ignore", "ignore", "pipe"] as const;
  return spawnSync(command[0]!, command.slice(1), { stdio: [...stdio] }).status === 0;
}

const folder = mkdtempSync(join(tmpdir(), "policyc-bench-"));
try {
  const spawner = join(folder, "spawner");
  execFileSync("gcc", ["-O2", "-o", spawner, fileURLToPath(new URL("./spawner.c", import.meta.url))]);
  const filter = generate(model());
  if (!filter.ok) throw new Error("the filter is too long");
  const bwrap = execFileSync("/bin/sh", ["-c", "command -v bwrap || true"], { encoding: "utf8" }).trim();
  const rows = [
    { name: "bare", command: ["/bin/true"], size: undefined },
    ...LIFETIMES.map(({ name, lifetime }, i) => {
      const path = join(folder, `launcher-${i}`);
      const image = launcher(filter, lifetime);
      writeFileSync(path, image, { mode: 0o755 });
      return { name, command: [path, "/bin/true"], size: image.length };
    }),
    ...PEERS.map(({ name, options }) => ({
      name,
      command: [bwrap, ...BWRAP, ...options, "/bin/true"],
      size: undefined,
    })),
  ].filter(({ command }) => works(command));
  const commands = rows.map(({ command }) => command);
  const medians = measure(Number(process.argv[2] ?? 1000), commands, spawner);
  console.log(`filter of ${filter.program.length} instructions; medians in microseconds`);
  for (const [i, { name, size }] of rows.entries()) {
    const ratio = (medians[i]! / medians[0]!).toFixed(2);
    const bytes = size === undefined ? "" : `${size} bytes`;
    console.log(`${name.padEnd(40)} ${medians[i]!.toFixed(0).padStart(6)}  ${ratio} x bare  ${bytes}`.trimEnd());
  }
} finally {
  rmSync(folder, { recursive: true });
}
