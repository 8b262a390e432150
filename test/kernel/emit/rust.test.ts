// The emitted Rust module, compiled by rustc with every warning an error, and run on this kernel.

import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { syscall } from "../../../src/compiler/index.ts";
import { missingProgram, missingX86, unless } from "../../needs.ts";
import { build, emitted, fixture, folder, GUARDED, type Ran, run, write } from "./built.ts";

const missing = missingX86() ?? missingProgram("rustc", "gcc");
const here = unless(missing, test);
const seccomp = String(syscall("x86_64", "seccomp")!.nr);

test.before(() => {
  if (missing !== undefined) return;
  write("guarded.rs", emitted(GUARDED, "rs"));
  copyFileSync(fixture("sandboxee.rs"), join(folder, "sandboxee.rs"));
  build(["rustc", "--edition", "2021", "sandboxee.rs"]);
  build(["gcc", "-o", "fake", fixture("fake.c")]);
  build(["gcc", "-o", "outer", fixture("../launch/outer.c")]);
});

function sandboxee(scenario: string, ...around: readonly string[]): Ran {
  return run([...around, "./sandboxee", scenario]);
}

here("ten threads, one of them in a blocked read, and one that starts later: all are filtered", () => {
  const { stdout, status } = sandboxee("threads");
  assert.is(status, 0);
  const mkdirs = Array.from({ length: 11 }, () => "mkdir EACCES");
  assert.equal(stdout.trim().split("\n"), ["Ok(())", `modes${" 2".repeat(11)}`, ...mkdirs]);
});

here("a thread with a filter of its own: its tid, and nothing is installed on the other", () => {
  const [told, modes] = sandboxee("own-filter").stdout.split("\n");
  assert.is(told, "true");
  assert.equal(modes!.split(" ").slice(1).sort(), ["0", "2"]);
});

here("allowed calls work, a forbidden one ends the program by SIGSYS; a second call is told", () => {
  assert.is(sandboxee("").stdout, "ok\nmodes 2\nmkdir EACCES\n");
  const { signal, stdout } = sandboxee("forbidden");
  assert.is(signal, "SIGSYS");
  assert.is(stdout, "ok\n");
  assert.match(sandboxee("twice").stdout, /^ok\nErr\(Refused \{ step: "canary", errno: 114 \}\)\n/);
});

for (const [kernel, ...around] of [
  ["without TSYNC", "./outer", seccomp, "22", "1", "1", "--"],
  ["without seccomp(2)", "./outer", seccomp, "38", "--"],
] as const) {
  here(`a kernel ${kernel}: several threads abort, a single one is sandboxed`, () => {
    const { signal, stdout, stderr } = sandboxee("threads", ...around);
    assert.is(signal, "SIGABRT");
    assert.is(stdout, "");
    assert.match(stderr, /this kernel has no SECCOMP_FILTER_FLAG_TSYNC/);
    assert.is(sandboxee("", ...around).stdout, "ok\nmodes 2\nmkdir EACCES\n");
  });
}

here("a success that an outer filter fakes aborts; an errno is told", () => {
  const { signal, stderr } = sandboxee("threads", "./fake", "seccomp", "--");
  assert.is(signal, "SIGABRT");
  assert.match(stderr, /filter further out faked it/);
  const refused = 'Refused { step: "seccomp", errno: 1 }: sandbox policy guarded: seccomp: Operation not permitted';
  assert.ok(sandboxee("", "./outer", seccomp, "1", "--").stdout.startsWith(refused));
});

here("every edition takes it", () => {
  write("use.rs", "#![deny(warnings)]\nmod guarded;\nfn main() { guarded::sandbox_me_here().unwrap(); }\n");
  for (const edition of ["2015", "2018"]) build(["rustc", "--edition", edition, "-o", "use", "use.rs"]);
  assert.is(run(["./use"]).status, 0);
});

here("a machine that the policy is not for is refused when it is compiled", () => {
  write("armed.rs", emitted(GUARDED.replace("x86_64, ", "").replace("guarded", "armed"), "rs"));
  write("other.rs", "mod armed;\nfn main() { armed::sandbox_me_here().unwrap(); }\n");
  assert.match(run(["rustc", "other.rs"]).stderr, /sandbox_me_here\(\) of policy armed needs Linux on aarch64/);
});

test.run();
