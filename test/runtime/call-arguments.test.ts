// What a report says of a call's arguments, as strace would, whatever a hostile program put there.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { auditArch, constant, type SeccompData, syscall } from "../../src/compiler/index.ts";
import { type CallerReader, readArguments } from "../../src/runtime/call-arguments.ts";

type Arch = "x86_64" | "i386" | "aarch64";

/** What the process has at addresses; a read past the end of a string's page is refused, as the kernel refuses it. */
interface Process {
  readonly memory?: { readonly [address: number]: string };
  readonly fds?: { readonly [fd: number]: string };
}

function reader({ memory = {}, fds = {} }: Process): CallerReader {
  return {
    memory: async (address, length) => {
      const text = memory[Number(address)];
      if (text === undefined) return undefined;
      const atPageEnd = text.endsWith("|"); // the mapping ends here
      const bytes = Uint8Array.from(atPageEnd ? text.slice(0, -1) : text, byte => byte.charCodeAt(0));
      if (atPageEnd && length > bytes.length) return undefined;
      return bytes.subarray(0, length);
    },
    descriptor: async fd => fds[fd],
    folder: async () => "/home/x",
  };
}

function data(arch: Arch, call: string, args: readonly (number | bigint)[]): SeccompData {
  const six = [0, 1, 2, 3, 4, 5].map(i => BigInt.asUintN(64, BigInt(args[i] ?? 0))) as unknown as SeccompData["args"];
  return { arch: auditArch(arch), nr: syscall(arch, call)!.nr, instruction_pointer: 0n, args: six };
}

const A = 0x7000;
const little = (value: number, size: number) =>
  String.fromCharCode(...Array.from({ length: size }, (_, i) => Math.floor(value / 256 ** i) & 255));

