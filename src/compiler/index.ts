// The compiler's only door. Pure: text in, data out; runs wherever JavaScript does. Nothing outside src/compiler imports
// past this file.

export { ARCHES, type Arch, archLabel, archOf, auditArch, isArch, wordBits } from "./abi/arch.ts";
export { constant, errnoName } from "./abi/constants.ts";
export { type Arg, type Syscall, syscall, syscallByNr, syscallNames, TABLE_VERSION } from "./abi/syscalls.ts";
export { showRet } from "./bpf/action.ts";
export { disassemble } from "./bpf/disassemble.ts";
export { emulate } from "./bpf/emulate.ts";
export { decode, encode } from "./bpf/encode.ts";
export * from "./bpf/instruction.ts";
export { verify } from "./bpf/verify.ts";
export { type CompileOptions, type CompileResult, compile, type Filter, specialise } from "./compile.ts";
export type { Slot } from "./decision/generate.ts";
export {
  Bug,
  type Diagnostic,
  type Fix,
  hasErrors,
  type Severity,
  type Source,
  type Span,
} from "./diagnostics/diagnostic.ts";
export { position, renderDiagnostic } from "./diagnostics/frame.ts";
export { nearest } from "./diagnostics/nearest.ts";
export { retOf, showAction } from "./policy/action.ts";
export type { Condition } from "./policy/condition.ts";
export { type Decider, type Decision, decide } from "./policy/decide.ts";
export type { AbiModel, Action, Fallback, Model, ModelRule, Origin, TicketedCall } from "./policy/model.ts";
