// The emitted Go package, built and run on this kernel.

import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { syscall } from "../../../src/compiler/index.ts";
import { missingProgram, missingX86, unless } from "../../needs.ts";
import { build, emitted, fixture, folder, GUARDED, type Ran, run, write } from "./built.ts";

const missing = missingX86() ?? missingProgram("go", "gofmt", "gcc");
const here = unless(missing, test);
const seccomp = String(syscall("x86_64", "seccomp")!.nr);
const module = join(folder, "module");
const offline = { GOPROXY: "off", GOFLAGS: "-mod=mod", GOCACHE: join(folder, "cache"), CGO_ENABLED: "0" };

test.before(() => {
  if (missing !== undefined) return;
  write("module/go.mod", "module sandboxee\n\ngo 1.19\n");
  write("module/guarded/guarded.go", emitted(GUARDED, "go"));
  mkdirSync(module, { recursive: true });
  copyFileSync(fixture("sandboxee.go"), join(module, "main.go"));
  build(["go", "build", "-o", "../sandboxee", "."], module, offline);
  build(["gcc", "-o", "fake", fixture("fake.c")]);
  build(["gcc", "-o", "outer", fixture("../launch/outer.c")]);
});

function sandboxee(scenario: string, ...around: readonly string[]): Ran {
  return run([...around, "./sandboxee", scenario]);
}

here("goroutines on ten threads, one of them in read(2): all are filtered", () => {
  const { stdout, status } = sandboxee("threads");
  assert.is(status, 0);
  const [error, modes, ...mkdirs] = stdout.trim().split("\n");
  assert.is(error, "error <nil>");
  assert.match(modes!, /^modes( 2){11,}$/);
  assert.equal(
    mkdirs,
    Array.from({ length: 10 }, () => "mkdir EACCES"),
  );
});

here("a thread with a filter of its own: its tid, ESRCH, and nothing is installed on any other", () => {
  const [error, modes] = sandboxee("own-filter").stdout.split("\n");
  assert.is(error, "error seccomp 3 own true");
  assert.is(modes!.match(/ 2/g)?.length, 1);
});

here("a forbidden call ends the program by SIGSYS; a second call of SandboxMeHere is told", () => {
  const { signal, stdout } = sandboxee("forbidden");
  assert.is(signal, "SIGSYS");
  assert.is(stdout, "error <nil>\n");
  assert.is(sandboxee("twice").stdout, "error <nil>\nerror canary 114 own false\n");
});

for (const [kernel, ...around] of [
  ["without TSYNC", "./outer", seccomp, "22", "1", "1", "--"],
  ["without seccomp(2)", "./outer", seccomp, "38", "--"],
] as const) {
  here(`a kernel ${kernel} ends the program: Go's is never single-threaded`, () => {
    const { status, stdout, stderr } = sandboxee("threads", ...around);
    assert.is(status, 134);
    assert.is(stdout, "");
    assert.match(stderr, /this kernel has no SECCOMP_FILTER_FLAG_TSYNC/);
  });
}

here("a success that an outer filter fakes ends the program", () => {
  const { status, stdout, stderr } = sandboxee("threads", "./fake", "seccomp", "--");
  assert.is(status, 134);
  assert.is(stdout, "");
  assert.match(stderr, /filter further out faked it/);
});

here("gofmt would not change it, and vet finds nothing", () => {
  assert.equal(run(["gofmt", "-l", "guarded"], module).stdout, "");
  build(["go", "vet", "./..."], module, offline);
});

here("a machine that the policy is not for has no such package", () => {
  write("module/armed/armed.go", emitted(GUARDED.replace("x86_64, ", "").replace("guarded", "armed"), "go"));
  const { status, stderr } = run(["go", "build", "./armed"], module, offline);
  assert.is(status, 1);
  assert.match(stderr, /build constraints exclude all Go files/);
  build(["go", "vet", "-unsafeptr", "./guarded"], module, offline);
});

here("it compiles for aarch64", () => {
  build(["go", "build", "./guarded"], module, { ...offline, GOARCH: "arm64" });
});

here("a policy named like a keyword is a package all the same", () => {
  write("module/kept/kept.go", emitted(GUARDED.replace("guarded", "range"), "go"));
  build(["go", "build", "./kept"], module, offline);
});

test.run();
