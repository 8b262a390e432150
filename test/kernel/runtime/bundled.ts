// Builds a program under fixtures/ as the package is built, koffi left outside, and runs it with plain node: under tsx every
// process has a compiler service as its child, which is just what sandboxMeHere() must refuse.

import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { buildSync } from "esbuild";

/** Inside the checkout, so that the bundle finds koffi. */
const FOLDER = new URL("../../../node_modules/.cache/policyc/", import.meta.url).pathname;
const built = new Map<string, string>();

export function bundle(fixture: string): string {
  const known = built.get(fixture);
  if (known !== undefined) return known;
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}package.json`, '{ "type": "module" }');
  const outfile = `${FOLDER}${fixture}.mjs`;
  build(new URL(`./fixtures/${fixture}.ts`, import.meta.url).pathname, outfile);
  build(new URL("../../../src/runtime/monitor-worker.ts", import.meta.url).pathname, `${FOLDER}monitor-worker.js`);
  built.set(fixture, outfile);
  return outfile;
}

function build(entry: string, outfile: string): void {
  buildSync({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    external: ["koffi"],
    logLevel: "error",
    // chevrotain is bundled as it is in the package; what it may require() must find a require.
    banner: {
      js: 'import { createRequire as createRequireOfBundle } from "node:module"; const require = createRequireOfBundle(import.meta.url);',
    },
  });
}

export interface Ran {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function runFixture(
  fixture: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; wrap?: readonly string[] } = {},
): Ran {
  const [command, ...rest] = [...(options.wrap ?? []), process.execPath, bundle(fixture), ...args];
  const env = { ...process.env, NODE_OPTIONS: "", ...options.env };
  const { status, signal, stdout, stderr } = spawnSync(command!, rest, { encoding: "utf8", env, timeout: 30_000 });
  return { status, signal, stdout, stderr };
}
