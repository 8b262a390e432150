// DIR/gvisor: a checkout of gVisor. pkg/bpf/interpreter_test.go writes programs and what its interpreter gives or refuses: our
// emulator and verifier must agree. pkg/seccomp/seccomp_test.go writes rules, calls and the action of each: the rules are said
// in our language and our program must give the same.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { auditArch } from "../../src/compiler/abi/arch.ts";
import { showRet } from "../../src/compiler/bpf/action.ts";
import { emulate } from "../../src/compiler/bpf/emulate.ts";
import type { SeccompData, SockFilter } from "../../src/compiler/bpf/instruction.ts";
import { verify } from "../../src/compiler/bpf/verify.ts";
import { compile } from "../../src/compiler/compile.ts";
import { compose } from "../../src/compiler/prove/prove.ts";
import { gvisorPolicy } from "./gvisor-policy.ts";
import { fieldOf, itemsOf, type Literal, numberOf, readLiteral } from "./literal.ts";
import { count, judge, leave, openTally, type Tally } from "./report.ts";
import { NAMES, readData, readProgram } from "./written-programs.ts";

const INTERPRETER = "gvisor/pkg/bpf/interpreter_test.go";
const OPTIMISER = "gvisor/pkg/bpf/optimizer_test.go";
const RULES = "gvisor/pkg/seccomp/seccomp_test.go";

export function gvisor(folder: string): readonly Tally[] {
  const interpreter = openTally("gVisor's interpreter tests");
  const optimiser = openTally("gVisor's optimiser tests: before and after, proved equal");
  const rules = openTally("gVisor's rules, our programs");
  for (const [tally, path, run] of [
    [interpreter, INTERPRETER, runInterpreter],
    [optimiser, OPTIMISER, runOptimiser],
    [rules, RULES, runRules],
  ] as const) {
    if (existsSync(join(folder, path))) run(readFileSync(join(folder, path), "utf8"), tally);
    else count(tally.skipped, `no DIR/${path}`);
  }
  const builder = join(folder, "gvisor/pkg/bpf/program_builder_test.go");
  leave(optimiser, builder, /^func Test/gm, "the interface of gVisor's program builder");
  return [interpreter, optimiser, rules];
}

/** The rows of `for _, test := range []struct {...}{ rows }` in a Go function. */
function tableIn(text: string, name: string): readonly Literal[] {
  const body = text.slice(text.indexOf(`func ${name}(`));
  const { index, 0: head } = /\n\t\}\{/.exec(body)!;
  return itemsOf(readLiteral(body, index + head.length - 1));
}

const GO_NAMES: ReadonlyMap<string, bigint> = new Map([
  ...NAMES,
  ["LINUX_AUDIT_ARCH", BigInt(auditArch("x86_64"))],
  ["math.MaxUint32", 0xffffffffn],
  ["math.MaxUint64", 0xffffffffffffffffn],
  ["math.MaxInt32", 0x7fffffffn],
  ["ScratchMemRegisters", 16n],
  ["MaxInstructions", 4096n],
]);

const NO_CALL: SeccompData = { nr: 0, arch: 0, instruction_pointer: 0n, args: [0n, 0n, 0n, 0n, 0n, 0n] };

function runInterpreter(text: string, tally: Tally): void {
  for (const row of tableIn(text, "TestCompilationErrors")) {
    const program = fieldOf(row, "insns");
    const title = titleOf(row);
    if (program?.kind === "call") count(tally.skipped, "a program that Go code makes");
    else judge(tally, title, verdictOn(readProgram(program ?? NOTHING), NO_CALL), "refused");
  }
  for (const row of tableIn(text, "TestExecErrors")) runRow(row, "refused or 0", tally);
  for (const row of tableIn(text, "TestValidInstructions")) {
    const expected = fieldOf(row, "expected")!;
    const [inner] = expected.kind === "call" ? expected.args : [];
    const returned = inner === undefined ? undefined : (fieldOf(inner, "ReturnValue") ?? inner);
    if (fieldOf(row, "input") !== undefined) count(tally.skipped, "packets: seccomp has one input, of 64 bytes");
    else runRow(row, String(numberOf(returned!, GO_NAMES)), tally);
  }
  runSample(text, tally);
}

