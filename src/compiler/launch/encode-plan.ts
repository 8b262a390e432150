// LaunchPlan -> the two runs of bytes of an image: the plan as the interpreter of its target reads it (the format is described
// at the head of plan-format.s) and the data segment. The data segment keeps all that is not zero in front, so that an
// image need not hold the rest. Every reference is resolved here; one that leads nowhere is a defect of the plan's author.

import { Bug } from "../diagnostics/diagnostic.ts";
import { alignTo, concatenate, littleEndian, text } from "./datum.ts";
import { type Builtin, type Datum, FRAME, type LaunchPlan, type Operation, type Outcome, type Value } from "./plan.ts";
import {
  BUILTIN_APPEND,
  BUILTIN_COUNT,
  BUILTIN_DECIMAL,
  BUILTIN_HALT,
  BUILTIN_LOAD,
  BUILTIN_STORE,
  BUILTIN_STORE32,
  BUILTIN_TAKE,
  BUILTIN_VALUE,
  CALL_BUILTIN_BIT,
  CALL_TICKET_BIT,
  FRAME_SIZE,
  OUTCOME_ANY,
  OUTCOME_NOT_NEGATIVE,
  PLAN_HEADER_SIZE,
} from "./plan-format.gen.ts";
import { callNumber, kernelConstant, type LauncherArch } from "./target.ts";

export interface EncodedPlan {
  /** Follows the interpreter's code. */
  readonly plan: Uint8Array;
  readonly data: Uint8Array;
  /** Bytes of `data` up to the last that is not zero. */
  readonly dataFileSize: number;
  /** Where each datum is in `data`. */
  readonly places: ReadonlyMap<string, number>;
}

export const BUILTINS: { readonly [builtin in Builtin]: number } = {
  value: BUILTIN_VALUE,
  load: BUILTIN_LOAD,
  store: BUILTIN_STORE,
  store32: BUILTIN_STORE32,
  count: BUILTIN_COUNT,
  take: BUILTIN_TAKE,
  append: BUILTIN_APPEND,
  decimal: BUILTIN_DECIMAL,
  halt: BUILTIN_HALT,
};

/** Offsets in plan and data are 16 bits. A filter is at most 32 KB, so only an absurd plan comes near. */
export const MAXIMUM_SIZE = 0x10000;

/** `dataBase` tells where the data segment will be, given the size of the plan. */
export function encodePlan(plan: LaunchPlan, dataBase: (planSize: number) => number): EncodedPlan {
  const resolved = plan.operations.map(operation => resolve(plan.arch, operation));
  const data = [...plan.data, ...literals(resolved), ...(plan.stages === "text" ? stageTexts(plan) : [])];
  const places = layOut(data);
  const targets = operationOffsets(resolved);
  const planSize = targets.end;
  if (plan.operations.at(-1)?.outcomes.some(({ goto }) => goto === undefined))
    throw new Bug("a launch plan without an end");
  const base = dataBase(planSize);
  const header = [littleEndian(base, 4), littleEndian(find(targets.labels, plan.onFailure), 2)];
  const operations = resolved.map((operation, index) => {
    const stage = plan.stages === "index" ? index : find(places, stageText(operation.step));
    return encodeOperation(operation, stage, places, targets.labels, targets.offsets[index + 1]!);
  });
  const bytes = fillData(data, places, base);
  if (planSize > MAXIMUM_SIZE || bytes.length > MAXIMUM_SIZE) throw new Bug(`a launch plan of ${planSize} bytes`);
  const lastByte = bytes.findLastIndex(byte => byte !== 0);
  return { plan: concatenate([...header, ...operations]), data: bytes, dataFileSize: lastByte + 1, places };
}

/** An operation with the numbers that its target has for the names in it. */
interface Resolved extends Operation {
  readonly number: number;
  readonly args: readonly ResolvedValue[];
}

type ResolvedValue = Exclude<Value, { readonly kind: "named" }>;

function resolve(arch: LauncherArch, operation: Operation): Resolved {
  const { call, args } = operation;
  const number = call.kind === "system" ? callNumber(arch, call.name) : BUILTINS[call.name] | (1 << CALL_BUILTIN_BIT);
  return { ...operation, number, args: args.map(arg => resolveValue(arch, arg)) };
}

function resolveValue(arch: LauncherArch, value: Value): ResolvedValue {
  return value.kind === "named" ? { kind: "constant", value: kernelConstant(arch, value.name) } : value;
}

/** Constants that do not fit in 16 bits become words of the data segment. */
function literals(operations: readonly Resolved[]): Datum[] {
  const constants = operations.flatMap(({ args }) => args.flatMap(arg => (arg.kind === "constant" ? [arg.value] : [])));
  const names = new Map(constants.filter(isWide).map(value => [literal(value), littleEndian(value, 8)]));
  return [...names].map(([name, bytes]) => ({ name, bytes }));
}

