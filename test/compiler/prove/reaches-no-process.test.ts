// Which filters are taken to leave other processes alone. Every true is also put to the emulator: no call of the kernel's that
// would change another process by its number runs.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { auditArch } from "../../../src/compiler/abi/arch.ts";
import { emulate } from "../../../src/compiler/bpf/emulate.ts";
import { SECCOMP_RET_ALLOW } from "../../../src/compiler/bpf/instruction.ts";
import { compile, type Filter } from "../../../src/compiler/compile.ts";
import { reachesNoProcess } from "../../../src/compiler/prove/reaches-no-process.ts";

function build(rules: string, otherwise = "kill"): Filter {
  const result = compile({ name: "p", text: `policy p for x86_64 { default ${otherwise}\n${rules}\n}\n` });
  if (result.filters.length !== 1) throw new Error(result.diagnostics.map(({ message }) => message).join("\n"));
  return result.filters[0]!;
}

const signalsScoped = true;

for (const [what, rules, expected] of [
  ["nothing about processes", "allow { read, write, exit_group }", true],
  ["any limits", "allow prlimit64", false],
  ["its own limits", "allow prlimit64 if pid == 0", true],
  ["asking for limits", "allow prlimit64 if new_rlim == 0", true],
  ["limits of others by the wrong half", "allow prlimit64 if raw[0] lacks 0x100000000", false],
  ["one other process", "allow prlimit64 if pid == 77", false],
  ["others' limits behind a pointer's upper half", "allow prlimit64 if raw[2] has 0x100000000", false],
  ["priorities", "allow setpriority", false],
  ["its own CPUs", "allow sched_setaffinity if pid == 0", true],
  ["CPUs of others", "allow sched_setaffinity", false],
  ["signals, which Landlock keeps inside", "allow { kill, tgkill }", true],
  ["limits put to a listener", "notify prlimit64", false],
  ["limits answered by an errno", "errno(EPERM) prlimit64", true],
] as const) {
  test(`${what}: ${expected ? "no process is reached" : "not proved"}`, () => {
    const filter = build(rules);
    assert.is(reachesNoProcess(filter, { signalsScoped }), expected);
    if (!expected) return;
    // asm/unistd_64.h: prlimit64, sched_setaffinity, setpriority.
    for (const nr of [302, 203, 141]) {
      for (const pid of [1n, 77n, 0x8000_0000n, 0x1_0000_0001n]) {
        const args = [pid, pid, 0x7fff_0000_1000n, 0n, 0n, 0n] as const;
        const data = { arch: auditArch("x86_64"), nr, instruction_pointer: 0n, args };
        assert.is.not(emulate(filter.program, data).ret, SECCOMP_RET_ALLOW);
      }
    }
  });
}

test("a default that allows reaches them, and so do signals where nothing scopes them", () => {
  assert.not(reachesNoProcess(build("kill fork", "allow"), { signalsScoped }));
  assert.not(reachesNoProcess(build("allow tgkill"), { signalsScoped: false }));
});

test.run();
