// A launcher's image -> the plan and the filter in it, for `policyc explain` and `policyc disasm`; undefined for a file that is
// no launcher with one of these interpreters, which also tell the target. Of what the encoder drops, names of data and labels are made up, constants are named as
// the arguments of their calls are, and steps are known only where the image carries their texts (a stand-alone launcher).

import { argumentConstants } from "../abi/argument-constants.ts";
import { constant } from "../abi/constants.ts";
import { syscall, syscallByNr } from "../abi/syscalls.ts";
import { decode } from "../bpf/encode.ts";
import type { SockFilter } from "../bpf/instruction.ts";
import { CANARY_NR } from "./canary.ts";
import { CODE_OFFSET, interpreterOf } from "./elf.ts";
import { BUILTINS, MAXIMUM_SIZE } from "./encode-plan.ts";
import { type Builtin, FRAME, type LaunchPlan, type Operation, type Outcome, type Value } from "./plan.ts";
import {
  CALL_BUILTIN_BIT,
  CALL_TICKET_BIT,
  FRAME_SIZE,
  OUTCOME_ANY,
  OUTCOME_NOT_NEGATIVE,
  PLAN_HEADER_SIZE,
} from "./plan-format.gen.ts";
import { callNumber, LAUNCHER_ARCHES, type LauncherArch } from "./target.ts";

export interface DecodedLauncher {
  readonly plan: LaunchPlan;
  /** As it is in the file: the ticket's constants are 0. */
  readonly program: readonly SockFilter[];
}

