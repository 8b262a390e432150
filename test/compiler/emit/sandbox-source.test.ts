// Emitted sources as text: one policy in each language as a golden, the programs in them read back and judged by the emulator,
// and the policies that no running program can enforce on itself.

import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { auditArch } from "../../../src/compiler/abi/arch.ts";
import { emulate } from "../../../src/compiler/bpf/emulate.ts";
import type { SockFilter } from "../../../src/compiler/bpf/instruction.ts";
import { answeringCanary, compile } from "../../../src/compiler/compile.ts";
import { cSource } from "../../../src/compiler/emit/c.ts";
import { goSource } from "../../../src/compiler/emit/go.ts";
import { rustSource } from "../../../src/compiler/emit/rust.ts";
import { type Sandboxable, sandboxSource } from "../../../src/compiler/emit/sandbox-source.ts";
import { decide } from "../../../src/compiler/policy/decide.ts";
import { boundaryCalls } from "../../boundary.ts";
import { testGoldens } from "../../golden.ts";

const LANGUAGES = { c: cSource, go: goSource, rust: rustSource } as const;
const SMALL = "policy small for x86_64, aarch64 { default kill  allow read if fd == 0  errno(EPERM) clone3 }";

function made(text: string, name = "small.policy"): Sandboxable {
  const { filters, sources } = compile({ name, text });
  return sandboxSource(filters, sources, { policyc: "0.0.0", nameOf: source => source.name, answeringCanary });
}

function emitted(language: keyof typeof LANGUAGES, text: string, name?: string): string {
  const result = made(text, name);
  if (!result.ok) throw new Error(result.message);
  return LANGUAGES[language](result.source);
}

testGoldens(fileURLToPath(new URL("goldens", import.meta.url)), ["input"], ({ name, sections }) => {
  return new Map([["source", emitted(name as keyof typeof LANGUAGES, sections.get("input")!)]]);
});

/** The instruction tables of a source, in its order, by what every language writes alike. */
function tables(source: string): SockFilter[][] {
  const read: SockFilter[][] = [];
  for (const [, ...fields] of source.matchAll(/[{(](0x\w{4}), (0x\w\w), (0x\w\w), (0x\w{8})[)}], \/\/ (\d+) /g)) {
    const [code, jt, jf, k, pc] = fields.map(Number) as [number, number, number, number, number];
    if (pc === 0) read.push([]);
    read.at(-1)!.push({ code, jt, jf, k });
  }
  return read;
}

for (const language of ["c", "go", "rust"] as const) {
  test(`${language}: the programs decide as the text says, and answer the canary with any arguments`, () => {
    const { filters } = compile({ name: "small.policy", text: SMALL });
    const programs = tables(emitted(language, SMALL));
    assert.is(programs.length, 2);
    filters.forEach(({ model, target }, i) => {
      for (const data of boundaryCalls(model)) {
        if (data.nr === 4059 && data.arch === auditArch(target)) continue;
        const { action } = decide(model, data);
        const expected = { allow: 0x7fff0000, kill: 0x80000000, errno: 0x00050001 }[action.kind as "allow"];
        assert.is(emulate(programs[i]!, data).ret, expected);
      }
      for (const arg of [0n, 1n, 0xffffffffffffffffn]) {
        const args = [arg, arg, arg, arg, arg, arg] as const;
        const data = { nr: 4059, arch: auditArch(target), instruction_pointer: 0n, args };
        assert.is(emulate(programs[i]!, data).ret, 0x00050000 | 4059);
      }
    });
  });

  test(`${language}: the same text gives the same bytes, and a file's name cannot leave its comment`, () => {
    assert.is(emitted(language, SMALL), emitted(language, SMALL));
    const name = "a\n*/ ??/ \\";
    assert.is(emitted(language, SMALL, name), emitted(language, SMALL, "a__/ __/ _"));
  });
}

test("a rule on the canary's own number does not hide it", () => {
  const [program] = tables(emitted("c", "policy p for x86_64 { default kill  allow { syscall(4059), read } }"));
  const args = [0n, 0n, 0n, 0n, 0n, 0n] as const;
  const data = { nr: 4059, arch: auditArch("x86_64"), instruction_pointer: 0n, args };
  assert.is(emulate(program!, data).ret, 0x00050000 | 4059);
});

const REFUSED: readonly (readonly [rule: string, policy: string, message: RegExp, hint: RegExp])[] = [
  ...(
    [
      ["limits", "limits { cpu 10s }", /setrlimit/],
      ["files", 'files { read "/etc" }', /policyc run/],
      ["namespaces", "namespaces { net }", /policyc run/],
      ["network", "network { none }", /policyc run/],
      ["env", "env { keep LANG }", /policyc run/],
      ["hostname", 'hostname "h"', /policyc run/],
      ["program", 'program "/bin/true"', /policyc run/],
    ] as const
  ).map(
    ([kind, section, hint]) =>
      [
        `a \`${kind}\` section`,
        `policy p for x86_64 { default kill  ${section} }`,
        new RegExp(`\`${kind}\` section`),
        hint,
      ] as const,
  ),
  [
    "`notify` rules",
    "policy p for x86_64 { default kill  notify read }",
    /nobody to answer/,
    /write `errno\(E\)` or `kill`/,
  ],
  [
    "i386 alone",
    "policy p for i386 { default kill }",
    /is for i386, and sandbox_me_here\(\) is there for x86_64 and aarch64 only/,
    /for x86_64, i386/,
  ],
];

for (const [rule, policy, message, hint] of REFUSED) {
  test(`refused: ${rule}`, () => {
    const result = made(policy);
    assert.not.ok(result.ok);
    if (result.ok) return;
    assert.match(result.message, message);
    assert.match(result.hint, hint);
  });
}

test("refused: a program that has no room for the canary", () => {
  const { filters, sources } = compile({ name: "small.policy", text: SMALL });
  const facts = { policyc: "0.0.0", nameOf: () => "small.policy", answeringCanary: () => undefined };
  const result = sandboxSource(filters, sources, facts);
  assert.match(result.ok ? "" : result.message, /too near the kernel's limit of 4096 instructions/);
});

test("a target without sandbox_me_here() is left out, and said to be", () => {
  const result = made("policy p for i386, x86_64 { default kill }");
  assert.equal(result.ok && [result.leftOut, result.source.targets.map(({ arch }) => arch)], [["i386"], ["x86_64"]]);
});

test.run();
