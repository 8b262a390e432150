// Constants against this machine's headers, as gcc computes them: each header that mentions names of the table is compiled alone
// (kernel and libc headers clash), and every name it defines is compared. The kernel's headers speak first.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { constant, constantNames, errnoByName, errnoName } from "../../../src/compiler/abi/constants.ts";
import { noCompiler } from "./run-c.ts";

const include = "/usr/include/";
const reason = noCompiler();

/** The table is right and this machine's headers say something else. */
const KNOWN: { readonly [name: string]: string } = {
  PR_SET_PTRACER_ANY: "(unsigned long)-1: all ones, -1 at any width",
};

// One unit for libc: its headers go together, and most of what they define stands in bits/, which nobody may include.
const LIBC =
  `aio dirent elf fcntl fnmatch ftw grp langinfo limits locale mqueue net/if netdb netinet/in netinet/tcp poll pthread pty
  sched semaphore signal stdio stdlib string sys/auxv sys/epoll sys/eventfd sys/fanotify sys/file sys/inotify sys/io sys/ioctl sys/ipc
  sys/klog sys/mman sys/mount sys/msg sys/personality sys/prctl sys/ptrace sys/quota sys/random sys/reboot sys/resource sys/sem
  sys/sendfile sys/shm sys/signalfd sys/socket sys/stat sys/statvfs sys/swap sys/time sys/timerfd sys/timex sys/types sys/uio sys/un
  sys/utsname sys/vfs sys/wait sys/xattr syslog termios time ulimit unistd utime`
    .split(/\s+/)
    .map(name => `${name}.h`);

if (reason !== undefined) {
  test.skip(`constants are those of the headers: skipped, ${reason}`, () => {});
} else {
  const values = headerValues();
  test("constants are those of the headers", () => {
    const wrong = [...values].filter(([name, value]) => !(name in KNOWN) && constant("x86_64", name) !== value);
    const report = wrong.map(([name, value]) => `${name}: table ${constant("x86_64", name)}, headers ${value}`);
    assert.equal(report, []);
    assert.ok(values.size > 2000, `only ${values.size} constants compared`);
  });
  test("no exception is left over", () => {
    const stale = Object.keys(KNOWN).filter(name => values.get(name) === constant("x86_64", name));
    assert.equal(stale, []);
  });
  test("errno names are those of asm-generic/errno.h", () => {
    const text = ["errno-base.h", "errno.h"]
      .map(file => readFileSync(`${include}asm-generic/${file}`, "utf8"))
      .join("\n");
    const rows = [...text.matchAll(/^#define\s+(E\w+)\s+(\d+)/gm)];
    assert.ok(rows.length > 130);
    for (const [, name, value] of rows) {
      assert.is(errnoName(Number(value)), name);
      assert.is(errnoByName(name!), Number(value));
    }
  });
}

test.run();

/** Name -> value, for every name of the table that some header of this machine defines. */
function headerValues(): ReadonlyMap<string, bigint> {
  const folder = mkdtempSync(join(tmpdir(), "policyc-"));
  const values = new Map<string, bigint>();
  const wanted = new Set(constantNames());
  try {
    for (const header of kernelHeaders()) {
      const text = readFileSync(include + header, "utf8");
      const names = new Set([...text.matchAll(/^\s*(?:#\s*define\s+)?([A-Z_]\w+)\b(?!\()/gm)].map(match => match[1]!));
      const fresh = [...names].filter(name => wanted.has(name) && !values.has(name));
      if (fresh.length > 0) evaluate(folder, [header], fresh, values);
    }
    const rest = [...wanted].filter(name => !values.has(name));
    evaluate(folder, LIBC, rest, values);
    return values;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function kernelHeaders(): string[] {
  const list = (folder: string, name: string) =>
    readdirSync(include + folder)
      .filter(file => file.endsWith(".h"))
      .sort()
      .map(file => `${name}/${file}`);
  return [...list("linux", "linux"), ...list("asm-generic", "asm-generic")];
}

/** Puts what the headers make of the names into values; names they do not define, or not as integers, are left out. */
function evaluate(
  folder: string,
  headers: readonly string[],
  names: readonly string[],
  values: Map<string, bigint>,
): void {
  const source = join(folder, "program.c");
  let left = names;
  for (let round = 0; round < 4 && left.length > 0; round++) {
    const lines = [
      `#define _GNU_SOURCE\n#include <stdio.h>\n#include <stddef.h>\n#include <linux/types.h>`,
      ...headers.map(header => `#include <${header}>`),
      '#define P(n) ((n) < 0 ? printf(#n " %lld\\n", (long long)(n)) : printf(#n " %llu\\n", (unsigned long long)(n)))',
      "int main(void) {",
      "#line 1",
      ...left.map(name => `P(${name});`),
      "}",
    ];
    writeFileSync(source, `${lines.join("\n")}\n`);
    const { status, stderr } = spawnSync("gcc", ["-w", "-fmax-errors=0", "-o", "program", "program.c"], {
      cwd: folder,
      encoding: "utf8",
    });
    if (status === 0) {
      const { stdout } = spawnSync("./program", { cwd: folder, encoding: "utf8" });
      for (const line of stdout.trim().split("\n")) {
        const [name, value] = line.split(" ") as [string, string];
        values.set(name, BigInt(value));
      }
      return;
    }
    const bad = new Set([...stderr.matchAll(/^program\.c:(\d+):.*error/gm)].map(match => Number(match[1])));
    if (bad.size === 0) return; // a header that cannot be included alone
    left = left.filter((_, i) => !bad.has(i + 1));
  }
}
