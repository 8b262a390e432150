// The image as execve(2) and the interpreter read it, by a reader of the test's own.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { BPF_K, BPF_RET, SECCOMP_RET_ALLOW } from "../../../src/compiler/bpf/instruction.ts";
import { buildLauncher } from "../../../src/compiler/launch/build-launcher.ts";
import type { LaunchFilter } from "../../../src/compiler/launch/filter-plan.ts";
import { INTERPRETER_AARCH64 } from "../../../src/compiler/launch/interpreter-aarch64.gen.ts";
import { INTERPRETER_X86_64 } from "../../../src/compiler/launch/interpreter-x86_64.gen.ts";
import type { LaunchOptions } from "../../../src/compiler/launch/launch-options.ts";
import { callNumber, kernelConstant, LAUNCHER_ARCHES, type LauncherArch } from "../../../src/compiler/launch/target.ts";

const ret = { code: BPF_RET | BPF_K, jt: 0, jf: 0, k: SECCOMP_RET_ALLOW };
const filterOf = (length: number): LaunchFilter => ({
  program: Array.from({ length }, () => ret),
  slots: [
    { pc: 0, half: "lo" },
    { pc: length - 1, half: "hi" },
  ],
});

const SPAWNED: LaunchOptions = {
  command: { kind: "argv" },
  monitored: true,
  report: { kind: "socket", fd: 7 },
  keepFds: 4,
  lifetime: { kind: "direct" },
  limits: [],
  session: true,
  landlock: "prefer",
  waitKillable: true,
};
const STANDALONE: LaunchOptions = {
  ...SPAWNED,
  command: { kind: "fixed", path: "/bin/true", argv: ["true", "-v"] },
  monitored: false,
  report: { kind: "stderr" },
};

function build(arch: LauncherArch, options: LaunchOptions, length = 100) {
  const built = buildLauncher(arch, filterOf(length), options);
  if (!built.ok) throw new Error(built.message);
  // The file ends with the last byte that is not zero; the kernel adds the rest.
  const memory = new Uint8Array(built.image.length + 1024);
  memory.set(built.image);
  return { ...built, view: new DataView(memory.buffer) };
}

interface Segment {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
  readonly memorySize: number;
  readonly alignment: number;
}

/** Elf64_Phdr, elf.h. */
function segments(view: DataView): Segment[] {
  return Array.from({ length: view.getUint16(56, true) }, (_, i) => {
    const at = Number(view.getBigUint64(32, true)) + 56 * i;
    const field = (offset: number) => Number(view.getBigUint64(at + offset, true));
    const [type, flags] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
    return {
      type,
      flags,
      offset: field(8),
      address: field(16),
      fileSize: field(32),
      memorySize: field(40),
      alignment: field(48),
    };
  });
}

const PT_LOAD = 1;
const PT_GNU_STACK = 0x6474e551;

/** e_machine (elf.h), and the largest page of the machine: CONFIG_ARM64_64K_PAGES. */
const TARGETS = {
  x86_64: { machine: 62, pageSize: 4096, interpreter: INTERPRETER_X86_64 },
  aarch64: { machine: 183, pageSize: 65536, interpreter: INTERPRETER_AARCH64 },
} as const;

const IMAGES = LAUNCHER_ARCHES.flatMap(arch =>
  Object.entries({ spawned: SPAWNED, "stand-alone": STANDALONE }).map(([kind, options]) => ({
    name: `${arch}, ${kind}`,
    arch,
    options,
    ...TARGETS[arch],
  })),
);

for (const { name, arch, options, machine, pageSize, interpreter } of IMAGES) {
  for (const length of [2, 100, 4096]) {
    test(`${name}, ${length} instructions: two segments, neither writable and executable, and a plain stack`, () => {
      const { view, image } = build(arch, options, length);
      assert.is(view.getUint16(18, true), machine);
      const [code, data, stack] = segments(view) as [Segment, Segment, Segment];
      assert.equal([code.type, code.flags, data.type, data.flags], [PT_LOAD, 5, PT_LOAD, 6]);
      assert.equal([stack.type, stack.flags], [PT_GNU_STACK, 6]);
      for (const { offset, address, fileSize, memorySize, alignment } of [code, data]) {
        assert.is(offset % pageSize, address % pageSize);
        assert.is(alignment, pageSize);
        assert.ok(offset + fileSize <= image.length && fileSize <= memorySize);
      }
      const lastPage = (segment: Segment) => Math.floor((segment.address + segment.memorySize - 1) / pageSize);
      assert.ok(lastPage(code) < Math.floor(data.address / pageSize), "the segments share no page of memory");
      const entry = Number(view.getBigUint64(24, true));
      assert.is(image[code.offset + entry - code.address], interpreter[0]);
    });
  }
}

test("an image is about 1 KB, its filter and its texts", () => {
  const size = (arch: LauncherArch, options: LaunchOptions) => build(arch, options).image.length - 8 * 100;
  assert.ok(size("x86_64", SPAWNED) < 1900, `${size("x86_64", SPAWNED)}`);
  assert.ok(size("x86_64", STANDALONE) < 2600, `${size("x86_64", STANDALONE)}`);
  assert.ok(size("aarch64", SPAWNED) < 2100, `${size("aarch64", SPAWNED)}`);
});

