// policyc check beyond its findings: fixes, settings, folders, stdin, watching, upgrades, exit statuses, SARIF.

import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { inFolder, root, SMALL } from "./command.ts";
import { sarifSchema } from "./sarif-schema.ts";

const WARNED = SMALL.replace("  allow exit_group\n", "  allow { exit_group, ptrace }\n").replace("if fd == 0", "");
const HINTED = `${SMALL.slice(0, -2)}  kill getpid\n}\n`;

test("--fail-on says from which severity on the status is 1, policyc.json is its default", () => {
  inFolder({ "w.policy": WARNED, "h.policy": HINTED }, ({ path, sh }) => {
    const status = (args: string) => sh(`policyc check ${args}`).status;
    assert.equal([status("w.policy"), status("h.policy")], [0, 0]);
    assert.equal([status("w.policy --fail-on warning"), status("h.policy --fail-on warning")], [1, 0]);
    assert.equal([status("w.policy --fail-on hint"), status("h.policy --fail-on hint")], [1, 1]);
    writeFileSync(join(path, "policyc.json"), '{ "failOn": "hint" }');
    assert.equal([status("h.policy"), status("h.policy --fail-on warning")], [1, 0]);
  });
});

test("the nearest policyc.json upwards sets severities", () => {
  const files = {
    "policyc.json": '{ "rules": { "dangerous-call": "error" } }',
    "a/w.policy": WARNED,
    "b/policyc.json": '{ "rules": { "dangerous-call": "off" } }',
    "b/deep/w.policy": WARNED,
  };
  inFolder(files, ({ sh }) => {
    assert.is(sh("policyc check a/w.policy").status, 1);
    assert.equal(sh("policyc check b --fail-on warning").status, 0);
    assert.is(sh("cd b/deep && policyc check w.policy --fail-on warning").status, 0);
  });
});

test("build goes by the same settings", () => {
  const text = SMALL.replace("if fd == 0", "\n  kill read if fd == 5");
  inFolder({ "p.policy": text, "w.policy": WARNED }, ({ path, sh }) => {
    assert.is(sh("policyc build p.policy -o p.bpf").status, 1);
    writeFileSync(join(path, "policyc.json"), '{ "rules": { "shadowed": "warning", "dangerous-call": "error" } }');
    assert.is(sh("policyc build p.policy -o p.bpf").status, 0);
    assert.is(sh("policyc build w.policy -o w.bpf").status, 1);
    assert.is(sh("policyc disasm p.policy").status, 0);
  });
});

const BROKEN: readonly (readonly [json: string, message: RegExp])[] = [
  ["{", /policyc\.json is not JSON/],
  ["[]", /policyc\.json: the whole must be object/],
  ['{ "rulez": {} }', /no setting "rulez"\n.*did you mean "rules"\?/],
  ['{ "rules": { "crosing": "off" } }', /no finding is called "crosing"\n.*did you mean "crossing"\?/],
  ['{ "rules": { "crossing": "of" } }', /\/rules\/crossing must be equal to one of the allowed values: off, hint/],
  ['{ "rules": { "unknown-syscall": "off" } }', /unknown-syscall cannot be set otherwise/],
  ['{ "failOn": "never" }', /\/failOn must be equal to one of the allowed values: error, warning, hint/],
];

for (const [json, message] of BROKEN) {
  test(`a mistake in policyc.json is told: ${json}`, () => {
    inFolder({ "policyc.json": json, "p.policy": SMALL }, ({ sh }) => {
      const { status, stdout, stderr } = sh("policyc check p.policy");
      assert.equal([status, stdout], [1, ""]);
      assert.match(stderr, message);
    });
  });
}

const FIXABLE = `const UNUSED = 1
policy p for x86_64 {
  default kill
  errno(EPERM) clone3
  allow { nanosleep, clock_nanosleep }
  allow read // all of it
  allow read if fd == 5
  allow close; // policyc-ignore crossing: not any more
}
`;
const MENDED = `policy p for x86_64 {
  default kill
  errno(ENOSYS) clone3
  allow { nanosleep, clock_nanosleep, restart_syscall }
  allow read // all of it
  allow close
}
`;

test("--fix mends what needs nobody's opinion, keeps the mode, and has nothing left to do", () => {
  inFolder({ "p.policy": FIXABLE }, ({ path, sh }) => {
    chmodSync(join(path, "p.policy"), 0o640);
    const { status, stderr } = sh("policyc check p.policy --fix");
    assert.is(readFileSync(join(path, "p.policy"), "utf8"), MENDED);
    assert.is(statSync(join(path, "p.policy")).mode & 0o777, 0o640);
    assert.is(status, 0);
    assert.match(stderr, /^fixed p\.policy: semicolon: /m);
    assert.is(sh("policyc check p.policy --fix").stderr, "");
  });
});

test("--fix --dry-run shows the change and makes none", () => {
  inFolder({ "p.policy": FIXABLE }, ({ path, sh }) => {
    const { stdout } = sh("policyc check p.policy --fix --dry-run");
    assert.match(stdout, /^-const UNUSED = 1$/m);
    assert.match(stdout, /^\+ {2}errno\(ENOSYS\) clone3$/m);
    assert.is(readFileSync(join(path, "p.policy"), "utf8"), FIXABLE);
  });
});

