// Which line of the kernel's log is the record of a kill. Lines as Linux 6.18 writes them.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { findRecord } from "../../src/runtime/kernel-log.ts";

const SINCE = 1_795_477_192_500;

interface Line {
  readonly facility?: number;
  readonly at?: number;
  readonly pid?: number;
  readonly sig?: number;
  readonly comm?: string;
  readonly nr?: number;
}

function line({ facility = 5, at = SINCE + 1, pid = 42, sig = 31, comm = '"mkdir"', nr = 83 }: Line): string {
  const time = `${Math.floor(at / 1000)}.${String(at % 1000).padStart(3, "0")}`;
  const who = `auid=4294967295 uid=0 gid=0 ses=4294967295 pid=${pid} comm=${comm} exe="/usr/bin/mkdir"`;
  const call = `sig=${sig} arch=c000003e syscall=${nr} compat=0 ip=0x7ff659161f37 code=0x80000000`;
  return `${facility},1234,56789,-;audit: type=1326 audit(${time}:7038): ${who} ${call}\n`;
}

const FOUND = { arch: 0xc000003e, nr: 83, instructionPointer: 0x7ff659161f37n, program: "mkdir" };

const rows: readonly { readonly rule: string; readonly lines: readonly Line[]; readonly found: object | undefined }[] =
  [
    { rule: "the process's own", lines: [{ pid: 4 }, {}, { pid: 421 }], found: FOUND },
    { rule: "the last, of several", lines: [{ nr: 1 }, {}], found: FOUND },
    { rule: "a name in hex", lines: [{ comm: "61206220" }], found: { ...FOUND, program: "a b " } },
    { rule: "of a clock that is a tick behind", lines: [{ at: SINCE - 4 }], found: FOUND },
    { rule: "none of a former bearer of the pid", lines: [{ at: SINCE - 11 }], found: undefined },
    { rule: "none that a process wrote to the log", lines: [{ facility: 13 }], found: undefined },
    { rule: "none of a call that killed nobody", lines: [{ sig: 0 }], found: undefined },
    { rule: "none", lines: [], found: undefined },
  ];

for (const { rule, lines, found } of rows) {
  test(`the record of a kill: ${rule}`, () => {
    const got = findRecord(lines.map(line), 42, SINCE);
    if (found === undefined) assert.is(got, undefined);
    else assert.equal(got, found);
  });
}

test.run();
