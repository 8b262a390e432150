// A second ABI: without `compat` its calls never reach a rule, with it they are decided by its own table. Judged by the program
// itself, in the emulator.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Arch, auditArch } from "../../../src/compiler/abi/arch.ts";
import { syscall } from "../../../src/compiler/abi/syscalls.ts";
import { showRet } from "../../../src/compiler/bpf/action.ts";
import { emulate } from "../../../src/compiler/bpf/emulate.ts";
import { compile } from "../../../src/compiler/compile.ts";

const pairs: readonly (readonly [target: Arch, compat: Arch])[] = [
  ["x86_64", "i386"],
  ["x86_64", "x32"],
  ["aarch64", "arm"],
];

function verdicts(target: Arch, compat: Arch, head: string): readonly string[] {
  const text = `policy p for ${target} {\n  default errno(EPERM)\n  foreign kill\n${head}\n  allow { getpid, read if fd == 3 }\n}\n`;
  const { filters, diagnostics } = compile({ name: "p.policy", text });
  assert.equal(diagnostics, []);
  const ask = (arch: Arch, nr: number, fd: bigint): string => {
    const args = [fd, 0n, 0n, 0n, 0n, 0n] as const;
    return showRet(emulate(filters[0]!.program, { nr, arch: auditArch(arch), instruction_pointer: 0n, args }).ret);
  };
  const nr = (arch: Arch, call: string) => syscall(arch, call)!.nr;
  return [
    ask(compat, nr(compat, "getpid"), 0n),
    ask(compat, nr(compat, "read"), 3n),
    ask(compat, nr(compat, "read"), 4n),
    // The target's own number for getpid means another call there.
    ask(compat, nr(target, "getpid") + (compat === "x32" ? 0x40000200 : 0), 0n),
  ];
}

for (const [target, compat] of pairs) {
  test(`${compat} calls on ${target} reach no rule without compat`, () => {
    assert.equal(verdicts(target, compat, ""), Array(4).fill("KILL_PROCESS"));
  });

  test(`${compat} calls on ${target} are decided by their own table with compat`, () => {
    assert.equal(verdicts(target, compat, `  compat ${compat}`).slice(0, 3), ["ALLOW", "ALLOW", "ERRNO(EPERM)"]);
    assert.not.equal(verdicts(target, compat, `  compat ${compat}`)[3], "ALLOW");
  });
}

test.run();
