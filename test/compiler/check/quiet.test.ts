// A clean policy has no noise: the shipped examples, every group of the standard library, and what language idioms look like.

import { readdirSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../../src/compiler/compile.ts";
import { STANDARD_LIBRARY } from "../../../src/compiler/policy/std.gen.ts";
import { parseFile } from "../../../src/compiler/syntax/parse.ts";

const examples = new URL("../../../policies/examples/", import.meta.url);

function found(name: string, text: string): readonly string[] {
  return compile({ name, text }).diagnostics.map(each => `${each.severity} ${each.code}: ${each.message}`);
}

for (const name of readdirSync(examples).filter(each => each.endsWith(".policy"))) {
  test(`nothing is found in the example ${name}`, () => {
    assert.equal(found(name, readFileSync(new URL(name, examples), "utf8")), []);
  });
}

/** Arguments for a group: some take values, some sets. */
function formsOf(count: number): readonly string[] {
  if (count === 0) return [""];
  return ["1", "{1, 2}"].map(each => `(${Array(count).fill(each).join(", ")})`);
}

for (const [specifier, text] of Object.entries(STANDARD_LIBRARY)) {
  test(`nothing is found in ${specifier} itself, nor in a policy of any of its groups`, () => {
    assert.equal(found(specifier, text), []);
    for (const { name, params } of parseFile({ name: specifier, text }).file.groups) {
      for (const fallback of ["kill", "errno(EPERM)"]) {
        const tried = formsOf(params.length).map(form => {
          const use = `use ${name.text}${form}`;
          return found(
            use,
            `import "${specifier}"\npolicy p for x86_64, aarch64 {\n  default ${fallback}\n  ${use}\n}\n`,
          );
        });
        const typed = tried.find(each => !each.some(finding => finding.startsWith("error not-a-"))) ?? tried[0];
        assert.equal(typed, [], name.text);
      }
    }
  });
}

const idioms: readonly (readonly [is: string, items: string])[] = [
  ["a small static program", "allow { exit, exit_group, close, getpid, read, write }"],
  ["descriptors", "allow read if fd == 0\nallow write if fd in {1, 2}\nallow exit_group"],
  ["an exception first", "errno(EPERM) ioctl if cmd in {TIOCSTI, TIOCLINUX}\nallow ioctl"],
  ["a condition on a dangerous call is an answer", "allow ptrace if request == PTRACE_TRACEME\nallow bpf if cmd == 1"],
  [
    "denied on purpose",
    "errno(ENOSYS) { clone3, io_uring_setup }\nkill { mount, setns }\nallow clone if clone_flags == 17",
  ],
  ["code that is not writable", "allow { mmap, mprotect } if prot lacks PROT_EXEC"],
  ["an error of a real call for some arguments", "errno(EINVAL) statx if flags == 0x6000\nallow statx"],
  ["a number", "allow syscall(470)"],
];

for (const [is, items] of idioms) {
  test(`nothing is found: ${is}`, () => {
    const left = found("p.policy", `policy p for x86_64 {\n  default kill\n${items}\n}\n`);
    assert.equal(
      left.filter(each => !each.includes("repeats-default")),
      [],
    );
  });
}

test("10,000 rules on one dangerous call are checked, and not pair by pair", () => {
  const rules = Array.from({ length: 10_000 }, (_, i) => `allow ioctl if cmd == ${0x10000 + i * 3}`).join("\n");
  const start = performance.now();
  const text = `policy p for x86_64 {\n  default kill\n${rules}\nallow ioctl if cmd == TIOCSTI and fd == 0\n}\n`;
  const codes = compile({ name: "p.policy", text }).diagnostics.map(({ code }) => code);
  assert.ok(codes.includes("terminal-injection"), codes.slice(0, 3).join());
  assert.ok(performance.now() - start < 60_000, `${performance.now() - start} ms`);
});

test.run();
