// Histograms as strace 6 prints them (`strace -c -f`), and as JSON.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { readProfile } from "../../../src/compiler/stats/profile.ts";

const STRACE = `% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 40.44    0.000074           2        34        13 openat
 15.85    0.000029          14         2           getdents64
  0.00    0.000000           0         1           rseq
------ ----------- ----------- --------- --------- ----------------
100.00    0.000183           1       144        19 total
System call usage summary for 32 bit mode:
% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 40.44    0.000074           2         6           openat
`;

const rows = [
  { text: STRACE, profile: { getdents64: 2, openat: 40, rseq: 1 } },
  { text: ' {"write": 3, "read": 0.5, "clone": 0}', profile: { clone: 0, read: 0.5, write: 3 } },
  { text: "{}", reason: "it counts no call" },
  { text: "", reason: "it counts no call" },
  { text: "100.00    0.000183           1       144        19 total\n", reason: "it counts no call" },
  { text: '{"read": -1}', reason: '"read" has no count of 0 or more' },
  { text: '{"read": "1"}', reason: '"read" has no count of 0 or more' },
  { text: '{"read": 1e999}', reason: '"read" has no count of 0 or more' },
];

for (const { text, profile, reason } of rows) {
  test(`a profile of ${JSON.stringify(text.slice(0, 30))}`, () => {
    assert.equal(readProfile(text), reason === undefined ? { ok: true, profile } : { ok: false, reason });
  });
}

test("text that is no JSON is told so", () => {
  const read = readProfile('{"read": 1,}');
  assert.ok(!read.ok && read.reason.startsWith("it is no JSON: "));
});

test.run();
