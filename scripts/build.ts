// src/ -> dist/: the command line, the two library doors and the monitor's thread as bundled modules that share chunks, and
// declarations for TypeScript. Modules nothing refers to are dropped file by file, so each command loads only its own part.

import { execFileSync } from "node:child_process";
import { chmodSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build } from "esbuild";
import { builtinImports } from "./builtin-imports.ts";
import { directImports } from "./direct-imports.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const dist = join(root, "dist");

/** Shared with the test that runs the compiler's bundle where there is nothing but the language. */
export const bundling = {
  absWorkingDir: root,
  bundle: true,
  target: "node20.19",
  charset: "utf8",
  legalComments: "none",
  // Whitespace costs start-up time; names stay, for readable reports of a defect.
  minifySyntax: true,
  minifyWhitespace: true,
  lineLimit: 160, // node shows the line that threw what a caller of the library did not catch
  logLevel: "warning",
} satisfies BuildOptions;

/** What the command line needs, wherever it is put. */
export const bundlingOfCommands = [
  directImports(["src/compiler/index.ts", "src/runtime/index.ts"].map(door => join(root, door))),
  builtinImports(/node_modules\/vscode-(?:jsonrpc|languageserver)/),
];

async function bundle(): Promise<void> {
  const { metafile } = await build({
    ...bundling,
    entryPoints: {
      cli: "src/cli/main.ts",
      index: "src/compiler/index.ts",
      runtime: "src/runtime/index.ts",
      "monitor-worker": "src/runtime/monitor-worker.ts",
    },
    plugins: bundlingOfCommands,
    outdir: dist,
    format: "esm",
    platform: "node",
    splitting: true,
    chunkNames: "[name]-[hash]", // beside the entries: code finds the monitor's thread beside itself
    external: ["koffi"], // finds its native library beside its own files
    metafile: true,
  });
  await bundlePage();
  // Stale chunks go last: a policyc that runs meanwhile still finds its own.
  const fresh = new Set([...Object.keys(metafile.outputs).map(path => basename(path)), PAGE]);
  for (const name of readdirSync(dist)) {
    if (name.endsWith(".js") && !fresh.has(name)) rmSync(join(dist, name));
  }
  chmodSync(join(dist, "cli.js"), 0o755);
}

const PAGE = "report-page.js";

/** The script of reports: one file for browsers, which stands inside HTML. */
async function bundlePage(): Promise<void> {
  const { outputFiles } = await build({
    ...bundling,
    entryPoints: ["src/page/main.ts"],
    format: "iife",
    platform: "browser",
    minifyIdentifiers: true,
    // The door's modules one by one: what nobody asks for stays out.
    plugins: [directImports([join(root, "src/compiler/index.ts")])],
    write: false,
  });
  const text = outputFiles[0]!.text;
  const found = /<!--|<\/?script/i.exec(text);
  if (found !== null)
    throw new Error(`${PAGE} holds ${found[0]}, which would end or hide the script that it stands in`);
  writeFileSync(join(dist, PAGE), text);
}

function declarations(): void {
  const compiler = join(root, "node_modules/.bin/tsc");
  execFileSync(compiler, ["-p", join(root, "scripts/tsconfig.declarations.json")], { stdio: "inherit" });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await bundle();
  declarations();
}
