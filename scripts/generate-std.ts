// policies/std/*.policy -> src/compiler/policy/std.gen.ts: the standard library, embedded so that the compiler reads no file.
// The library's own generated part, systemd's groups, is made first.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { generateSystemd } from "./generate-systemd.ts";

const root = new URL("../", import.meta.url);

/** Path from the root of the repository -> text. */
export function generateStd(): Map<string, string> {
  const made = generateSystemd();
  const folder = "policies/std/";
  const written = readdirSync(new URL(folder, root)).filter(name => name.endsWith(".policy"));
  const paths = [...new Set([...written.map(name => folder + name), ...made.keys()])].sort();
  const entries = paths.map(path => {
    const text = made.get(path) ?? readFileSync(new URL(path, root), "utf8");
    return `  ${JSON.stringify(`std/${path.slice(folder.length, -".policy".length)}`)}: ${JSON.stringify(text)},\n`;
  });
  const text = `// Made by scripts/generate-std.ts from policies/std.\n\nexport const STANDARD_LIBRARY: { readonly [specifier: string]: string } = {\n${entries.join("")}};\n`;
  return new Map([...made, ["src/compiler/policy/std.gen.ts", text]]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of generateStd()) writeFileSync(new URL(path, root), text);
}
