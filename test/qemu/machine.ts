// A whole machine for one test: a kernel that is not the running one, booted by qemu with an initramfs that holds the programs
// under test. Everything is emulated (no KVM), so that it runs the same on any host. One boot runs all commands: booting
// costs more than most of them do.

import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type GuestFile, initramfs } from "./cpio.ts";

export type Machine = "x86_64" | "aarch64";

interface Target {
  readonly cc: string;
  readonly qemu: string;
  /** cortex-a57 runs 32-bit programs too, and has no pointer authentication to emulate. */
  readonly options: readonly string[];
  readonly console: string;
}

const TARGETS: { readonly [machine in Machine]: Target } = {
  x86_64: { cc: "x86_64-linux-gnu-gcc", qemu: "qemu-system-x86_64", options: ["-M", "q35"], console: "ttyS0" },
  aarch64: {
    cc: "aarch64-linux-gnu-gcc",
    qemu: "qemu-system-aarch64",
    options: ["-M", "virt", "-cpu", "cortex-a57"],
    console: "ttyAMA0",
  },
};

/** The kernels that scripts/fetch-kernels.sh puts into a folder. */
function kernelOf(machine: Machine): string {
  return join(process.env.QEMU_KERNELS ?? "/nowhere", `vmlinuz-${machine}`);
}

/** Why this machine cannot be booted here; undefined if it can. */
export function noMachine(machine: Machine): string | undefined {
  const { cc, qemu } = TARGETS[machine];
  const missing = [cc, qemu].find(program => spawnSync(program, ["--version"]).status !== 0);
  if (missing !== undefined) return `needs ${missing}`;
  return existsSync(kernelOf(machine))
    ? undefined
    : "needs QEMU_KERNELS, a folder that scripts/fetch-kernels.sh filled";
}

export interface Command {
  /** argv, its first word a path in the machine. */
  readonly argv: readonly string[];
  /** A file of the machine. */
  readonly stdin?: string;
}

export interface Ended {
  readonly status: number | undefined;
  /** `SIGSYS`; undefined where the command exited. */
  readonly signal: string | undefined;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/** Seconds that a boot with all its commands may take; on an idle machine it takes about twenty. */
const LIMIT = 300;

const scratch = mkdtempSync(join(tmpdir(), "policyc-qemu-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

/** A static binary of C sources; those without a slash are in the folder guest. */
export function compileStatic(
  machine: Machine,
  name: string,
  source = `guest/${name}.c`,
  flags: readonly string[] = [],
): Buffer {
  const binary = join(scratch, `${name}-${machine}`);
  const path = fileURLToPath(new URL(source, import.meta.url));
  execFileSync(TARGETS[machine].cc, ["-static", "-O1", "-Wall", "-Werror", "-pthread", ...flags, "-o", binary, path], {
    stdio: "pipe",
  });
  return readFileSync(binary);
}

/** Boots the machine, runs the commands one after the other, and gives how each ended. */
export async function boot(
  machine: Machine,
  files: readonly GuestFile[],
  commands: readonly Command[],
): Promise<readonly Ended[]> {
  const lines = commands.map(({ argv, stdin }) => `${[stdin ?? "/dev/null", ...argv].join("\t")}\n`);
  const image = initramfs(
    [
      ...files,
      { path: "init", bytes: compileStatic(machine, "init") },
      { path: "commands", bytes: Buffer.from(lines.join("")) },
    ],
    ["proc", "sys", "dev", "tmp", "etc"],
  );
  const path = join(scratch, `initramfs-${machine}`);
  writeFileSync(path, image);
  const console = await run(machine, path);
  const ended = new Map([...console.matchAll(/^@(\d+) (\d+) \.([0-9a-f]*) \.([0-9a-f]*)\r?$/gm)].map(parse));
  return commands.map(({ argv }, i) => {
    const found = ended.get(i);
    if (found === undefined)
      throw new Error(`${machine}: no answer to ${argv.join(" ")}; the console says:\n${console.slice(-4000)}`);
    return found;
  });
}

function run(machine: Machine, initrd: string): Promise<string> {
  const { qemu, options, console } = TARGETS[machine];
  const append = `console=${console} quiet loglevel=1 panic=-1 printk.devkmsg=on`;
  const child = spawn(
    qemu,
    // biome-ignore format: a command line
    [...options, "-accel", "tcg", "-smp", "1", "-m", "768", "-display", "none", "-nodefaults", "-no-reboot",
      "-serial", "stdio", "-kernel", kernelOf(machine), "-initrd", initrd, "-append", append],
    { stdio: ["ignore", "pipe", "inherit"], timeout: LIMIT * 1000, killSignal: "SIGKILL" },
  );
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", reject);
    child.on("close", () => resolve(Buffer.concat(chunks).toString("latin1")));
  });
}

function parse([, number, status, stdout, stderr]: RegExpMatchArray): [number, Ended] {
  const signal = Number(status) & 0x7f;
  return [
    Number(number),
    {
      status: signal === 0 ? Number(status) >> 8 : undefined,
      signal: Object.entries(constants.signals).find(([, value]) => value === signal)?.[0],
      stdout: Buffer.from(stdout!, "hex"),
      stderr: Buffer.from(stderr!, "hex"),
    },
  ];
}
