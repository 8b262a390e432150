// interpreter-x86_64.s -> interpreter-x86_64.gen.ts: the machine code of the plan interpreter as bytes, and the layout that it
// shares with the encoder (its .equ symbols), so that neither is written down twice. Needs GNU as, objcopy and nm.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = new URL("../", import.meta.url);
const folder = "src/compiler/launch/";

/** Path from the root of the repository -> text. */
export function generateLauncher(): Map<string, string> {
  const source = fileURLToPath(new URL(`${folder}interpreter-x86_64.s`, root));
  const scratch = mkdtempSync(join(tmpdir(), "policyc-assemble-"));
  try {
    const object = join(scratch, "interpreter.o");
    const code = join(scratch, "interpreter.bin");
    execFileSync("as", ["--64", "--fatal-warnings", "-o", object, source]);
    // Nothing is linked: the code is position independent and refers to nothing outside itself, or objcopy would drop it.
    const sections = execFileSync("objdump", ["-r", object], { encoding: "utf8" });
    if (sections.includes("RELOCATION")) throw new Error(`${source} needs a linker:\n${sections}`);
    execFileSync("objcopy", ["-O", "binary", "-j", ".text", object, code]);
    const symbols = execFileSync("nm", [object], { encoding: "utf8" });
    return new Map([[`${folder}interpreter-x86_64.gen.ts`, render(readFileSync(code), absoluteSymbols(symbols))]]);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** The .equ symbols: nm prints `0000000000000008 a FRAME_FAILED_RESULT`. */
function absoluteSymbols(nm: string): [string, number][] {
  return [...nm.matchAll(/^([0-9a-f]{16}) a (\w+)$/gm)].map(([, value, name]) => [name!, Number.parseInt(value!, 16)]);
}

function render(code: Uint8Array, symbols: readonly [string, number][]): string {
  const hex = [...code].map(byte => `0x${byte.toString(16).padStart(2, "0")}`);
  const lines = Array.from(
    { length: Math.ceil(hex.length / 16) },
    (_, i) => `  ${hex.slice(16 * i, 16 * i + 16).join(", ")},\n`,
  );
  const constants = symbols.map(([name, value]) => `export const ${name} = ${value};\n`);
  return `// Made by scripts/assemble-launcher.ts from interpreter-x86_64.s.\n\n${constants.join("")}\nexport const INTERPRETER_X86_64: readonly number[] = [\n${lines.join("")}];\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of generateLauncher()) writeFileSync(new URL(path, root), text);
}
