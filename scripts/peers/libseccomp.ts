// DIR/libseccomp: a checkout of libseccomp. Each line of tests/NN-sim-*.tests gives calls and the action that the filter of
// the test program of that name must give. Two programs answer: the one that the library makes, run by our emulator, and
// ours, compiled from the same filter said in our language, on the ABIs that both know.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Arch, isArch, X32_SYSCALL_BIT } from "../../src/compiler/abi/arch.ts";
import { syscallByNr } from "../../src/compiler/abi/syscalls.ts";
import { showRet } from "../../src/compiler/bpf/action.ts";
import { emulate } from "../../src/compiler/bpf/emulate.ts";
import { decode } from "../../src/compiler/bpf/encode.ts";
import type { SeccompData, SockFilter } from "../../src/compiler/bpf/instruction.ts";
import { verify } from "../../src/compiler/bpf/verify.ts";
import { compile } from "../../src/compiler/compile.ts";
import { missingProgram } from "../../test/needs.ts";
import { readAction } from "./action-text.ts";
import { buildLibseccomp } from "./libseccomp-build.ts";
import { policyOf } from "./libseccomp-policy.ts";
import { ARCHITECTURES, callsOf, readLines, type SimLine, swapHalves } from "./libseccomp-tables.ts";
import { count, judge, openTally, type Tally } from "./report.ts";

export function libseccomp(folder: string): readonly Tally[] {
  const theirs = openTally("libseccomp's tables, libseccomp's programs in our emulator");
  const ours = openTally("libseccomp's tables, our programs");
  const checkout = join(folder, "libseccomp");
  const missing = existsSync(join(checkout, "tests"))
    ? missingProgram("gcc", "ar", "gperf", "bash")
    : "no DIR/libseccomp";
  if (missing !== undefined) {
    for (const tally of [theirs, ours]) count(tally.skipped, missing);
    return [theirs, ours];
  }
  const scratch = mkdtempSync(join(tmpdir(), "policyc-peers-"));
  try {
    const library = buildLibseccomp(checkout, scratch);
    const tables = readdirSync(join(checkout, "tests")).filter(name => name.endsWith(".tests"));
    const lines = tables.flatMap(name => readLines(readFileSync(join(checkout, "tests", name), "utf8")));
    for (const test of new Set(lines.map(line => line.test))) {
      const made = library.run(test);
      if (made === undefined) {
        theirs.failures.push(`${test}: the test program fails`);
        continue;
      }
      for (const line of lines) if (line.test === test) runLine(line, made, library.resolve, theirs, ours);
    }
  } finally {
    rmSync(scratch, { recursive: true });
  }
  return [theirs, ours];
}

interface Made {
  readonly filter: Uint8Array;
  readonly calls: readonly string[];
}

function runLine(
  line: SimLine,
  { filter, calls }: Made,
  resolve: (arch: string, name: string) => number,
  theirs: Tally,
  ours: Tally,
): void {
  const wanted = readAction(line.result);
  if (line.arches.length === 0) for (const tally of [theirs, ours]) count(tally.skipped, "a line for other machines");
  for (const name of line.arches) {
    const { audit, bigEndian } = ARCHITECTURES[name]!;
    const program = decodeFor(filter, bigEndian);
    const arch = name === "x86" ? "i386" : name;
    const compiled = compiledFor(calls, arch);
    for (const { nr, args } of callsOf(line, text => resolve(name, text))) {
      const title = `${line.test} ${name} ${nr}(${args.map(arg => arg.toString(16)).join(", ")})`;
      if (wanted === undefined || program === undefined) {
        theirs.failures.push(`${title}: not readable`);
        continue;
      }
      const data: SeccompData = { nr: nr >>> 0, arch: audit, instruction_pointer: 0n, args };
      const seen = bigEndian ? { ...data, args: swapHalves(args) } : data;
      judge(theirs, title, showRet(emulate(program, seen).ret), showRet(wanted));
      if (!compiled.ok) {
        count(ours.skipped, compiled.reason);
        continue;
      }
      const { notifies, action } = compiled;
      const byDefault = action === wanted;
      judge(ours, title, showRet(emulate(compiled.program, data).ret), showRet(wanted), () =>
        explain(data, arch as Arch, byDefault, notifies),
      );
    }
  }
}

/** A filter for big-endian machines has its fields in their order. */
function decodeFor(filter: Uint8Array, bigEndian: boolean): readonly SockFilter[] | undefined {
  const bytes = Uint8Array.from(filter);
  if (bigEndian) {
    for (let at = 0; at < bytes.length; at += 8) {
      bytes.subarray(at, at + 2).reverse();
      bytes.subarray(at + 4, at + 8).reverse();
    }
  }
  const decoded = decode(bytes);
  return decoded.ok && verify(decoded.program).length === 0 ? decoded.program : undefined;
}

type Compiled =
  | {
      readonly ok: true;
      readonly program: readonly SockFilter[];
      readonly notifies: boolean;
      readonly action: number;
    }
  | { readonly ok: false; readonly reason: string };

const compiledTexts = new Map<string, Compiled>();

function compiledFor(calls: readonly string[], arch: string): Compiled {
  if (!isArch(arch) || arch === "x32") return { ok: false, reason: "an architecture that is no target of ours" };
  const policy = policyOf(calls, arch);
  if (!policy.ok) return policy;
  const known = compiledTexts.get(policy.text);
  if (known !== undefined) return known;
  const { filters, diagnostics } = compile({ name: "libseccomp", text: policy.text });
  const error = diagnostics.find(({ severity }) => severity === "error");
  const filter = filters[0];
  const compiled: Compiled =
    error !== undefined || filter === undefined
      ? { ok: false, reason: `our language refuses the filter: ${error?.code}` }
      : { ok: true, program: filter.program, notifies: policy.notifies, action: policy.action };
  compiledTexts.set(policy.text, compiled);
  return compiled;
}

/** Why our program gives another action where both are right. */
function explain({ nr }: SeccompData, arch: Arch, byDefault: boolean, notifies: boolean): string | undefined {
  if (nr === 0xffffffff) return "nr -1 is no call: nothing runs, whatever a filter says";
  if (arch === "x86_64" && nr >= X32_SYSCALL_BIT) return "x32 numbers: `foreign` decides";
  const name = syscallByNr(arch, nr)?.name;
  if (name === undefined && byDefault) return "numbers without a call: `unknown` decides, not a permissive default";
  if (name === "seccomp" && notifies)
    return "who is notified or traced may not install a filter of his own: seccomp(2) kills";
  return undefined;
}
