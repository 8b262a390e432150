// The emitted C, compiled by gcc and run on this kernel: every thread or none, told apart; older and lying kernels found out.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { syscall } from "../../../src/compiler/index.ts";
import { runsIa32 } from "../../../src/runtime/ia32.ts";
import { missingProgram, missingRoot, missingX86, unless } from "../../needs.ts";
import { build, emitted, fixture, folder, GUARDED, type Ran, run, STRICT, write } from "./built.ts";

const missing = missingX86() ?? missingProgram("gcc");
const here = unless(missing, test);
const seccomp = String(syscall("x86_64", "seccomp")!.nr);

test.before(() => {
  if (missing !== undefined) return;
  write("guarded.h", emitted(GUARDED, "h"));
  build(["gcc", "-pthread", "-I", folder, "-o", "sandboxee", fixture("sandboxee.c")]);
  build(["gcc", "-o", "fake", fixture("fake.c")]);
  build(["gcc", "-o", "outer", fixture("../launch/outer.c")]);
});

function sandboxee(scenario: string, ...around: readonly string[]): Ran {
  return run([...around, "./sandboxee", scenario]);
}

here("ten threads, one of them in read(2), and one that starts later: all are filtered", () => {
  const { stdout, status } = sandboxee("threads");
  assert.is(status, 0);
  const modes = (mode: number): string => `modes${` ${mode}`.repeat(11)}`;
  const mkdirs = Array.from({ length: 11 }, () => "mkdir EACCES");
  assert.equal(stdout.trim().split("\n"), [modes(0), "result 0 step  error 0 own 0", modes(2), ...mkdirs]);
});

here("a thread with a filter of its own: its tid, ESRCH, and nothing is installed on any other", () => {
  const { stdout, status } = sandboxee("own-filter");
  assert.is(status, 0);
  const [before, result, after] = stdout.split("\n");
  assert.is(result, "result -3 step seccomp error 3 own 1");
  assert.is(after, before);
  assert.is(before!.match(/ 2/g)?.length, 1);
});

here("allowed calls work, a forbidden one ends the program by SIGSYS", () => {
  assert.equal(sandboxee("").stdout.split("\n").slice(1, 4), ["modes 2", "mkdir EACCES", "getpid 1"]);
  const { signal, stdout } = sandboxee("forbidden");
  assert.is(signal, "SIGSYS");
  assert.not.match(stdout, "getppid");
});

unless(missing ?? (missingX86() === undefined && !runsIa32() ? "needs a kernel that runs i386" : undefined), test)(
  "int 0x80 is a call of another architecture, whatever its number",
  () => {
    const { signal, stdout } = sandboxee("int80");
    assert.is(signal, "SIGSYS");
    assert.not.match(stdout, "int80");
  },
);

here("a second call is told, not killed", () => {
  assert.equal(sandboxee("twice").stdout.split("\n")[1], "result -114 step canary error 114 own 0");
});

const OLD = [
  { kernel: "with seccomp(2) and without TSYNC (EINVAL)", around: ["./outer", seccomp, "22", "1", "1", "--"] },
  { kernel: "without seccomp(2), as before Linux 3.17 (ENOSYS)", around: ["./outer", seccomp, "38", "--"] },
] as const;

for (const { kernel, around } of OLD) {
  here(`a kernel ${kernel}: several threads abort`, () => {
    const { signal, stdout, stderr } = sandboxee("threads", ...around);
    assert.is(signal, "SIGABRT");
    assert.match(stderr, /policy guarded: this kernel has no SECCOMP_FILTER_FLAG_TSYNC/);
    assert.not.match(stdout, "result");
  });
  here(`a kernel ${kernel}: a single thread is sandboxed all the same`, () => {
    assert.match(sandboxee("", ...around).stdout, /^result 0 .*\nmodes 2\nmkdir EACCES\n/);
  });
}

here("any other answer to the probe counts as no TSYNC", () => {
  const around = ["./outer", seccomp, "1", "--"];
  assert.is(sandboxee("threads", ...around).signal, "SIGABRT");
  assert.match(sandboxee("", ...around).stdout, /^result -1 step seccomp error 1 /);
});

for (const scenario of ["threads", ""]) {
  here(`a success that an outer filter fakes is found out by the canary (${scenario || "single thread"})`, () => {
    for (const around of [
      ["./fake", "seccomp", "--"],
      ["./outer", seccomp, "0", "--"],
    ]) {
      const { signal, stdout, stderr } = sandboxee(scenario, ...around);
      assert.is(signal, "SIGABRT");
      assert.match(
        stderr,
        around[0] === "./fake" || scenario === "" ? /filter further out faked it/ : /no SECCOMP_FILTER/,
      );
      assert.not.match(stdout, "result");
    }
  });
}

unless(missing ?? missingRoot(), test)("no_new_privs that was not really set is found out", () => {
  const { stdout } = sandboxee("threads", "./fake", "no-new-privs", "--");
  assert.match(stdout, /result -1 step PR_GET_NO_NEW_PRIVS error 1 /);
});

here("gcc does not warn, from C99 on, with glibc and with musl", () => {
  const use = '#include "guarded.h"\nint main(void) { return sandbox_me_here(); }\n';
  write("use.c", use);
  for (const std of ["c99", "c11", "gnu17"]) build(["gcc", `-std=${std}`, ...STRICT, "-o", "use", "use.c"]);
  build(["musl-gcc", "-std=c99", ...STRICT, "-static", "-o", "use", "use.c"]);
  assert.is(run(["./use"]).status, 0);
});

unless(missing ?? missingProgram("g++"), test)("nor does g++", () => {
  write("use.cc", '#include "guarded.h"\nint main() { return sandbox_me_here(); }\n');
  for (const std of ["c++11", "c++20"]) build(["g++", `-std=${std}`, ...STRICT, "-o", "use", "use.cc"]);
  assert.is(run(["./use"]).status, 0);
});

here("several policies link into one program, and the plain name then says nothing", () => {
  write("other.h", emitted(GUARDED.replace("guarded", "other"), "h"));
  const both = '#include "guarded.h"\n#include "other.h"\n';
  write(
    "one.c",
    `${both}int other(void);\nint main(void) { return guarded_sandbox_me_here() != 0 || other() != -EALREADY; }\n`,
  );
  write("two.c", `${both}int other(void);\nint other(void) { return other_sandbox_me_here(); }\n`);
  build(["gcc", ...STRICT, "-o", "both", "one.c", "two.c"]);
  assert.is(run(["./both"]).status, 0);
  write("plain.c", `${both}int main(void) { return sandbox_me_here(); }\n`);
  assert.match(run(["gcc", "plain.c"]).stderr, /several_policies_are_included_so_call_one_by_its_own_name/);
});

here("another architecture is refused when it is compiled", () => {
  write("arm.h", emitted(GUARDED.replace("x86_64, ", "").replace("guarded", "arm"), "h"));
  write("arm.c", '#include "arm.h"\nint main(void) { return sandbox_me_here(); }\n');
  const { status, stderr } = run(["gcc", "arm.c"]);
  assert.is(status, 1);
  assert.match(stderr, /policy arm is for aarch64, and this is compiled for another machine/);
});

unless(missing ?? missingProgram("aarch64-linux-gnu-gcc"), test)("it compiles for aarch64", () => {
  write("use.c", '#include "guarded.h"\nint main(void) { return sandbox_me_here(); }\n');
  build(["aarch64-linux-gnu-gcc", "-std=c99", ...STRICT, "-o", "use.aarch64", "use.c"]);
});

test.run();
