// The other ways to lint: the action for workflows and the hooks for pre-commit, run as those would run them; and Helix's lines. Needs
// `npm run build`.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { inFolder, SMALL } from "../cli/command.ts";
import { unless } from "../needs.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Debian's, whatever else is on PATH: its packages are the ones that CI installs. */
const PYTHON = "/usr/bin/python3";

/** Another reader's opinion of a YAML or TOML file. */
function parsed<T>(path: string): T {
  const read = path.endsWith(".toml") ? "tomllib.load" : "yaml.safe_load";
  const program = `import json, sys, tomllib, yaml; json.dump(${read}(open(sys.argv[1], "rb")), sys.stdout)`;
  return JSON.parse(execFileSync(PYTHON, ["-c", program, join(root, path)], { encoding: "utf8" }));
}

function missingReaders(): string | undefined {
  const { status } = spawnSync(PYTHON, ["-c", "import yaml, tomllib"]);
  return status === 0 ? undefined : "no Debian python3 with yaml on this machine";
}

const readTest = unless(missingReaders(), test);

interface Action {
  readonly inputs: { readonly [name: string]: { readonly description: string; readonly default: string } };
  readonly runs: {
    readonly using: string;
    readonly steps: readonly {
      readonly shell: string;
      readonly run: string;
      readonly env: Readonly<Record<string, string>>;
    }[];
  };
}

const BROKEN = SMALL.replace("read", "raed");

/** As a runner does: inputs become the step's environment, its script is bash -e -o pipefail. */
function runAction(files: { readonly [name: string]: string }, given: { readonly [input: string]: string }) {
  const { inputs, runs } = parsed<Action>("editors/github/action.yml");
  const [step] = runs.steps;
  const env = Object.entries(step!.env).map(([name, value]) => {
    const [, input] = /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(value)!;
    assert.ok(inputs[input!] !== undefined, input);
    return [name, given[input!] ?? String(inputs[input!]!.default)];
  });
  return inFolder({ ...files, "step.sh": step!.run }, ({ sh, path }) => {
    const ran = sh("bash --noprofile --norc -e -o pipefail step.sh", { env: { ...Object.fromEntries(env) } });
    const has = (name: string): boolean => existsSync(join(path, name));
    const sarif = has("out.sarif") ? readFileSync(join(path, "out.sarif"), "utf8") : undefined;
    return { ...ran, hacked: has("hacked"), sarif };
  });
}

const command = { command: "policyc" };

readTest("the action annotates the lines that are wrong, and fails", () => {
  const { status, stdout } = runAction({ "a.policy": SMALL, "b.policy": BROKEN }, command);
  assert.is(status, 1);
  assert.match(stdout, /^::error file=b\.policy,line=3,.*::no system call named `raed`/m);
  assert.not.match(stdout, /a\.policy/);
});

readTest("the action is content with what is fine, and with warnings unless told otherwise", () => {
  const warned = SMALL.replace("allow exit_group", "allow { exit_group, open }\n  allow read if fd == 0");
  assert.is(runAction({ "a.policy": SMALL }, command).status, 0);
  assert.is(runAction({ "a.policy": warned }, command).status, 0);
  assert.is(runAction({ "a.policy": warned }, { ...command, "fail-on": "hint" }).status, 1);
});

readTest("the action writes SARIF where it is told", () => {
  const { status, sarif } = runAction({ "b.policy": BROKEN }, { ...command, format: "sarif", output: "out.sarif" });
  assert.is(status, 1);
  assert.is(JSON.parse(sarif!).runs[0].results[0].ruleId, "unknown-syscall");
});

readTest("no input of the action is run, and none is an option", () => {
  for (const files of ["$(touch hacked)", "`touch hacked`", "; touch hacked", "x && touch hacked", "--fix"]) {
    const { status, hacked } = runAction({ "a.policy": SMALL }, { ...command, files });
    assert.not(hacked, files);
    assert.is.not(status, 0, files);
  }
});

interface Hook {
  readonly id: string;
  readonly entry: string;
  readonly files: string;
  readonly language: string;
}

readTest("the hooks take policies and nothing else, and do what they say", () => {
  const hooks = parsed<readonly Hook[]>(".pre-commit-hooks.yaml");
  assert.equal(
    hooks.map(({ id, language }) => [id, language]),
    [
      ["policyc-check", "node"],
      ["policyc-fmt", "node"],
    ],
  );
  for (const { files } of hooks) {
    assert.equal(
      ["a.policy", "b/c.policy", "a.policy.json", "policy", "a.policyx"].map(path => new RegExp(files).test(path)),
      [true, true, false, false, false],
    );
  }
  const [check, fmt] = hooks.map(({ entry }) => entry);
  inFolder({ "a.policy": BROKEN, "b.policy": SMALL.replace("  allow", "allow") }, ({ sh, path }) => {
    assert.is(sh(`${check} a.policy b.policy`).status, 1);
    assert.is(sh(`${check} b.policy`).status, 0);
    assert.is(sh(`${fmt} b.policy`).status, 0);
    // pre-commit sees that a file has changed, and fails.
    assert.is(readFileSync(join(path, "b.policy"), "utf8"), SMALL);
  });
});

readTest("Helix starts the server by a command that there is", () => {
  const lines = parsed<{
    readonly "language-server": { readonly policyc: { readonly command: string; readonly args: readonly string[] } };
    readonly language: readonly {
      readonly "file-types": readonly string[];
      readonly "language-servers": readonly string[];
    }[];
  }>("editors/helix/languages.toml");
  assert.equal(lines.language[0]!["file-types"], ["policy"]);
  assert.equal(lines.language[0]!["language-servers"], Object.keys(lines["language-server"]));
  const { command, args } = lines["language-server"].policyc;
  const message = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":null,"rootUri":null,"capabilities":{}}}`;
  const { stdout } = inFolder({}, ({ sh }) =>
    sh([command, ...args].join(" "), { input: `Content-Length: ${message.length}\r\n\r\n${message}` }),
  );
  assert.match(stdout, /"hoverProvider":true/);
});

test.run();