const rows: readonly {
  rule: string;
  arch?: Arch;
  call: string;
  args: readonly (number | bigint)[];
  process?: Process;
  shown: { readonly [name: string]: string };
}[] = [
  {
    rule: "a folder, a path, flags and an octal mode",
    call: "openat",
    args: [-100, A, 0o2000000 | 0o100 | 1, 0o644],
    process: { memory: { [A]: "/etc/shadow\0rest" } },
    shown: {
      dfd: 'AT_FDCWD ("/home/x")',
      filename: '"/etc/shadow"',
      flags: "O_WRONLY|O_CREAT|O_CLOEXEC",
      mode: "0644",
    },
  },
  {
    rule: "no access mode is O_RDONLY",
    call: "openat",
    args: [-100, 0, 0],
    shown: { dfd: 'AT_FDCWD ("/home/x")', flags: "O_RDONLY", mode: "00" },
  },
  {
    rule: "a name of several bits before its parts",
    call: "open",
    args: [0, 0o4010002],
    shown: { flags: "O_RDWR|O_SYNC", mode: "00" },
  },
  {
    rule: "bits without a name in hex",
    call: "mprotect",
    args: [4096, 4096, 0x8007],
    shown: { prot: "PROT_READ|PROT_WRITE|PROT_EXEC|0x8000" },
  },
  { rule: "nothing set", call: "mprotect", args: [4096, 4096, 0], shown: { prot: "PROT_NONE" } },
  { rule: "a signal by name", call: "kill", args: [-1, 9], shown: { sig: "SIGKILL" } },
  {
    rule: "a signal under clone's flags",
    call: "clone",
    args: [0x100 | 17],
    shown: { clone_flags: "CLONE_VM|SIGCHLD" },
  },
  {
    rule: "a choice with modifiers",
    call: "socket",
    args: [1, 0o2000001, 0],
    shown: { family: "AF_UNIX", type: "SOCK_STREAM|SOCK_CLOEXEC", protocol: "IPPROTO_IP" },
  },
  { rule: "an unknown choice says nothing more than its number", call: "prctl", args: [99999], shown: {} },
  {
    rule: "a command",
    call: "fcntl",
    args: [3, 4],
    process: { fds: { 3: "/dev/null" } },
    shown: { fd: '3 ("/dev/null")', cmd: "F_SETFL" },
  },
  { rule: "a descriptor that is not open", call: "close", args: [77], shown: {} },
  {
    rule: "a descriptor's upper half is not read",
    call: "close",
    args: [(5n << 32n) | 3n],
    process: { fds: { 3: "socket:[1]" } },
    shown: { fd: '3 ("socket:[1]")' },
  },
  {
    rule: "mmap's fd of -1",
    call: "mmap",
    args: [0, 4096, 3, 0x22, -1n, 0],
    shown: { prot: "PROT_READ|PROT_WRITE", flags: "MAP_PRIVATE|MAP_ANONYMOUS" },
  },
  {
    rule: "control bytes, quotes and backslashes are escaped",
    call: "unlink",
    args: [A],
    process: { memory: { [A]: 'a"b\\\u001b[2J\n\u009b\0' } },
    shown: { pathname: '"a\\"b\\\\\\x1b[2J\\x0a\\x9b"' },
  },
  {
    rule: "a text without an end is cut",
    call: "unlink",
    args: [A],
    process: { memory: { [A]: "x".repeat(5000) } },
    shown: { pathname: `"${"x".repeat(256)}"...` },
  },
  {
    rule: "a text right before memory that is not there",
    call: "unlink",
    args: [0x7ffa],
    process: { memory: { 32762: "/tmp/\0|" } },
    shown: { pathname: '"/tmp/"' },
  },
  { rule: "a pointer to nothing", call: "unlink", args: [A], shown: {} },
  { rule: "null", call: "unlink", args: [0], process: { memory: { 0: "no" } }, shown: {} },
  {
    rule: "data as long as the call says",
    call: "write",
    args: [1, A, 3],
    process: { memory: { [A]: "hello" }, fds: { 1: "pipe:[7]" } },
    shown: { fd: '1 ("pipe:[7]")', buf: '"hel"' },
  },
  {
    rule: "long data is cut",
    call: "write",
    args: [1, A, 100000],
    process: { memory: { [A]: "y".repeat(100) } },
    shown: { buf: `"${"y".repeat(64)}"...` },
  },
  {
    rule: "what the kernel fills is not shown",
    call: "read",
    args: [0, A, 5],
    process: { memory: { [A]: "old" } },
    shown: {},
  },
  {
    rule: "a command line",
    call: "execve",
    args: [A, A + 0x100, 0],
    process: {
      memory: {
        [A]: "/bin/ls\0",
        [A + 0x100]: little(A + 0x200, 8) + little(A + 0x300, 8) + little(0, 8),
        [A + 0x200]: "ls\0",
        [A + 0x300]: "-l\0",
      },
    },
    shown: { filename: '"/bin/ls"', argv: '["ls", "-l"]' },
  },
  {
    rule: "a 32-bit program's pointers are 32 bits",
    arch: "i386",
    call: "execve",
    args: [(1n << 32n) | BigInt(A), A + 0x100, 0],
    process: { memory: { [A]: "/bin/ls\0", [A + 0x100]: little(A + 0x200, 4) + little(0, 4), [A + 0x200]: "ls\0" } },
    shown: { filename: '"/bin/ls"', argv: '["ls"]' },
  },
  {
    rule: "a long command line is cut",
    call: "execve",
    args: [0, A, 0],
    process: { memory: { [A]: little(A + 8, 8).repeat(9), [A + 8]: "x\0" } },
    shown: { argv: `[${'"x", '.repeat(8)}...]` },
  },
  {
    rule: "an IPv4 address",
    call: "connect",
    args: [3, A, 16],
    process: { memory: { [A]: `${little(2, 2)}\x01\xbb\x7f\x00\x00\x01${"\0".repeat(8)}` } },
    shown: { uservaddr: "AF_INET 127.0.0.1:443" },
  },
  {
    rule: "an IPv6 address",
    call: "connect",
    args: [3, A, 28],
    process: {
      memory: { [A]: `${little(10, 2)}\x00\x50\0\0\0\0\x20\x01\x0d\xb8${"\0".repeat(11)}\x01${"\0".repeat(4)}` },
    },
    shown: { uservaddr: "AF_INET6 [2001:db8::1]:80" },
  },
  {
    rule: "a socket's path",
    call: "bind",
    args: [3, A, 12],
    process: { memory: { [A]: `${little(1, 2)}/run/a.s\0x` } },
    shown: { umyaddr: 'AF_UNIX "/run/a.s"' },
  },
  {
    rule: "an abstract socket",
    call: "connect",
    args: [3, A, 6],
    process: { memory: { [A]: `${little(1, 2)}\0ab\0` } },
    shown: { uservaddr: 'AF_UNIX @"ab\\x00"' },
  },
  {
    rule: "an address that the kernel writes",
    call: "accept",
    args: [3, A, A],
    process: { memory: { [A]: little(2, 16) } },
    shown: {},
  },
  {
    rule: "an address too short to be one",
    call: "connect",
    args: [3, A, 1],
    process: { memory: { [A]: "\x02" } },
    shown: {},
  },
  {
    rule: "an address of another family",
    call: "connect",
    args: [3, A, 12],
    process: { memory: { [A]: `${little(16, 2)}${"\0".repeat(10)}` } },
    shown: { uservaddr: "AF_NETLINK" },
  },
  {
    rule: "an O_ flag that another machine numbers otherwise",
    arch: "aarch64",
    call: "openat",
    args: [-100, 0, 0o40000],
    shown: { dfd: 'AT_FDCWD ("/home/x")', flags: "O_RDONLY|O_DIRECTORY", mode: "00" },
  },
];

for (const { rule, arch = "x86_64", call, args, process = {}, shown } of rows) {
  test(`${call}: ${rule}`, async () => {
    const read = await readArguments(data(arch, call, args), reader(process));
    assert.equal(Object.fromEntries(read.map(({ name, text }) => [name, text])), shown);
  });
}

test("an unknown number has no arguments to tell of", async () => {
  const unknown = { ...data("x86_64", "read", [1, A, 3]), nr: 5000 };
  assert.equal(await readArguments(unknown, reader({})), []);
  assert.equal(await readArguments({ ...unknown, arch: 0x15 }, reader({})), []);
});

test("what registers say is certain, what was read is not", async () => {
  const read = await readArguments(data("x86_64", "openat", [-100, A, 0]), reader({ memory: { [A]: "x\0" } }));
  assert.equal(
    read.map(({ name, source }) => `${name} ${source}`),
    ["dfd process", "filename process", "flags registers", "mode registers"],
  );
});

test("every named signal and family of the tables is shown by that number", async () => {
  for (const name of ["SIGHUP", "SIGTERM", "SIGSYS"]) {
    const [sig] = await readArguments(data("x86_64", "kill", [1, constant("x86_64", name)!]), reader({}));
    assert.is(sig?.text, name);
  }
});

test.run();
