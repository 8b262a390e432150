// No process of a sandbox outlives its result: by every means, as root and as an ordinary user, against programs that try to
// stay. And where there is no means, nothing is run.

import { spawn, spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Result } from "../../../src/runtime/result.ts";
import { bundle, runFixture } from "./bundled.ts";
import { bearers, compiledPrograms } from "./programs.ts";

const programs = compiledPrograms();
test.after(() => programs.remove());

const asRoot = process.getuid?.() === 0;
const rooted = asRoot ? test : test.skip;

/** Processes can be made: it takes a namespace or a cgroup. */
const FREE = "policy free for x86_64 { default allow kill { mkdir, mkdirat } }";
/** None can. */
const ALONE = `policy alone for x86_64 {
  default allow
  kill { fork, vfork, clone3 }
  kill clone if clone_flags lacks CLONE_THREAD
}`;

const ORDINARY = ["setpriv", "--reuid=54322", "--regid=54322", "--clear-groups"];
/** Root of a user namespace that allows no further ones. */
const WITHOUT_NAMESPACES = [
  "unshare",
  "--user",
  "--map-root-user",
  "sh",
  "-c",
  'echo 0 > /proc/sys/user/max_user_namespaces; echo 0 > /proc/sys/user/max_pid_namespaces; exec "$@"',
  "sh",
];
/** It is nobody outside, to whom no cgroup is delegated. */
const WITHOUT_MEANS = [...(asRoot ? ORDINARY : []), ...WITHOUT_NAMESPACES];

const USERS: readonly { readonly name: string; readonly wrap: readonly string[]; readonly test: typeof rooted }[] = [
  { name: "root", wrap: [], test: rooted },
  { name: "an ordinary user", wrap: asRoot ? ORDINARY : [], test },
];

let marks = 0;

function execute(policy: string, options: object, command: readonly string[], wrap: readonly string[] = []): Result {
  const ran = runFixture("executor", ["nothing", policy, JSON.stringify(options), ...command], { wrap });
  assert.match(ran.stdout, /\{.*\}\n$/, JSON.stringify(ran));
  return JSON.parse(ran.stdout.trimEnd().split("\n").at(-1)!).result as Result;
}

for (const user of USERS) {
  for (const how of ["daemon", "fork"]) {
    for (const monitor of [true, false]) {
      const mode = monitor ? "with the monitor" : "without a monitor";
      user.test(`${how}: nothing is left when the result is there, ${mode}, as ${user.name}`, () => {
        const mark = `clinger-${process.pid}-${++marks}`;
        const result = execute(FREE, { monitor }, [programs.program("clinger"), how, mark], user.wrap);
        assert.is(result.status, "ok", JSON.stringify(result));
        assert.is(result.survivors, false);
        assert.equal(bearers(mark), []);
      });
    }
  }
}

test("where there is no means nothing is run, and the switch is named", () => {
  const result = execute(FREE, {}, ["/bin/echo", "ran"], WITHOUT_MEANS);
  assert.is(result.status, "setup-error", JSON.stringify(result));
  if (result.status !== "setup-error") return;
  assert.is(result.reason, "bound the sandbox's life");
  assert.match(result.message, /policy free lets processes be made.*max_(pid|user)_namespaces/);
  assert.match(result.message, /no cgroup \(/);
  assert.match(result.advice!, /allowSurvivors, --allow-survivors/);
});

test("there, a policy that lets no process be made still runs", () => {
  const result = execute(ALONE, {}, ["/bin/true"], WITHOUT_MEANS);
  assert.is(result.status, "ok", JSON.stringify(result));
  assert.is(result.survivors, false);
});

for (const monitor of [true, false]) {
  const knows = monitor ? "is told of them" : "is told that nobody knows";
  test(`there, a caller who allows survivors gets the program run, and ${knows}`, () => {
    const mark = `clinger-${process.pid}-${++marks}`;
    const command = [programs.program("clinger"), "daemon", mark];
    const result = execute(FREE, { allowSurvivors: true, monitor }, command, WITHOUT_MEANS);
    assert.is(result.status, "ok", JSON.stringify(result));
    assert.is(result.survivors, monitor ? true : undefined);
    assert.ok(bearers(mark).length > 0);
    for (const pid of bearers(mark)) process.kill(Number(pid), "SIGKILL");
  });
}

const CGROUP = "/sys/fs/cgroup";
const hasCgroup =
  spawnSync("sh", ["-c", `grep -q ' - cgroup2 ' /proc/self/mountinfo && test -w ${CGROUP}`]).status === 0;

(asRoot && hasCgroup ? test : test.skip)(
  "without namespaces a cgroup of its own ends what stays (needs root and a mounted cgroup v2)",
  () => {
    const mark = `clinger-${process.pid}-${++marks}`;
    const result = execute(FREE, {}, [programs.program("clinger"), "fork", mark], WITHOUT_NAMESPACES);
    assert.is(result.status, "ok", JSON.stringify(result));
    assert.equal(bearers(mark), []);
  },
);

// The end of the executor.

for (const { name, policy, how } of [
  { name: "with a pid namespace", policy: FREE, how: "fork" },
  { name: "of a single process that takes back its death signal", policy: ALONE, how: "pdeath" },
] as const) {
  for (const monitor of [true, false]) {
    const mode = monitor ? "with the monitor" : "without a monitor";
    test(`when the executor is killed at any moment nothing of the sandbox stays, ${name}, ${mode}`, async () => {
      const file = bundle("executor");
      const clinger = programs.program("clinger");
      const mark = `clinger-${process.pid}-${++marks}`;
      const options = JSON.stringify({ monitor, stdio: ["ignore", "ignore", "ignore"] });
      for (let i = 0; i < 6; i++) {
        const executor = spawn(process.execPath, [file, "nothing", policy, options, clinger, how, mark], {
          stdio: "ignore",
          env: { ...process.env, NODE_OPTIONS: "" },
        });
        await sleep(110 + 15 * i);
        executor.kill("SIGKILL");
        await new Promise(done => executor.once("exit", done));
      }
      // The supervisor needs a moment to see the socket's end.
      for (let i = 0; i < 200 && bearers(mark).length > 0; i++) await sleep(10);
      assert.equal(bearers(mark), []);
    });
  }
}

for (const user of USERS) {
  user.test(`a program that makes no process but may set limits cannot set its user's others', as ${user.name}`, () => {
    // A shell around the executor stands for the executor, which would die of what this sets.
    const script = '"$@" $$; ulimit -t';
    const args = ["nothing", ALONE, "{}", "prlimit", "--cpu=77:77", "--pid"];
    const { stdout } = runFixture("executor", args, { wrap: [...user.wrap, "sh", "-c", script, "sh"] });
    assert.match(stdout, /"status":"ok","reason":"exit","exitCode":1,.*\nunlimited\n$/);
  });
}

test.run();
