// What becomes of a host's answer before the kernel gets it. Every call gets exactly one answer.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { auditArch, syscall } from "../../src/compiler/index.ts";
import { answerCall, type NotifiedCall } from "../../src/runtime/notified-call.ts";
import type { Answer } from "../../src/runtime/watched.ts";

const openat = {
  id: 7n,
  tid: 42,
  data: {
    arch: auditArch("x86_64"),
    nr: syscall("x86_64", "openat")!.nr,
    instruction_pointer: 0x401682n,
    args: [0xffffff9cn, 0x7ffen, 0x80241n, 0o644n, 0n, 0n] as const,
  },
};

async function ask(callback: (call: NotifiedCall) => Answer | Promise<Answer>, within?: number) {
  const answers: unknown[] = [];
  const notes: string[] = [];
  const sandbox = {
    answer: (id: bigint, answer: Answer) => void answers.push([id, answer]),
    read: async () => Uint8Array.of(47),
    look: async () => [{ name: "filename", text: '"/"', source: "process" } as const],
  };
  await answerCall(sandbox, openat, callback, {
    note: text => notes.push(text),
    ...(within === undefined ? {} : { within }),
  });
  assert.is(answers.length, 1);
  const [id, answer] = answers[0] as [bigint, Answer];
  assert.is(id, 7n);
  return { answer, notes };
}

const ALLOW: Answer = { kind: "allow" };
const EPERM: Answer = { kind: "errno", errno: 1 };
const TAINT = "openat got EPERM: `allow` after a look at memory, which the program can change until the call runs";

const rows: readonly { rule: string; callback: (call: NotifiedCall) => unknown; answer: Answer; note?: string }[] = [
  { rule: "allow by registers alone", callback: ({ args }) => (args[2] === 0x80241n ? ALLOW : EPERM), answer: ALLOW },
  { rule: "an answer that is promised", callback: async () => ALLOW, answer: ALLOW },
  { rule: "an errno", callback: () => ({ kind: "errno", errno: 13 }), answer: { kind: "errno", errno: 13 } },
  { rule: "a value", callback: () => ({ kind: "value", value: -1n }), answer: { kind: "value", value: -1n } },
  { rule: "an answer with more on it", callback: () => ({ ...ALLOW, log: () => undefined }), answer: ALLOW },
  {
    rule: "a throw of what cannot be put in words",
    callback: () => {
      throw Object.create(null);
    },
    answer: EPERM,
    note: "openat got EPERM: the `call` callback threw: an object without words",
  },
  {
    rule: "attack 25: allow after reading memory",
    callback: async call => (await call.readMemory(0x7ffen, 1)) && ALLOW,
    answer: EPERM,
    note: TAINT,
  },
  {
    rule: "attack 25: allow without waiting for what was read",
    callback: call => {
      void call.readMemory(0x7ffen, 1);
      return ALLOW;
    },
    answer: EPERM,
    note: TAINT,
  },
  {
    rule: "attack 25: allow after reading the arguments in words",
    callback: async call => (await call.readArguments()) && ALLOW,
    answer: EPERM,
    note: TAINT,
  },
  {
    rule: "refusing after a look is fine",
    callback: async call => (await call.readMemory(0x7ffen, 1)) && { kind: "errno", errno: 13 },
    answer: { kind: "errno", errno: 13 },
  },
  {
    rule: "emulating after a look is fine",
    callback: async call => (await call.readArguments()) && { kind: "value", value: 3n },
    answer: { kind: "value", value: 3n },
  },
  {
    rule: "a throw",
    callback: () => {
      throw new Error("no idea");
    },
    answer: EPERM,
    note: "openat got EPERM: the `call` callback threw: no idea",
  },
  {
    rule: "a rejection",
    callback: () => Promise.reject("text"),
    answer: EPERM,
    note: "openat got EPERM: the `call` callback threw: text",
  },
  {
    rule: "no answer",
    callback: () => undefined,
    answer: EPERM,
    note: "openat got EPERM: the `call` callback gave no answer",
  },
  {
    rule: "errno 0, which would be a success",
    callback: () => ({ kind: "errno", errno: 0 }),
    answer: EPERM,
    note: "openat got EPERM: 0 is no errno from 1 to 4095",
  },
  {
    rule: "an errno below zero",
    callback: () => ({ kind: "errno", errno: -1 }),
    answer: EPERM,
    note: "openat got EPERM: -1 is no errno from 1 to 4095",
  },
  {
    rule: "a value that is no bigint",
    callback: () => ({ kind: "value", value: 3 }),
    answer: EPERM,
    note: "openat got EPERM: 3 is no bigint of 64 bits with a sign",
  },
  {
    rule: "a value that does not fit",
    callback: () => ({ kind: "value", value: 1n << 63n }),
    answer: EPERM,
    note: "openat got EPERM: 9223372036854775808 is no bigint of 64 bits with a sign",
  },
  {
    rule: "a read of no size",
    callback: call => call.readMemory(0n, 0),
    answer: EPERM,
    note: "openat got EPERM: the `call` callback threw: readMemory takes a bigint and a length from 1 to 1048576",
  },
];

for (const { rule, callback, answer, note } of rows) {
  test(rule, async () => {
    const got = await ask(callback as (call: NotifiedCall) => Answer);
    assert.equal(got.answer, answer);
    assert.equal(got.notes, note === undefined ? [] : [note]);
  });
}

test("an answer that does not come in time is ETIMEDOUT, and a late one is dropped", async () => {
  let answerLate: (answer: Answer) => void = () => undefined;
  const promised = new Promise<Answer>(resolve => {
    answerLate = resolve;
  });
  const { answer, notes } = await ask(() => promised, 10);
  answerLate(ALLOW);
  assert.equal(answer, { kind: "errno", errno: 110 });
  assert.equal(notes, ["openat got ETIMEDOUT: no answer came within 10 ms"]);
});

test("a time for an answer that no timer can hold is given all the same", async () => {
  for (const within of [2 ** 40, Number.POSITIVE_INFINITY]) {
    const slow = () => new Promise<Answer>(resolve => setTimeout(resolve, 20, ALLOW));
    assert.equal(await ask(slow, within), { answer: ALLOW, notes: [] });
  }
});

test("the callback sees registers by name, type and meaning", async () => {
  await ask(call => {
    assert.equal([call.name, call.arch, call.nr, call.tid, call.tainted], ["openat", "x86_64", 257, 42, false]);
    assert.equal(
      call.arguments.map(({ name, value, pointer, text }) => [name, value, pointer, text]),
      [
        ["dfd", -100n, false, undefined],
        ["filename", 0x7ffen, true, undefined],
        ["flags", 0x80241n, false, "O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC"],
        ["mode", 0o644n, false, "0644"],
      ],
    );
    return ALLOW;
  });
});

test.run();
