// What a launcher's program starts with, and how a launch that fails is told, on the running kernel.

import { chmodSync, writeFileSync } from "node:fs";
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
  ONE_PROGRAM,
  run,
  STANDALONE,
  without,
} from "./launchers.ts";

const why = noLauncher();
if (why !== undefined) {
  test.skip(`launches (${why})`, () => {});
} else {
  const allowAll = launcher(ALLOW_ALL, STANDALONE).path;
  const denyAll = launcher(DENY_ALL, STANDALONE).path;
  const nobody = { uid: 65534, gid: 65534 };
  chmodSync(folder, 0o755);

  const status = (text: string, key: string) => new RegExp(`^${key}:\\s*(.*)$`, "m").exec(text)?.[1];

  for (const [who, options] of [
    ["root", {}],
    ["an ordinary user", nobody],
  ] as const) {
    test(`a program started by ${who} has no privileges, cannot get any, and is filtered`, () => {
      const { stdout } = run([allowAll, "/bin/cat", "/proc/self/status"], options);
      assert.is(status(stdout, "NoNewPrivs"), "1");
      assert.is(status(stdout, "Seccomp"), "2");
      for (const set of ["CapInh", "CapPrm", "CapEff", "CapAmb"])
        assert.is(status(stdout, set), "0000000000000000", set);
    });
  }

  test("the program's memory is its user's, for its monitor to read, though the launcher's was not", () => {
    const owner = ["/usr/bin/stat", "-c", "%u", "/proc/self/mem"];
    assert.is(run([allowAll, ...owner], nobody).stdout, "65534\n");
    const traced = (path: string) =>
      run([compileC("trace"), path, "/bin/true"], { env: { TRACED_UID: "65534" } }).stdout;
    assert.match(traced(launcher(ALLOW_ALL, STANDALONE, without(STEP.dumpable)).path), /^owner 65534$/m);
    assert.match(traced(allowAll), /^owner 0$/m);
  });

  test("root's bounding set is empty, so that a file's capabilities give nothing", () => {
    const { stdout } = run([allowAll, "/bin/cat", "/proc/self/status"]);
    assert.is(status(stdout, "CapBnd"), "0000000000000000");
  });

  test("signals that the caller blocks or ignores are as new", () => {
    const caller = ["/usr/bin/env", "--block-signal=USR1", "--ignore-signal=HUP", "--ignore-signal=PIPE"];
    const bare = run([...caller, "/bin/cat", "/proc/self/status"]).stdout;
    assert.is.not(status(bare, "SigIgn"), "0000000000000000");
    const { stdout } = run([...caller, allowAll, "/bin/cat", "/proc/self/status"]);
    assert.is(status(stdout, "SigBlk"), "0000000000000000");
    assert.is(status(stdout, "SigIgn"), "0000000000000000");
  });

  test("a program leads a session of its own, unless the launcher leads its process group already", () => {
    const [pid, , , , , session] = run([allowAll, "/bin/cat", "/proc/self/stat"]).stdout.split(" ");
    assert.is(session, pid);
    const leader = run(["/usr/bin/setsid", "--wait", allowAll, "/bin/echo", "hi"]);
    assert.is(leader.stdout, "hi\n");
  });

  test("no core file can be had, nor the limit raised", () => {
    const { stdout } = run([
      allowAll,
      "/bin/sh",
      "-c",
      "ulimit -Hc; ulimit -Sc; (ulimit -c 1) 2>/dev/null || echo refused",
    ]);
    assert.is(stdout, "0\n0\nrefused\n");
  });

  test("only mapped descriptors reach the program", () => {
    const stdio = ["ignore", "pipe", "pipe", "pipe", "pipe", "pipe"] as const;
    const fds = (command: readonly string[]) =>
      run([...command, "/bin/ls", "/proc/self/fd"], { stdio: [...stdio] }).stdout;
    assert.match(fds([]), /^4$/m, "the caller leaks descriptor 4");
    // 3 is ls's own, of the folder that it lists.
    assert.is(fds([allowAll]), "0\n1\n2\n3\n");
    const keepsFive = launcher(ALLOW_ALL, { ...STANDALONE, keepFds: 4 }).path;
    assert.is(fds([keepsFive]), "0\n1\n2\n3\n4\n5\n");
  });

  test("arguments and environment are passed on", () => {
    const { stdout } = run([allowAll, "/bin/sh", "-c", 'echo "$0 $1 $LEFT"', "a b", "c"], { env: { LEFT: "over" } });
    assert.is(stdout, "a b c over\n");
  });

  test("fixed arguments come first, the launcher's own behind them", () => {
    const fixed = (argv: readonly string[]) =>
      launcher(ALLOW_ALL, { ...STANDALONE, command: { kind: "fixed", path: "/bin/sh", argv } }).path;
    assert.is(run([fixed(["sh", "-c", 'echo "$0 $1 $2 $#"', "ä", "b"]), "c", "d"]).stdout, "ä b c 3\n");
    const many = Array.from({ length: 60 }, (_, i) => `${i}`);
    const echo = ["sh", "-c", 'echo "$@"', "sh", ...many];
    assert.is(run([fixed(echo), "last"]).stdout, `${[...many, "last"].join(" ")}\n`);
  });

  // A launch that fails.

  const garbage = join(folder, "garbage");
  writeFileSync(garbage, "\x7fGARBAGE", { mode: 0o755 });
  const lostInterpreter = join(folder, "lost-interpreter");
  writeFileSync(lostInterpreter, "#!/nowhere/at/all\n", { mode: 0o755 });

  for (const [what, path, line] of [
    ["a typo in the path", "/bin/tru", "cannot open the program: errno 2 (ENOENT)"],
    ["a path through a file", "/etc/passwd/x", "cannot open the program: errno 20 (ENOTDIR)"],
    ["a file without the x bit", "/etc/passwd", "cannot find the program executable: errno 13 (EACCES)"],
    ["a folder", "/etc", "cannot execute the program: errno 13 (EACCES)"],
    ["a file that is no program", garbage, "cannot execute the program: errno 8 (ENOEXEC)"],
    ["a #! line that leads nowhere", lostInterpreter, "cannot execute the program: errno 2 (ENOENT)"],
  ] as const) {
    // The policy kills every call, write and exit_group too: the ticket alone lets the report out.
    test(`${what} is a set-up error under a policy that denies all`, () => {
      const result = run([denyAll, path]);
      assert.equal(result, { stdout: "", stderr: `policyc: ${line}\n`, status: 125, signal: null });
    });
  }

  test("what only root's capabilities could open is not opened", () => {
    const hidden = join(folder, "hidden");
    writeFileSync(hidden, "#!/bin/sh\necho ran\n", { mode: 0o755 });
    chmodSync(folder, 0o755);
    assert.is(run([allowAll, hidden]).stdout, "ran\n");
    run(["/bin/chown", "65534", hidden]);
    chmodSync(hidden, 0o700);
    assert.is(run([hidden]).stdout, "ran\n", "root with its capabilities may");
    assert.is(run([allowAll, hidden]).stderr, "policyc: cannot find the program executable: errno 13 (EACCES)\n");
  });

  test("no command: how to use it", () => {
    const result = run([allowAll]);
    assert.match(result.stderr, /^usage: .*\n$/);
    assert.is(result.status, 125);
  });

  // The image.

  test("the launcher runs where no memory may be written and executed", () => {
    const mdwe = compileC("mdwe");
    assert.is(run([mdwe, allowAll, "/bin/echo", "hi"]).stdout, "hi\n");
  });

  test("no segment is writable and executable; the ticket is nowhere in memory at execve, nor in the program", () => {
    const { stdout } = run([compileC("trace"), launcher(ONE_PROGRAM, STANDALONE).path, "/bin/true"]);
    const seen = new Map(
      stdout.split("\n").map(line => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]),
    );
    assert.is(seen.get("segments"), "r-xp rw-p rw-p");
    assert.ok(Number(seen.get("installing")) >= 2, "the halves are in the filter when it is installed");
    assert.is(seen.get("executing"), "0");
    assert.is(seen.get("ticket"), "1");
    assert.is(seen.get("registers"), "0");
    assert.is(seen.get("leftover"), "0");
  });

  test("the search for the ticket finds one that is left behind", () => {
    const { stdout } = run([
      compileC("trace"),
      launcher(ONE_PROGRAM, STANDALONE, without(STEP.zero)).path,
      "/bin/true",
    ]);
    assert.ok(Number(/^executing (\d+)$/m.exec(stdout)?.[1]) >= 2);
  });
}

test.run();
