// policies/std/*.policy -> src/compiler/policy/std.gen.ts: the standard library, embedded so that the compiler reads no file.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = new URL("../", import.meta.url);

/** Path from the root of the repository -> text. */
export function generateStd(): Map<string, string> {
  const folder = new URL("policies/std/", root);
  const names = readdirSync(folder)
    .filter(name => name.endsWith(".policy"))
    .sort();
  const entries = names.map(name => {
    const text = readFileSync(new URL(name, folder), "utf8");
    return `  ${JSON.stringify(`std/${name.slice(0, -".policy".length)}`)}: ${JSON.stringify(text)},\n`;
  });
  const text = `// Made by scripts/generate-std.ts from policies/std.\n\nexport const STANDARD_LIBRARY: { readonly [specifier: string]: string } = {\n${entries.join("")}};\n`;
  return new Map([["src/compiler/policy/std.gen.ts", text]]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of generateStd()) writeFileSync(new URL(path, root), text);
}
