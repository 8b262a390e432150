// A program in another language asks its executor for its policy: the protocol is what docs/comms.md says, not what our own
// client does. And one that does not keep to it is ended, and its result says so.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { missingProgram, unless } from "../../needs.ts";
import { compileC, removeCompiled, run } from "./sandboxed.ts";

const missing = missingProgram("gcc");
let client: string;
test.before(() => {
  if (missing === undefined) client = compileC("client.c");
});
test.after(removeCompiled);
const withGcc = unless(missing, test);

const GETPPID = "policy test for x86_64, aarch64 { default allow kill getppid }";

withGcc("a C program that asks is watched from then on: its violation is told with name and policy rule", async () => {
  const { result } = await run(client, { args: ["getppid"], policy: GETPPID });
  assert.is(result.status, "violation", String(result));
  assert.match(String(result), /getppid/);
  assert.is(result.violations, "every process");
});

withGcc("a thread that was blocked in a call when the filter went in is under it afterwards", async () => {
  const { result } = await run(client, { args: ["thread"], policy: GETPPID });
  assert.is(result.status, "violation", String(result));
  assert.match(String(result), /getppid/);
});

withGcc(
  "the hand-over needs no rule of the policy: exit_group alone is enough for a program that does no more",
  async () => {
    const policy = "policy test for x86_64, aarch64 { default kill allow exit_group }";
    const { result } = await run(client, { args: ["exit"], policy });
    assert.equal([result.status, "exitCode" in result && result.exitCode], ["ok", 7], String(result));
  },
);

withGcc("afterwards the calls of the hand-over are judged as any others: they need the ticket", async () => {
  const policy = "policy test for x86_64, aarch64 { default kill allow exit_group }";
  const { result } = await run(client, { args: ["ticket"], policy });
  assert.is(result.status, "violation", String(result));
  assert.match(String(result), /sendmsg/);
});

withGcc("a program that asks has no exec to come: the policy decides about the first one", async () => {
  const policy = "policy test for x86_64, aarch64 { default allow errno(EPERM) execveat }";
  const { result } = await run(client, { args: ["exec"], policy });
  assert.equal([result.status, "exitCode" in result && result.exitCode], ["ok", 8], String(result));
});

withGcc("a program that can hand over no listener gets the kernel's own kill", async () => {
  const { result } = await run(client, { args: ["hard"], policy: GETPPID });
  assert.is(result.status, "violation", String(result));
  assert.is(result.violations, "main process only");
});

withGcc("`notify` rules are refused to a program that can hand over no listener", async () => {
  const policy = "policy test for x86_64, aarch64 { default allow notify getppid }";
  const notify = { call: () => ({ kind: "allow" }) as const };
  const { result, output } = await run(client, { args: ["hard"], policy, notify });
  assert.match(output, /refused: policy test has `notify` rules/);
  assert.is(result.status, "setup-error", String(result));
});

withGcc("a program on another architecture is refused", async () => {
  const { result, output } = await run(client, { args: ["other-arch"], policy: GETPPID });
  assert.match(output, /refused: policy test is for \w+, and the program runs on another architecture/);
  assert.is(result.status, "setup-error", String(result));
});

const misbehaved: readonly { rule: string; args: string; says: RegExp }[] = [
  { rule: "ends without ever asking", args: "never", says: /without asking for its policy/ },
  { rule: "hangs up without ever asking", args: "hangs-up", says: /without asking for its policy/ },
  { rule: "hands over a descriptor that is no listener", args: "fake", says: /what is no listener/ },
  { rule: "hands a listener over that nobody asked for", args: "unasked", says: /what is no listener/ },
  { rule: "says that it failed, in bytes that must not reach a terminal", args: "failed", says: /no\\x1b\[2Jfilter/ },
];

for (const { rule, args, says } of misbehaved) {
  withGcc(`a set-up error, whatever its exit code: the program ${rule}`, async () => {
    const { result } = await run(client, { args: [args], policy: GETPPID, wallTime: 1000 });
    assert.is(result.status, "setup-error", String(result));
    assert.match(String(result), says);
  });
}

test.run();
