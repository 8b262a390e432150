// A call as text that `policyc eval` takes back: `x86_64 read(0, 0x7ffe, 5)`.

import { archOf } from "./arch.ts";
import { type Arg, syscallByNr } from "./syscalls.ts";

/** Numbers without a name as `syscall(500)(0)`; a machine without a table by its audit arch. */
export function showCall(data: {
  readonly arch: number;
  readonly nr: number;
  readonly args: readonly bigint[];
}): string {
  const arch = archOf(data.arch, data.nr);
  const call = arch && syscallByNr(arch, data.nr);
  const machine = arch ?? `arch ${hex(data.arch)}`;
  if (call === undefined) return `${machine} syscall(${data.nr})(${trimmed(data.args).map(showNumber).join(", ")})`;
  const args = call.args.map((arg, index) => showArgument(arg, data.args[index]!));
  return `${machine} ${call.name}(${args.join(", ")})`;
}

/** What eval reads back as the same register: the whole of it where the upper half is not the value's own. */
function showArgument(arg: Arg, register: bigint): string {
  const value = arg.signed ? BigInt.asIntN(arg.bits, register) : BigInt.asUintN(arg.bits, register);
  return BigInt.asUintN(64, value) === register ? showNumber(value) : showNumber(register);
}

function showNumber(value: bigint): string {
  return value < 1024n ? String(value) : hex(value);
}

function trimmed(args: readonly bigint[]): readonly bigint[] {
  return args.slice(0, args.findLastIndex(arg => arg !== 0n) + 1);
}

function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}
