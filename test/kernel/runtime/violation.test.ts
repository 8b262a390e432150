// What a report says of a call: label, name and number of the call's own ABI, the statement that decided, what would allow it.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { auditArch, type SeccompData } from "../../../src/compiler/index.ts";
import { compilePolicy } from "../../../src/runtime/compile-policy.ts";
import { describeCall, type SeenCall } from "../../../src/runtime/describe-call.ts";
import { describeViolation } from "../../../src/runtime/violation.ts";

function call(arch: number, nr: number, args: readonly bigint[] | undefined = [], ip = 0x401682n): SeenCall {
  const six = args && ([0, 1, 2, 3, 4, 5].map(i => args[i] ?? 0n) as unknown as SeccompData["args"]);
  return { arch, nr, instruction_pointer: ip, args: six };
}

const X86_64 = auditArch("x86_64");
const I386 = auditArch("i386");

const texts: readonly { rule: string; data: SeenCall; text: string }[] = [
  { rule: "a 32-bit call has its own ABI's name", data: call(I386, 20), text: "[X86-32] getpid [20]() IP: 0x401682" },
  {
    rule: "the same number is another call in 64 bits",
    data: call(X86_64, 20, [1n, 0x1000n, 2n]),
    text: "[X86-64] writev [20](1, 0x1000, 2) IP: 0x401682",
  },
  { rule: "Arm", data: call(auditArch("aarch64"), 172), text: "[Arm-64] getpid [172]() IP: 0x401682" },
  {
    rule: "an int is its low half, signed",
    data: call(X86_64, 62, [0xdead_0000_ffff_ffffn, 9n]),
    text: "[X86-64] kill [62](-1, 9) IP: 0x401682",
  },
  {
    rule: "flags and modes are in hex",
    data: call(X86_64, 257, [0xffffff9cn, 0x7ffen, 0x80241n, 0o644n]),
    text: "[X86-64] openat [257](-100, 0x7ffe, 0x80241, 0x1a4) IP: 0x401682",
  },
  {
    rule: "an unknown number in decimal and hex, with every register",
    data: call(X86_64, 5000, [1n]),
    text: "[X86-64] UNKNOWN[5000/0x1388](0x1, 0x0, 0x0, 0x0, 0x0, 0x0) IP: 0x401682",
  },
  {
    rule: "an x32 number is x32's",
    data: call(X86_64, 0x40000000 + 39),
    text: "[X32] getpid [1073741863]() IP: 0x401682",
  },
  {
    rule: "an unknown machine",
    data: call(0x15, 1),
    text: "[UNKNOWN_ARCH:0x15] UNKNOWN[1/0x1](0x0, 0x0, 0x0, 0x0, 0x0, 0x0) IP: 0x401682",
  },
  {
    rule: "arguments that were not seen",
    data: call(I386, 20, undefined),
    text: "[X86-32] getpid [20](...) IP: 0x401682",
  },
];

for (const { rule, data, text } of texts) {
  test(rule, () => {
    const seen = rule === "arguments that were not seen" ? { ...data, args: undefined } : data;
    assert.is(describeCall(seen), text);
  });
}

const POLICY = `import "std/startup"
policy p for x86_64, aarch64 {
  default kill
  unknown errno(ENOSYS)
  allow read if fd == 0
  kill write if fd > 2
  allow write
  allow close if fd == 3 or fd == 4
}
policy i386ish for x86_64 {
  default kill
  compat i386
  allow exit
}`;

function enforced(policy: string) {
  const { filters, sources } = compilePolicy({ source: { name: "p.policy", text: POLICY } }, { policy });
  const written = filters[0]!;
  return { written, launched: written, targets: filters.map(({ target }) => target), sources };
}

const judged: readonly { rule: string; policy?: string; data: SeenCall; because: string; suggests: string }[] = [
  {
    rule: "a call without a rule",
    data: call(X86_64, 39),
    because: "p.policy:3 default kill",
    suggests: "allow getpid",
  },
  {
    rule: "arguments that the policy tests are pinned",
    data: call(X86_64, 0, [7n, 1n, 2n]),
    because: "p.policy:3 default kill",
    suggests: "allow read if fd == 7",
  },
  {
    rule: "a denying rule must come after",
    data: call(X86_64, 1, [5n]),
    because: "p.policy:6 kill write",
    suggests: "allow write if fd == 5 before p.policy:6",
  },
  {
    rule: "a call that another target lacks says where",
    data: call(X86_64, 2),
    because: "p.policy:3 default kill",
    suggests: "allow open on x86_64",
  },
  {
    rule: "an unknown number",
    data: call(X86_64, 5000),
    because: "p.policy:4 unknown errno(ENOSYS)",
    suggests: "allow syscall(5000)",
  },
  {
    rule: "a foreign call cannot be allowed short of compat",
    data: call(I386, 20),
    because: "foreign kill, as no `foreign` is written",
    suggests:
      "none: no rule for x86_64 can: the call came through i386, whose numbers mean other calls; only `compat i386`, with rules `on i386`, opens that way in",
  },
  {
    rule: "a compat ABI's own call says where",
    policy: "i386ish",
    data: call(I386, 20),
    because: "p.policy:11 default kill",
    suggests: "allow getpid on i386",
  },
  {
    rule: "unseen arguments that decide",
    data: { ...call(X86_64, 1), args: undefined },
    because: "a rule on its arguments, which are not known",
    suggests: "none: the arguments decide and are not known; run with the monitor to see them",
  },
  {
    rule: "unseen arguments that decide nothing",
    data: { ...call(X86_64, 39), args: undefined },
    because: "p.policy:3 default kill",
    suggests: "allow getpid",
  },
];

for (const { rule, policy = "p", data, because, suggests } of judged) {
  test(`why and what to do: ${rule}`, () => {
    const { suggestion, ...violation } = describeViolation(enforced(policy), { tid: 1, program: "", data });
    assert.is(violation.because, because);
    const text =
      suggestion.kind === "none"
        ? `none: ${suggestion.why}`
        : `${suggestion.rule}${suggestion.before ? ` before ${suggestion.before}` : ""}`;
    assert.is(text, suggests);
  });
}

test("the name that a program gave itself cannot steer a terminal", () => {
  const report = { tid: 1, program: "a\u001b[2J\n\u009b", data: call(X86_64, 39) };
  assert.is(describeViolation(enforced("p"), report).program, "a\\x1b[2J\\x0a\\x9b");
});

/** The suggestion is not only text: with it in place the call passes. */
test("each suggested rule compiles, and with it the same call is allowed", async () => {
  const { decide } = await import("../../../src/compiler/index.ts");
  for (const { policy = "p", data, suggests } of judged.filter(
    ({ suggests }) => !suggests.startsWith("none") && !suggests.includes("syscall("),
  )) {
    const [rule] = suggests.split(" before ");
    const text = POLICY.replace(`policy ${policy} `, `policy ${policy} `).replace(
      policy === "p" ? "  unknown errno(ENOSYS)\n" : "  compat i386\n",
      match => `${match}  ${rule}\n`,
    );
    const { filters } = compilePolicy({ source: { name: "p.policy", text } }, { policy });
    const { action } = decide(filters[0]!.model, { ...data, args: data.args ?? [0n, 0n, 0n, 0n, 0n, 0n] });
    assert.is(action.kind, "allow", rule);
  }
});

test.run();
