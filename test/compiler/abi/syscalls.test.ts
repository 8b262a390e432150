// Single facts that were looked up by hand, in the man pages and the kernel's tables, one row each.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Arch } from "../../../src/compiler/abi/arch.ts";
import { argumentConstants } from "../../../src/compiler/abi/argument-constants.ts";
import { constant, constantArches, errnoByName, errnoName } from "../../../src/compiler/abi/constants.ts";
import {
  archesWith,
  compareVersions,
  kernelExempt,
  knownNumbers,
  syscall,
  syscallByNr,
  syscallNames,
  TABLE_VERSION,
} from "../../../src/compiler/abi/syscalls.ts";

const reads: readonly (readonly [Arch, string, string, string])[] = [
  ["x86_64", "read", "fd", "u32"],
  ["x86_64", "openat", "dfd", "s32"],
  ["x86_64", "open", "mode", "u16"],
  ["x86_64", "lseek", "offset", "s64"],
  ["i386", "lseek", "offset", "s32"],
  ["x86_64", "read", "count", "u64"],
  ["i386", "read", "count", "u32"],
  ["x32", "read", "count", "u64"], // native entry point: the whole register, whatever the program thinks of size_t
  ["x32", "ioctl", "arg", "u32"], // compat entry point
  ["x32", "read", "buf", "u64 pointer"],
  ["arm", "read", "buf", "u32 pointer"],
  ["aarch64", "clone", "tls", "u64"],
  ["i386", "chown", "user", "u16"],
  ["x86_64", "chown", "user", "u32"],
  ["x86_64", "mmap", "fd", "u32"], // declared unsigned long
  ["x86_64", "mprotect", "prot", "u64"],
  ["x86_64", "ptrace", "pid", "s32"],
  ["x86_64", "ioprio_set", "ioprio", "u16"],
  ["riscv64", "landlock_add_rule", "rule_type", "u32"],
];
for (const [arch, call, name, expected] of reads) {
  test(`${arch} ${call}.${name} is read as ${expected}`, () => {
    const arg = syscall(arch, call)!.args.find(arg => arg.name === name)!;
    assert.is(`${arg.signed ? "s" : "u"}${arg.bits}${arg.pointer ? " pointer" : ""}`, expected);
  });
}

const releases: readonly (readonly [Arch, string, string | undefined])[] = [
  ["i386", "socket", "4.3"], // before, only through socketcall
  ["x86_64", "socket", "2.0"],
  ["i386", "shmget", "5.1"], // before, only through ipc
  ["i386", "semtimedop_time64", "5.1"],
  ["x86_64", "getcpu", "3.1"],
  ["aarch64", "read", "3.7"],
  ["aarch64", "mseal", "6.10"],
  ["riscv64", "openat", "4.15"],
  ["x32", "read", "3.4"],
  ["arm", "migrate_pages", "5.1"],
  ["x86_64", "tuxcall", undefined],
];
for (const [arch, call, since] of releases) {
  test(`${arch} has ${call} since ${since ?? "never"}`, () => assert.is(syscall(arch, call)!.since, since));
}

const known: readonly (readonly [Arch, string, string | undefined, boolean])[] = [
  ["x86_64", "mseal", undefined, true],
  ["x86_64", "mseal", "6.10", true],
  ["x86_64", "mseal", "6.9", false],
  ["i386", "socket", "4.2", false],
  ["i386", "socket", "4.3", true],
  ["i386", "socketcall", "4.2", true],
  ["x86_64", "tuxcall", undefined, true],
  ["x86_64", "tuxcall", "6.12", false],
  ["x86_64", "_sysctl", "6.12", false],
  ["aarch64", "read", "3.6", false],
];
for (const [arch, call, after, expected] of known) {
  test(`${arch} ${call} is ${expected ? "" : "not "}known ${after === undefined ? "" : `after ${after}`}`, () => {
    assert.is(knownNumbers(arch, after).includes(syscall(arch, call)!.nr), expected);
  });
}

