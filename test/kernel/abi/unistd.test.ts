// Numbers against the kernel headers of this machine: each __NR_ name is in the table with that number, and the number has that
// name. aarch64 and riscv64 have the generic table; what they choose of it is what their asm/unistd.h defines before including it.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Arch, X32_SYSCALL_BIT } from "../../../src/compiler/abi/arch.ts";
import { syscall, syscallByNr } from "../../../src/compiler/abi/syscalls.ts";
import { noCompiler } from "./run-c.ts";

const x86 = "/usr/include/x86_64-linux-gnu";
const arm = "/usr/arm-linux-gnueabihf/include";
const wants = ["RENAMEAT", "NEW_STAT", "SET_GET_RLIMIT", "MEMFD_SECRET", "SYS_CLONE3"].map(
  name => `-D__ARCH_WANT_${name}`,
);

const x32 = [`-D__X32_SYSCALL_BIT=${X32_SYSCALL_BIT}`];

const rows: readonly { arch: Arch; folder: string; header: string; needs: string; options?: readonly string[] }[] = [
  { arch: "x86_64", folder: x86, header: "asm/unistd_64.h", needs: "linux-libc-dev on x86-64" },
  { arch: "i386", folder: x86, header: "asm/unistd_32.h", needs: "linux-libc-dev on x86-64" },
  { arch: "x32", folder: x86, header: "asm/unistd_x32.h", needs: "linux-libc-dev on x86-64", options: x32 },
  { arch: "aarch64", folder: "/usr/include", header: "asm-generic/unistd.h", needs: "linux-libc-dev", options: wants },
  {
    arch: "riscv64",
    folder: "/usr/include",
    header: "asm-generic/unistd.h",
    needs: "linux-libc-dev",
    options: wants.slice(1),
  },
  {
    arch: "arm",
    folder: arm,
    header: "asm/unistd.h",
    needs: "linux-libc-dev-armhf-cross",
    options: ["-D__ARM_EABI__", `-I${arm}`],
  },
];

for (const { arch, folder, header, needs, options } of rows) {
  const title = `${arch} numbers are those of ${header}`;
  if (noCompiler() !== undefined || !existsSync(`${folder}/${header}`)) {
    test.skip(`${title}: skipped, needs gcc and ${needs}`, () => {});
    continue;
  }
  test(title, () => {
    const defined = numbers(header, options ?? []);
    assert.ok(defined.size > 300, `${defined.size} names`);
    for (const [name, nr] of defined) {
      const call = syscall(arch, name);
      assert.is(call?.nr, nr, name);
      assert.is(syscallByNr(arch, nr), call, name);
    }
  });
}

test.run();

/** __NR_ and, on arm, __ARM_NR_ macros as the preprocessor leaves them, references to other macros followed. */
function numbers(header: string, options: readonly string[]): ReadonlyMap<string, number> {
  const input = `#include <${header}>\n`;
  const { stdout } = spawnSync("gcc", ["-E", "-dM", ...options, "-"], { input, encoding: "utf8" });
  const macros = new Map([...stdout.matchAll(/^#define (__\w+) (.+)$/gm)].map(match => [match[1]!, match[2]!]));
  const value = (text: string): number =>
    text
      .replace(/[()]/g, "")
      .split("+")
      .map(part => part.trim())
      .reduce((sum, part) => sum + (macros.has(part) ? value(macros.get(part)!) : Number(part)), 0);
  const found = new Map<string, number>();
  for (const [macro, text] of macros) {
    const name = /^__(?:ARM_)?NR_(\w+)$/.exec(macro)?.[1];
    if (
      name === undefined ||
      /^(syscalls|OABI_SYSCALL_BASE|SYSCALL_BASE|BASE|arch_specific_syscall|SYSCALL_MASK)$/.test(name)
    )
      continue;
    found.set(name, value(text));
  }
  return found;
}
