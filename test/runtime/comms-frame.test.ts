// Framing without a socket: however a stream of bytes is cut into pieces, the same messages come out of it.

import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { CommsError, CommsErrorReason } from "../../src/runtime/comms-error.ts";
import { type Assembler, createAssembler, HEADER_SIZE, type Message } from "../../src/runtime/comms-frame.ts";

/** The wire format once more, by hand. */
function wire(tag: number, payload: Uint8Array, fds = 0, length = payload.length): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt32LE(tag, 0);
  header.writeUInt32LE(length, 4);
  header.writeUInt32LE(fds, 8);
  return Buffer.concat([header, payload]);
}

/** Feeds a stream in pieces, each as long as the next of `cuts` and what the assembler has room for allow. */
function assemble(assembler: Assembler, stream: Uint8Array, cuts: readonly number[]): Message[] {
  const messages: Message[] = [];
  for (let at = 0, piece = 0; at < stream.length; piece++) {
    const room = assembler.room();
    assert.ok(room.length > 0, "nothing could be read any more");
    const count = Math.min(cuts[piece % cuts.length]!, room.length, stream.length - at);
    room.set(stream.subarray(at, at + count));
    at += count;
    const message = assembler.accept(count, []);
    if (message !== undefined) messages.push(message);
  }
  return messages;
}

const anyMessage = fc.record({
  tag: fc.integer({ min: 0, max: 0xffffffff }),
  payload: fc.uint8Array({ maxLength: 100 }),
});

test("any split of the byte stream gives the same messages", () => {
  fc.assert(
    fc.property(fc.array(anyMessage), fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (sent, cuts) => {
      const stream = Buffer.concat(sent.map(({ tag, payload }) => wire(tag, payload)));
      const assembler = createAssembler(100);
      const got = assemble(assembler, stream, cuts);
      assert.equal(
        got.map(({ tag, bytes }) => ({ tag, payload: [...bytes] })),
        sent.map(({ tag, payload }) => ({ tag, payload: [...payload] })),
      );
      assert.ok(assembler.idle());
    }),
  );
});

test("the bytes of a message are its own: the next one does not overwrite them", () => {
  const [first, second] = assemble(
    createAssembler(10),
    Buffer.concat([wire(1, Buffer.from("ab")), wire(2, Buffer.from("cd"))]),
    [99],
  );
  assert.is(Buffer.from(first!.bytes).toString(), "ab");
  assert.is(Buffer.from(second!.bytes).toString(), "cd");
});

test("no read goes beyond the end of a message, where the next one's descriptors are", () => {
  const assembler = createAssembler(10);
  assert.is(assembler.room().length, HEADER_SIZE);
  assembler.room().set(wire(1, Buffer.alloc(7)).subarray(0, 12));
  assert.is(assembler.accept(12, []), undefined);
  assert.is(assembler.room().length, 7);
});

test("descriptors come with the header they are announced in", () => {
  const assembler = createAssembler(10);
  const bytes = wire(1, Buffer.alloc(0), 2);
  assembler.room().set(bytes.subarray(0, 5));
  assert.is(assembler.accept(5, [7, 8]), undefined);
  assembler.room().set(bytes.subarray(5));
  assert.equal(assembler.accept(7, [])?.fds, [7, 8]);
  assert.equal(assembler.abandon(), []);
});

const broken: readonly {
  rule: string;
  bytes: Buffer;
  fds: readonly (readonly number[])[];
  reason: CommsErrorReason;
}[] = [
  { rule: "a payload over the limit", bytes: wire(1, Buffer.alloc(0), 0, 101), fds: [[]], reason: "too-long" },
  { rule: "a length of 2^32 - 1", bytes: wire(1, Buffer.alloc(0), 0, 0xffffffff), fds: [[]], reason: "too-long" },
  { rule: "a descriptor that is not announced", bytes: wire(1, Buffer.alloc(0)), fds: [[9]], reason: "descriptors" },
  {
    rule: "an announced descriptor that is missing",
    bytes: wire(1, Buffer.alloc(0), 1),
    fds: [[]],
    reason: "descriptors",
  },
  { rule: "2^32 - 1 descriptors", bytes: wire(1, Buffer.alloc(0), 0xffffffff), fds: [[9]], reason: "descriptors" },
  {
    rule: "a descriptor in the middle of a payload",
    bytes: wire(1, Buffer.alloc(3)),
    fds: [[], [9]],
    reason: "descriptors",
  },
];

for (const { rule, bytes, fds, reason } of broken) {
  test(`refused: ${rule}`, () => {
    const assembler = createAssembler(100);
    try {
      let at = 0;
      for (const each of fds) {
        const room = assembler.room();
        const count = Math.min(room.length, bytes.length - at);
        room.set(bytes.subarray(at, at + count));
        at += count;
        assembler.accept(count, each);
      }
      assert.unreachable("it was taken");
    } catch (error) {
      assert.is((error as CommsError).reason, reason, String(error));
    }
    assert.equal(assembler.abandon(), fds.flat(), "a descriptor would leak");
  });
}

test.run();
