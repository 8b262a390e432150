// src/compiler/emit/sources/sandbox.* -> sandbox-sources.gen.ts: what is the same in every emitted source, written in its own
// language, embedded so that the compiler reads no file.

import { readFileSync } from "node:fs";

const root = new URL("../", import.meta.url);
const folder = "src/compiler/emit/";

/** Path from the root of the repository -> text. */
export function generateSandboxSources(): Map<string, string> {
  const entries = ["h", "go", "rs"].map(extension => {
    const text = readFileSync(new URL(`${folder}sources/sandbox.${extension}`, root), "utf8");
    return `  ${extension}: ${JSON.stringify(text)},\n`;
  });
  const text = `// Made by scripts/generate-sandbox-sources.ts from sources/.\n\nexport const SANDBOX_SOURCES = {\n${entries.join("")}} as const;\n`;
  return new Map([[`${folder}sandbox-sources.gen.ts`, text]]);
}
