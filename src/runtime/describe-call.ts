// A call in one line, as Sandbox2 writes it: `[X86-32] getpid [20]() IP: 0x401682`. Numbers and argument types are those of the
// ABI that the call came through, whatever the policy is for; arguments are the registers as the kernel saw them.

import { type Arg, archLabel, archOf, type SeccompData, type Syscall, syscallByNr } from "../compiler/index.ts";

/** A call as it was seen: by the monitor whole, by the kernel's log without its arguments. */
export type SeenCall = Omit<SeccompData, "args"> & { readonly args: SeccompData["args"] | undefined };

/** The call with its ABI's label, name, number, arguments (`...` when unknown) and instruction pointer. */
export function describeCall(data: SeenCall): string {
  const arch = archOf(data.arch, data.nr);
  const label = arch === undefined ? `[UNKNOWN_ARCH:${hex(data.arch)}]` : archLabel(arch);
  const call = arch && syscallByNr(arch, data.nr);
  const name = call ? `${call.name} [${data.nr}]` : `UNKNOWN[${data.nr}/${hex(data.nr)}]`;
  return `${label} ${name}(${showArguments(call, data.args)}) IP: ${hex(data.instruction_pointer)}`;
}

function showArguments(call: Syscall | undefined, args: SeenCall["args"]): string {
  if (args === undefined) return "...";
  const shown = call ? call.args.map((arg, i) => showArgument(arg, args[i] ?? 0n)) : args.map(hex);
  return shown.join(", ");
}

/** Pointers, and what is made of bits, in hex; what counts or names something in decimal, with its sign. */
function showArgument(arg: Arg, register: bigint): string {
  const value = asRead(arg, register);
  return arg.pointer || /flag|mode|prot|mask/.test(arg.name) ? hex(BigInt.asUintN(arg.bits, value)) : String(value);
}

/** The value that the kernel reads of a register. */
export function asRead(arg: Arg, register: bigint): bigint {
  return arg.signed ? BigInt.asIntN(arg.bits, register) : BigInt.asUintN(arg.bits, register);
}

function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}
