import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { decode, encode } from "../../../src/compiler/bpf/encode.ts";

test("the bytes are those of struct sock_filter, little-endian", () => {
  const bytes = encode([
    { code: 0x20, jt: 0, jf: 0, k: 4 },
    { code: 0x15, jt: 1, jf: 255, k: 0xc000003e },
    { code: 0x1234, jt: 0, jf: 0, k: 0 },
  ]);
  assert.is(Buffer.from(bytes).toString("hex"), "200000000400000015" + "0001ff3e0000c0" + "3412000000000000");
});

test("decode gives back what encode took", () => {
  const field = (max: number): fc.Arbitrary<number> => fc.nat({ max });
  const instruction = fc.record(
    { code: field(0xffff), jt: field(255), jf: field(255), k: field(0xffffffff) },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(fc.array(instruction, { minLength: 1, maxLength: 20 }), program => {
      assert.equal(decode(encode(program)), { ok: true, program });
    }),
  );
});

test("decode reads a view that starts inside its buffer", () => {
  const bytes = new Uint8Array([9, 9, 9, 6, 0, 0, 0, 0, 0, 255, 127]).subarray(3);
  assert.equal(decode(bytes), { ok: true, program: [{ code: 6, jt: 0, jf: 0, k: 0x7fff0000 }] });
});

const refused: [string, number, RegExp][] = [
  ["nothing", 0, /empty/],
  ["part of an instruction", 12, /12 bytes/],
  ["more than the kernel takes", 4097 * 8, /4097 instructions.*4096/],
];
for (const [what, length, reason] of refused) {
  test(`decode refuses ${what} and says why`, () => {
    const decoded = decode(new Uint8Array(length));
    assert.match(decoded.ok ? "" : decoded.reason, reason);
  });
}

test("decode takes 4096 instructions", () => {
  assert.ok(decode(new Uint8Array(4096 * 8)).ok);
});

test("a field out of range is a bug, never a truncation", () => {
  for (const bad of [{ jt: 256 }, { jf: -1 }, { code: 0x10000 }, { k: 2 ** 32 }, { k: -1 }, { k: 0.5 }]) {
    assert.throws(() => encode([{ code: 0, jt: 0, jf: 0, k: 0, ...bad }]), /encode/);
  }
});

test.run();