function isWide(value: bigint): boolean {
  return value < -0x8000n || value > 0x7fffn;
}

function literal(value: bigint): string {
  return `literal ${value}`;
}

function stageTexts(plan: LaunchPlan): Datum[] {
  const steps = new Set(plan.operations.map(operation => operation.step));
  return [...steps].map(step => ({ name: stageText(step), bytes: text(step), alignment: 1 }));
}

function stageText(step: string): string {
  return `step ${step}`;
}

function layOut(data: readonly Datum[]): ReadonlyMap<string, number> {
  if (data[0]?.name !== FRAME || data[0].bytes.length !== FRAME_SIZE) throw new Bug("a launch plan without its frame");
  const filled = data.filter(datum => datum.name === FRAME || !isZero(datum));
  const zero = data.filter(datum => datum.name !== FRAME && isZero(datum));
  const places = new Map<string, number>();
  let at = 0;
  for (const datum of [...filled, ...zero]) {
    if (places.has(datum.name)) throw new Bug(`two data called ${datum.name}`);
    at = alignTo(at, datum.alignment ?? 8);
    places.set(datum.name, at);
    at += datum.bytes.length;
  }
  return places;
}

function isZero(datum: Datum): boolean {
  return datum.pointers === undefined && datum.bytes.every(byte => byte === 0);
}

function fillData(data: readonly Datum[], places: ReadonlyMap<string, number>, base: number): Uint8Array {
  const end = Math.max(...data.map(datum => find(places, datum.name) + datum.bytes.length));
  const bytes = new Uint8Array(alignTo(end, 8));
  for (const datum of data) {
    const place = find(places, datum.name);
    bytes.set(datum.bytes, place);
    for (const { at, to } of datum.pointers ?? []) bytes.set(littleEndian(base + find(places, to), 8), place + at);
  }
  return bytes;
}

function operationOffsets(operations: readonly Resolved[]) {
  const labels = new Map<string, number>();
  const offsets: number[] = [];
  let at = PLAN_HEADER_SIZE;
  for (const { label, args, outcomes } of operations) {
    if (label !== undefined && labels.has(label)) throw new Bug(`two operations labelled ${label}`);
    if (label !== undefined) labels.set(label, at);
    offsets.push(at);
    at += 6 + 2 * args.filter(arg => shapeOf(arg) !== 0).length + 4 * outcomes.length;
  }
  offsets.push(at);
  return { labels, offsets, end: at };
}

function shapeOf(value: ResolvedValue): 0 | 1 | 2 | 3 {
  switch (value.kind) {
    case "constant":
      return value.value === 0n ? 0 : isWide(value.value) ? 3 : 1;
    case "offset":
      return 1;
    case "address":
      return 2;
    case "word":
      return 3;
  }
}

function encodeOperation(
  operation: Resolved,
  stage: number,
  places: ReadonlyMap<string, number>,
  labels: ReadonlyMap<string, number>,
  below: number,
): Uint8Array {
  const { call, number, args, ticketed, outcomes } = operation;
  if (args.length > (ticketed ? 5 : 6) || outcomes.length > 15)
    throw new Bug(`${call.name} does not fit in an operation`);
  const shape = args.reduce((bits, arg, index) => bits | (shapeOf(arg) << (2 * index)), outcomes.length << 12);
  const payload = args.filter(arg => shapeOf(arg) !== 0).map(arg => payloadOf(arg, places));
  const targets = outcomes.flatMap(({ when, goto }) => [
    resultOf(when),
    goto === undefined ? below : find(labels, goto),
  ]);
  const units = [number | (ticketed ? 1 << CALL_TICKET_BIT : 0), shape, stage, ...payload, ...targets];
  return concatenate(units.map(unit => littleEndian(unit, 2)));
}

function payloadOf(value: ResolvedValue, places: ReadonlyMap<string, number>): number {
  if (value.kind !== "constant") return find(places, value.of) + value.plus;
  return isWide(value.value) ? find(places, literal(value.value)) : Number(value.value);
}

function resultOf(when: Outcome["when"]): number {
  switch (when.kind) {
    case "equals":
      if (when.value < -0x8000 || when.value >= OUTCOME_NOT_NEGATIVE) throw new Bug(`a result of ${when.value}`);
      return when.value;
    case "not-negative":
      return OUTCOME_NOT_NEGATIVE;
    case "any":
      return OUTCOME_ANY;
  }
}

function find(places: ReadonlyMap<string, number>, name: string): number {
  const place = places.get(name);
  if (place === undefined) throw new Bug(`a launch plan refers to ${name}, which it does not have`);
  return place;
}
