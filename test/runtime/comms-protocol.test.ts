// What a program and its executor say when the program asks for its policy: whatever bytes come, they are read or refused.

import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { CommsError } from "../../src/runtime/comms-error.ts";
import { decodeAsk, decodeProgram, encodeAsk, encodeProgram } from "../../src/runtime/comms-protocol.ts";

const example = {
  auditArch: 0xc000003e,
  listens: true,
  canary: { nr: 4059, errno: 4059 },
  slots: [
    { pc: 1, half: "lo" },
    { pc: 0, half: "hi" },
  ],
  records: Uint8Array.from([6, 0, 0, 0, 1, 2, 3, 4, 6, 0, 0, 0, 0, 0, 0, 0x80]),
} as const;

/** As docs/comms.md has it. */
const EXAMPLE_BYTES =
  "01000000 3e0000c0 01000000 db0f0000 db0f0000 02000000 02000000" +
  " 01000000 00000000 00000000 01000000 0600000001020304 0600000000000080";

test("a program is laid out as documented, and read back", () => {
  const bytes = encodeProgram(example);
  assert.is(Buffer.from(bytes).toString("hex"), EXAMPLE_BYTES.replaceAll(" ", ""));
  assert.equal(decodeProgram(bytes), example);
});

test("a question is laid out as documented, and read back", () => {
  const bytes = encodeAsk({ auditArch: 0xc00000b7, listens: false });
  assert.is(Buffer.from(bytes).toString("hex"), "01000000b70000c000000000");
  assert.equal(decodeAsk(bytes), { auditArch: 0xc00000b7, listens: false });
});

function checkSlots(bytes: Uint8Array): void {
  const { slots, records } = decodeProgram(bytes);
  assert.ok(slots.every(({ pc }) => 8 * pc < records.length));
}

const decoders = { decodeAsk, decodeProgram } as const;
for (const [name, decode] of Object.entries(decoders)) {
  test(`${name} reads or refuses any bytes, those cut short or changed included`, () => {
    const whole = name === "decodeAsk" ? encodeAsk({ auditArch: 1, listens: true }) : encodeProgram(example);
    const cut = fc.nat({ max: whole.length - 1 }).map(length => whole.slice(0, length));
    const changed = fc
      .tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 }))
      .map(([at, value]) => whole.with(at, value));
    fc.assert(
      fc.property(fc.oneof(cut, changed, fc.uint8Array({ maxLength: 200 })), bytes => {
        try {
          decode(bytes);
          if (name === "decodeProgram") checkSlots(bytes);
        } catch (error) {
          assert.instance(error, CommsError);
        }
      }),
    );
    assert.throws(() => decode(whole.slice(0, -1)), /malformed/);
    assert.throws(() => decode(whole.with(0, 2)), /version 2/);
  });
}

test("a slot outside the program is refused: it would be written beyond the records", () => {
  assert.throws(() => decodeProgram(encodeProgram({ ...example, slots: [{ pc: 2, half: "lo" }] })), /malformed/);
});

test.run();