test("--fix leaves guesses to people: the nearest name may be another call", () => {
  const text = SMALL.replace("allow exit_group", "allow exit_grop");
  inFolder({ "p.policy": text }, ({ path, sh }) => {
    assert.is(sh("policyc check p.policy --fix").status, 1);
    assert.is(readFileSync(join(path, "p.policy"), "utf8"), text);
  });
});

test("folders and patterns stand for their policies, and what matches nothing is told", () => {
  const files = { "a/x.policy": SMALL, "a/b/y.policy": SMALL, "a/notes.txt": "", "node_modules/z.policy": "broken" };
  inFolder(files, ({ sh }) => {
    const names = (args: string) => sh(`policyc check ${args}`).stdout.match(/^[^:\n]+(?=: small)/gm);
    assert.equal(names("."), ["a/b/y.policy", "a/x.policy"]);
    assert.equal(names("'a/**/*.policy'"), ["a/b/y.policy", "a/x.policy"]);
    assert.equal(names("'a/?.policy'"), ["a/x.policy"]);
    assert.match(sh("policyc check 'c/*.policy'").stderr, /c: cannot be listed|matches no file/);
    assert.match(sh("policyc check 'a/q*.policy'").stderr, /matches no file/);
  });
});

test("--stdin-filename gives stdin a name, imports and settings", () => {
  const files = {
    "d/policyc.json": '{ "rules": { "dangerous-call": "off" } }',
    "d/g.policy": "group g { allow read }\n",
  };
  inFolder(files, ({ sh }) => {
    const input = `import "g.policy"\n${WARNED.replace("  allow read \n", "  use g\n")}`;
    const { status, stdout } = sh("policyc check - --stdin-filename d/p.policy --fail-on warning", { input });
    assert.is(status, 0, stdout);
    assert.match(stdout, /^d\/p\.policy: small for x86_64/m);
  });
});

test("wrong uses are told", () => {
  inFolder({ "p.policy": SMALL }, ({ sh }) => {
    for (const args of [
      "- --fix",
      "p.policy --dry-run",
      "- --watch",
      "p.policy --upgrade 6",
      "p.policy --upgrade 99.1",
    ]) {
      assert.is(sh(`policyc check ${args}`).status, 2, args);
    }
  });
});

test("--upgrade lists the verdicts that a newer pin changes", () => {
  const text = SMALL.replace("kill\n", "kill\n  unknown errno(ENOSYS) after 6.6\n");
  inFolder({ "p.policy": text }, ({ sh }) => {
    const { status, stdout } = sh("policyc check p.policy --upgrade 6.10");
    assert.is(status, 0);
    assert.match(stdout, /^ {2}x86_64 mseal \(462, since 6\.10\): errno\(ENOSYS\) -> kill$/m);
    assert.match(sh("policyc check p.policy --upgrade 6.6").stdout, /no verdict would change/);
  });
});

test("explain shows the page of a finding, by its code or as it was printed", () => {
  inFolder({}, ({ sh }) => {
    const page = readFileSync(join(root, "docs/rules/crossing.md"), "utf8");
    assert.equal(sh("policyc explain crossing"), { status: 0, stdout: page, stderr: "" });
    assert.is(sh("policyc explain 'warning[crossing]'").stdout, page);
    assert.match(sh("policyc explain crosing").stderr, /did you mean policyc explain crossing\?/);
  });
});

test("SARIF is what its schema demands, fixes and related places included", () => {
  inFolder({ "p.policy": FIXABLE, "w.policy": WARNED, "e.policy": "policy p for" }, ({ sh }) => {
    const log = JSON.parse(sh("policyc check . --format sarif").stdout);
    const ajv = new Ajv({ allErrors: true });
    const isValid = (value: unknown): boolean => ajv.validate(sarifSchema, value);
    assert.ok(isValid(log), JSON.stringify(ajv.errors, undefined, 1));
    assert.ok(log.runs[0].results.some((each: { fixes?: unknown }) => each.fixes !== undefined));
    assert.ok(log.runs[0].results.some((each: { relatedLocations?: unknown }) => each.relatedLocations !== undefined));
    for (const { ruleId, ruleIndex } of log.runs[0].results) {
      assert.is(log.runs[0].tool.driver.rules[ruleIndex].id, ruleId);
    }
    log.runs[0].results[0].level = "grave";
    assert.not.ok(isValid(log), "the schema sees a fault");
  });
});

test("--watch checks again when a file changes", async () => {
  const path = mkdtempSync(join(tmpdir(), "policyc-watch-"));
  writeFileSync(join(path, "p.policy"), SMALL);
  const child = spawn(process.execPath, [join(root, "dist/cli.js"), "check", "p.policy", "--watch"], { cwd: path });
  let shown = "";
  const saw = (wanted: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`never shown: ${wanted}\n${shown}`)), 20_000);
      const look = () => {
        if (!wanted.test(shown)) return;
        clearTimeout(late);
        child.stdout.off("data", look);
        resolve();
      };
      child.stdout.on("data", look);
      look();
    });
  child.stdout.on("data", chunk => {
    shown += chunk;
  });
  try {
    await saw(/instructions, proved\nwatching/);
    writeFileSync(join(path, "p.policy"), SMALL.replace("exit_group", "exit_grop"));
    await saw(/error\[unknown-syscall\][\s\S]*watching/);
    writeFileSync(join(path, "policyc.json"), "{");
    await saw(/watching[\s\S]*watching[\s\S]*watching/);
    assert.is(child.exitCode, null);
  } finally {
    child.kill();
    rmSync(path, { recursive: true });
  }
});

test.run();
