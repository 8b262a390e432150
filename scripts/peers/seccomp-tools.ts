// DIR/seccomp-tools: a checkout of seccomp-tools. Its specs hold listings of programs, what its emulator gives for calls, and
// where each run ends. Our decoder and disassembler must read spec/data/*.bpf as the listings do, our emulator give the same.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { auditArch } from "../../src/compiler/abi/arch.ts";
import { syscall } from "../../src/compiler/abi/syscalls.ts";
import { showRet } from "../../src/compiler/bpf/action.ts";
import { disassemble } from "../../src/compiler/bpf/disassemble.ts";
import { emulate } from "../../src/compiler/bpf/emulate.ts";
import { decode } from "../../src/compiler/bpf/encode.ts";
import type { SeccompData, SockFilter } from "../../src/compiler/bpf/instruction.ts";
import { readAction } from "./action-text.ts";
import { count, judge, leave, openTally, type Tally } from "./report.ts";

const ARCHES = { amd64: "x86_64", i386: "i386", aarch64: "aarch64", riscv64: "riscv64" } as const;

export function seccompTools(folder: string): readonly Tally[] {
  const listings = openTally("seccomp-tools' listings, our decoder and disassembler");
  const runs = openTally("seccomp-tools' runs, our emulator");
  const spec = join(folder, "seccomp-tools/spec");
  if (!existsSync(join(spec, "data"))) {
    for (const tally of [listings, runs]) count(tally.skipped, "no DIR/seccomp-tools/spec/data");
    return [listings, runs];
  }
  const programs = new Map<string, readonly SockFilter[]>();
  for (const name of readdirSync(join(spec, "data")).filter(file => file.endsWith(".bpf"))) {
    const decoded = decode(readFileSync(join(spec, "data", name)));
    if (decoded.ok) programs.set(name, decoded.program);
    else listings.failures.push(`${name}: ${decoded.reason}`);
  }
  const text = (name: string) => readFileSync(join(spec, name), "utf8");
  for (const block of text("disasm/disasm_spec.rb")
    .split(/^ {2}(?:it|context) /m)
    .slice(1)) {
    readListing(block, programs, listings);
  }
  for (const context of text("emulator_spec.rb")
    .split(/^ {2}context /m)
    .slice(1))
    runSpec(context, programs, runs);
  for (const context of text("cli/emu_spec.rb")
    .split(/^ {2}context /m)
    .slice(1))
    runCommand(context, programs, runs);
  for (const name of ["explain_spec.rb", "audit_spec.rb", "dumper_spec.rb"]) {
    leave(runs, join(spec, name), /^\s+it '/gm, "words of seccomp-tools' own about programs");
  }
  return [listings, runs];
}

function titleOf(block: string): string {
  return /^'([^']*)'/.exec(block)?.[1] ?? "?";
}

/** The program of the spec/data file that a block of a spec reads. */
function programOf(
  block: string,
  programs: ReadonlyMap<string, readonly SockFilter[]>,
): readonly SockFilter[] | undefined {
  return programs.get(/'([\w-]+\.bpf)'/.exec(block)?.[1] ?? "");
}

const LISTED = /^ (\d{4}): 0x([\da-f]{2}) 0x([\da-f]{2}) 0x([\da-f]{2}) 0x([\da-f]{8}) {2}(.*)$/gm;

/** A row for each listed instruction: its fields, and where it goes to. */
function readListing(block: string, programs: ReadonlyMap<string, readonly SockFilter[]>, tally: Tally): void {
  const lines = [...block.matchAll(LISTED)];
  const program = programOf(block, programs);
  if (program === undefined) {
    count(
      tally.skipped,
      "listings of what seccomp-tools' own assembler makes, or with no fields",
      Math.max(1, lines.length),
    );
    return;
  }
  const ours = disassemble(program).trim().split("\n");
  for (const [, place, code, jt, jf, k, words] of lines) {
    const goals = [...words!.matchAll(/goto (\d{4})/g)].map(([, goal]) => goal!);
    const line = ours[Number(place)] ?? "";
    const [, fields, mnemonic] = /^\d{4} {2}([\da-f]{4} [\da-f]{2} [\da-f]{2} [\da-f]{8}) {2}([^;]*)/.exec(line) ?? [];
    const named = goals.filter(goal => mnemonic?.includes(goal));
    const wanted = `00${code} ${jt} ${jf} ${k} to ${goals.join(" ")}`;
    judge(tally, `${titleOf(block)} ${place}`, `${fields} to ${named.join(" ")}`, wanted);
  }
}

const NO_ARGS: SeccompData["args"] = [0n, 0n, 0n, 0n, 0n, 0n];

/** `expect(described_class.new(@insts, sys_nr: 1, arch: :i386).run[:ret]).to be 0x7fff0000` */
function runSpec(context: string, programs: ReadonlyMap<string, readonly SockFilter[]>, tally: Tally): void {
  const expectations = [...context.matchAll(/described_class\.new\(([^\n]*)\)\.run\[:ret\]\)\.to be (\w+)/g)];
  const program = programOf(context, programs);
  if (program === undefined) {
    count(tally.skipped, "programs written in seccomp-tools' own assembly or Ruby", expectations.length);
    return;
  }
  const loaded = /to_bpf\(raw, :(\w+)\)/.exec(context)?.[1] ?? "amd64";
  for (const { 1: words, 2: wanted, index } of expectations) {
    const arch = /arch: :(\w+)/.exec(words!)?.[1] ?? loaded;
    const number = (name: string) => BigInt(new RegExp(`${name}: (\\w+)`).exec(words!)?.[1] ?? "0");
    const lists = [...context.slice(0, index).matchAll(/args = \[([^\]]*)\]/g)];
    const list = /\bargs:/.test(words!)
      ? lists
          .at(-1)![1]!
          .split(",")
          .map(word => BigInt(word.trim()))
      : NO_ARGS;
    const data: SeccompData = {
      nr: Number(number("sys_nr")),
      arch: auditArch(ARCHES[arch as keyof typeof ARCHES]),
      instruction_pointer: number("instruction_pointer"),
      args: list as SeccompData["args"],
    };
    const title = `${titleOf(context)}: ${words}`;
    judge(tally, title, showRet(emulate(program, data).ret), showRet(Number(wanted)));
  }
}

/** `new([@file, '-a', 'amd64', 'write', '-q']).handle` and, below it, `return ALLOW at line 0009`. */
function runCommand(context: string, programs: ReadonlyMap<string, readonly SockFilter[]>, tally: Tally): void {
  const program = programOf(context, programs);
  for (const { 1: words, index } of context.matchAll(/new\(\[@file, ([^\n]*?)\]\)\.handle/g)) {
    const [, action, line] = /return (\S+) at line (\d+)/.exec(context.slice(index))!;
    const options = [...words!.matchAll(/'([^']*)'/g)].map(([, word]) => word!);
    const arch = ARCHES[options[1] as keyof typeof ARCHES];
    const wanted = options[2] === undefined || options[2].startsWith("-") ? "0" : options[2];
    const nr = /^\d/.test(wanted) ? Number(wanted) : (syscall(arch, wanted)?.nr ?? -1);
    if (program === undefined) {
      count(tally.skipped, "a program that is no file of spec/data");
      continue;
    }
    const { ret, path } = emulate(program, { nr, arch: auditArch(arch), instruction_pointer: 0n, args: NO_ARGS });
    const got = `${showRet(ret)} at ${path.at(-1)}`;
    judge(tally, `${titleOf(context)}: ${words}`, got, `${showRet(readAction(action!)!)} at ${Number(line)}`);
  }
}
