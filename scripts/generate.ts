// Runs every generator, or with --check compares what each would write with what is there: stale files are named and the
// exit status is 1. Same inputs, same bytes.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { generateLauncher } from "./assemble-launcher.ts";
import { generateAbi } from "./generate-abi.ts";
import { generateGrammar } from "./generate-grammar.ts";
import { generateRules } from "./generate-rules.ts";
import { generateSandboxSources } from "./generate-sandbox-sources.ts";
import { generateStd } from "./generate-std.ts";
import { generateTextMate } from "./generate-textmate.ts";

const root = new URL("../", import.meta.url);

/** Each gives path from the root of the repository -> text. */
const generators: readonly (() => ReadonlyMap<string, string> | Promise<ReadonlyMap<string, string>>)[] = [
  generateAbi,
  generateStd,
  generateRules,
  generateGrammar,
  generateLauncher,
  generateSandboxSources,
  generateTextMate,
];

async function generated(): Promise<readonly (readonly [path: string, text: string])[]> {
  const files = await Promise.all(generators.map(async generate => [...(await generate())]));
  return files.flat().sort(([a], [b]) => (a < b ? -1 : 1));
}

export function current(path: string): string | undefined {
  try {
    return readFileSync(new URL(path, root), "utf8");
  } catch {
    return undefined;
  }
}

/** The files whose text is not what their generator makes; `read` gives what is there now. */
export async function staleFiles(read = current): Promise<readonly string[]> {
  return (await generated()).filter(([path, text]) => read(path) !== text).map(([path]) => path);
}

async function write(): Promise<void> {
  for (const [path, text] of await generated()) {
    if (current(path) === text) continue;
    mkdirSync(dirname(fileURLToPath(new URL(path, root))), { recursive: true });
    writeFileSync(new URL(path, root), text);
    console.log(`wrote ${path}`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes("--check")) {
    const stale = await staleFiles();
    for (const path of stale) console.error(`stale: ${path} (npm run generate)`);
    process.exitCode = stale.length > 0 ? 1 : 0;
  } else {
    await write();
  }
}
