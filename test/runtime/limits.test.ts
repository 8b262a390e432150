// Which limits hold, of what a policy, a call and the process itself ask for.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { compilePolicy } from "../../src/runtime/compile-policy.ts";
import { checkLimits, chooseLimits, type Limits } from "../../src/runtime/limits.ts";

const INFINITY = (1n << 64n) - 1n;

interface Given {
  /** The inside of the policy's `limits`. */
  readonly policy?: string;
  readonly call?: Limits;
  readonly wall?: number;
  readonly hard?: bigint;
  readonly who?: { readonly uid: number; readonly ownUser: boolean };
}

function choose({ policy = "", call = {}, wall, hard = INFINITY, who = { uid: 1000, ownUser: true } }: Given) {
  const [filter] = compilePolicy({ source: `policy p for x86_64 { default kill limits { ${policy} } }` }).filters;
  return chooseLimits({ hardLimit: () => hard }, filter!.cell.limits, call, wall, who);
}

const rows: readonly { readonly rule: string; readonly given: Given; readonly rlimits: readonly string[] }[] = [
  { rule: "none are asked for", given: {}, rlimits: [] },
  {
    rule: "the policy's, in the kernel's units",
    given: { policy: "cpu 10s memory 256M files 64 file_size 1G core 0" },
    rlimits: ["RLIMIT_CPU 10", "RLIMIT_AS 268435456", "RLIMIT_FSIZE 1073741824", "RLIMIT_NOFILE 64", "RLIMIT_CORE 0"],
  },
  {
    rule: "the call's",
    given: { call: { files: 12, memory: 1n << 40n } },
    rlimits: ["RLIMIT_AS 1099511627776", "RLIMIT_NOFILE 12"],
  },
  {
    rule: "the call's where it is stricter",
    given: { policy: "files 64", call: { files: 12 } },
    rlimits: ["RLIMIT_NOFILE 12"],
  },
  {
    rule: "the policy's where that is",
    given: { policy: "files 64", call: { files: 99 } },
    rlimits: ["RLIMIT_NOFILE 64"],
  },
  {
    rule: "the process's own hard limit where that is",
    given: { policy: "files 64", hard: 40n },
    rlimits: ["RLIMIT_NOFILE 40"],
  },
  { rule: "a hard cpu limit is seconds already", given: { policy: "cpu 10s", hard: 4n }, rlimits: ["RLIMIT_CPU 4"] },
  { rule: "cpu rounds up to a second, and never to none", given: { policy: "cpu 1ms" }, rlimits: ["RLIMIT_CPU 1"] },
  { rule: "the namespace's init counts as a process", given: { policy: "processes 8" }, rlimits: ["RLIMIT_NPROC 9"] },
  {
    rule: "without a user namespace there is none",
    given: { policy: "processes 8", who: { uid: 1000, ownUser: false } },
    rlimits: ["RLIMIT_NPROC 8"],
  },
];

for (const { rule, given, rlimits } of rows) {
  test(rule, () => {
    const chosen = choose(given);
    assert.is(chosen.kind, "limits");
    if (chosen.kind === "limits")
      assert.equal(
        chosen.rlimits.map(({ resource, value }) => `${resource} ${value}`),
        rlimits,
      );
  });
}

test("a limit of processes that the kernel would not keep is refused", () => {
  const chosen = choose({ policy: "processes 8", who: { uid: 0, ownUser: false } });
  assert.is(chosen.kind, "setup-error");
});

test("the wall clock runs for the shorter of both times, and 0 is no time", () => {
  const wall = (given: Given) => {
    const chosen = choose(given);
    return chosen.kind === "limits" ? chosen.wall : chosen;
  };
  assert.is(wall({}), undefined);
  assert.is(wall({ policy: "wall 2s" }), 2000);
  assert.is(wall({ wall: 70 }), 70);
  assert.is(wall({ policy: "wall 2s", wall: 70 }), 70);
  assert.is(wall({ policy: "wall 2s", wall: 3000 }), 2000);
  assert.is(wall({ policy: "wall 2s", wall: 0 }), 2000);
  assert.is(wall({ wall: 0.5 }), 1); // a part of one counts as one
});

test("who asked is told, and by what it is enforced", () => {
  const chosen = choose({ policy: "memory 1M files 9", call: { files: 5 } });
  if (chosen.kind !== "limits") throw new Error(chosen.message);
  assert.equal(
    chosen.applied.map(({ limit, value, by }) => `${limit} ${value} ${by}`),
    ["memory 1048576 policy", "files 5 call"],
  );
  assert.is(chosen.applied[0]!.means, "RLIMIT_AS");
});

for (const bad of [{ cpus: 1 }, { cpu: -1 }, { cpu: 1.5 }, { memory: "1M" }, { files: 1n << 64n }]) {
  test(`no limit: ${Object.entries(bad).join()}`, () => {
    assert.throws(() => checkLimits(bad as Limits), /limit/);
  });
}

test.run();
