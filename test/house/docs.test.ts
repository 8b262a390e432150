// The pages tell the truth: their console blocks are run, one after the other in one folder, and what they print is compared;
// its commands are those that CI runs; links lead somewhere, and to every page. UPDATE_GOLDENS=1 writes the outputs instead.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { missingX86, unless } from "../needs.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");

/** Addresses are random, and so are process numbers; where in a C library a call is depends on its build. */
function settled(output: string): string {
  return output
    .replace(/\b(IP: |mkdir \[83\]\()0x[0-9a-f]+/g, "$10x...")
    .replace(/\bpid \d+/g, "pid ...")
    .replace(/\+0x[0-9a-f]+$/gm, "+0x...")
    .trimEnd();
}

function runAll(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "policyc-readme-"));
  symlinkSync(join(root, "policies"), join(folder, "policies"));
  symlinkSync(join(root, "dist/cli.js"), join(folder, "policyc"));
  const { FORCE_COLOR: _, ...own } = process.env;
  const env = { ...own, PATH: `${folder}${delimiter}${process.env.PATH}` };
  try {
    return text.replace(/(?<=^```console\n)[\s\S]*?(?=\n```$)/gm, block => {
      const commands = block.split("\n").filter(line => line.startsWith("$ "));
      const run = (line: string) => {
        const { stdout, stderr } = spawnSync("sh", ["-c", line.slice(2)], { cwd: folder, env, encoding: "utf8" });
        return [line, settled(stdout + stderr)].filter(part => part !== "").join("\n");
      };
      return commands.map(run).join("\n");
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

for (const page of ["README.md", "docs/emit.md", "docs/mistakes.md"]) {
  unless(missingX86(), test)(`what ${page} shows is what is printed`, () => {
    const text = readFileSync(join(root, page), "utf8");
    const actual = runAll(text);
    if (process.env.UPDATE_GOLDENS === "1") writeFileSync(join(root, page), actual);
    else assert.fixture(text, actual);
  });
}

test("CI runs the very test command that README.md gives", () => {
  const [, command] = /^test_command='([^']+)'$/m.exec(readFileSync(join(root, ".ci/run"), "utf8")) ?? [];
  assert.ok(command !== undefined && readme.split("\n").includes(command));
});

const pages = readdirSync(join(root, "docs")).filter(name => name.endsWith(".md"));
for (const page of [
  "README.md",
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  ...pages.map(name => `docs/${name}`),
]) {
  test(`the links of ${page} lead somewhere`, () => {
    const lost = linksOf(page).filter(target => !existsSync(join(root, dirname(page), target)));
    assert.equal(lost, []);
  });
}

test("README.md leads to every page of docs", () => {
  const links = linksOf("README.md");
  assert.equal(
    pages.filter(name => !links.includes(`docs/${name}`)),
    [],
  );
});

function linksOf(page: string): string[] {
  const text = readFileSync(join(root, page), "utf8").replace(/^```[\s\S]*?^```/gm, "");
  return [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target]) => target!);
}

test("the files that ARCHITECTURE.md names are there", () => {
  const text = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");
  const paths = [...text.matchAll(/`((?:src|scripts|test|policies|grammar|bench)\/[\w./-]*\w)`/g)].map(
    ([, path]) => path!,
  );
  assert.ok(paths.length > 10);
  assert.equal(
    paths.filter(path => !existsSync(join(root, path))),
    [],
  );
});

test("a policy in README.md compiles", () => {
  for (const [, policy] of readme.matchAll(/^```policy\n([\s\S]*?)^```$/gm)) {
    const { status, stdout } = spawnSync(join(root, "dist/cli.js"), ["check", "-"], {
      input: policy,
      encoding: "utf8",
    });
    assert.is(status, 0, stdout);
  }
});

test.run();
