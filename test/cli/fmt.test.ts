// policyc fmt from outside: which files it writes, which it leaves, and what patch(1) makes of its diffs. Needs `npm run build`.

import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { missingProgram, unless } from "../needs.ts";
import { inFolder } from "./command.ts";

const FINE = "policy small for x86_64 {\n  default kill\n  allow read if fd == 0\n}\n";
const UGLY = "policy small for x86_64 {\n  default   kill\n\n\n  allow read   if (fd==0)   }";
const WRONG = "policy small for x86_64 {\n  default   kill\n  allow read if fd = 0\n}\n";
const LAID_OUT = "policy small for x86_64 {\n  default kill\n\n  allow read if fd == 0\n}\n";

test("fmt rewrites what differs, and only that", () => {
  inFolder({ "fine.policy": FINE, "ugly.policy": UGLY }, ({ path, sh }) => {
    const before = statSync(join(path, "fine.policy"));
    chmodSync(join(path, "ugly.policy"), 0o660);
    assert.equal(sh("policyc fmt fine.policy ugly.policy"), {
      status: 0,
      stdout: "formatted ugly.policy\n",
      stderr: "",
    });
    assert.is(readFileSync(join(path, "ugly.policy"), "utf8"), LAID_OUT);
    assert.is(statSync(join(path, "ugly.policy")).mode & 0o777, 0o660);
    const after = statSync(join(path, "fine.policy"));
    assert.equal([after.ino, after.mtimeMs], [before.ino, before.mtimeMs]);
    assert.equal(sh("policyc fmt fine.policy ugly.policy"), { status: 0, stdout: "", stderr: "" });
  });
});

test("a file with mistakes is told and left alone; the others are formatted", () => {
  inFolder({ "wrong.policy": WRONG, "ugly.policy": UGLY }, ({ path, sh }) => {
    const { status, stdout, stderr } = sh("policyc fmt wrong.policy ugly.policy missing.policy");
    assert.is(status, 1);
    assert.is(stdout, "formatted ugly.policy\n");
    assert.match(stderr, /wrong\.policy:3:20/);
    assert.match(stderr, /missing\.policy/);
    assert.is(readFileSync(join(path, "wrong.policy"), "utf8"), WRONG);
    assert.is(readFileSync(join(path, "ugly.policy"), "utf8"), LAID_OUT);
  });
});

test("--check lists what differs, writes nothing and exits 1", () => {
  inFolder({ "fine.policy": FINE, "ugly.policy": UGLY }, ({ path, sh }) => {
    assert.equal(sh("policyc fmt --check fine.policy ugly.policy"), { status: 1, stdout: "ugly.policy\n", stderr: "" });
    assert.equal(sh("policyc fmt --check fine.policy"), { status: 0, stdout: "", stderr: "" });
    assert.is(readFileSync(join(path, "ugly.policy"), "utf8"), UGLY);
  });
});

test("a folder stands for its policies, links and other files aside", () => {
  const files = {
    "in/b.policy": UGLY,
    "in/deep/a.policy": UGLY,
    "in/other.txt": UGLY,
    "in/.git/c.policy": UGLY,
    "out/d.policy": UGLY,
  };
  inFolder(files, ({ path, sh }) => {
    symlinkSync("../out", join(path, "in/link"));
    assert.is(sh("policyc fmt --check in").stdout, "in/b.policy\nin/deep/a.policy\n");
    mkdirSync(join(path, "empty"));
    const { status, stderr } = sh("policyc fmt empty");
    assert.is(status, 1);
    assert.match(stderr, /empty: has no \*\.policy files/);
  });
});

test("- is stdin to stdout, and stands alone", () => {
  inFolder({}, ({ sh }) => {
    assert.equal(sh("policyc fmt -", { input: UGLY }), { status: 0, stdout: LAID_OUT, stderr: "" });
    assert.equal(sh("policyc fmt - --check", { input: UGLY }), { status: 1, stdout: "<stdin>\n", stderr: "" });
    const wrong = sh("policyc fmt -", { input: WRONG });
    assert.equal([wrong.status, wrong.stdout], [1, ""]);
    assert.is(sh("policyc fmt - p.policy").status, 2);
    assert.is(sh("policyc fmt").status, 2);
  });
});

test("a symbolic link stays one, and its file is formatted", () => {
  inFolder({ "real.policy": UGLY }, ({ path, sh }) => {
    symlinkSync("real.policy", join(path, "link.policy"));
    assert.is(sh("policyc fmt link.policy && test -L link.policy").status, 0);
    assert.is(readFileSync(join(path, "real.policy"), "utf8"), LAID_OUT);
  });
});

const LONG = Array.from({ length: 60 }, (_, i) =>
  i % 17 === 0 ? `    allow   c${i} if (fd == ${i})\n\n\n` : i % 23 === 0 ? `allow c${i} allow d${i}` : `  allow c${i}`,
);

for (const [name, text] of [
  ["without a newline at its end", UGLY],
  ["with changes apart and together", `policy p for x86_64 {\n  default kill\n${LONG.join("\n")}\n}\n`],
  ["whose first and last lines change", "\n\n  group g {\n  allow read\n}\n\n\n"],
] as const) {
  unless(missingProgram("patch"), test)(`patch takes the diff of a text ${name}`, () => {
    inFolder({ "p.policy": text }, ({ sh }) => {
      const diff = sh("policyc fmt --diff p.policy > p.diff && cp p.policy q.policy && policyc fmt q.policy");
      assert.is(diff.status, 0, diff.stderr);
      const patched = sh("patch --fuzz=0 p.policy p.diff && cmp p.policy q.policy");
      assert.is(patched.status, 0, `${patched.stdout}${patched.stderr}`);
      assert.is(sh("policyc fmt --diff p.policy").stdout, "");
    });
  });
}

unless(missingProgram("diff"), test)("the diff is as small as diff(1)'s", () => {
  const text = `policy p for x86_64 {\n  default kill\n${LONG.join("\n")}\n}\n`;
  inFolder({ "p.policy": text }, ({ sh }) => {
    sh("policyc fmt --diff p.policy > ours; cp p.policy q.policy; policyc fmt q.policy");
    const changed = (file: string): number => Number(sh(`grep -c '^[-+][^-+]*' ${file}`).stdout);
    sh("diff -u p.policy q.policy > theirs");
    assert.is(changed("ours"), changed("theirs"));
  });
});

test.run();
