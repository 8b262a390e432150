// What is shipped: the compiler's bundle runs where there is nothing but the language, package.json points at files that are
// there and loads, declarations resolve for a consumer, and each command loads its own part only. Needs `npm run build`.

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { bundling } from "../../scripts/build.ts";
import * as compiler from "../../src/compiler/index.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const dist = join(root, "dist");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const POLICY = `import "std/startup"
policy p for x86_64, aarch64 {
  default kill
  use static_startup
  allow read if fd == 0
}
`;

/** Using any of these is a defect: the context has them only as traps. Date is not among them: chevrotain times itself. */
const TRAPS = ["Intl", "console", "performance", "process", "Buffer", "setTimeout", "WebAssembly", "SharedArrayBuffer"];

test("the compiler runs in an empty context without clock, random, console and code from strings", async () => {
  const { outputFiles } = await build({
    ...bundling,
    entryPoints: ["src/compiler/index.ts"],
    format: "iife",
    globalName: "policyc",
    platform: "neutral",
    mainFields: ["module", "main"],
    write: false,
  });
  const context = createContext(Object.create(null), { codeGeneration: { strings: false, wasm: false } });
  runInContext(
    // lodash asks browsers for self; without it, it would make its global object from a string.
    `globalThis.self = globalThis;
     for (const name of ${JSON.stringify(TRAPS)}) Object.defineProperty(globalThis, name, { get() { throw new Error(name); } });
     Math.random = () => { throw new Error("Math.random"); };`,
    context,
  );
  runInContext(outputFiles[0]!.text, context, { displayErrors: false });
  const inside = runInContext(
    `(text => { const { filters, diagnostics } = policyc.compile({ name: "p.policy", text });
       return JSON.stringify([filters.map(f => [...policyc.encode(f.program)]), diagnostics]); })`,
    context,
  )(POLICY);
  const { filters, diagnostics } = compiler.compile({ name: "p.policy", text: POLICY });
  assert.is(filters.length, 2);
  assert.equal(JSON.parse(inside), [filters.map(filter => [...compiler.encode(filter.program)]), diagnostics]);
});

test("a trap in the context is seen when something steps on it", () => {
  const context = createContext(Object.create(null));
  runInContext(`Object.defineProperty(globalThis, "Intl", { get() { throw new Error("Intl"); } })`, context);
  assert.throws(() => runInContext("new Intl.Collator()", context), /Intl/);
});

test("exports, bin and files of package.json name what is there", () => {
  const targets = Object.values(manifest.exports as Record<string, string | Record<string, string>>)
    .flatMap(entry => (typeof entry === "string" ? [entry] : Object.values(entry)))
    .concat(Object.values(manifest.bin as Record<string, string>), manifest.files);
  for (const target of targets) assert.ok(existsSync(join(root, target)), target);
  assert.ok(statSync(join(dist, "cli.js")).mode & 0o111, "the command line is executable");
  assert.ok(readFileSync(join(dist, "cli.js"), "utf8").startsWith("#!/usr/bin/env node\n"));
});

test("versions are exact, and native packages need no install script", () => {
  const all = { ...manifest.dependencies, ...manifest.devDependencies } as Record<string, string>;
  for (const [name, version] of Object.entries(all)) assert.match(version, /^\d+\.\d+\.\d+$/, name);
  assert.equal(manifest.allowScripts, { koffi: false, esbuild: false });
});

test("the lock file is whole, and names no registry", () => {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    readonly packages: Record<
      string,
      { readonly resolved?: string; readonly optionalDependencies?: Record<string, string> }
    >;
  };
  for (const [name, { resolved, optionalDependencies = {} }] of Object.entries(packages)) {
    assert.is(resolved, undefined, name);
    // npm ci refuses a lock without them, although it installs one of them at most.
    for (const optional of Object.keys(optionalDependencies))
      assert.ok(`node_modules/${optional}` in packages, optional);
  }
});

test("a consumer's TypeScript finds the types of both doors", () => {
  const folder = mkdtempSync(join(tmpdir(), "policyc-consumer-"));
  try {
    execFileSync("mkdir", ["node_modules"], { cwd: folder });
    execFileSync("ln", ["-s", root, join(folder, "node_modules/policyc")]);
    execFileSync("ln", ["-s", join(root, "node_modules/@types"), join(folder, "node_modules/@types")]);
    const program = (word: string) => `import { compile, type Filter } from "policyc";
import { sandboxMeHere, compilePolicy } from "policyc/runtime";
const filters: readonly Filter[] = compile({ name: "a", text: "" }).filters;
export const ${word}: string = ${word === "right" ? "filters[0]!.policy" : "filters[0]!.program"};
export { sandboxMeHere, compilePolicy };
`;
    const settings = { strict: true, module: "NodeNext", target: "ES2023", noEmit: true, types: ["node"] };
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: settings, include: ["*.ts"] }));
    const check = () =>
      execFileSync(join(root, "node_modules/.bin/tsc"), ["-p", folder], { encoding: "utf8", stdio: "pipe" });
    writeFileSync(join(folder, "consumer.ts"), program("right"));
    check();
    writeFileSync(join(folder, "consumer.ts"), program("wrong"));
    assert.throws(check, "a program is no string: if this passes, the types were not found");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Everything that a module of dist loads at once, itself included. */
function loadedBy(name: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(name)) return seen;
  seen.add(name);
  const text = readFileSync(join(dist, name), "utf8");
  for (const [, next] of text.matchAll(/(?:\bfrom|\bimport)\s*"\.\/([^"]+\.js)"/g)) loadedBy(next!, seen);
  return seen;
}

function chunkOf(command: string): string {
  const name = new RegExp(`import\\("\\./(${command}-[A-Z0-9]+\\.js)"\\)`).exec(
    readFileSync(join(dist, "cli.js"), "utf8"),
  );
  if (name === null) throw new Error(`no chunk of ${command}`);
  return name[1]!;
}

function loadsText(command: string, text: string): boolean {
  return [...loadedBy(chunkOf(command))].some(name => readFileSync(join(dist, name), "utf8").includes(text));
}

const PARSER = "performSelfAnalysis";
const KOFFI = '("koffi")';
const SCHEMA = "policyc-artefact-1";

const LOADS: readonly (readonly [command: string, loads: readonly string[]])[] = [
  ["arguments", []],
  ["help", []],
  ["disasm", []],
  ["prove", []],
  ["diff", []],
  ["check", [PARSER]],
  ["build", [PARSER]],
  ["graph", [PARSER]],
  ["write-report", [PARSER]],
  ["doctor", [KOFFI]],
  ["lsp", []],
  ["run", [PARSER, KOFFI]],
];

for (const [command, loads] of LOADS) {
  test(`${command} loads what it needs and no more`, () => {
    for (const text of [PARSER, KOFFI, SCHEMA]) assert.is(loadsText(command, text), loads.includes(text), text);
  });
}

test.run();
