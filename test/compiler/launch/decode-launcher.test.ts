// What is read back from an image says what the plan that made it said.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { buildLauncher } from "../../../src/compiler/launch/build-launcher.ts";
import { decodeLauncher } from "../../../src/compiler/launch/decode-launcher.ts";
import type { LaunchFilter } from "../../../src/compiler/launch/filter-plan.ts";
import { printPlan } from "../../../src/compiler/launch/plan.ts";

const FILTER: LaunchFilter = {
  program: Array.from({ length: 9 }, (_, k) => ({ code: 6, jt: 0, jf: 0, k: k === 1 || k === 2 ? 0 : k })),
  slots: [
    { pc: 1, half: "lo" },
    { pc: 2, half: "hi" },
  ],
};
const COMMON = {
  lifetime: { kind: "direct" },
  keepFds: 2,
  limits: [],
  session: true,
  landlock: "prefer",
  waitKillable: true,
} as const;
const BUILT = {
  spawned: buildLauncher("x86_64", FILTER, {
    ...COMMON,
    command: { kind: "argv" },
    monitored: true,
    report: { kind: "socket", fd: 3 },
  }),
  "stand-alone": buildLauncher("x86_64", FILTER, {
    ...COMMON,
    command: { kind: "fixed", path: "/usr/bin/crc4", argv: ["crc4", "--fast"] },
    monitored: false,
    report: { kind: "stderr" },
  }),
  "for aarch64": buildLauncher("aarch64", FILTER, {
    ...COMMON,
    command: { kind: "argv" },
    monitored: false,
    report: { kind: "stderr" },
  }),
};

for (const [name, built] of Object.entries(BUILT)) {
  if (!built.ok) throw new Error(built.message);
  const decoded = decodeLauncher(built.image)!;

  test(`${name}: the target is that of the plan`, () => assert.is(decoded.plan.arch, built.plan.arch));

  test(`${name}: calls, tickets and results are those of the plan`, () => {
    const facts = ({ operations }: typeof built.plan) =>
      operations.map(({ call, ticketed, outcomes }) => ({ call, ticketed, when: outcomes.map(({ when }) => when) }));
    assert.equal(facts(decoded.plan), facts(built.plan));
  });

  test(`${name}: branches lead where they led`, () => {
    const leads = ({ operations, onFailure }: typeof built.plan) => {
      const index = (label: string) => operations.findIndex(operation => operation.label === label);
      return [
        index(onFailure),
        ...operations.flatMap(({ outcomes }, i) =>
          outcomes.map(({ goto }) => (goto === undefined ? i + 1 : index(goto))),
        ),
      ];
    };
    assert.equal(leads(decoded.plan), leads(built.plan));
  });

  test(`${name}: the filter is found`, () => assert.equal(decoded.program, FILTER.program));

  test(`${name}: a system call's constants have their names`, () => {
    const text = printPlan(decoded.plan);
    for (const shown of [
      "rt_sigprocmask(SIG_SETMASK, ",
      "prlimit64(0, RLIMIT_CORE, ",
      "rt_sigaction(data+",
      "prctl(PR_SET_NO_NEW_PRIVS, 1) = 0",
      "O_CLOEXEC | O_PATH",
      "seccomp(SECCOMP_SET_MODE_FILTER, ",
    ]) {
      assert.ok(text.includes(shown), `${shown}\n${text}`);
    }
  });
}

test("a stand-alone launcher tells its program and its steps", () => {
  if (!BUILT["stand-alone"].ok) throw new Error();
  const { plan } = decodeLauncher(BUILT["stand-alone"].image)!;
  assert.match(printPlan(plan), /execve\(&"\/usr\/bin\/crc4", .*# execute the program/);
  assert.match(printPlan(plan), /append\(&data\+\d+, &data\+\d+, &"policyc: cannot "\)/);
});

test("what is no launcher, or only a part of one, is told apart", () => {
  if (!BUILT.spawned.ok) throw new Error();
  const { image } = BUILT.spawned;
  for (let length = 0; length < image.length - 200; length += 7) {
    const cut = decodeLauncher(image.slice(0, length));
    if (cut !== undefined) assert.ok(length > 1000, "only data was cut off");
  }
  assert.is(decodeLauncher(new Uint8Array(0)), undefined);
  assert.is(decodeLauncher(new Uint8Array(4096)), undefined);
});

test.run();
