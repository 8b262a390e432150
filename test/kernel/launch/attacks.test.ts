// Attacks on a launch, tried for real: each is seen to fail, and, where that says more, to succeed against a launcher whose
// plan lacks the step that stops it.

import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { STEP } from "../../../src/compiler/launch/steps.ts";
import {
  ALLOW_ALL,
  compileC,
  DENY_ALL,
  folder,
  launcher,
  noLauncher,
  nr,
  ONE_PROGRAM,
  run,
  STANDALONE,
  without,
} from "./launchers.ts";

const why = noLauncher();
if (why !== undefined) {
  test.skip(`attacks on a launch (${why})`, () => {});
} else {
  const outer = compileC("outer");
  const allowAll = launcher(ALLOW_ALL, STANDALONE);
  const oneProgram = launcher(ONE_PROGRAM, STANDALONE);
  const prefers = launcher(ALLOW_ALL, { ...STANDALONE, landlock: "prefer" }).path;
  const echo = ["/bin/echo", "ran"];

  // The exec ticket.

  test("the program is executed, and no other after it", () => {
    const result = run([oneProgram.path, "/bin/sh", "-c", "echo hi; /bin/true; echo on"]);
    assert.is(result.stdout, "hi\non\n");
    assert.match(result.stderr, /Bad system call/);
    assert.is(run([oneProgram.path, "/bin/sh", "-c", "exec /bin/true"]).signal, "SIGSYS");
  });

  test("what the launcher may do with its ticket, the program may not", () => {
    assert.is(run([launcher(DENY_ALL, STANDALONE).path, "/bin/echo", "hi"]).signal, "SIGSYS");
  });

  // An outer filter that answers for the kernel.

  for (const [call, line] of [
    ["seccomp", "cannot find the filter in place: errno 38 (ENOSYS)"],
    ["getrandom", "cannot draw the ticket: result 0"],
    ["prctl", "cannot find no_new_privs set: result 0"],
  ] as const) {
    test(`${call} answered by errno(0) is found out`, () => {
      const result = run([outer, nr(call), "0", "--", allowAll.path, ...echo]);
      assert.equal(result, { stdout: "", stderr: `policyc: ${line}\n`, status: 125, signal: null });
    });
  }

  test("the canary's own answer cannot be replaced: of two errnos the newest filter's counts", () => {
    const { stdout, signal } = run([
      outer,
      nr("canary"),
      "0",
      "--",
      oneProgram.path,
      "/bin/sh",
      "-c",
      "exec /bin/true",
    ]);
    assert.equal([stdout, signal], ["", "SIGSYS"]);
  });

  test("without the canary, seccomp(2) answered by errno(0) runs the program bare", () => {
    const blind = launcher(ONE_PROGRAM, STANDALONE, without(STEP.canary)).path;
    assert.is(run([outer, nr("seccomp"), "0", "--", blind, "/bin/sh", "-c", "exec /bin/echo bare"]).stdout, "bare\n");
  });

  const calls = [
    ...new Set(allowAll.plan.operations.flatMap(({ call }) => (call.kind === "system" ? [call.name] : []))),
  ];
  // The canary has its own test. The others are made by a launch that fails, or on a kernel before 6.12; execve is the outer
  // program's own way to the launcher.
  const apart = ["canary", "write", "exit_group", "landlock_add_rule", "execve"];
  for (const errno of [1, 22, 38, 4095]) {
    test(`no call of the plan that fails by ${errno} is taken for a success, but for what is tolerated`, () => {
      for (const call of calls.filter(name => !apart.includes(name))) {
        const tolerated = allowAll.plan.operations
          .filter(operation => operation.call.name === call)
          .every(({ outcomes }) => outcomes.some(({ when }) => when.kind === "equals" && when.value === -errno));
        const { stdout, status } = run([outer, nr(call), `${errno}`, "--", allowAll.path, ...echo]);
        if (tolerated) assert.is(stdout, "ran\n", call);
        else assert.equal([call, stdout, status], [call, "", 125]);
      }
    });
  }

  test("a report that a filter denies still runs nothing", () => {
    for (const call of ["write", "exit_group"]) {
      const { stdout, status, signal } = run([outer, nr(call), "0", "--", allowAll.path, "/nowhere"]);
      assert.is(stdout, "");
      assert.ok(status === 125 || signal === "SIGSEGV", call);
    }
  });

  // The Landlock domain.

  // Not root: a process without capabilities may not read one that has some, domain or none.
  const nobody = { uid: 65534, gid: 65534 };
  chmodSync(folder, 0o755);
  const victims: ChildProcess[] = [];
  const victim = () => {
    const child = spawn("/bin/sleep", ["60"], { stdio: "ignore", ...nobody });
    victims.push(child);
    return `${child.pid}`;
  };
  test.after(() => {
    for (const child of victims) child.kill("SIGKILL");
  });

  test("a program cannot read the memory of a process of its user outside of its sandbox", () => {
    const pid = victim();
    const spy = (path: string) => run([path, "/bin/sh", "-c", `exec 9</proc/${pid}/mem && echo opened`], nobody).stdout;
    assert.is(spy(launcher(ALLOW_ALL, STANDALONE, without(STEP.domain, STEP.enterDomain)).path), "opened\n");
    assert.is(spy(allowAll.path), "");
  });

  test("a program cannot signal a process of its user outside of its sandbox", () => {
    const pid = victim();
    const signal = (path: string) => run([path, "/bin/sh", "-c", `kill -0 ${pid} && echo reached`], nobody).stdout;
    assert.is(signal(launcher(ALLOW_ALL, STANDALONE, without(STEP.domain, STEP.enterDomain)).path), "reached\n");
    assert.is(signal(allowAll.path), "");
    assert.is(run([allowAll.path, "/bin/sh", "-c", "sleep 5 & kill $! && echo own"]).stdout, "own\n");
  });

  // A kernel before 6.12 does not know the third word of the structure.
  const beforeAbi6 = [outer, nr("landlock_create_ruleset"), "7", "1", "24", "--"];

  test("a kernel without scopes: the domain still protects memory, and renames still work", () => {
    const pid = victim();
    assert.is(
      run([...beforeAbi6, allowAll.path, "/bin/sh", "-c", `exec 9</proc/${pid}/mem && echo opened`]).stdout,
      "",
    );
    const from = join(folder, "from");
    const to = join(folder, "to");
    for (const path of [from, to]) mkdirSync(path);
    writeFileSync(join(from, "file"), "");
    const rename = `rename("${from}/file", "${to}/file") ? print "renamed" : die $!`; // mv would copy where it cannot rename
    const { stdout, stderr } = run([...beforeAbi6, allowAll.path, "/usr/bin/perl", "-e", rename]);
    assert.is(stdout, "renamed", stderr);
    for (const path of [from, to]) rmSync(path, { recursive: true });
  });

  for (const [errno, name] of [
    [38, "ENOSYS"],
    [95, "EOPNOTSUPP"],
  ] as const) {
    test(`a kernel without Landlock (${name}): required is an error, preferred goes on`, () => {
      const lacking = [outer, nr("landlock_create_ruleset"), `${errno}`, "--"];
      assert.is(run([...lacking, prefers, ...echo]).stdout, "ran\n");
      const { stderr, status } = run([...lacking, allowAll.path, ...echo]);
      assert.is(stderr, `policyc: cannot create the Landlock domain: errno ${errno} (${name})\n`);
      assert.is(status, 125);
    });
  }
}

test.run();
