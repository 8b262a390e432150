// Debian's programs and the groups that each needs: all of them, and no other. Beside `dynamic_startup` an intent that
// start-up has already (reading files, closing them) is not repeated.

import type { Command } from "./sandboxed.ts";

export interface ProgramRow {
  readonly title: string;
  readonly command: Command;
  /** Files in the folder that it runs in. */
  readonly files?: { readonly [name: string]: string };
  readonly groups: readonly string[];
  /** Rules that no group has. */
  readonly rules?: readonly string[];
  readonly stdout: string | RegExp;
  /** How it ends; `exited 0` where left out. */
  readonly ends?: string;
  /** Files that are there afterwards, with what they hold. */
  readonly made?: { readonly [name: string]: RegExp };
  /** Shared object that is loaded first. */
  readonly preload?: string;
}

const DYNAMIC = ["dynamic_startup", "exit", "write"];
const TEXT = { text: "one two\nthree\n" };

const SCUDO = "/usr/lib/llvm-14/lib/clang/14.0.6/lib/linux/libclang_rt.scudo_standalone-x86_64.so";
const TCMALLOC = "/usr/lib/x86_64-linux-gnu/libtcmalloc_minimal.so.4";

export const PROGRAMS: readonly ProgramRow[] = [
  {
    title: "wc",
    command: { command: "/usr/bin/wc", args: ["text"] },
    files: TEXT,
    groups: [...DYNAMIC, "read_ahead"],
    stdout: " 2  3 14 text\n",
  },
  {
    title: "cat",
    command: { command: "/usr/bin/cat", args: ["text"] },
    files: TEXT,
    groups: [...DYNAMIC, "read_ahead"],
    stdout: TEXT.text,
  },
  {
    title: "sort",
    command: { command: "/usr/bin/sort", args: ["-r", "text"] },
    files: TEXT,
    groups: [...DYNAMIC, "read_ahead", "signals", "system_info", "ids", "safe_fcntl"],
    stdout: "three\none two\n",
  },
  {
    title: "sort with tcmalloc",
    command: { command: "/usr/bin/sort", args: ["-r", "text"] },
    files: TEXT,
    preload: TCMALLOC,
    groups: [
      "dynamic_startup",
      "tcmalloc",
      "exit",
      "write",
      "read_ahead",
      "signals",
      "system_info",
      "ids",
      "safe_fcntl",
    ],
    stdout: "three\none two\n",
  },
  {
    title: "sort with scudo",
    command: { command: "/usr/bin/sort", args: ["-r", "text"] },
    files: TEXT,
    preload: SCUDO,
    groups: ["dynamic_startup", "scudo", "exit", "write", "read_ahead", "signals", "system_info", "ids", "safe_fcntl"],
    stdout: "three\none two\n",
  },
  {
    title: "gzip",
    command: { command: "/usr/bin/gzip", args: ["-n", "text"] },
    files: TEXT,
    groups: [...DYNAMIC, "open", "signals", "chown", "chmod", "utime", "unlink"],
    stdout: "",
    made: { "text.gz": /^.\x8b/ },
  },
  {
    title: "sha256sum",
    command: { command: "/usr/bin/sha256sum", args: ["text"] },
    files: TEXT,
    groups: [...DYNAMIC, "read_ahead"],
    stdout: /^[0-9a-f]{64} {2}text\n$/,
  },
  {
    title: "find",
    command: { command: "/usr/bin/find", args: [".", "-name", "t*"] },
    files: TEXT,
    groups: [...DYNAMIC, "readdir", "working_folder", "isatty", "safe_fcntl"],
    stdout: "./text\n",
  },
  {
    title: "jq",
    command: { command: "/usr/bin/jq", args: ["-c", ".a"], stdin: '{"a": [1, 2]}' },
    groups: [...DYNAMIC, "working_folder", "isatty"],
    rules: ["allow futex if op & FUTEX_CMD_MASK == FUTEX_WAKE"], // Debian's security update wakes nobody at its start
    stdout: "[1,2]\n",
  },
  {
    title: "sqlite3 in a file",
    command: {
      command: "/usr/bin/sqlite3",
      args: ["base", "create table t(x); insert into t values(1),(2); select sum(x) from t"],
    },
    groups: [
      ...DYNAMIC,
      "open",
      "safe_fcntl",
      "sync",
      "unlink",
      "ids",
      "pids",
      "isatty",
      "chown",
      "signals",
      "working_folder",
    ],
    rules: ["errno(EAFNOSUPPORT) socket"], // it asks for the user's name, and the C library for a daemon of names
    stdout: "3\n",
  },
  {
    title: "python3",
    command: {
      command: "/usr/bin/python3",
      args: ["-c", "import json, subprocess, threading; print(json.dumps([1, 2]), open('text').read())"],
    },
    files: TEXT,
    groups: ["python"],
    stdout: `[1, 2] ${TEXT.text}\n`,
  },
  {
    title: "python3 with threads and a socket",
    command: {
      command: "/usr/bin/python3",
      args: [
        "-c",
        "import socket, threading; a, b = socket.socketpair(); t = threading.Thread(target=a.send, args=(b'hi',)); t.start(); t.join(); print(b.recv(2))",
      ],
    },
    groups: ["python", "threads", "socketpair", "socket_io"],
    stdout: "b'hi'\n",
  },
  {
    title: "node",
    command: {
      command: process.execPath,
      args: ["-e", "require('fs').promises.readFile('text', 'utf8').then(text => console.log(text.length))"],
    },
    files: TEXT,
    groups: ["dynamic_startup", "node"],
    stdout: "14\n",
  },
  {
    title: "node with a server and its client",
    command: {
      command: process.execPath,
      args: [
        "-e",
        "const net = require('net'); const s = net.createServer(c => c.end('hi')).listen(0, '127.0.0.1', () => net.connect(s.address().port, '127.0.0.1').on('data', d => { console.log(String(d)); s.close(); }))",
      ],
    },
    groups: ["node_program", "node_network"],
    stdout: "hi\n",
  },
  {
    title: "gcc compiles and links",
    command: { command: "/usr/bin/gcc", args: ["-o", "hello", "hello.c"] },
    files: { "hello.c": "int main(void) { return 0; }\n" },
    groups: [
      ...DYNAMIC,
      "open",
      "fork",
      "exec",
      "wait",
      "pipe",
      "signals",
      "unlink",
      "chmod",
      "working_folder",
      "usage",
      "setrlimit",
      "isatty",
      "safe_fcntl",
      "system_info",
    ],
    stdout: "",
    made: { hello: /^\x7fELF/ },
  },
  {
    title: "convert",
    command: { command: "/usr/bin/convert", args: ["-size", "8x8", "xc:red", "-resize", "4x4", "txt:-"] },
    groups: [...DYNAMIC, "system_malloc", "signals", "working_folder", "system_info", "usage"],
    stdout: /^# ImageMagick pixel enumeration: 4,4,65535,srgb\n0,0: \(65535,0,0\)/,
  },
  {
    title: "dash",
    command: {
      command: "/usr/bin/dash",
      args: ["-c", 'x=$(echo a); echo "$x" | while read y; do echo "got $y"; done >made; read z <made; echo "$z"'],
    },
    groups: ["shell"],
    stdout: "got a\n",
  },
  {
    title: "dash runs another program",
    command: { command: "/usr/bin/dash", args: ["-c", "echo b | cat"] },
    groups: ["shell", "exec", "read_ahead"],
    stdout: "b\n",
  },
  {
    title: "bash",
    command: {
      command: "/usr/bin/bash",
      args: ["-c", 'x=$(echo a); echo "$x" | while read y; do echo "got $y"; done'],
    },
    groups: ["shell"],
    stdout: "got a\n",
  },
  {
    title: "busybox sh",
    command: { command: "/usr/bin/busybox", args: ["sh", "-c", 'echo a >made; x=$(echo b); echo "$x"'] },
    groups: ["shell"],
    stdout: "b\n",
  },
  {
    title: "busybox wc, static",
    command: { command: "/usr/bin/busybox", args: ["wc", "-l"], stdin: TEXT.text },
    groups: ["static_startup", "exit", "read", "write", "stat", "thread_name", "ids"],
    stdout: "2\n",
  },
  {
    title: "busybox ls, static",
    command: { command: "/usr/bin/busybox", args: ["ls"] },
    files: TEXT,
    groups: [
      "static_startup",
      "exit",
      "open_read",
      "readdir",
      "stat",
      "write",
      "isatty",
      "close",
      "thread_name",
      "ids",
    ],
    stdout: "text\n",
  },
  {
    title: "gron, of Go with cgo",
    command: { command: "/usr/bin/gron", stdin: '{"a": 1}' },
    groups: ["go"],
    stdout: /json\.a = 1;\n$/,
  },
  {
    title: "gron asks a server that is not there",
    command: { command: "/usr/bin/gron", args: ["http://127.0.0.1:1/"] },
    groups: ["go", "go_network"],
    stdout: "",
    ends: "exited 4",
  },
  {
    title: "shfmt, of Go without cgo",
    command: { command: "/usr/bin/shfmt", stdin: "if a;then b;fi\n" },
    groups: ["go"],
    stdout: "if a; then b; fi\n",
  },
  {
    title: "getent",
    command: { command: "/usr/bin/getent", args: ["ahosts", "127.0.0.1"] },
    groups: [...DYNAMIC, "system_malloc", "name_lookup"],
    stdout: /^127\.0\.0\.1 +STREAM/,
  },
];
