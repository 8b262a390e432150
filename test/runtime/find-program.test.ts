// Which file a command means, and that a policy for one program starts no other, by whatever path it is called.

import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { findProgram } from "../../src/runtime/find-program.ts";

const folder = mkdtempSync(join(tmpdir(), "find-program-"));
const ours = join(folder, "ours");
const theirs = join(folder, "theirs");
for (const made of [ours, theirs]) {
  mkdirSync(made);
  copyFileSync("/bin/true", join(made, "tool"));
}
symlinkSync("ours", join(folder, "link"));
mkdirSync(join(theirs, "sub"));
symlinkSync("../theirs/sub", join(ours, "out"));

interface Row {
  readonly rule: string;
  readonly command: string;
  readonly PATH?: string;
  readonly cwd: string;
  readonly here: string;
  readonly found: string | undefined;
}

/** The policy is for ours/tool. `here` is the folder that the host is in. */
const rows: readonly Row[] = [
  { rule: "its path", command: join(ours, "tool"), cwd: theirs, here: theirs, found: join(ours, "tool") },
  {
    rule: "its path by a link",
    command: join(folder, "link/tool"),
    cwd: ".",
    here: folder,
    found: `${folder}/link/tool`,
  },
  { rule: "a path from the program's folder", command: "./tool", cwd: ours, here: theirs, found: "./tool" },
  { rule: "a path that only the host would take for it", command: "./tool", cwd: theirs, here: ours, found: undefined },
  { rule: "a folder of the host's own folder", command: "./tool", cwd: "ours", here: folder, found: "./tool" },
  { rule: "PATH with a folder from there", command: "tool", PATH: ".", cwd: ours, here: theirs, found: "tool" },
  {
    rule: "PATH with a folder that only the host would take for it",
    command: "tool",
    PATH: "",
    cwd: theirs,
    here: ours,
    found: undefined,
  },
  { rule: "a folder above a link's target", command: "./out/../tool", cwd: ours, here: ours, found: undefined },
  { rule: "another program", command: join(theirs, "tool"), cwd: ".", here: ours, found: undefined },
];

for (const { rule, command, PATH = "/nowhere", cwd, here, found } of rows) {
  test(`a policy for one program: ${rule}`, () => {
    const before = process.cwd();
    process.chdir(here);
    try {
      const path = findProgram(command, { PATH }, cwd, { policy: "p", fixed: join(ours, "tool") });
      if (found === undefined) assert.match((path as { message: string }).message, /another program/);
      else assert.is(path, found);
    } finally {
      process.chdir(before);
    }
  });
}

test.after(() => rmSync(folder, { recursive: true }));
test.run();
