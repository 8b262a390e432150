// Attacks on a whole sandbox, as Executor and Sandbox make it, tried for real and seen to fail. The numbers are those of
// docs/attacks.md; attacks on single parts are tried beside the tests of those.

import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { compilePolicy } from "../../../src/runtime/compile-policy.ts";
import { Executor, type ExecutorOptions } from "../../../src/runtime/executor.ts";
import { runsIa32 } from "../../../src/runtime/ia32.ts";
import { Sandbox } from "../../../src/runtime/sandbox.ts";
import { missingProgram, missingX86, unless } from "../../needs.ts";
import { policyOf } from "../std/sandboxed.ts";

const missing = missingX86() ?? missingProgram("gcc");
const here = unless(missing, test);
const folder = mkdtempSync(join(tmpdir(), "policyc-attacks-"));
chmodSync(folder, 0o755);
test.after(() => rmSync(folder, { recursive: true, force: true }));

const NEVER = "/tmp/policyc-never";
const attacker = compiled("attacker", "./attacker.c");
const hostile = compiled("hostile", "../monitor/hostile.c");

function compiled(name: string, source: string): string {
  const path = join(folder, name);
  const from = fileURLToPath(new URL(source, import.meta.url));
  if (missing === undefined)
    execFileSync("gcc", ["-O1", "-Wall", "-Wextra", "-pthread", "-static-pie", "-o", path, from]);
  return path;
}

async function run(policy: string, path: string, args: readonly string[], options: Partial<ExecutorOptions> = {}) {
  const stdio = ["ignore", "pipe", "inherit"] as const;
  const executor = new Executor({ path, args, stdio, wallTime: 20_000, ...options });
  const sandbox = new Sandbox(executor, compilePolicy({ source: policy }));
  const stdout = text(sandbox.stdout!);
  const result = await sandbox.run();
  return { result, says: `${result}`, stdout: await stdout };
}

/** No process can be made, so the sandbox has no pid namespace, and sees the machine's own /proc. */
const ALONE = "policy p for x86_64 { default allow  kill { fork, vfork, clone, clone3 } }";
const NOTHING = policyOf(["use static_startup", "use exit"]);

here("attack 1: in hard mode a forbidden call cannot be taken back by a signal", async () => {
  const policy = "policy p for x86_64 { default allow  kill mkdir }";
  const { result, stdout } = await run(policy, hostile, ["withdraw", "2000"], { hard: true });
  assert.is(result.status, "violation", `${result}`);
  assert.is(stdout, "");
  assert.not.ok(existsSync(NEVER));
});

here("attack 3: a sandbox that may open files opens the memory of no other, while 30 are launched", async () => {
  const spying = run(ALONE, attacker, ["spy", "1000"]);
  let launched = 0;
  const over = spying.then(() => true);
  while (launched < 30 || !(await Promise.race([over, false]))) {
    assert.is((await run(ALONE, "/bin/true", [])).says, "OK - exit code 0");
    launched++;
  }
  assert.is((await spying).stdout, "often tried, 0 opened\n");
  assert.not.match(execFileSync(attacker, ["spy", "200"], { encoding: "utf8" }), / 0 opened/, "outside it opens them");
});

here("attack 10: the call -1 is none, in a sandbox that forbids everything too", async () => {
  for (const hard of [false, true])
    assert.is((await run(NOTHING, attacker, ["minus-one"], { hard })).says, "OK - exit code 0");
});

here("attack 10: a rule on a call that reaches no filter is warned about", () => {
  const { diagnostics } = compilePolicy({ source: "policy p for x86_64 { default kill  kill uretprobe }" });
  assert.ok(diagnostics.some(({ code }) => code === "never-filtered"));
});

// What was tried to get around a filter, and held.

const on32 = runsIa32() ? here : unless(`${missing ?? "needs IA32 emulation"}`, test);

on32("a 32-bit call whose number has an upper half is judged by the lower one, as the kernel runs it", async () => {
  assert.match((await run(NOTHING, attacker, ["wide32"])).says, /^VIOLATION - .*\[X86-32\] getpid \[20\]/);
});

here("a call whose number has an upper half is judged by the lower one, as the kernel runs it", async () => {
  assert.match((await run(NOTHING, attacker, ["wide64"])).says, /^VIOLATION - .*\[X86-64\] getpid \[39\]/);
});

here("a call by the vsyscall page is judged as any other", async () => {
  const forbidden = await run("policy p for x86_64 { default allow  kill time }", attacker, ["vsyscall"]);
  assert.match(forbidden.says, /^VIOLATION - .*time \[201\]/);
});

here("a script is one execve: its interpreter runs where no other program may", async () => {
  const script = join(folder, "script");
  writeFileSync(script, "#!/bin/sh\necho ran\nexec /bin/true\n", { mode: 0o755 });
  const { says, stdout } = await run("policy p for x86_64 { default allow  kill { execve, execveat } }", script, []);
  assert.is(stdout, "ran\n");
  assert.match(says, /^VIOLATION - .*execve/);
});

test.run();
