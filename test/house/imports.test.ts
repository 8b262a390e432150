// The wall: which folder of src may import which, and what the compiler may not name at all. tsc keeps node's types out of
// src/compiler; this keeps the order of the layers, and the globals that every ECMAScript has but a pure function lacks.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Folder below src -> folders and packages that it may import from, besides itself. `compiler` is its top-level files. */
const ALLOWED: { readonly [folder: string]: readonly string[] } = {
  "compiler/diagnostics": ["compiler/syntax"],
  "compiler/abi": [],
  "compiler/bpf": ["compiler/abi", "compiler/diagnostics"],
  "compiler/syntax": ["compiler/abi", "compiler/diagnostics", "chevrotain"],
  "compiler/format": ["compiler/diagnostics", "compiler/syntax"],
  "compiler/policy": ["compiler/abi", "compiler/diagnostics", "compiler/syntax", "compiler/bpf"],
  "compiler/decision": ["compiler/abi", "compiler/diagnostics", "compiler/bpf", "compiler/policy"],
  "compiler/prove": ["compiler/abi", "compiler/diagnostics", "compiler/bpf", "compiler/policy"],
  "compiler/check": ["compiler/abi", "compiler/diagnostics", "compiler/syntax", "compiler/policy", "compiler/prove"],
  "compiler/launch": ["compiler/abi", "compiler/diagnostics", "compiler/bpf", "compiler/policy", "compiler/decision"],
  "compiler/emit": [
    "compiler",
    "compiler/abi",
    "compiler/diagnostics",
    "compiler/bpf",
    "compiler/policy",
    "compiler/decision",
    "compiler/launch",
  ],
  "compiler/stats": ["compiler", "compiler/abi", "compiler/bpf", "compiler/policy", "compiler/decision"],
  "compiler/testing": [
    "compiler/abi",
    "compiler/diagnostics",
    "compiler/bpf",
    "compiler/syntax",
    "compiler/policy",
    "compiler/prove",
  ],
  "compiler/editor": [
    "compiler",
    "compiler/abi",
    "compiler/bpf",
    "compiler/check",
    "compiler/diagnostics",
    "compiler/format",
    "compiler/policy",
    "compiler/prove",
    "compiler/syntax",
    "compiler/testing",
  ],
  "compiler/graph": [
    "compiler",
    "compiler/abi",
    "compiler/bpf",
    "compiler/diagnostics",
    "compiler/policy",
    "compiler/prove",
    "compiler/stats",
    "compiler/syntax",
    "compiler/testing",
  ],
  compiler: [
    "compiler/abi",
    "compiler/bpf",
    "compiler/check",
    "compiler/decision",
    "compiler/diagnostics",
    "compiler/editor",
    "compiler/emit",
    "compiler/format",
    "compiler/graph",
    "compiler/launch",
    "compiler/policy",
    "compiler/prove",
    "compiler/stats",
    "compiler/syntax",
    "compiler/testing",
  ],
  runtime: ["compiler/index.ts", "node:"],
  cli: ["compiler/index.ts", "runtime/index.ts", "lsp/server.ts", "node:", "ajv", "package.json", "grammar"],
  page: ["compiler/index.ts"],
  lsp: ["compiler/index.ts", "node:", "vscode-languageserver/node", "vscode-languageserver-textdocument"],
};

/** The one file of a folder that may load this package. */
const ONLY_IN: { readonly [name: string]: string } = { koffi: "src/runtime/libc.ts", ajv: "src/cli/json-schema.ts" };

/** The modules that take all others together: nothing below may go through them, types excepted. */
const TOP = ["compiler/index.ts", "compiler/compile.ts"];

