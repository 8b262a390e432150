// Each group carries a small program that needs it, and the program dies on the very call that the group is spliced without.

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { missingProgram, missingX86, unless } from "../../needs.ts";
import { HEADERS, ROWS, type Row } from "./c-rows.ts";
import { runUnder, temporaryFolder } from "./sandboxed.ts";

const folder = temporaryFolder();
test.after(folder.remove);

/** What every program of the table needs to begin, to say that it is done, and to end. */
const BASE = {
  glibc: ["use glibc_static_startup", "allow write if fd == 1", "allow exit_group"],
  musl: ["use musl_static_startup", "allow write if fd == 1", "allow exit_group"],
};

const COMPILER = { glibc: "gcc", musl: "musl-gcc" };
const built = new Map<string, string>();

/** One executable with the functions of the library's rows; argv[1] is the row's index. */
function program(libc: "glibc" | "musl"): string {
  const known = built.get(libc);
  if (known !== undefined) return known;
  const own = [...ROWS.entries()].filter(([, row]) => (row.libc ?? "glibc") === libc);
  const functions = own.map(([i, { c }]) => `static int row${i}(void) { ${c}\nreturn 0; }`);
  const table = own.map(([i]) => `[${i}] = row${i}`).join(", ");
  const main = `int main(int argc, char **argv) {
    static int (*rows[])(void) = { ${table} };
    int status = rows[atoi(argv[1])]();
    write(1, "done\\n", 5);
    return status;
  }`;
  const source = join(folder.path, `${libc}.c`);
  const path = join(folder.path, libc);
  writeFileSync(source, [HEADERS, ...functions, main].join("\n"));
  const headers = libc === "musl" ? ["-idirafter", "/usr/include", "-idirafter", "/usr/include/x86_64-linux-gnu"] : [];
  execFileSync(COMPILER[libc], ["-w", "-O1", "-static", "-pthread", ...headers, "-o", path, source], { stdio: "pipe" });
  built.set(libc, path);
  return path;
}

for (const [index, row] of ROWS.entries()) {
  const libc = row.libc ?? "glibc";
  const ends = row.ends ?? "exited 0";
  const rowTest = unless(missingX86() ?? missingProgram(COMPILER[libc]), test);

  rowTest(`${row.group}: ${libc} program ${index} ends by ${ends}`, async () => {
    const ended = await run(index, `use ${row.group}`, libc, row);
    assert.is(ended.how, ends, ended.detail);
    assert.is(ended.stdout, ends === "exited 0" && row.group !== "exit" ? "done\n" : "");
  });

  for (const call of row.breaks) {
    rowTest(`${row.group}: ${libc} program ${index} dies without ${call}`, async () => {
      const ended = await run(index, `use ${row.group} except { ${call} }`, libc, row);
      assert.is(ended.how, `violation ${call}`, ended.detail);
    });
  }
}

function run(index: number, use: string, libc: "glibc" | "musl", { beside = [] }: Row) {
  const command = { command: program(libc), args: [String(index)], cwd: folder.path };
  return runUnder([...BASE[libc], ...beside, use], command);
}

test.run();
