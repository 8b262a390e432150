// The sections of a policy: what they mean, and each thing that cannot be meant.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Diagnostic } from "../../../src/compiler/diagnostics/diagnostic.ts";
import { type Cell, readCell } from "../../../src/compiler/policy/cell.ts";
import { parseFile } from "../../../src/compiler/syntax/parse.ts";

function cellOf(sections: string): { cell: Cell; codes: string[] } {
  const { file, diagnostics } = parseFile({ name: "t", text: `policy t for x86_64 {\n default kill\n${sections}\n}` });
  const all: Diagnostic[] = [...diagnostics];
  const cell = readCell(file.policies[0]!.sections, d => all.push(d));
  return { cell, codes: all.map(d => d.code) };
}

test("limits have units: times in milliseconds, sizes in bytes", () => {
  const { cell, codes } = cellOf("limits { cpu 10s memory 256M files 64 processes 8 file_size 1G core 0 wall 2min }");
  assert.equal(codes, []);
  assert.equal(
    [...cell.limits],
    [
      ["cpu", 10_000n],
      ["memory", 256n << 20n],
      ["files", 64n],
      ["processes", 8n],
      ["file_size", 1n << 30n],
      ["core", 0n],
      ["wall", 120_000n],
    ],
  );
});

test("files, namespaces, network, env, hostname, program", () => {
  const { cell, codes } = cellOf(`
    files { read "/etc" write "/var/lib/x" exec "/bin/true" read? "/opt" tmpfs "/tmp" size 64M hide "/etc/ssl" }
    namespaces { user pid mount net ipc uts cgroup }
    network { connect tcp 443 bind udp 53 unix "/run/x.sock" }
    env { keep LANG set A "b" set EMPTY }
    hostname "cell-1"
    program "/usr/bin/wc"`);
  assert.equal(codes, []);
  assert.equal(
    cell.files.map(f => [f.verb, f.path, f.optional, f.size]),
    [
      ["read", "/etc", false, undefined],
      ["write", "/var/lib/x", false, undefined],
      ["exec", "/bin/true", false, undefined],
      ["read", "/opt", true, undefined],
      ["tmpfs", "/tmp", false, 64n << 20n],
      ["hide", "/etc/ssl", false, undefined],
    ],
  );
  assert.is(cell.namespaces.length, 7);
  assert.equal(cell.network, [
    { kind: "connect", protocol: "tcp", port: 443 },
    { kind: "bind", protocol: "udp", port: 53 },
    { kind: "unix", path: "/run/x.sock" },
  ]);
  assert.equal(cell.env, [
    { verb: "keep", name: "LANG" },
    { verb: "set", name: "A", value: "b" },
    { verb: "set", name: "EMPTY", value: "" },
  ]);
  assert.is(cell.hostname, "cell-1");
  assert.is(cell.program, "/usr/bin/wc");
});

const mistakes: readonly (readonly [sections: string, code: string])[] = [
  ["limits { cpu 10M }", "limit-unit"],
  ["limits { cpu 10 }", "limit-unit"],
  ["limits { memory 10s }", "limit-unit"],
  ["limits { files 4K }", "limit-unit"],
  ["limits { memroy 4K }", "unknown-setting"],
  ["limits { core 0 core 1 }", "duplicate-setting"],
  ["limits { core 0 }\nlimits { cpu 1s }", "duplicate-section"],
  ['files { reed "/etc" }', "unknown-setting"],
  ['files { read "etc" }', "bad-path"],
  ['files { read "/etc/../root" }', "bad-path"],
  ['files { read "/etc/." }', "bad-path"],
  ['files { read "/etc/" }', "bad-path"],
  ['files { read "//etc" }', "bad-path"],
  ['files { tmpfs "/tmp" }', "tmpfs-size"],
  ['files { read "/tmp" size 4K }', "tmpfs-size"],
  ['files { tmpfs "/tmp" size 4s }', "limit-unit"],
  ['files { read "/a" read "/a" }', "duplicate-setting"],
  ["namespaces { usr }", "unknown-setting"],
  ["namespaces { pid pid }", "duplicate-setting"],
  ["network { none connect tcp 443 }", "network-conflict"],
  ["network { connect sctp 443 }", "unknown-setting"],
  ["network { connect tcp 0 }", "bad-port"],
  ["network { bind tcp 70000 }", "bad-port"],
  ["env { drop LANG }", "unknown-setting"],
  ["env { keep LANG keep LANG }", "duplicate-setting"],
  ['hostname "a b"', "bad-hostname"],
  ['program "wc"', "bad-path"],
];

for (const [sections, code] of mistakes) {
  test(`${code}: ${sections.replace("\n", " ")}`, () => assert.equal(cellOf(sections).codes, [code]));
}

test("a root path is a path", () => assert.equal(cellOf('files { read "/" }').codes, []));

test.run();