const IMPURE =
  /\b(Date|Intl|performance|process|console|Buffer|globalThis|setTimeout|setInterval|queueMicrotask|fetch|crypto|require|eval|Function|WeakRef|FinalizationRegistry|navigator)\b(?!["':])|\bMath\.random\b|\bimport\.meta\b|\.toLocale\w+|\.localeCompare\b/;

interface Statement {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

function importsOf(text: string): Statement[] {
  const from = [...text.matchAll(/^(?:import|export)\s(type\s)?[^"';]*?from\s*"([^"]+)"/gm)];
  const bare = [...text.matchAll(/(?:^import\s*|\bimport\()\s*"([^"]+)"/gm)];
  return [
    ...from.map(([, type, specifier]) => ({ specifier: specifier!, typeOnly: type !== undefined })),
    ...bare.map(([, specifier]) => ({ specifier: specifier!, typeOnly: false })),
  ];
}

/** What is wrong with a file of src, `path` from the root of the repository. */
function violations(path: string, text: string): string[] {
  const folder = dirname(path).replace(/^src\//, "");
  const allowed = ALLOWED[folder];
  if (allowed === undefined) return [`${path}: no rule for the folder ${folder}`];
  const wrong = importsOf(text).flatMap(({ specifier, typeOnly }) => {
    if (!specifier.startsWith(".")) {
      const home = ONLY_IN[specifier];
      const isAllowed = home === undefined ? allowed.some(name => matches(specifier, name)) : home === path;
      return isAllowed ? [] : [`${path} imports ${specifier}`];
    }
    if (!/\.(ts|json)$/.test(specifier)) return [`${path} imports ${specifier} without its extension`];
    const target = posix.normalize(posix.join(dirname(path), specifier)).replace(/^src\//, "");
    if (dirname(target) === folder) return [];
    if (folder.startsWith("compiler/") && TOP.includes(target) && !typeOnly) return [`${path} goes up to ${target}`];
    const isAllowed = allowed.some(name => target === name || dirname(target) === name);
    return isAllowed ? [] : [`${path} imports ${target}`];
  });
  const impure = folder.startsWith("compiler") ? IMPURE.exec(withoutWords(text)) : null;
  return impure === null ? wrong : [...wrong, `${path} names ${impure[0]}`];
}

function matches(specifier: string, name: string): boolean {
  return specifier === name || (name.endsWith(":") && specifier.startsWith(name));
}

/** Code only: comments and the insides of plain strings talk about anything. */
function withoutWords(text: string): string {
  // A template with values in it goes in parts: up to `${`, and from `}` on.
  const words = /\/\/.*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|`[^`$\\]*(?:`|\$\{)|\}[^`{}\n]*(?:`|\$\{)/g;
  return text.replace(words, match => (match[0] === "/" ? "" : '""'));
}

function sources(): string[] {
  return readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .filter(path => path.endsWith(".ts"))
    .map(path => `src/${path}`);
}

test("src keeps the order of its layers, and the compiler is pure", () => {
  const paths = sources();
  assert.ok(paths.length > 50, "the sources were not found");
  const found = paths.flatMap(path =>
    path.endsWith(".gen.ts") ? [] : violations(path, readFileSync(join(root, path), "utf8")),
  );
  assert.equal(found, []);
});

const PLANTED: readonly (readonly [path: string, text: string, caught: string])[] = [
  ["src/compiler/bpf/x.ts", 'import { decide } from "../policy/decide.ts";', "imports compiler/policy/decide.ts"],
  ["src/compiler/abi/x.ts", 'import { readFileSync } from "node:fs";', "imports node:fs"],
  ["src/compiler/policy/x.ts", 'import { Lexer } from "chevrotain";', "imports chevrotain"],
  ["src/compiler/prove/x.ts", 'import { generate } from "../decision/generate.ts";', "imports compiler/decision"],
  ["src/compiler/prove/x.ts", 'import {\n  compile,\n} from "../index.ts";', "goes up to compiler/index.ts"],
  ["src/compiler/policy/x.ts", "const now = Date.now();", "names Date"],
  ["src/compiler/policy/x.ts", 'const text = "ok"; // fine\nconst n = Math.random();', "names Math.random"],
  ["src/compiler/policy/x.ts", "const { env } = process;", "names process"],
  ["src/cli/x.ts", 'import { decide } from "../compiler/policy/decide.ts";', "imports compiler/policy/decide.ts"],
  ["src/cli/x.ts", 'import koffi from "koffi";', "imports koffi"],
  ["src/runtime/x.ts", 'const koffi = await import("koffi");', "imports koffi"],
  ["src/runtime/x.ts", 'export { x } from "../cli/input.ts";', "imports cli/input.ts"],
  ["src/elsewhere/x.ts", "", "no rule"],
];

for (const [path, text, caught] of PLANTED) {
  test(`the wall catches: ${path} ${caught}`, () => {
    const found = violations(path, text);
    assert.is(found.length, 1, found.join("\n"));
    assert.ok(found[0]!.includes(caught), found[0]);
  });
}

test("words about the clock in comments and strings are no violation", () => {
  assert.equal(violations("src/compiler/policy/x.ts", '// a Date\nconst text = "process"; /* console */'), []);
});

test.run();
