// A launcher with a status socket, seen from the side of its monitor.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { syscall } from "../../../src/compiler/abi/syscalls.ts";
import type { LaunchOptions } from "../../../src/compiler/launch/launch-options.ts";
import { stageOf } from "../../../src/compiler/launch/plan.ts";
import { ALLOW_ALL, compileC, DENY_ALL, launcher, noLauncher, ONE_PROGRAM, SPAWNED } from "./launchers.ts";
import { messageOf, watch } from "./watching.ts";

const why = noLauncher();
if (why !== undefined) {
  test.skip(`launches with a monitor (${why})`, () => {});
} else {
  const monitor = compileC("monitor");
  const outer = compileC("outer");
  const MONITORED: LaunchOptions = { ...SPAWNED, monitored: true };

  test("unmonitored: started, then the end of the socket once the program runs", () => {
    const seen = watch(launcher(ALLOW_ALL, SPAWNED).path, ["/bin/sh", "-c", "sleep 0.2; echo program"]);
    assert.equal(seen, [{ kind: "started" }, "eof", "program", "status 0"]);
  });

  test("monitored: the listener comes first, and hangs up when the program has ended", () => {
    const seen = watch(launcher(ALLOW_ALL, MONITORED).path, ["/bin/true"]);
    assert.equal(seen.slice(0, 3), [{ kind: "listener" }, "listener", { kind: "started" }]);
    assert.equal(seen.slice(3).sort(), ["eof", "status 0"]);
  });

  test("a violation of the program reaches the monitor; none of the launcher's calls does", () => {
    const seen = watch(launcher(ONE_PROGRAM, MONITORED).path, ["/bin/sh", "-c", "exec /bin/true"]);
    const notified = seen.filter(line => `${line}`.startsWith("notification"));
    assert.equal(notified, [`notification ${syscall("x86_64", "execve")!.nr}`]);
    assert.is(seen.at(-1), "status 9");
  });

  test("a policy that denies all still lets the launcher hand over, report and execute", () => {
    const seen = watch(launcher(DENY_ALL, MONITORED).path, ["/bin/true"]);
    assert.equal(seen.slice(0, 3), [{ kind: "listener" }, "listener", { kind: "started" }]);
    assert.ok(
      seen.some(line => /^notification (12|9|158|21)$/.test(`${line}`)),
      "the first call of libc's start",
    );
  });

  test("the program has neither the status socket nor the listener", () => {
    const seen = watch(launcher(ALLOW_ALL, MONITORED).path, ["/bin/ls", "/proc/self/fd"]);
    assert.equal(
      seen.filter(line => /^\d+$/.test(`${line}`)),
      ["0", "1", "2", "3"],
    );
  });

  for (const [what, options, command, step, result] of [
    ["before the filter", SPAWNED, ["/nowhere"], { name: "open the program", syscall: "openat" }, -2],
    ["behind the filter", MONITORED, ["/etc"], { name: "execute the program", syscall: "execve" }, -13],
  ] as const) {
    test(`a step that fails ${what} is told with its stage and result`, () => {
      const { path, plan } = launcher(DENY_ALL, options);
      const seen = watch(path, command);
      const failure = messageOf(seen, "failure");
      assert.is(failure?.result, result);
      assert.equal(stageOf(plan, failure!.stage), step);
      assert.is(seen.at(-1), `status ${125 << 8}`);
    });
  }

  test("a launch does without WAIT_KILLABLE_RECV where the kernel does not know it", () => {
    // SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV in args[1], answered by EINVAL as before 5.19.
    const { path } = launcher(ALLOW_ALL, MONITORED);
    const seen = watch(outer, [`${syscall("x86_64", "seccomp")!.nr}`, "22", "1", "40", "--", path, "/bin/true"]);
    assert.equal(seen.slice(0, 3), [{ kind: "listener" }, "listener", { kind: "started" }]);
  });

  test("a second listener is refused by the kernel, and told as EBUSY", () => {
    const { path, plan } = launcher(ALLOW_ALL, MONITORED);
    // A program whose filter has a notify leaf may not install a filter at all, so the outer one must have none.
    const unguarded = { ...ALLOW_ALL, foreign: { action: { kind: "errno", errno: 38 } } } as const;
    const seen = watch(launcher(unguarded, MONITORED).path, [monitor, path, "/bin/true"]);
    const failure = messageOf(seen, "failure");
    assert.is(failure?.result, -16);
    assert.is(stageOf(plan, failure!.stage)?.syscall, "seccomp");
  });
}

test.run();
