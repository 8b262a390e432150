// The resolver's judge: random policies written with names, resolved here by our tables and there by libseccomp (calls) and
// Python's modules (constants), compared on every input by the prover.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { argumentConstants } from "../../../src/compiler/abi/argument-constants.ts";
import { constant } from "../../../src/compiler/abi/constants.ts";
import { syscall, syscallNames } from "../../../src/compiler/abi/syscalls.ts";
import { decode } from "../../../src/compiler/bpf/encode.ts";
import { compile } from "../../../src/compiler/index.ts";
import { differences } from "../../../src/compiler/prove/difference.ts";
import { compose } from "../../../src/compiler/prove/prove.ts";
import { createRandom } from "../../compiler/prove/random.ts";

const script = fileURLToPath(new URL("./resolve.py", import.meta.url));
const hasPython = spawnSync("/usr/bin/python3", ["-c", "import seccomp"]).status === 0;
const withPython = hasPython && process.arch === "x64" ? test : test.skip;

/** Names that libc and the kernel give two values; ours are the kernel's. */
const DIFFERENT: { readonly [name: string]: string } = {
  O_LARGEFILE: "0 in 64-bit glibc, where it has nothing to say; the kernel sets and tests 0o100000",
  SIGRTMIN: "glibc keeps the kernel's first two for itself",
};

interface Rule {
  readonly call: string;
  readonly errno: string | null;
  readonly tests: readonly {
    readonly index: number;
    readonly name: string;
    readonly op: "==" | "has";
    readonly bits: number;
    readonly constant: string;
  }[];
}

function ask(mode: string, input: unknown): string {
  const run = spawnSync("/usr/bin/python3", [script, mode], {
    input: JSON.stringify(input),
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  assert.is(run.status, 0, run.stderr);
  return run.stdout;
}

function randomPolicy(
  calls: readonly string[],
  constants: ReadonlySet<string>,
  random: (below: number) => number,
): Rule[] {
  const chosen = new Set(Array.from({ length: 40 }, () => calls[random(calls.length)]!));
  return [...chosen].map(call => {
    const errno = random(3) === 0 ? ["EACCES", "ENOSYS", "EINVAL", "ENOENT"][random(4)]! : null;
    const tests = syscall("x86_64", call)!.args.flatMap((arg, index) => {
      const family = argumentConstants(call, arg.name);
      const names = [...(family?.constants ?? []), ...(family?.modifiers ?? [])].filter(name => constants.has(name));
      const name = names[random(names.length)];
      if (family === undefined || name === undefined || arg.pointer || random(2) === 0) return [];
      const flag = family.kind === "flags" && constant("x86_64", name)! > 0n;
      return [{ index, name: arg.name, op: flag ? ("has" as const) : ("==" as const), bits: arg.bits, constant: name }];
    });
    return { call, errno, tests };
  });
}

function textOf(policy: readonly Rule[]): string {
  const rules = policy.map(({ call, errno, tests }) => {
    const condition = tests.map(({ name, op, constant: value }) => `${name} ${op} ${value}`).join(" and ");
    return `  ${errno === null ? "allow" : `errno(${errno})`} ${call}${condition && ` if ${condition}`}\n`;
  });
  return `policy random for x86_64 {\n  default errno(EPERM)\n  unknown errno(EPERM)\n${rules.join("")}}\n`;
}

withPython("200 random policies mean the same to libseccomp and Python as to us (needs python3-seccomp)", () => {
  const known = JSON.parse(
    ask(
      "names",
      syscallNames().filter(name => syscall("x86_64", name) !== undefined),
    ),
  );
  assert.ok(known.calls.length > 300 && known.constants.length > 400);
  const { below: random } = createRandom(20261123);
  const constants = new Set<string>(known.constants.filter((name: string) => !(name in DIFFERENT)));
  const policies = Array.from({ length: 200 }, () => randomPolicy(known.calls, constants, random));
  const tests = policies.flat().flatMap(rule => rule.tests);
  assert.ok(new Set(tests.map(t => t.constant)).size > 100, "many constants are seen");
  const programs = ask("compile", policies).trim().split("\n");
  policies.forEach((policy, i) => {
    const text = textOf(policy);
    const { filters, diagnostics } = compile({ name: "random.policy", text });
    assert.equal(
      diagnostics.filter(d => d.severity === "error").map(d => d.message),
      [],
      text,
    );
    const theirs = decode(new Uint8Array(Buffer.from(programs[i]!, "base64")));
    assert.ok(theirs.ok);
    const composition = compose([{ program: filters[0]!.program }, { program: theirs.program }]);
    assert.ok(composition.ok);
    const { differences: found } = differences(composition.diagrams[0]!, composition.diagrams[1]!);
    // Numbers that old kernels routed to x32 are foreign to us and the default to libseccomp; -1 is no call.
    const unexplained = found.filter(
      ({ numbers: { first, last } }) => !(first >= 512 && last <= 547) && first !== 0xffffffff,
    );
    assert.equal(unexplained, [], text);
  });
});

test.run();
