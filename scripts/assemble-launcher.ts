// interpreter-*.s and plan-format.s -> *.gen.ts: the machine code of each target's plan interpreter as bytes, and the format
// that they share with the encoder (its .equ symbols), so that nothing is written down twice. Needs GNU as, objdump, objcopy
// and nm of each target.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = new URL("../", import.meta.url);
const folder = "src/compiler/launch/";

/** By Debian's names for binutils: on its own machine, each has the plain commands too. */
const TARGETS = [
  { arch: "x86_64", binutils: "x86_64-linux-gnu" },
  { arch: "aarch64", binutils: "aarch64-linux-gnu" },
] as const;

interface Assembled {
  readonly code: Uint8Array;
  readonly symbols: readonly (readonly [name: string, value: number])[];
}

/** Path from the root of the repository -> text. */
export function generateLauncher(): Map<string, string> {
  const assembled = TARGETS.map(target => ({ ...target, ...assemble(target) }));
  const format = renderFormat(assembled[0]!.symbols);
  const interpreters = assembled.map(({ arch, code, symbols }) => {
    // The format is the same for all: an interpreter has no constants of its own.
    if (renderFormat(symbols) !== format) throw new Error(`interpreter-${arch}.s defines constants`);
    return [`${folder}interpreter-${arch}.gen.ts`, renderInterpreter(arch, code)] as const;
  });
  return new Map([[`${folder}plan-format.gen.ts`, format], ...interpreters]);
}

function assemble({ arch, binutils }: (typeof TARGETS)[number]): Assembled {
  const source = fileURLToPath(new URL(`${folder}interpreter-${arch}.s`, root));
  const scratch = mkdtempSync(join(tmpdir(), "policyc-assemble-"));
  const run = (tool: string, ...args: readonly string[]) =>
    execFileSync(`${binutils}-${tool}`, args, { encoding: "utf8" });
  try {
    const object = join(scratch, "interpreter.o");
    const code = join(scratch, "interpreter.bin");
    run("as", "--fatal-warnings", "-I", fileURLToPath(new URL(folder, root)), "-o", object, source);
    // Nothing is linked: the code is position independent and refers to nothing outside itself, or objcopy would drop it.
    const sections = run("objdump", "-r", object);
    if (sections.includes("RELOCATION")) throw new Error(`${source} needs a linker:\n${sections}`);
    run("objcopy", "-O", "binary", "-j", ".text", object, code);
    return { code: readFileSync(code), symbols: absoluteSymbols(run("nm", object)) };
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** The .equ symbols: nm prints `0000000000000008 a FRAME_FAILED_RESULT`. */
function absoluteSymbols(nm: string): [string, number][] {
  return [...nm.matchAll(/^([0-9a-f]{16}) a (\w+)$/gm)].map(([, value, name]) => [name!, Number.parseInt(value!, 16)]);
}

function renderFormat(symbols: Assembled["symbols"]): string {
  const constants = symbols.map(([name, value]) => `export const ${name} = ${value};\n`);
  return `// Made by scripts/assemble-launcher.ts from plan-format.s.\n\n${constants.join("")}`;
}

function renderInterpreter(arch: string, code: Uint8Array): string {
  const hex = [...code].map(byte => `0x${byte.toString(16).padStart(2, "0")}`);
  const lines = Array.from(
    { length: Math.ceil(hex.length / 16) },
    (_, i) => `  ${hex.slice(16 * i, 16 * i + 16).join(", ")},\n`,
  );
  return `// Made by scripts/assemble-launcher.ts from interpreter-${arch}.s.\n\nexport const INTERPRETER_${arch.toUpperCase()}: readonly number[] = [\n${lines.join("")}];\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of generateLauncher()) writeFileSync(new URL(path, root), text);
}
