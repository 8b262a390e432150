// Where a program's descriptors go, as data: what child_process is told, and what the program reads in its environment.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { layoutFds, type Mapping } from "../../src/runtime/ipc.ts";

const STDIO = ["inherit", "inherit", "inherit"] as const;
const map = (local: number, remote?: number, name?: string): Mapping => ({ local, remote, name });

const rows: readonly {
  rule: string;
  mappings: readonly Mapping[];
  comms?: number;
  places: Readonly<Record<number, number>>;
  length: number;
  env: object;
}[] = [
  { rule: "nothing mapped: the standard streams, and no variable", mappings: [], places: {}, length: 3, env: {} },
  {
    rule: "the channel takes the lowest number",
    mappings: [],
    comms: 40,
    places: { 3: 40 },
    length: 4,
    env: { POLICYC_COMMS_FD: "3" },
  },
  {
    rule: "a mapping that wants the channel's number has it, and the channel another",
    mappings: [map(20, 3)],
    comms: 40,
    places: { 3: 20, 4: 40 },
    length: 5,
    env: { POLICYC_COMMS_FD: "4" },
  },
  {
    rule: "numbers of Sandbox2's own channel and program are free for the user (1022, 1023)",
    mappings: [map(20, 1022, "a"), map(21, 1023, "b")],
    comms: 40,
    places: { 3: 40, 1022: 20, 1023: 21 },
    length: 1024,
    env: { POLICYC_FDS: "a:1022,b:1023", POLICYC_COMMS_FD: "3" },
  },
  { rule: "two may swap", mappings: [map(5, 6), map(6, 5)], places: { 5: 6, 6: 5 }, length: 7, env: {} },
  {
    rule: "three may change places in a ring",
    mappings: [map(3, 4), map(4, 5), map(5, 3)],
    places: { 3: 5, 4: 3, 5: 4 },
    length: 6,
    env: {},
  },
  {
    rule: "one descriptor may have several numbers",
    mappings: [map(9, 3), map(9, 4)],
    places: { 3: 9, 4: 9 },
    length: 5,
    env: {},
  },
  {
    rule: "a standard stream may be mapped",
    mappings: [map(9, 1, "out")],
    places: { 1: 9 },
    length: 3,
    env: { POLICYC_FDS: "out:1" },
  },
  {
    rule: "what has a name only gets a number that nobody asked for",
    mappings: [map(20, undefined, "x"), map(21, 3), map(22, undefined, "y")],
    comms: 40,
    places: { 3: 21, 4: 20, 5: 22, 6: 40 },
    length: 7,
    env: { POLICYC_FDS: "x:4,y:5", POLICYC_COMMS_FD: "6" },
  },
];

for (const { rule, mappings, comms, places, length, env } of rows) {
  test(rule, () => {
    const layout = layoutFds(STDIO, mappings, comms, 4096);
    const expected = Array.from({ length }, (_, fd) => places[fd] ?? STDIO[fd] ?? "ignore");
    assert.equal(layout.stdio, expected);
    assert.equal(layout.env, env);
  });
}

test("a number that `stdio` gives is refused, by its name", () => {
  assert.throws(
    () => layoutFds(["pipe", "inherit", "inherit"], [map(9, 0)], undefined, 4096),
    /descriptor 0 is mapped, and `stdio` gives it too \(pipe\)/,
  );
});

test("a number beyond RLIMIT_NOFILE is refused, by the limit", () => {
  assert.throws(
    () => layoutFds(STDIO, [map(9, 1023)], undefined, 1024),
    /descriptor 1023 is beyond .* RLIMIT_NOFILE, which is 1024/,
  );
});

test.run();
