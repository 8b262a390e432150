// Debian's programs live under policies composed of the library's groups, and each group is needed: without any one of them
// the program is stopped by a violation.

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { missingX86, unless } from "../../needs.ts";
import { PROGRAMS, type ProgramRow } from "./program-rows.ts";
import { type Folder, runUnder, temporaryFolder } from "./sandboxed.ts";

for (const row of PROGRAMS) {
  const { title, groups, rules = [], command, stdout, made = {}, ends = "exited 0" } = row;
  const rowTest = unless(missingX86() ?? missingFile(command.command, row.preload), test);

  rowTest(`${title} lives under ${groups.join(", ")}`, async () => {
    const folder = folderOf(row);
    try {
      const ended = await run(row, folder, groups);
      assert.is(ended.how, ends, ended.detail);
      if (typeof stdout === "string") assert.is(ended.stdout, stdout);
      else assert.match(ended.stdout, stdout);
      for (const [name, content] of Object.entries(made)) {
        assert.ok(readdirSync(folder.path).includes(name));
        assert.match(readFileSync(join(folder.path, name), "latin1"), content);
      }
    } finally {
      folder.remove();
    }
  });

  for (const group of groups) {
    rowTest(`${title} is stopped without ${group}`, async () => {
      const folder = folderOf(row);
      try {
        const left = groups.filter(other => other !== group);
        const ended = await run(row, folder, left);
        assert.match(ended.how, /^violation \w+$/, `${ended.how} ${rules} ${ended.stdout}`);
      } finally {
        folder.remove();
      }
    });
  }
}

function missingFile(...paths: readonly (string | undefined)[]): string | undefined {
  const missing = paths.filter(path => path !== undefined && !existsSync(path));
  return missing.length === 0 ? undefined : `no ${missing.join(", ")} on this machine`;
}

function folderOf({ files = {} }: ProgramRow): Folder {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder.path, name), text);
  return folder;
}

function run({ command, rules = [], preload }: ProgramRow, { path }: Folder, groups: readonly string[]) {
  const env = preload === undefined ? {} : { LD_PRELOAD: preload };
  return runUnder([...groups.map(group => `use ${group}`), ...rules], { ...command, cwd: path, env });
}

test.run();
