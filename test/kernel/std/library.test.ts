// The library as a whole: every group says what it grants, compiles without a finding on every target, and is lived under by
// some program; rows in the language hold; systemd's groups are systemd's.

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { systemdName } from "../../../scripts/generate-systemd.ts";
import { type Arch, compile, parseFile, renderDiagnostic, syscall } from "../../../src/compiler/index.ts";
import { ROWS } from "./c-rows.ts";
import { PROGRAMS } from "./program-rows.ts";
import { GROUPS } from "./sandboxed.ts";
import { STARTS } from "./start-rows.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const policies = join(root, "policies");
const TARGETS: readonly Arch[] = ["x86_64", "aarch64", "i386", "arm", "riscv64"];

const files = readdirSync(join(policies, "std")).map(file => {
  const name = `std/${file.slice(0, -".policy".length)}`;
  return { name, file: parseFile({ name, text: readFileSync(join(policies, "std", file), "utf8") }).file };
});

/** What to give to the groups that take something. */
const ARGUMENTS: { readonly [group: string]: string } = {
  mmap_only: "({PROT_READ}, {MAP_PRIVATE})",
  futex_op: "(FUTEX_WAKE)",
  fcntl_only: "({F_GETFD})",
  log_to: "(2)",
};

function usesOf(groups: Iterable<string>): string {
  return [...groups].map(group => `  use ${group}${ARGUMENTS[group] ?? ""}`).join("\n");
}

function findings(text: string): string {
  const { diagnostics, sources, filters } = compile({ name: "all.policy", text });
  const found = diagnostics.map(diagnostic => renderDiagnostic(diagnostic, sources, { color: false })).join("\n");
  assert.ok(found !== "" || filters.length === TARGETS.length);
  return found;
}

test("a policy that uses every group compiles without a finding on every target", () => {
  const imports = [...new Set(GROUPS.values())].map(file => `import "${file}"`).join("\n");
  assert.is(
    findings(`${imports}\npolicy all for ${TARGETS.join(", ")} {\n  default kill\n${usesOf(GROUPS.keys())}\n}`),
    "",
  );
});

for (const [group, file] of GROUPS) {
  test(`${group} alone compiles without a finding on every target`, () => {
    const text = `import "${file}"\npolicy p for ${TARGETS.join(", ")} {\n  default kill\n${usesOf([group])}\n}`;
    assert.is(findings(text), "");
  });
}

test("a group that is missing on one target is a finding: the tests above can fail", () => {
  const text = `group broken { allow open }\npolicy p for ${TARGETS.join(", ")} {\n  default kill\n  use broken\n}`;
  assert.match(findings(text), /syscall-not-on-arch/);
});

test("no two groups have one name, so any of the files can be imported together; systemd's take a name of their own", () => {
  const names = files
    .filter(({ name }) => name !== "std/systemd")
    .flatMap(({ file }) => file.groups.map(g => g.name.text));
  assert.equal(
    names.filter((name, i) => names.indexOf(name) !== i),
    [],
  );
});

test("every group says what it grants, and no file of the library has a policy", () => {
  const silent = files.flatMap(({ file }) => file.groups.filter(({ doc }) => doc.trim().length < 20));
  assert.equal(
    silent.map(group => group.name.text),
    [],
  );
  assert.equal(
    files.filter(({ file }) => file.policies.length > 0),
    [],
  );
});

test("every group has a program that lives under it, and that a missing rule stops", () => {
  const inC = ROWS.filter(({ breaks }) => breaks.length > 0).map(({ group }) => group.replace(/\(.*/, ""));
  const shown = new Set([...inC, ...PROGRAMS.flatMap(({ groups }) => groups), ...STARTS.map(({ group }) => group)]);
  assert.equal(
    [...GROUPS.keys()].filter(group => !shown.has(group)),
    [],
  );
});

test("the rows of policies/tests hold, and name every group or one that splices it", () => {
  const rows = readdirSync(join(policies, "tests")).map(name => join(policies, "tests", name));
  const { status, stdout } = spawnSync(process.execPath, [join(root, "dist/cli.js"), "test", ...rows], {
    encoding: "utf8",
  });
  assert.is(status, 0, stdout);
  const used = new Set(rows.flatMap(path => usedIn(readFileSync(path, "utf8"))));
  for (let before = 0; before < used.size; ) {
    before = used.size;
    for (const { file } of files)
      for (const group of file.groups)
        if (used.has(group.name.text))
          for (const item of group.items) if (item.kind === "use") used.add(item.name.text);
  }
  assert.equal(
    [...GROUPS.keys()].filter(group => !used.has(group)),
    [],
  );
});

function usedIn(text: string): readonly string[] {
  return [...text.matchAll(/^ +use (\w+)/gm)].map(([, group]) => group!);
}

// systemd.

interface Facts {
  readonly groups: { readonly [group: string]: string };
}
const facts: Facts = JSON.parse(readFileSync(join(root, "scripts/facts/systemd-groups.json"), "utf8"));

/** The kernel runs it before any filter. */
const NEVER_FILTERED = "uretprobe";

for (const [group, calls] of Object.entries(facts.groups)) {
  test(`systemd's ${group} allows systemd's calls and no others, on every target`, () => {
    const name = systemdName(group);
    const text = `import "std/systemd"\npolicy p for ${TARGETS.join(", ")} {\n  default kill\n  use ${name}\n}`;
    const { filters, diagnostics } = compile({ name: "p.policy", text });
    assert.equal(diagnostics, []);
    const wanted = calls.split(" ").filter(call => call !== NEVER_FILTERED);
    for (const { target, model } of filters) {
      const numbers = wanted.flatMap(call => syscall(target, call)?.nr ?? []);
      const rules = model.abis[0]!.rules;
      assert.equal(sorted(rules.map(rule => rule.nr)), sorted(numbers), target);
      assert.ok(rules.every(({ condition, action }) => condition.kind === "always" && action.kind === "allow"));
    }
    assert.is(filters.length, TARGETS.length);
  });
}

test("systemd's groups are all there", () => {
  const groups = files.find(({ name }) => name === "std/systemd")!.file.groups.map(group => group.name.text);
  assert.equal(groups, Object.keys(facts.groups).map(systemdName));
  assert.is(groups.length, 30);
});

function sorted(numbers: readonly number[]): readonly number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}

test.run();