test("the same filter and options give the same bytes", () => {
  for (const arch of LAUNCHER_ARCHES) assert.equal(build(arch, SPAWNED).image, build(arch, SPAWNED).image);
});

/** Operations as plan-format.s describes them. */
function decode(arch: LauncherArch, view: DataView) {
  const [code, data] = segments(view) as [Segment, Segment];
  const header = 232 + TARGETS[arch].interpreter.length;
  const unit = (at: number) => view.getUint16(header + at, true);
  const operations = [];
  for (let at = 6; header + at < code.fileSize; ) {
    const [call, shape, stage] = [unit(at), unit(at + 2), unit(at + 4)];
    let next = at + 6;
    const args = Array.from({ length: 6 }, (_, i) => {
      const kind = (shape >> (2 * i)) & 3;
      if (kind === 0) return { kind, payload: 0 };
      next += 2;
      return { kind, payload: unit(next - 2) };
    });
    const outcomes = Array.from({ length: shape >> 12 }, (_, i) => ({
      result: view.getInt16(header + next + 4 * i, true),
      target: unit(next + 4 * i + 2),
    }));
    operations.push({
      at,
      nr: call & 0x3fff,
      ticketed: (call >> 14) % 2 === 1,
      builtin: call >> 15 === 1,
      stage,
      args,
      outcomes,
    });
    at = next + 4 * outcomes.length;
  }
  return { operations, dataBase: view.getUint32(header, true), onFailure: unit(4), data };
}

for (const { name, arch, options } of IMAGES) {
  test(`${name}: the plan can be read back from the image, operation by operation`, () => {
    const { view, plan } = build(arch, options);
    const { operations, dataBase, onFailure, data } = decode(arch, view);
    assert.is(dataBase, data.address);
    assert.is(operations.length, plan.operations.length);
    const starts = operations.map(({ at }) => at);
    const startOf = (label: string) => starts[plan.operations.findIndex(operation => operation.label === label)];
    assert.is(onFailure, startOf(plan.onFailure));
    for (const [i, { call, args, ticketed, outcomes, step }] of plan.operations.entries()) {
      const read = operations[i]!;
      assert.equal([read.builtin, read.ticketed], [call.kind === "builtin", ticketed], call.name);
      if (call.kind === "system") assert.is(read.nr, callNumber(arch, call.name));
      for (const [n, arg] of args.entries()) {
        const { kind, payload } = read.args[n]!;
        if (arg.kind !== "constant" && arg.kind !== "named") {
          assert.is(kind, { offset: 1, address: 2, word: 3 }[arg.kind]);
          continue;
        }
        const wide = kind === 3 ? view.getBigInt64(data.offset + payload, true) : BigInt((payload << 16) >> 16);
        const value = arg.kind === "named" ? kernelConstant(arch, arg.name) : arg.value;
        assert.is(wide, value, `${call.name} argument ${n}`);
      }
      for (const { kind } of read.args.slice(args.length)) assert.is(kind, 0);
      for (const [n, { goto }] of outcomes.entries()) {
        assert.is(read.outcomes[n]!.target, goto === undefined ? starts[i + 1] : startOf(goto));
      }
      if (plan.stages === "index") assert.is(read.stage, i);
      else assert.is(textAt(view, data.offset + read.stage), step);
    }
  });
}

function textAt(view: DataView, at: number): string {
  let string = "";
  for (let i = at; view.getUint8(i) !== 0; i++) string += String.fromCharCode(view.getUint8(i));
  return string;
}

// Numbers of asm/unistd.h, which differ; the order is that of the calls that both images make.
for (const [arch, numbers] of [
  ["x86_64", { prctl: 157, openat: 257, getrandom: 318, seccomp: 317, execve: 59 }],
  ["aarch64", { prctl: 167, openat: 56, getrandom: 278, seccomp: 277, execve: 221 }],
] as const) {
  test(`${arch}: calls have the numbers of asm/unistd.h`, () => {
    const { view, plan } = build(arch, SPAWNED);
    const { operations } = decode(arch, view);
    for (const [name, nr] of Object.entries(numbers)) {
      const at = plan.operations.findIndex(({ call }) => call.name === name);
      assert.is(operations[at]!.nr, nr, name);
    }
  });
}

test("sock_fprog points to the filter, as long as it is", () => {
  const { view, plan, image } = build("x86_64", SPAWNED, 321);
  const { operations, data } = decode("x86_64", view);
  const seccomp = operations[plan.operations.findIndex(({ call }) => call.name === "seccomp")]!;
  const fprog = data.offset + seccomp.args[2]!.payload;
  assert.is(view.getUint16(fprog, true), 321);
  const at = Number(view.getBigUint64(fprog + 8, true)) - data.address + data.offset;
  for (let pc = 0; pc < 321; pc++) {
    assert.equal([...image.subarray(at + 8 * pc, at + 8 * pc + 8)], [6, 0, 0, 0, 0, 0, 0xff, 0x7f]);
  }
});

test.run();
