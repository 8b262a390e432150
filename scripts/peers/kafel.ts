// DIR/kafel: a checkout of Kafel. Its tests give policies, calls and what each call gets. Two programs answer: the one that
// Kafel makes, run by our emulator, and ours, compiled from the same policy said in our language below.

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { showRet } from "../../src/compiler/bpf/action.ts";
import { emulate } from "../../src/compiler/bpf/emulate.ts";
import { verify } from "../../src/compiler/bpf/verify.ts";
import { compile } from "../../src/compiler/compile.ts";
import { missingProgram } from "../../test/needs.ts";
import { type RecordedPolicy, recordKafel } from "./kafel-build.ts";
import { count, judge, openTally, type Tally } from "./report.ts";

/** What the policies of Kafel's tests say, by test case and place in it. The default is Kafel's: kill the thread. */
const OURS: Readonly<Record<string, string>> = {
  "default_kill/1": "",
  "default_kill/2": "allow exit",
  "actions/1": "allow { exit, read }",
  "actions/2": "allow exit  kill-thread read",
  "actions/3": "allow exit  errno(1) read",
  "custom_args/1": "allow read if fd == 0  allow exit",
  "rules_order/1": "allow { exit, read }  kill-thread write",
  "rules_order/2": "allow exit  allow read if fd == 0 and count == 0  errno(1) read if count == 0",
  "bitwise_operations/2": "allow exit  errno(1) read if count == 1 | 2 | 4",
  "32bit_args/1": "allow fcntl if fd == 0x1234  allow exit",
  "32bit_args/2": "allow fcntl if raw[0] == 0x100001234  allow exit",
  "long_constants_eq/1": "allow exit",
  "duplicate_action_after_conditional/1": "allow { read, exit }",
  "logic_negation/1": "allow exit  errno(1) read if not (fd == 5 and count == 0)",
  "simple_include/1": "",
  "simple_include/2": "allow exit",
  "simple_include/3": "allow exit",
  "multiple_includes/1": "allow exit",
  "chained_includes/1": "allow exit  allow read if fd == 0  allow write if fd in {1, 2}",
};

/** Why the others are not said. */
const NOT_SAID: readonly (readonly [name: RegExp, reason: string])[] = [
  [/^custom_(?:syscalls|args)\//, "rules on nr -1, which is no call"],
  [/^bitwise_operations\//, "sums of two arguments, which our language has not"],
];

export function kafel(folder: string): readonly Tally[] {
  const theirs = openTally("Kafel's tests, Kafel's programs in our emulator");
  const ours = openTally("Kafel's tests, our programs");
  const checkout = join(folder, "kafel");
  const missing = existsSync(join(checkout, "test")) ? missingProgram("gcc", "make", "flex", "bison") : "no DIR/kafel";
  if (missing !== undefined) {
    for (const tally of [theirs, ours]) count(tally.skipped, missing);
    return [theirs, ours];
  }
  const scratch = mkdtempSync(join(tmpdir(), "policyc-peers-"));
  try {
    for (const policy of recordKafel(checkout, scratch)) {
      if (policy.refused) {
        for (const tally of [theirs, ours]) count(tally.skipped, "policies that Kafel's grammar must refuse");
      } else {
        runTheirs(policy, theirs);
        runOurs(policy, ours);
      }
    }
  } finally {
    rmSync(scratch, { recursive: true });
  }
  return [theirs, ours];
}

function runTheirs({ name, program, calls }: RecordedPolicy, tally: Tally): void {
  if (program === undefined || verify(program).length > 0) {
    tally.failures.push(`${name}: no program that our verifier takes`);
    return;
  }
  for (const { data, ret } of calls) judge(tally, name, showRet(emulate(program, data).ret), showRet(ret));
}

function runOurs({ name, calls }: RecordedPolicy, tally: Tally): void {
  if (calls.length === 0) return;
  const rules = OURS[name];
  if (rules === undefined) {
    const reason = NOT_SAID.find(([pattern]) => pattern.test(name))?.[1];
    if (reason === undefined) tally.failures.push(`${name}: not said in our language`);
    else count(tally.skipped, reason, calls.length);
    return;
  }
  const text = `policy p for x86_64 {\n  default kill-thread\n  ${rules.replaceAll("  ", "\n  ")}\n}\n`;
  const { filters, diagnostics } = compile({ name: "kafel", text });
  const error = diagnostics.find(({ severity }) => severity === "error");
  if (error !== undefined) tally.failures.push(`${name}: ${error.message}`);
  else
    for (const { data, ret } of calls) {
      judge(tally, name, showRet(emulate(filters[0]!.program, data).ret), showRet(ret));
    }
}
