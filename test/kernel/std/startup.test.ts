// Programs start under the group of their library and linking, and under no narrower one: static and dynamic, glibc and musl.

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { missingProgram, missingX86, unless } from "../../needs.ts";
import { runUnder, temporaryFolder } from "./sandboxed.ts";
import { STARTS, type StartRow } from "./start-rows.ts";

const folder = temporaryFolder();
test.after(folder.remove);

writeFileSync(
  join(folder.path, "part.c"),
  "int large[3000], given[2000] = {7};\nint part(void) { return given[0] + large[0]; }\n",
);
writeFileSync(
  join(folder.path, "plain.c"),
  '#include <unistd.h>\nint main(void) { return write(1, "up\\n", 3) != 3; }\n',
);
writeFileSync(
  join(folder.path, "parted.c"),
  '#include <unistd.h>\nint part(void);\nint main(void) { return write(1, "up\\n", 3) != 3 || part() != 7; }\n',
);

const built = new Map<string, string>();

function program({ build, compiler, options }: StartRow): string {
  const known = built.get(build);
  if (known !== undefined) return known;
  const parted = options.includes("-lpart");
  const cc = (...args: readonly string[]) =>
    execFileSync(compiler, ["-w", ...args], { cwd: folder.path, stdio: "pipe" });
  const name = `start${built.size}`;
  if (parted) cc("-shared", "-fPIC", "-o", "libpart.so", "part.c");
  cc("-o", name, parted ? "parted.c" : "plain.c", ...options);
  built.set(build, join(folder.path, name));
  return join(folder.path, name);
}

const BASE = ["allow write if fd == 1", "allow exit_group"];

for (const row of STARTS) {
  const startTest = unless(missingX86() ?? missingProgram(row.compiler), test);
  const start = (use: string) =>
    runUnder([...BASE, ...(row.beside ?? []), use], { command: program(row), cwd: folder.path });

  startTest(`${row.build} starts under ${row.group}`, async () => {
    const ended = await start(`use ${row.group}`);
    assert.is(ended.how, "exited 0", ended.detail);
    assert.is(ended.stdout, "up\n");
  });
  for (const call of row.breaks) {
    startTest(`${row.build} dies under ${row.group} without ${call}`, async () => {
      const ended = await start(`use ${row.group} except { ${call} }`);
      assert.is(ended.how, `violation ${call}`, ended.detail);
      assert.is(ended.stdout, "");
    });
  }
  for (const [narrower, call] of Object.entries(row.narrower)) {
    startTest(`${row.build} dies under ${narrower} on ${call}`, async () => {
      const ended = await start(`use ${narrower}`);
      assert.is(ended.how, `violation ${call}`, ended.detail);
    });
  }
}

test.run();
