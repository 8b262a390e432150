// Counting calls by shape in bounded memory.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { auditArch, type SeccompData, syscall } from "../../src/compiler/index.ts";
import { countCalls } from "../../src/runtime/call-counter.ts";

function call(name: string, ...args: readonly number[]): SeccompData {
  const six = [0, 1, 2, 3, 4, 5].map(i => BigInt(args[i] ?? 0)) as unknown as SeccompData["args"];
  return { arch: auditArch("x86_64"), nr: syscall("x86_64", name)!.nr, instruction_pointer: 0n, args: six };
}

const rows: readonly { rule: string; calls: readonly SeccompData[]; counts: readonly number[] }[] = [
  {
    rule: "descriptors, pointers and sizes do not tell calls apart",
    calls: [call("read", 0, 1, 2), call("read", 3, 4, 5)],
    counts: [2],
  },
  {
    rule: "flags do",
    calls: [call("openat", 3, 4, 0), call("openat", 3, 4, 1), call("openat", 3, 9, 1)],
    counts: [2, 1],
  },
  { rule: "modes do not", calls: [call("mkdir", 3, 0o755), call("mkdir", 3, 0o700)], counts: [2] },
  {
    rule: "the upper half that the kernel does not read does not",
    calls: [call("fcntl", 0, 1), call("fcntl", 0, 2 ** 32 + 1)],
    counts: [2],
  },
  {
    rule: "an unknown number is one shape",
    calls: [
      { ...call("read"), nr: 5000 },
      { ...call("read", 1), nr: 5000 },
    ],
    counts: [2],
  },
  {
    rule: "the same number of another ABI is another call",
    calls: [call("read"), { ...call("read"), arch: auditArch("i386") }],
    counts: [1, 1],
  },
];

for (const { rule, calls, counts } of rows) {
  test(rule, () => {
    const counted = countCalls();
    for (const data of calls) counted.count(data);
    assert.equal(
      counted.calls().map(({ count }) => count),
      counts,
    );
    assert.is(counted.unlisted(), 0);
  });
}

test("a program that draws its flags at random fills no memory and hides no other call", () => {
  const counted = countCalls();
  for (let i = 0; i < 10_000; i++) counted.count(call("openat", 0, 0, i));
  counted.count(call("getpid"));
  assert.is(counted.calls().length, 65);
  assert.is(counted.unlisted(), 10_000 - 64);
});

test("numbers that a program makes up are bounded too", () => {
  const counted = countCalls();
  for (let nr = 0; nr < 100_000; nr++) counted.count({ ...call("read"), nr });
  assert.ok(counted.calls().length <= 4096, `${counted.calls().length} shapes`);
});

test.run();
