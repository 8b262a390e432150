import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { readRet, showRet } from "../../../src/compiler/bpf/action.ts";

// linux/seccomp.h, asm-generic/errno-base.h
const rows: [number, string][] = [
  [0x80000000, "KILL_PROCESS"],
  [0x00000000, "KILL_THREAD"],
  [0x00030000, "TRAP"],
  [0x0003ffff, "TRAP(65535)"],
  [0x00050001, "ERRNO(EPERM)"],
  [0x00050026, "ERRNO(ENOSYS)"],
  [0x00050000, "ERRNO(0)"],
  [0x00050fff, "ERRNO(4095)"],
  [0x7fc00000, "USER_NOTIF"],
  [0x7ff00007, "TRACE(7)"],
  [0x7ffc0000, "LOG"],
  [0x7fff0000, "ALLOW"],
  [0x7fff0001, "ALLOW(1)"],
  [0x00010000, "0x00010000"],
  [0xffffffff, "0xffffffff"],
];
for (const [ret, text] of rows) {
  test(text, () => {
    assert.is(showRet(ret), text);
    assert.is(readRet(text), ret);
  });
}

test("every word has a text that reads back", () => {
  const upper = fc.constantFrom(
    0,
    0x80000000,
    0x30000,
    0x50000,
    0x7fc00000,
    0x7ff00000,
    0x7ffc0000,
    0x7fff0000,
    0x12340000,
  );
  fc.assert(
    fc.property(upper, fc.nat({ max: 0xffff }), (action, low) => {
      assert.is(readRet(showRet(action + low)), action + low);
    }),
  );
});

test("other texts are not read", () => {
  for (const text of ["", "allow", "ERRNO(EWHAT)", "ALLOW(65536)", "TRAP(", "0x1"]) assert.is(readRet(text), undefined);
});

test.run();
