// T1 to T4 of the language: what a comparison means for a register, and what cannot be meant.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Arch } from "../../../src/compiler/abi/arch.ts";
import { syscall } from "../../../src/compiler/abi/syscalls.ts";
import { decide } from "../../../src/compiler/policy/decide.ts";
import { codesOf, data, modelOf } from "./resolved.ts";

const GARBAGE = 0xdeadbeef_00000000n;
const ALL = 0xffffffff_ffffffffn;

interface Row {
  readonly rule: string;
  readonly is: string;
  readonly arch?: Arch;
  readonly call: string;
  readonly yes: readonly (readonly bigint[])[];
  readonly no: readonly (readonly bigint[])[];
}

const rows: Row[] = [
  {
    is: "an unsigned int is its low half",
    rule: "allow read if fd == 0",
    call: "read",
    yes: [[0n], [GARBAGE]],
    no: [[1n], [GARBAGE | 1n]],
  },
  {
    is: "-1 is a bit pattern",
    rule: "allow read if fd == -1",
    call: "read",
    yes: [[0xffffffffn], [ALL]],
    no: [[0n], [0xffffffff00000000n]],
  },
  {
    is: "AT_FDCWD matches zero- and sign-extended",
    rule: "allow openat if dfd == AT_FDCWD",
    call: "openat",
    yes: [[0xffffff9cn], [BigInt.asUintN(64, -100n)], [GARBAGE | 0xffffff9cn]],
    no: [[100n], [0xffffff9dn]],
  },
  {
    is: "umode_t is 16 bits",
    rule: "allow fchmod if mode == 0o644",
    call: "fchmod",
    yes: [
      [0n, 0o644n],
      [0n, 0xabc0000n | 0o644n],
    ],
    no: [[0n, 0o645n]],
  },
  {
    is: "size_t is both halves",
    rule: "allow read if count == 5",
    call: "read",
    yes: [[0n, 0n, 5n]],
    no: [[0n, 0n, (1n << 32n) | 5n]],
  },
  {
    is: "a pointer is both halves",
    rule: "allow read if buf == 0",
    call: "read",
    yes: [[0n, 0n]],
    no: [[0n, 1n << 32n]],
  },
  { is: "signed order", rule: "allow dup3 if flags < 0", call: "dup3", yes: [], no: [] },
  {
    is: "an int orders by its sign",
    rule: "allow kill if sig < 0 or sig > 64",
    call: "kill",
    yes: [
      [0n, 0xffffffffn],
      [0n, 65n],
      [0n, 0x80000000n],
      [0n, ALL],
    ],
    no: [
      [0n, 0n],
      [0n, 64n],
      [0n, GARBAGE],
    ],
  },
  {
    is: "an unsigned order reaches above the sign bit",
    rule: "allow read if count > 0x7fffffffffffffff",
    call: "read",
    yes: [
      [0n, 0n, 1n << 63n],
      [0n, 0n, ALL],
    ],
    no: [
      [0n, 0n, (1n << 63n) - 1n],
      [0n, 0n, 0n],
    ],
  },
  {
    is: "ranges include both ends",
    rule: "allow read if fd in 3..5",
    call: "read",
    yes: [[3n], [4n], [5n]],
    no: [[2n], [6n], [0xffffffffn]],
  },
  {
    is: "sets",
    rule: "allow read if fd in {1, 7, 9..11}",
    call: "read",
    yes: [[1n], [7n], [10n]],
    no: [[0n], [8n], [12n]],
  },
  {
    is: "not in",
    rule: "allow read if fd not in {1, 2}",
    call: "read",
    yes: [[0n], [3n]],
    no: [[1n], [2n], [GARBAGE | 2n]],
  },
  {
    is: "has is all bits",
    rule: "allow mmap if prot has PROT_READ | PROT_WRITE",
    call: "mmap",
    yes: [
      [0n, 0n, 3n],
      [0n, 0n, 7n],
    ],
    no: [
      [0n, 0n, 1n],
      [0n, 0n, 2n],
    ],
  },
  {
    is: "has any is some",
    rule: "allow mmap if prot has any PROT_READ | PROT_WRITE",
    call: "mmap",
    yes: [
      [0n, 0n, 1n],
      [0n, 0n, 2n],
    ],
    no: [[0n, 0n, 4n]],
  },
  {
    is: "lacks is none",
    rule: "allow mmap if prot lacks PROT_EXEC",
    call: "mmap",
    yes: [[0n, 0n, 3n]],
    no: [
      [0n, 0n, 4n],
      [0n, 0n, 7n],
    ],
  },
  {
    is: "only is no others, upper half too",
    rule: "allow mmap if len only 0xff",
    call: "mmap",
    yes: [
      [0n, 0xffn],
      [0n, 0n],
    ],
    no: [
      [0n, 0x100n],
      [0n, 1n << 40n],
    ],
  },
  {
    is: "a mask comes before the comparison",
    rule: "allow openat if flags & O_ACCMODE == O_RDONLY",
    call: "openat",
    yes: [
      [0n, 0n, 0n],
      [0n, 0n, 0o100n],
    ],
    no: [
      [0n, 0n, 1n],
      [0n, 0n, 2n],
    ],
  },
  {
    is: "FUTEX_CMD_MASK is -385 and masks 32 bits",
    rule: "allow futex if op & FUTEX_CMD_MASK == FUTEX_WAKE",
    call: "futex",
    yes: [
      [0n, 1n],
      [0n, 129n],
      [0n, GARBAGE | 129n],
    ],
    no: [
      [0n, 0n],
      [0n, 3n],
    ],
  },
  {
    is: "a negative constant as a mask has 32 bits on a long",
    rule: "allow mount if flags has MS_NOUSER",
    call: "mount",
    yes: [
      [0n, 0n, 0n, 0x80000000n],
      [0n, 0n, 0n, 0xffffffff80000000n],
    ],
    no: [[0n, 0n, 0n, 0n]],
  },
  {
    is: "a negative value on a long is sign-extended",
    rule: "allow prctl if arg2 == PR_SET_PTRACER_ANY",
    call: "prctl",
    yes: [[0n, ALL]],
    no: [[0n, 0xffffffffn]],
  },
  {
    is: "~ is within the width",
    rule: "allow openat if flags lacks ~0xff",
    call: "openat",
    yes: [
      [0n, 0n, 0xffn],
      [0n, 0n, GARBAGE],
    ],
    no: [[0n, 0n, 0x100n]],
  },
  {
    is: "argument against argument",
    rule: "allow dup2 if oldfd == newfd",
    call: "dup2",
    yes: [
      [3n, 3n],
      [GARBAGE | 3n, 3n],
    ],
    no: [[3n, 4n]],
  },
  {
    is: "less, argument against argument",
    rule: "allow dup2 if oldfd < newfd",
    call: "dup2",
    yes: [
      [3n, 4n],
      [3n, 0xffffffffn],
    ],
    no: [
      [4n, 3n],
      [3n, 3n],
    ],
  },
  { is: "the constant may come first", rule: "allow read if 3 <= fd", call: "read", yes: [[3n], [4n]], no: [[2n]] },
  {
    is: "raw is the whole register",
    rule: "allow getpid if raw[5] == 7",
    call: "getpid",
    yes: [[0n, 0n, 0n, 0n, 0n, 7n]],
    no: [[0n, 0n, 0n, 0n, 0n, GARBAGE | 7n]],
  },
  {
    is: "man-page names",
    rule: "allow socket if domain == AF_UNIX",
    call: "socket",
    yes: [[1n], [GARBAGE | 1n]],
    no: [[2n]],
  },
  {
    is: "and, or, not with parentheses",
    rule: "allow read if not (fd == 0 or fd == 1) and count <= 4",
    call: "read",
    yes: [[2n, 0n, 4n]],
    no: [
      [0n, 0n, 4n],
      [2n, 0n, 5n],
    ],
  },
  { is: "a call by its number", rule: "allow syscall(0) if fd == 0", call: "read", yes: [[0n]], no: [[1n]] },
  {
    is: "constants of the arch",
    arch: "aarch64",
    rule: "allow openat if flags has O_DIRECTORY",
    call: "openat",
    yes: [[0n, 0n, 0o40000n]],
    no: [[0n, 0n, 0o200000n]],
  },
];

