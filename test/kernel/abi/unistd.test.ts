// Numbers against the kernel headers of this machine, in both directions: each __NR_ name is in the table with that number, and
// the table has no other number for it.

import { existsSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Arch, X32_SYSCALL_BIT } from "../../../src/compiler/abi/arch.ts";
import { syscall, syscallByNr } from "../../../src/compiler/abi/syscalls.ts";

const folder = "/usr/include/x86_64-linux-gnu/asm/";
const headers: readonly (readonly [string, Arch])[] = [
  ["unistd_64.h", "x86_64"],
  ["unistd_32.h", "i386"],
  ["unistd_x32.h", "x32"],
];

for (const [header, arch] of headers) {
  if (!existsSync(folder + header)) {
    test.skip(`${arch} numbers are those of asm/${header}: skipped, needs linux-libc-dev on x86-64`, () => {});
    continue;
  }
  test(`${arch} numbers are those of asm/${header}`, () => {
    const text = readFileSync(folder + header, "utf8");
    const rows = [...text.matchAll(/^#define __NR_(\w+) +(?:\(__X32_SYSCALL_BIT \+ )?(\d+)\)?$/gm)];
    assert.ok(rows.length > 340, `${rows.length} names`);
    for (const [, name, digits] of rows) {
      const nr = Number(digits) + (arch === "x32" ? X32_SYSCALL_BIT : 0);
      assert.is(syscall(arch, name!)?.nr, nr, name);
      assert.is(syscallByNr(arch, nr)?.name, name);
    }
  });
}

test.run();
