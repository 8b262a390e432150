// Which filters are taken to let their program make no other process. Every true is also put to the emulator: no call that
// the kernel's clone would take for a new process runs, on any ABI of the machine.

import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { auditArch } from "../../../src/compiler/abi/arch.ts";
import { emulate } from "../../../src/compiler/bpf/emulate.ts";
import { BPF_K, BPF_RET, SECCOMP_RET_ALLOW, type SockFilter } from "../../../src/compiler/bpf/instruction.ts";
import { compile, type Filter, specialise } from "../../../src/compiler/compile.ts";
import { makesNoProcess } from "../../../src/compiler/prove/makes-no-process.ts";

function build(rules: string, { target = "x86_64", otherwise = "kill" } = {}): Filter {
  const result = compile({ name: "p", text: `policy p for ${target} { default ${otherwise}\n${rules}\n}\n` });
  if (result.filters.length !== 1) throw new Error(result.diagnostics.map(({ message }) => message).join("\n"));
  return result.filters[0]!;
}

// asm/unistd.h of each ABI; x32 numbers carry bit 30.
const MAKERS = {
  x86_64: { x86_64: [56, 57, 58, 435], i386: [120, 2, 190, 435], x32: [56, 57, 58, 435].map(nr => nr + 0x40000000) },
  aarch64: { aarch64: [220, 435], arm: [120, 2, 190, 435] },
} as const;

const EVERYTHING: readonly SockFilter[] = [{ code: BPF_RET | BPF_K, jt: 0, jf: 0, k: SECCOMP_RET_ALLOW }];

for (const [what, filter, expected] of [
  ["nothing about processes", build("allow { read, write, exit_group }"), true],
  ["fork", build("allow fork"), false],
  ["vfork", build("allow vfork"), false],
  ["clone of anything", build("allow clone"), false],
  ["clone3, whose flags are in memory", build("allow clone3"), false],
  ["clone of threads", build("allow clone if clone_flags has CLONE_THREAD"), true],
  ["clone of threads by their usual flags", build("allow clone if clone_flags == 0x3d0f00"), true],
  ["clone with a flag that is not CLONE_THREAD", build("allow clone if clone_flags has CLONE_VM"), false],
  ["clone by the wrong half of the flags", build("allow clone if raw[0] has 0x1000000000000"), false],
  ["clone by the wrong argument", build("allow clone if raw[1] has CLONE_THREAD"), false],
  ["clone without CLONE_THREAD for one caller", build("allow clone if clone_flags == SIGCHLD and newsp == 0"), false],
  ["fork answered by an errno", build("errno(ENOSYS) { fork, vfork, clone, clone3 }", { otherwise: "allow" }), true],
  ["fork trapped", build("trap(1) { fork, vfork, clone, clone3 }", { otherwise: "allow" }), true],
  ["fork put to a listener", build("notify fork"), false],
  ["fork put to a tracer", build("trace(1) fork"), false],
  ["fork logged", build("log fork"), false],
  ["a default that allows", build("kill fork", { otherwise: "allow" }), false],
  ["a second ABI without processes", build("compat i386\nallow { read, exit_group }"), true],
  ["a second ABI with fork", build("compat i386\nallow fork on i386"), false],
  ["a second ABI whose clone is of threads", build("compat i386\nallow clone if clone_flags has CLONE_THREAD"), true],
  ["socketcall, which makes none", build("compat i386\nallow socketcall on i386"), true],
  ["another CPU's clone", build("allow clone", { target: "aarch64" }), false],
  ["another CPU's threads", build("allow clone if clone_flags has CLONE_THREAD", { target: "aarch64" }), true],
  ["no filter to speak of", { target: "x86_64", program: EVERYTHING }, false],
] as const) {
  test(`${what}: ${expected ? "no process can be made" : "not proved"}`, () => {
    assert.is(makesNoProcess(filter), expected);
    if (expected) fc.assert(fc.property(makers(filter.target), data => !runs(emulate(filter.program, data).ret)));
  });
}

test("a filter whose kills a monitor answers is not proved, the one that is written is", () => {
  const written = build("allow { read, exit_group }");
  assert.ok(makesNoProcess(written));
  assert.not(makesNoProcess(specialise(written, { monitored: true, tickets: [] })));
});

function makers(target: "x86_64" | "aarch64" | string) {
  const word = fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn });
  const likely = fc.constantFrom(0n, 17n, 0x3d0f00n, 0x1200011n, 0x4111n, 0xffff_ffff_fffe_ffffn);
  const calls = Object.entries(MAKERS[target as keyof typeof MAKERS]).flatMap(([abi, numbers]) =>
    numbers.map((nr: number) => ({
      arch: auditArch(abi as "x86_64"),
      nr,
      isClone: [56, 120, 220].includes(nr & 0xffff),
    })),
  );
  const args = fc.tuple(fc.oneof(word, likely), word, word, word, word, word);
  return fc.tuple(fc.constantFrom(...calls), args, word).map(([{ arch, nr, isClone }, [flags, ...rest], ip]) => ({
    arch,
    nr,
    instruction_pointer: ip,
    args: [isClone ? flags & ~0x10000n : flags, ...rest] as [bigint, bigint, bigint, bigint, bigint, bigint],
  }));
}

/** SECCOMP_RET_USER_NOTIF and all that are weaker. */
function runs(ret: number): boolean {
  return ret >= 0x7fc00000 && ret < 0x80000000;
}

test.run();
