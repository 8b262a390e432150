// DIR/sandboxed-api: a checkout of Sandboxed API. bpf_evaluator_test.cc writes programs and says of each what its evaluator
// gives for a call, or that it refuses: our emulator must give the same, our verifier refuse the same.

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { showRet } from "../../src/compiler/bpf/action.ts";
import { emulate } from "../../src/compiler/bpf/emulate.ts";
import type { SeccompData, SockFilter } from "../../src/compiler/bpf/instruction.ts";
import { verify } from "../../src/compiler/bpf/verify.ts";
import { readAction } from "./action-text.ts";
import { itemsOf, type Literal, numberOf, readLiteral } from "./literal.ts";
import { count, judge, leave, openTally, type Tally } from "./report.ts";
import { NAMES, readData, readInstruction, readProgram } from "./written-programs.ts";

const TESTS = "sandboxed-api/sandboxed_api/sandbox2/bpf_evaluator_test.cc";
const REFUSED = "refused";

export function sandbox2(folder: string): readonly Tally[] {
  const tally = openTally("Sandbox2's evaluator tests");
  const path = join(folder, TESTS);
  if (!existsSync(path)) {
    count(tally.skipped, `no DIR/${TESTS}`);
    return [tally];
  }
  const text = readFileSync(path, "utf8").replaceAll("sizeof(struct seccomp_data)", "64");
  for (const test of text.split(/^TEST\(EvaluatorTest, /m).slice(1)) {
    const title = test.slice(0, test.indexOf(")"));
    const rows = rowsOf(test);
    if (rows.length === 0) tally.failures.push(`${title}: no row read`);
    for (const { program, data, wanted } of rows) judge(tally, title, answer(program, data), wanted);
  }
  for (const name of ["policy_test.cc", "policybuilder_test.cc"]) {
    leave(tally, join(dirname(path), name), /^TEST(?:_[FP])?\(/gm, "Sandbox2's policy builder, on live programs");
  }
  return [tally];
}

interface Row {
  readonly program: readonly SockFilter[];
  readonly data: SeccompData;
  readonly wanted: string;
}

const NO_CALL: SeccompData = { nr: 0, arch: 0, instruction_pointer: 0n, args: [0n, 0n, 0n, 0n, 0n, 0n] };

function rowsOf(test: string): readonly Row[] {
  const variables = new Map<string, Literal>();
  for (const { 1: name, index, 0: head } of test.matchAll(/(?:sock_filter|std::vector<.*>) (\w+)(?:\[\])? = (?=\{)/g)) {
    variables.set(name!, readLiteral(test, index + head.length));
  }
  if (variables.has("jumps")) return jumpRows(itemsOf(variables.get("jumps")));
  if (variables.has("progs")) {
    return itemsOf(variables.get("progs")).map(each => ({
      program: readProgram(each),
      data: NO_CALL,
      wanted: REFUSED,
    }));
  }
  const calls = /Evaluate\((\w+|\{\}), (?=\{)/g;
  return [...test.matchAll(calls)].map(({ 0: head, 1: name, index }) => {
    const data = readData(readLiteral(test, index + head.length), NAMES);
    const program = name === "{}" ? [] : readProgram(variables.get(name!)!);
    const [, status, action] = /(StatusIs)|Eq\((\w+)\)/.exec(test.slice(index))!;
    return { program, data, wanted: status === undefined ? showRet(readAction(action!)!) : REFUSED };
  });
}

/** {a jump, the nr that it allows, the nr that it kills}: the test puts the jump between a load of nr and two returns. */
function jumpRows(jumps: readonly Literal[]): readonly Row[] {
  return jumps.flatMap(each => {
    const [jump, allowed, killed] = itemsOf(each) as [Literal, Literal, Literal];
    const load = readInstruction({ kind: "word", text: "LOAD_SYSCALL_NR" });
    const ret = (action: string) => ({ code: 0x06, jt: 0, jf: 0, k: readAction(action)! });
    const program = [load, readInstruction(jump), ret("ALLOW"), ret("KILL")];
    return [
      { program, data: { ...NO_CALL, nr: Number(numberOf(allowed, NAMES)) }, wanted: "ALLOW" },
      { program, data: { ...NO_CALL, nr: Number(numberOf(killed, NAMES)) }, wanted: "KILL_THREAD" },
    ];
  });
}

function answer(program: readonly SockFilter[], data: SeccompData): string {
  return verify(program).length > 0 ? REFUSED : showRet(emulate(program, data).ret);
}