/** The sample filter's rows: a call, the word returned, and which instructions ran. */
function runSample(text: string, tally: Tally): void {
  const { index, 0: head } = /var sampleFilter = /.exec(text)!;
  const program = readProgram(readLiteral(text, index + head.length));
  for (const row of tableIn(text, "TestSimpleFilter")) {
    const { ret, path } = emulate(program, readData(fieldOf(row, "data")!, GO_NAMES));
    const expected = fieldOf(row, "expected")!;
    const covered = itemsOf(fieldOf(expected, "Coverage")).flatMap((ran, pc) =>
      ran.kind === "word" && ran.text === "true" ? [pc] : [],
    );
    const returned = numberOf(fieldOf(expected, "ReturnValue")!, GO_NAMES);
    judge(tally, titleOf(row), `${ret} by ${path.join(" ")}`, `${returned} by ${covered.join(" ")}`);
  }
}

function runOptimiser(text: string, tally: Tally): void {
  for (const row of tableIn(text, "TestOptimize")) {
    const [before, after] = [readProgram(fieldOf(row, "insns")!), readProgram(fieldOf(row, "want")!)];
    if (verify(before).length > 0 || verify(after).length > 0) {
      count(tally.skipped, "programs that seccomp refuses");
      continue;
    }
    const composition = compose([{ program: before }, { program: after }]);
    const same = composition.ok && composition.diagrams[0]!.root === composition.diagrams[1]!.root;
    judge(tally, titleOf(row), same ? "equal" : "not proved equal", "equal");
  }
}

const NOTHING: Literal = { kind: "list", type: "", items: [] };

function runRow(row: Literal, wanted: string, tally: Tally): void {
  const program = readProgram(fieldOf(row, "insns")!);
  const got = verdictOn(program, NO_CALL);
  judge(tally, titleOf(row), wanted === "refused or 0" && /^(?:refused|0)$/.test(got) ? wanted : got, wanted, () => {
    // BPF_MOD is classic BPF but not seccomp's; the kernel's 0x07 copies A to X, and 0x87 X to A (linux/filter.h).
    if (program.some(({ code }) => (code & 0xf7) === 0x94)) return "BPF_MOD: seccomp_check_filter refuses it";
    if (program.some(({ code }) => code === 0x07 || code === 0x87)) return "TAX and TXA: as linux/filter.h has them";
    return undefined;
  });
}

function titleOf(row: Literal): string {
  const title = fieldOf(row, "desc") ?? fieldOf(row, "name");
  return title?.kind === "word" ? title.text : "";
}

/** The returned word as gVisor's rows have it: a plain number. */
function verdictOn(program: readonly SockFilter[], data: SeccompData): string {
  return verify(program).length > 0 ? "refused" : String(emulate(program, data).ret);
}

function runRules(text: string, tally: Tally): void {
  for (const row of tableIn(text, "TestBasic")) {
    const specs = itemsOf(fieldOf(row, "specs"));
    const policy = gvisorPolicy(row, GO_NAMES);
    if (!policy.ok) {
      count(tally.skipped, policy.reason, Math.max(1, specs.length));
      continue;
    }
    const { filters, diagnostics } = compile({ name: "gvisor", text: policy.text });
    const error = diagnostics.find(({ severity }) => severity === "error");
    for (const spec of specs) {
      const title = `${titleOf(row)}: ${titleOf(spec)}`;
      const wanted = showRet(Number(numberOf(fieldOf(spec, "want")!, GO_NAMES)));
      if (error !== undefined) tally.failures.push(`${title}: ${error.message}`);
      else {
        const data = readData(fieldOf(spec, "data")!, GO_NAMES);
        judge(tally, title, showRet(emulate(filters[0]!.program, data).ret), wanted);
      }
    }
  }
}
