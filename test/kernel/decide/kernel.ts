// The running kernel as a judge: builds verdicts.c once and asks it about programs whose verdicts were made visible.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Arch, auditArch } from "../../../src/compiler/abi/arch.ts";
import { kernelExempt } from "../../../src/compiler/abi/syscalls.ts";
import { encode } from "../../../src/compiler/bpf/encode.ts";
import {
  BPF_K,
  BPF_RET,
  SECCOMP_RET_ERRNO,
  type SeccompData,
  type SockFilter,
} from "../../../src/compiler/bpf/instruction.ts";

export interface Question {
  readonly program: readonly SockFilter[];
  readonly calls: readonly SeccompData[];
}

const FOREIGN = auditArch("i386");

/** The calls that x86_64 can make: natively and through int 0x80, whose registers are 32 bits wide. */
export function canCall(data: SeccompData): boolean {
  if (data.arch === FOREIGN) return data.args.every(arg => arg < 1n << 32n);
  return canCallNatively(data, "x86_64");
}

export function canCallNatively({ arch, nr }: SeccompData, machine: Arch): boolean {
  return arch === auditArch(machine) && !kernelExempt(machine, nr);
}

/** What verdicts.c reads, and the reader of what it writes: per question and call what the filter returned, as a u32. */
export function interview(questions: readonly Question[]) {
  const shown = questions.map(question => makeVisible(question.program));
  const parts: Uint8Array[] = [u32(questions.length)];
  questions.forEach(({ calls }, i) => {
    parts.push(u32(shown[i]!.program.length), u32(calls.length), encode(shown[i]!.program));
    for (const { arch, nr, args } of calls) {
      parts.push(u32(arch === FOREIGN ? 1 : 0), u32(nr), new Uint8Array(new BigUint64Array(args).buffer));
    }
  });
  const read = (output: Uint8Array): number[][] => {
    const answers = new Int32Array(output.slice().buffer);
    let next = 0;
    return questions.map(({ calls }, i) => calls.map(() => shown[i]!.ret(answers[next++]!)));
  };
  return { input: Buffer.concat(parts), read };
}

export class Kernel {
  private readonly folder = mkdtempSync(join(tmpdir(), "policyc-verdicts-"));
  private readonly binary = join(this.folder, "verdicts");

  constructor() {
    const source = fileURLToPath(new URL("./verdicts.c", import.meta.url));
    const built = spawnSync("gcc", ["-O1", "-Wall", "-Werror", "-o", this.binary, source], { encoding: "utf8" });
    if (built.status !== 0) throw new Error(`gcc: ${built.stderr}`);
  }

  /** Per question and call: what the filter returned, as a u32. */
  ask(questions: readonly Question[]): number[][] {
    const { input, read } = interview(questions);
    const run = spawnSync(this.binary, { input, maxBuffer: 1 << 28 });
    if (run.status !== 0) throw new Error(`verdicts: ${run.stderr}`);
    return read(new Uint8Array(run.stdout));
  }

  close(): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** First of the errnos that stand for verdicts; 512 to 530 have a meaning inside the kernel and are avoided. */
const FIRST = 1000;

function makeVisible(program: readonly SockFilter[]): { program: SockFilter[]; ret: (answer: number) => number } {
  const rets: number[] = [];
  const visible = program.map(instruction => {
    if (instruction.code !== (BPF_RET | BPF_K)) return instruction;
    if (!rets.includes(instruction.k)) rets.push(instruction.k);
    return { ...instruction, k: (SECCOMP_RET_ERRNO | (FIRST + rets.indexOf(instruction.k))) >>> 0 };
  });
  const ret = (answer: number): number => {
    const found = rets[-answer - FIRST];
    if (found === undefined) throw new Error(`the kernel answered ${answer}`);
    return found;
  };
  return { program: visible, ret };
}

function u32(value: number): Uint8Array {
  return new Uint8Array(new Uint32Array([value]).buffer);
}