export function decodeLauncher(image: Uint8Array): DecodedLauncher | undefined {
  const arch = LAUNCHER_ARCHES.find(each => interpreterOf(each).every((byte, i) => image[CODE_OFFSET + i] === byte));
  if (arch === undefined) return undefined;
  try {
    return decodeImage(arch, image);
  } catch (error) {
    // A view beyond the end: a file that was cut short or changed.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function decodeImage(arch: LauncherArch, image: Uint8Array): DecodedLauncher {
  const memory = readSegments(arch, image);
  const raw = readOperations(memory);
  const stages = raw.every(({ stage }, index) => stage === index) ? "index" : "text";
  const labels = new Map(jumpTargets(raw, memory).map((at, index) => [at, `L${index + 1}`]));
  const operations = raw.map((operation, index) => named(operation, raw[index + 1]?.at, labels, memory, stages));
  const plan = { arch, operations, data: [], onFailure: labels.get(memory.onFailure)!, stages } as const;
  return { plan, program: readProgram(raw, memory) };
}

interface Memory {
  readonly arch: LauncherArch;
  readonly code: DataView;
  readonly planSize: number;
  readonly onFailure: number;
  readonly data: Uint8Array;
  readonly dataBase: number;
}

/** Elf64_Phdr: the first is the code's, the second the data's; both have p_offset at 8, p_filesz at 32, p_memsz at 40. */
function readSegments(arch: LauncherArch, image: Uint8Array): Memory {
  const view = new DataView(image.buffer, image.byteOffset, image.length);
  const field = (segment: number, at: number) => Number(view.getBigUint64(64 + 56 * segment + at, true));
  const planAt = CODE_OFFSET + interpreterOf(arch).length;
  if (field(1, 40) > MAXIMUM_SIZE) throw new RangeError("a data segment that no launcher has");
  const data = new Uint8Array(field(1, 40));
  data.set(image.subarray(field(1, 8), field(1, 8) + field(1, 32)));
  const code = new DataView(image.buffer, image.byteOffset + planAt, field(0, 32) - planAt);
  return {
    arch,
    code,
    planSize: code.byteLength,
    onFailure: code.getUint16(4, true),
    data,
    dataBase: code.getUint32(0, true),
  };
}

interface RawOperation {
  readonly at: number;
  readonly call: number;
  readonly stage: number;
  /** Shape and payload, as at the head of plan-format.s. */
  readonly args: readonly { readonly shape: number; readonly payload: number }[];
  readonly outcomes: readonly { readonly result: number; readonly target: number }[];
}

function readOperations({ code, planSize }: Memory): RawOperation[] {
  const operations: RawOperation[] = [];
  for (let next = PLAN_HEADER_SIZE; next < planSize; ) {
    const at = next;
    const shapes = code.getUint16(at + 2, true);
    next += 6;
    const args = Array.from({ length: 6 }, (_, i) => {
      const shape = (shapes >> (2 * i)) & 3;
      if (shape === 0) return { shape, payload: 0 };
      next += 2;
      return { shape, payload: code.getInt16(next - 2, true) };
    });
    const outcomes = Array.from({ length: shapes >> 12 }, () => {
      next += 4;
      return { result: code.getInt16(next - 4, true), target: code.getUint16(next - 2, true) };
    });
    operations.push({ at, call: code.getUint16(at, true), stage: code.getUint16(at + 4, true), args, outcomes });
  }
  return operations;
}

/** Where a branch leads that is not to the operation below it, and where failures go on; ascending. */
function jumpTargets(operations: readonly RawOperation[], { onFailure }: Memory): number[] {
  const targets = operations.flatMap(({ outcomes }, i) =>
    outcomes.map(({ target }) => target).filter(target => target !== operations[i + 1]?.at),
  );
  return [...new Set([...targets, onFailure])].sort((a, b) => a - b);
}

function named(
  { at, call, stage, args, outcomes }: RawOperation,
  below: number | undefined,
  labels: ReadonlyMap<number, string>,
  memory: Memory,
  stages: LaunchPlan["stages"],
): Operation {
  const nr = call & ((1 << CALL_TICKET_BIT) - 1);
  const which =
    call >> CALL_BUILTIN_BIT === 1 ? builtinBy(nr) : ({ kind: "system", name: callName(memory.arch, nr) } as const);
  const label = labels.get(at);
  const used = Math.max(args.findLastIndex(({ shape }) => shape !== 0) + 1, arity(memory.arch, which));
  return {
    call: which,
    args: args.slice(0, used).map(({ shape, payload }, i) => argumentOf(shape, payload, which.name, i, memory)),
    ticketed: ((call >> CALL_TICKET_BIT) & 1) === 1,
    outcomes: outcomes.map(({ result, target }) =>
      outcomeOf(result, target === below ? undefined : labels.get(target)),
    ),
    step: stages === "text" ? (textAt(memory, stage) ?? "") : "",
    ...(label === undefined ? {} : { label }),
  };
}

/** How many arguments to show though they be 0. prctl(2) takes as many as its option has. */
function arity(arch: LauncherArch, call: Operation["call"]): number {
  if (call.kind === "builtin") return ARITY[call.name];
  return call.name === "prctl" ? 1 : (syscall(arch, call.name)?.args.length ?? 0);
}

const ARITY: { readonly [builtin in Builtin]: number } = {
  value: 1,
  load: 1,
  store: 2,
  store32: 2,
  count: 2,
  take: 1,
  append: 3,
  decimal: 3,
  halt: 0,
};

function builtinBy(number: number): Operation["call"] {
  const found = (Object.keys(BUILTINS) as Builtin[]).find(name => BUILTINS[name] === number);
  return { kind: "builtin", name: found ?? "halt" };
}

function callName(arch: LauncherArch, nr: number): string {
  return nr === CANARY_NR ? "canary" : (syscallByNr(arch, nr)?.name ?? `${nr}`);
}

function argumentOf(shape: number, payload: number, call: string, index: number, memory: Memory): Value {
  const place = payload & 0xffff;
  const isText = shape === 2 || (call === "append" && shape === 1);
  // A word too wide for 16 bits is a constant, or the address of a text; others are counters and results.
  const value = shape === 3 && place >= FRAME_SIZE ? wordAt(memory, place) : 0n;
  const word = value > 0x7fffn ? value : 0n;
  const text = textAt(memory, isText ? place : Number(word) - memory.dataBase);
  if (text !== undefined) return { kind: "address", of: JSON.stringify(text), plus: 0 };
  if (shape < 2) return constantOf(memory.arch, BigInt(payload), call, index);
  const name = word === 0n ? undefined : nameOf(memory.arch, word, call, index);
  if (name !== undefined) return { kind: "named", name };
  const kind = shape === 2 ? "address" : "word";
  return place < FRAME_SIZE ? { kind, of: FRAME, plus: place } : { kind, of: "data", plus: place };
}

function constantOf(arch: LauncherArch, value: bigint, call: string, index: number): Value {
  const name = nameOf(arch, value, call, index);
  return name === undefined ? { kind: "constant", value } : { kind: "named", name };
}

/** The constant, or for flags those that make it up, by the family that the call's argument takes. */
function nameOf(arch: LauncherArch, value: bigint, call: string, index: number): string | undefined {
  const arg = syscall(arch, call)?.args[index];
  const family = arg && argumentConstants(call, arg.name);
  if (family === undefined) return undefined;
  const names = [...family.constants, ...family.modifiers].filter(name => constant(arch, name) !== undefined);
  const exact = names.find(name => constant(arch, name) === value);
  if (exact !== undefined || family.kind === "enum" || value <= 0n) return exact;
  const bits = names.filter(name => isOneBitOf(value, constant(arch, name)!));
  const union = bits.reduce((all, name) => all | constant(arch, name)!, 0n);
  return union === value ? bits.join(" | ") : undefined;
}

function isOneBitOf(value: bigint, bit: bigint): boolean {
  return bit > 0n && (bit & (bit - 1n)) === 0n && (value & bit) === bit;
}

function outcomeOf(result: number, goto: string | undefined): Outcome {
  const leading = goto === undefined ? {} : { goto };
  if (result === OUTCOME_ANY) return { when: { kind: "any" }, ...leading };
  if (result === OUTCOME_NOT_NEGATIVE) return { when: { kind: "not-negative" }, ...leading };
  return { when: { kind: "equals", value: result }, ...leading };
}

/** Printable ASCII up to a NUL, if that is what is there. */
function textAt({ data }: Memory, at: number): string | undefined {
  if (!(at >= FRAME_SIZE && at < data.length)) return undefined;
  const end = data.indexOf(0, at);
  const bytes = [...data.subarray(at, end)];
  if (bytes.length < 2 || bytes.some(byte => (byte < 0x20 && byte !== 0x0a) || byte > 0x7e)) return undefined;
  return String.fromCharCode(...bytes);
}

function wordAt({ data }: Memory, at: number): bigint {
  return new DataView(data.buffer).getBigUint64(at, true);
}

/** What struct sock_fprog, the third argument of seccomp(2), points to. */
function readProgram(operations: readonly RawOperation[], memory: Memory): readonly SockFilter[] {
  const seccomp = operations.find(({ call }) => call === callNumber(memory.arch, "seccomp"));
  if (seccomp === undefined) return [];
  const fprog = seccomp.args[2]!.payload & 0xffff;
  const length = memory.data[fprog]! | (memory.data[fprog + 1]! << 8);
  const at = Number(wordAt(memory, fprog + 8)) - memory.dataBase;
  const decoded = decode(memory.data.slice(at, at + 8 * length));
  return decoded.ok ? decoded.program : [];
}