test("gaps are unknown, numbers ascend, x32 numbers have their bit", () => {
  const numbers = knownNumbers("x86_64");
  assert.not.ok(numbers.some(nr => nr >= 337 && nr <= 423));
  assert.equal(
    numbers,
    [...numbers].sort((a, b) => a - b),
  );
  assert.ok(knownNumbers("x32").every(nr => nr >= 0x40000000));
  assert.is(syscallByNr("x86_64", 337), undefined);
  assert.is(syscallByNr("x32", 0x40000000)?.name, "read");
  assert.is(syscallByNr("x32", 0), undefined);
});

test("names: every ABI's, second names resolved, none invented", () => {
  assert.equal(archesWith("arch_prctl"), ["x86_64", "i386", "x32"]);
  assert.equal(archesWith("no_such_call"), []);
  assert.is(syscall("arm", "sync_file_range2"), syscall("arm", "arm_sync_file_range"));
  assert.is(syscall("aarch64", "open"), undefined);
  assert.ok(syscallNames().includes("riscv_hwprobe"));
  assert.match(TABLE_VERSION, /^\d+\.\d+$/);
});

test("uretprobe and uprobe are exempt on x86_64 alone", () => {
  assert.is(syscallByNr("x86_64", 335)?.name, "uretprobe");
  assert.is(syscallByNr("x86_64", 336)?.name, "uprobe");
  assert.ok(kernelExempt("x86_64", 335) && kernelExempt("x86_64", 336));
  assert.not.ok(kernelExempt("x86_64", 334) || kernelExempt("i386", 336) || kernelExempt("x32", 0x40000000 + 335));
});

test("arguments by the man page's name", () => {
  const alias = (call: string, arg: string) => syscall("x86_64", call)!.args.find(({ name }) => name === arg)?.aliases;
  assert.equal(alias("openat", "dfd"), ["dirfd"]);
  assert.equal(alias("socket", "family"), ["domain"]);
  assert.equal(alias("clone", "clone_flags"), ["flags"]);
  assert.equal(alias("newfstatat", "flag"), ["flags"]);
  assert.equal(alias("read", "fd"), []);
});

test("versions compare by number", () => {
  assert.ok(compareVersions("6.9", "6.12") < 0);
  assert.ok(compareVersions("6.12", "6.12") === 0);
  assert.ok(compareVersions("2.6.16", "2.6") > 0);
  assert.ok(compareVersions("10.0", "9.99") > 0);
});

test("constants: signed, by ABI, absent", () => {
  assert.is(constant("x86_64", "AT_FDCWD"), -100n);
  assert.is(constant("x86_64", "MS_NOUSER"), -(2n ** 31n));
  assert.is(constant("x86_64", "O_DIRECTORY"), 0o200000n);
  assert.is(constant("aarch64", "O_DIRECTORY"), 0o40000n); // arm and arm64 have their own asm/fcntl.h
  assert.is(constant("i386", "F_GETLK64"), 12n);
  assert.is(constant("aarch64", "MAP_32BIT"), undefined);
  assert.equal(constantArches("MAP_32BIT"), ["x86_64", "i386", "x32"]);
  assert.is(constant("x86_64", "NO_SUCH"), undefined);
  assert.equal(constantArches("NO_SUCH"), []);
});

test("errno by number and by name", () => {
  assert.is(errnoName(11), "EAGAIN");
  assert.is(errnoName(95), "EOPNOTSUPP");
  assert.is(errnoName(35), "EDEADLK");
  assert.is(errnoName(41), undefined);
  assert.is(errnoByName("EWOULDBLOCK"), 11);
  assert.is(errnoByName("EPOLLIN"), undefined);
  assert.is(errnoByName("PROT_EXEC"), undefined);
});

test("argument constants: kinds, modifiers, fields", () => {
  assert.is(argumentConstants("socket", "family")?.kind, "enum");
  assert.equal(argumentConstants("socket", "type")?.modifiers, ["SOCK_CLOEXEC", "SOCK_NONBLOCK"]);
  assert.is(argumentConstants("clone", "clone_flags")?.mask, 0xffn);
  assert.is(argumentConstants("mmap", "prot")?.kind, "flags");
  assert.is(argumentConstants("read", "fd"), undefined);
});

test.run();
