// DIR/minijail: a checkout of minijail. The tests of its policy compiler put calls to minijail's own simulator, which counts
// instructions too. Each program runs in our emulator, which must give the same word in as many steps; each policy is said in
// our language, and our program must give the same word.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { auditArch } from "../../src/compiler/abi/arch.ts";
import { syscallByNr } from "../../src/compiler/abi/syscalls.ts";
import { showRet } from "../../src/compiler/bpf/action.ts";
import { emulate } from "../../src/compiler/bpf/emulate.ts";
import { BPF_MAXINSNS, type SeccompData, type SockFilter } from "../../src/compiler/bpf/instruction.ts";
import { verify } from "../../src/compiler/bpf/verify.ts";
import { compile } from "../../src/compiler/compile.ts";
import { missingProgram } from "../../test/needs.ts";
import { actionText, readAction } from "./action-text.ts";
import { count, judge, leave, openTally, type Tally } from "./report.ts";

const RECORDER = fileURLToPath(new URL("minijail-record.py", import.meta.url));
const MINIJAIL_TESTS = "minijail/tools/compiler_unittest.py";

interface Rule {
  readonly nr: number;
  /** Any of these, each of which is all of its atoms; empty: always. */
  readonly any: readonly (readonly (readonly [index: number, operator: string, value: string])[])[];
  readonly action: number;
}

interface Compiled {
  readonly program: readonly (readonly [number, number, number, number])[];
  readonly policy: { readonly default: number; readonly rules: readonly Rule[] };
}

interface Call {
  readonly nr: number;
  readonly arch: number;
  readonly args: readonly string[];
  readonly cost: number;
  readonly outcome: string;
}

export function minijail(folder: string): readonly Tally[] {
  const theirs = openTally("minijail's compiler tests, minijail's programs in our emulator");
  const ours = openTally("minijail's compiler tests, our programs");
  const missing = existsSync(join(folder, MINIJAIL_TESTS)) ? missingProgram("python3") : `no DIR/${MINIJAIL_TESTS}`;
  if (missing !== undefined) {
    for (const tally of [theirs, ours]) count(tally.skipped, missing);
    return [theirs, ours];
  }
  const tools = resolve(folder, "minijail/tools");
  const { stdout, status } = spawnSync("python3", [RECORDER, tools], { encoding: "utf8", maxBuffer: 1 << 28 });
  if (status !== 0) theirs.failures.push("minijail's own tests fail here");
  let program: readonly SockFilter[] = [];
  let own: Own = { ok: false, reason: "" };
  for (const line of stdout.trim().split("\n")) {
    const row = JSON.parse(line) as Compiled | Call;
    if ("program" in row) {
      program = row.program.map(([code, jt, jf, k]) => ({ code, jt, jf, k }));
      own = say(row.policy);
    } else runCall(row, program, own, theirs, ours);
  }
  leave(theirs, join(tools, "parser_unittest.py"), /^ {4}def test_/gm, "tests of minijail's grammar");
  const goldens = resolve(folder, "minijail/syscall_filter_unittest.cc");
  leave(theirs, goldens, /^TEST(?:_F)?\(/gm, "the very instructions of minijail's C generator, and its grammar");
  return [theirs, ours];
}

type Own =
  | { readonly ok: true; readonly program: readonly SockFilter[] }
  | { readonly ok: false; readonly reason: string };

function runCall(call: Call, program: readonly SockFilter[], own: Own, theirs: Tally, ours: Tally): void {
  const [a = 0n, b = 0n, c = 0n, d = 0n, e = 0n, f = 0n] = call.args.map(BigInt);
  const data: SeccompData = { nr: call.nr, arch: call.arch, instruction_pointer: 0n, args: [a, b, c, d, e, f] };
  const title = `${call.nr}(${call.args.join(", ")})`;
  const wanted = showRet(readAction(call.outcome)!);
  // Beyond the kernel's length a program is refused, and still says what it would have said.
  if (program.length <= BPF_MAXINSNS && verify(program).length > 0) {
    theirs.failures.push(`${title}: a program that our verifier refuses`);
  } else {
    const { ret, path } = emulate(program, data);
    judge(theirs, title, `${showRet(ret)} in ${path.length}`, `${wanted} in ${call.cost}`);
  }
  if (!own.ok) {
    count(ours.skipped, own.reason);
    return;
  }
  // The tests have an architecture of their own, with x86_64's numbers.
  const ret = emulate(own.program, { ...data, arch: auditArch("x86_64") }).ret;
  judge(ours, title, showRet(ret), wanted, () =>
    syscallByNr("x86_64", call.nr) === undefined ? "numbers without a call: `unknown` decides" : undefined,
  );
}

function say(policy: Compiled["policy"]): Own {
  const rules = policy.rules.map(({ nr, any, action }) => {
    const conditions = any.map(atoms => atoms.map(atom => `(${condition(...atom)})`).join(" and "));
    return `  ${actionText(action)} syscall(${nr})${conditions.length > 0 ? ` if ${conditions.join(" or ")}` : ""}`;
  });
  const text = ["policy p for x86_64 {", `  default ${actionText(policy.default)}`, ...rules, "}", ""].join("\n");
  const { filters, diagnostics } = compile({ name: "minijail", text });
  const error = diagnostics.find(({ severity }) => severity === "error");
  return error === undefined && filters[0] !== undefined
    ? { ok: true, program: filters[0].program }
    : { ok: false, reason: `our language refuses the policy: ${error?.code}` };
}

/** Whole registers; `in` is "no other bits", `&` "any of these bits". */
function condition(index: number, operator: string, value: string): string {
  const number = BigInt.asUintN(64, BigInt(value));
  if (operator === "&") return `raw[${index}] & 0x${number.toString(16)} != 0`;
  if (operator === "in") return `raw[${index}] & 0x${BigInt.asUintN(64, ~number).toString(16)} == 0`;
  return `raw[${index}] ${operator} 0x${number.toString(16)}`;
}
