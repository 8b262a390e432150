// The text that `policyc trace` writes: it compiles, allows what was seen of the machine's own ABI and nothing else, and a
// command line cannot become a statement of it.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { tracedPolicy } from "../../src/cli/traced-policy.ts";
import { type Arch, auditArch, compile, decide, format, syscall } from "../../src/compiler/index.ts";
import type { PassedCall } from "../../src/runtime/index.ts";

function seen(arch: Arch, name: string | number, count = 1): PassedCall {
  const nr = typeof name === "number" ? name : syscall(arch, name)!.nr;
  const data = { arch: auditArch(arch), nr, instruction_pointer: 0n, args: [0n, 0n, 0n, 0n, 0n, 0n] } as const;
  const call = typeof name === "number" ? undefined : name;
  const none = { kind: "none", why: "" } as const;
  const first = { tid: 0, program: "", data, arch, call, description: "", because: "", details: [], suggestion: none };
  return { count, first };
}

function write(command: readonly string[], calls: readonly PassedCall[], unlisted = 0): string {
  const text = tracedPolicy({ target: "x86_64", command, calls, unlisted });
  assert.is(format({ name: "t.policy", text }).text, text, "it is laid out as `policyc fmt` does");
  return text;
}

/** What the written policy decides. */
function verdict(text: string, { first }: PassedCall): string {
  const { filters, diagnostics } = compile({ name: "t.policy", text });
  assert.equal(
    diagnostics.filter(({ severity }) => severity === "error"),
    [],
  );
  const args = [0n, 0n, 0n, 0n, 0n, 0n] as const;
  return decide(filters[0]!.model, { ...first.data, args }).action.kind;
}

const rows: readonly {
  rule: string;
  calls: readonly PassedCall[];
  probe: PassedCall;
  action: string;
  says?: RegExp;
}[] = [
  { rule: "a call that was seen", calls: [seen("x86_64", "read")], probe: seen("x86_64", "read"), action: "allow" },
  { rule: "a call that was not", calls: [seen("x86_64", "read")], probe: seen("x86_64", "write"), action: "kill" },
  {
    rule: "shapes of one call are counted together",
    calls: [seen("x86_64", "openat", 3), seen("x86_64", "openat", 4)],
    probe: seen("x86_64", "openat"),
    action: "allow",
    says: /\/\/ 7 calls seen: openat 7\n/,
  },
  {
    rule: "a call of another ABI is told and stays forbidden",
    calls: [seen("i386", "getpid", 2)],
    probe: seen("i386", "getpid"),
    action: "kill",
    says: /Calls through another ABI, which are forbidden: \[X86-32\] getpid 2\n/,
  },
  {
    rule: "nor does its number become another call",
    calls: [seen("i386", "getpid")],
    probe: seen("x86_64", "writev"),
    action: "kill",
  },
  {
    rule: "a number without a name gets what the kernel gives it",
    calls: [seen("x86_64", 5000, 2)],
    probe: seen("x86_64", 5000),
    action: "errno",
    says: /Numbers without a name, which get ENOSYS: 5000 2\n/,
  },
  { rule: "the end of a process is allowed always", calls: [], probe: seen("x86_64", "exit_group"), action: "allow" },
  {
    rule: "what threads do by chance, where there are threads",
    calls: [seen("x86_64", "clone3")],
    probe: seen("x86_64", "sched_yield"),
    action: "allow",
  },
  { rule: "and not where there are none", calls: [], probe: seen("x86_64", "sched_yield"), action: "kill" },
];

for (const { rule, calls, probe, action, says } of rows) {
  test(rule, () => {
    const text = write(["prog"], calls);
    assert.is(verdict(text, probe), action);
    if (says !== undefined) assert.match(text, says);
  });
}

for (const [command, name] of [
  ["/usr/bin/wc", "wc"],
  ["./my-tool.sh", "my_tool_sh"],
  ["7z", "program_7z"],
  ["allow", "allow_program"],
  ["日本", "program___"],
  ["a\n}\npolicy b for x86_64 { default allow }", "a___policy_b_for_x86_64___default_allow__"],
] as const) {
  test(`${JSON.stringify(command)} becomes a policy's name`, () => {
    const text = write([command], [seen("x86_64", "read")]);
    assert.match(text, `\npolicy ${name} for x86_64 {\n`);
    assert.is(verdict(text, seen("x86_64", "write")), "kill");
  });
}

test("a command line cannot end its comment", () => {
  for (const end of ["\n", "\r", "\u0085", "\u2028", "\u2029", "\0"]) {
    const text = write(["sh", "-c", `${end}policy x for x86_64 { default allow }`], []);
    assert.is(compile({ name: "t.policy", text }).filters.length, 1, JSON.stringify(end));
  }
});

test("calls beyond those that are kept apart are told", () => {
  assert.match(write(["sh"], [], 12), "// 12 more calls were made, of kinds that are not listed\n");
});

test.run();
