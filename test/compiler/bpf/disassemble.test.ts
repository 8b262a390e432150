import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { disassemble } from "../../../src/compiler/bpf/disassemble.ts";
import type { SockFilter } from "../../../src/compiler/bpf/instruction.ts";

const ins = (code: number, k = 0, jt = 0, jf = 0): SockFilter => ({ code, jt, jf, k });

/** Without the raw fields, as `pc text ; comment`. */
function listing(program: readonly SockFilter[]): string[] {
  return disassemble(program)
    .trimEnd()
    .split("\n")
    .map(line =>
      line.replace(/^(\d+) {2}[0-9a-f]{4} [0-9a-f]{2} [0-9a-f]{2} [0-9a-f]{8} {2}/, "$1 ").replace(/ +;/, " ;"),
    );
}

test("pc, raw fields, mnemonic, targets, names", () => {
  const program = [
    ins(0x20, 4),
    ins(0x15, 0xc000003e, 0, 3),
    ins(0x20, 0),
    ins(0x15, 1, 1, 0),
    ins(0x06, 0x50001),
    ins(0x06, 0x7fff0000),
  ];
  assert.is(
    disassemble(program),
    [
      "0000  0020 00 00 00000004  ld [4]                         ; arch",
      "0001  0015 00 03 c000003e  jeq #0xc000003e, 0002, 0005    ; arch: x86_64",
      "0002  0020 00 00 00000000  ld [0]                         ; nr",
      "0003  0015 01 00 00000001  jeq #0x1, 0005, 0004           ; nr: write",
      "0004  0006 00 00 00050001  ret #0x50001                   ; ERRNO(EPERM)",
      "0005  0006 00 00 7fff0000  ret #0x7fff0000                ; ALLOW",
      "",
    ].join("\n"),
  );
});

test("a call is named after the arch that the path has established", () => {
  const body = [ins(0x20, 0), ins(0x15, 1, 0, 0)];
  const of = (arch: number): string => listing([ins(0x20, 4), ins(0x15, arch, 0, 2), ...body, ins(0x06)])[3]!;
  assert.match(of(0x40000003), "nr: exit");
  assert.match(of(0xc000003e), "nr: write");
  assert.match(of(0x12345678), /; nr$/);
});

test("where two arches meet, no call is named", () => {
  const program = [
    ins(0x20, 4),
    ins(0x15, 0xc000003e, 1, 0),
    ins(0x15, 0x40000003, 0, 2),
    ins(0x20, 0),
    ins(0x15, 1, 0, 0),
    ins(0x06),
  ];
  assert.is(listing(program)[4], "0004 jeq #0x1, 0005, 0005 ; nr");
});

test("what A holds is forgotten when it is overwritten or the paths disagree", () => {
  const changed = [ins(0x20, 16), ins(0x04, 1), ins(0x15, 5, 0, 0), ins(0x06)];
  assert.is(listing(changed)[2], "0002 jeq #0x5, 0003, 0003");
  const mixed = [ins(0x20, 16), ins(0x15, 5, 0, 1), ins(0x20, 24), ins(0x15, 5, 0, 0), ins(0x06)];
  assert.is(listing(mixed)[3], "0003 jeq #0x5, 0004, 0004");
  assert.is(listing(mixed)[1], "0001 jeq #0x5, 0002, 0003 ; args[0].lo");
});

test("a mask keeps the word's name", () => {
  assert.is(
    listing([ins(0x20, 60), ins(0x54, 0xff), ins(0x45, 1, 0, 0), ins(0x16)])[2],
    "0002 jset #0x1, 0003, 0003 ; args[5].hi",
  );
});

test("all of the instruction set has a mnemonic", () => {
  const body = [
    0x80, 0x81, 0x00, 0x01, 0x02, 0x60, 0x61, 0x03, 0x07, 0x87, 0x04, 0x1c, 0x24, 0x3c, 0x44, 0x5c, 0x64, 0x7c, 0x84,
    0xac, 0x94,
  ];
  const texts = listing([...body.map(code => ins(code, 3)), ins(0x05, 0), ins(0x3d), ins(0x16)]).map(
    line => line.slice(5).split(" ;")[0],
  );
  assert.equal(texts, [
    "ld len",
    "ldx len",
    "ld #0x3",
    "ldx #0x3",
    "st M[3]",
    "ld M[3]",
    "ldx M[3]",
    "stx M[3]",
    "tax",
    "txa",
    "add #0x3",
    "sub x",
    "mul #0x3",
    "div x",
    "or #0x3",
    "and x",
    "lsh #0x3",
    "rsh x",
    "neg",
    "xor x",
    "mod #0x3",
    "ja 0022",
    "jge x, 0023, 0023",
    "ret a",
  ]);
});

test("malformed instructions are shown, never thrown at", () => {
  const lines = listing([ins(0xffff, 1), ins(0x20, 66), ins(0x05, 0xffffffff), ins(0x15, 0, 200, 0)]);
  assert.is(lines[0], "0000 ?");
  assert.is(lines[1], "0001 ld [66]");
  assert.match(lines[2]!, "outside");
  assert.match(lines[3]!, /204 \(outside\).*never reached/);
  const field = (max: number) => fc.nat({ max });
  const any = fc.record({ code: field(0xffff), jt: field(255), jf: field(255), k: field(0xffffffff) });
  fc.assert(
    fc.property(fc.array(any, { maxLength: 30 }), program => {
      assert.is(disassemble(program).split("\n").length, program.length + 1);
    }),
  );
});

test("notes stand behind the names", () => {
  const text = disassemble([ins(0x20, 0), ins(0x16)], { note: pc => (pc === 0 ? "rule 3" : undefined) });
  assert.match(text, "; nr; rule 3\n");
});

test.run();
