// docs/rules/*.md -> src/compiler/diagnostics/pages.gen.ts: the page of every finding, embedded so that `policyc explain CODE`
// and editors show it offline. The file's name is the code.

import { readdirSync, readFileSync } from "node:fs";

const root = new URL("../", import.meta.url);

/** Path from the root of the repository -> text. */
export function generateRules(): Map<string, string> {
  const folder = new URL("docs/rules/", root);
  const files = readdirSync(folder).filter(name => name.endsWith(".md"));
  const entries = files.sort().map(name => {
    const text = readFileSync(new URL(name, folder), "utf8");
    return `  ${JSON.stringify(name.slice(0, -".md".length))}: ${JSON.stringify(text)},\n`;
  });
  const text = `// Made by scripts/generate-rules.ts from docs/rules.\n\nexport const RULE_PAGES: { readonly [code: string]: string } = {\n${entries.join("")}};\n`;
  return new Map([["src/compiler/diagnostics/pages.gen.ts", text]]);
}
