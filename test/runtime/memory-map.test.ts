// Which file an instruction pointer is in, by the text of /proc/PID/maps.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { moduleAt } from "../../src/runtime/memory-map.ts";

const MAPS = `00400000-00401000 r--p 00000000 fe:00 12     /usr/bin/wc
00401000-00409000 r-xp 00001000 fe:00 12     /usr/bin/wc
7f0000000000-7f0000002000 r-xp 00005000 00:01 99     /memfd:evil (deleted)
7f0000002000-7f0000003000 rwxp 00000000 00:00 0 
7f0000003000-7f0000004000 r-xp 00000000 fe:00 13     /tmp/a b  c
7ffd0000-7ffe0000 rw-p 00000000 00:00 0      [stack]
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0  [vsyscall]
`;

const rows: readonly { rule: string; address: bigint; name: string | undefined; offset?: bigint }[] = [
  { rule: "the offset is the file's", address: 0x401682n, name: "/usr/bin/wc", offset: 0x1682n },
  { rule: "the first byte of a mapping is in it", address: 0x401000n, name: "/usr/bin/wc", offset: 0x1000n },
  { rule: "its end is not", address: 0x409000n, name: undefined },
  { rule: "a file that is gone says so", address: 0x7f0000000010n, name: "/memfd:evil (deleted)", offset: 0x5010n },
  { rule: "memory without a file", address: 0x7f0000002010n, name: undefined },
  { rule: "a name with spaces", address: 0x7f0000003001n, name: "/tmp/a b  c", offset: 1n },
  { rule: "the vsyscall page", address: 0xffffffffff600400n, name: "[vsyscall]", offset: 0x400n },
  { rule: "nothing mapped", address: 0n, name: undefined },
];

for (const { rule, address, name, offset } of rows) {
  test(rule, () => assert.equal(moduleAt(MAPS, address), name === undefined ? undefined : { name, offset }));
}

test.run();