for (const row of rows) {
  const arch = row.arch ?? "x86_64";
  test(`${row.is}: ${row.rule}`, () => {
    if (row.yes.length + row.no.length === 0) return assert.ok(modelOf(row.rule, arch));
    const model = modelOf(row.rule, arch);
    const nr = syscall(arch, row.call)!.nr;
    for (const args of row.yes)
      assert.is(decide(model, data(arch, nr, ...args)).action.kind, "allow", `${args} should match`);
    for (const args of row.no)
      assert.is(decide(model, data(arch, nr, ...args)).action.kind, "kill", `${args} should not match`);
  });
}

const mistakes: readonly (readonly [code: string, items: string, arch?: string])[] = [
  ["unknown-syscall", "allow raed"],
  ["unknown-argument", "allow read if fdd == 0"],
  ["unknown-argument", "allow getpid if fd == 0"],
  ["unknown-constant", "allow mmap if prot lacks PROT_EXE"],
  ["unknown-arch", "allow read on x86"],
  ["syscall-not-on-arch", "allow open", "aarch64"],
  ["argument-not-on-arch", "allow mmap if prot == 0", "i386"],
  [
    "constant-not-on-arch",
    "allow arch_prctl? if option == ARCH_SET_FS\nallow prctl if option == ARCH_SET_FS",
    "aarch64",
  ],
  ["constant-too-big", "allow read if fd == 0x100000000"],
  ["constant-too-big", "allow fchmod if mode has 0x10000"],
  ["constant-too-big", "allow read if fd == -0x80000001"],
  ["outside-type", "allow read if fd < -1"],
  ["outside-type", "allow kill if sig < 0x80000000"],
  ["impossible-condition", "allow read if count < 0"],
  ["impossible-condition", "allow openat if flags & O_ACCMODE == O_CREAT"],
  ["always-true", "allow read if fd >= 0"],
  ["zero-flag", "allow openat if flags has O_RDONLY"],
  ["zero-flag", "allow mmap if prot lacks PROT_NONE"],
  ["negative-mask", "allow read if fd has -1"],
  ["pointer-value", "allow read if buf == 4096"],
  ["pointer-value", "allow read if buf < 4096"],
  ["pointer-value", "allow read if buf has 1"],
  ["pair-width", "allow read if fd == count"],
  ["pair-sign", "allow recvfrom if fd < flags"],
  ["pair-mask", "allow dup2 if oldfd & 1 == newfd"],
  ["computed-argument", "allow read if fd | 1 == 1"],
  ["no-argument", "allow read if 1 == 1"],
  ["not-a-condition", "allow read if fd"],
  ["not-a-condition", "allow read if 1"],
  ["not-a-set", "allow read if fd in 5"],
  ["not-a-mask", "allow mmap if prot has {PROT_READ}"],
  ["empty-set", "allow read if fd in {}"],
  ["empty-range", "allow read if fd in 5..3"],
  ["raw-index", "allow read if raw[6] == 0"],
  ["unmasked-enum", "allow socket if type == SOCK_STREAM"],
  ["constant-family", "allow openat if flags has PROT_READ"],
  ["flag-contains-flag", "allow openat if flags lacks O_TMPFILE"],
  ["missing-errno", "errno read"],
  ["errno-range", "errno(70000) read"],
  ["errno-zero", "errno(0) read"],
  ["not-an-errno", "errno(AF_INET) read"],
  ["action-value", "allow(1) read"],
  ["action-data-range", "trap(65536) read"],
  ["kill-thread", "kill-thread read"],
  ["never-filtered", "allow uretprobe"],
  ["unknown-parameter", "allow read if fd == $x"],
  ["unknown-group", "use nothing"],
  ["own-filter-escape", "notify read\nallow seccomp"],
  ["duplicate-head", "default allow"],
  ["weak-fallback", "foreign allow"],
  ["weak-fallback", "unknown log"],
  ["compat-arch", "compat arm"],
];

for (const [code, items, arch] of mistakes) {
  test(`${code}: ${items.replaceAll("\n", "; ")}`, () => {
    assert.ok(codesOf(items, arch).includes(code), `got ${codesOf(items, arch).join(", ") || "nothing"}`);
  });
}

test("what is meant gives no noise", () => {
  const quiet = [
    "allow openat if flags lacks O_CREAT | O_TRUNC",
    "allow openat if flags lacks O_ACCMODE",
    "allow socket if type & ~(SOCK_CLOEXEC | SOCK_NONBLOCK) == SOCK_STREAM",
    "allow socket if type in {SOCK_STREAM, SOCK_STREAM | SOCK_CLOEXEC}",
    "allow eventfd2 if flags only O_CLOEXEC | EFD_NONBLOCK",
    "allow kill if sig == 0\nerrno(EPERM) kill",
    "allow arch_prctl if option == ARCH_SET_FS",
    "allow close on aarch64",
  ];
  assert.equal(quiet.map(items => codesOf(items)).map(String), ["", "", "", "", "", "", "", "on-unused"]);
});

test.run();
