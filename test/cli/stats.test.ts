// policyc stats, and the options of build that say what a program shall be cheap for.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { inFolder, SMALL } from "./command.ts";

const files = {
  "small.policy": SMALL,
  "many.policy":
    "policy many for x86_64, aarch64 {\n  default kill\n  allow { read, close, exit_group, futex, openat, getpid, mmap }\n}\n",
  "counts.txt": `% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
100.00    0.000183           1      9000           getpid
`,
  "counts.json": '{ "getpid": 9000 }',
  "wrong.json": '{ "getpid": "often" }',
};

test("stats shows length, cached calls, what is executed beside the bound, and each rule's share", () => {
  inFolder(files, ({ sh }) => {
    const { status, stdout } = sh("policyc stats small.policy");
    assert.is(status, 0);
    assert.is(
      stdout,
      `small for x86_64: 11 instructions
1 of the 2 calls that it lets pass never run it from Linux 5.11 on

executed               min  mean  bound  weighted  bound  max
by these calls           7  7.00   6.50      7.00   6.50    7
by the others of them    7  7.00   7.00      7.00   7.00    7

instructions  executed  rule
           3      7.00  small.policy:3  allow read if fd == 0
           1      7.00  small.policy:4  allow exit_group
`,
    );
    const [filter] = JSON.parse(sh("policyc stats small.policy --format json").stdout).filters;
    assert.equal([filter.length, filter.calls, filter.cached, filter.executed.all.mean], [11, 2, 1, 7]);
  });
});

test("a profile as strace prints it or as JSON makes the same program, which build makes too", () => {
  inFolder(files, ({ sh, path }) => {
    const build = "policyc build many.policy --arch x86_64 --kernel 5.10";
    assert.is(sh(`${build} --profile counts.txt -o one.bpf`).status, 0);
    assert.is(sh(`${build} --profile counts.json -o other.bpf`).status, 0);
    assert.is(sh(`${build} -o without.bpf`).status, 0);
    const [one, other, without] = ["one", "other", "without"].map(name => readFileSync(join(path, `${name}.bpf`)));
    assert.equal(one, other);
    assert.not.equal(one, without);
    assert.match(sh("policyc prove one.bpf without.bpf").stdout, /equal/);
    assert.match(sh("policyc stats many.policy --arch x86_64 --kernel 5.10 --profile counts.txt").stdout, / 5\.\d\d /);
  });
});

test("an artefact says what it was made cheap for, and is read again", () => {
  inFolder(files, ({ sh }) => {
    const build = "policyc build many.policy --emit json --optimise size --kernel 5.10 --profile counts.json -o -";
    const artefact = sh(build).stdout;
    assert.equal(JSON.parse(artefact).options, { optimise: "size", kernel: "5.10", profile: { getpid: 9000 } });
    assert.is(sh(build).stdout, artefact);
    assert.is(sh("policyc disasm -", { input: artefact }).status, 0);
  });
});

const wrong = [
  { options: "--kernel 5", status: 2, says: "--kernel 5 is no release" },
  { options: "--optimise space", status: 2, says: "--optimise space is none of its values" },
  { options: "--profile wrong.json", status: 1, says: 'wrong.json is no profile: "getpid" has no count of 0 or more' },
  { options: "--profile small.policy", status: 1, says: "small.policy is no profile: it counts no call" },
  { options: "--profile gone.txt", status: 1, says: "gone.txt" },
];

for (const { options, status, says } of wrong) {
  test(`${options} is told`, () => {
    inFolder(files, ({ sh }) => {
      for (const command of ["stats", "build"]) {
        const ran = sh(`policyc ${command} many.policy ${options}`);
        assert.is(ran.status, status, ran.stderr);
        assert.ok(ran.stderr.includes(says), ran.stderr);
      }
    });
  });
}

test.run();
