// A forbidden call in words: `[X86-32] getpid [20]() IP: 0x401682`, the statement of the policy that forbids it, and the
// smallest rule that would allow it. Numbers and argument types are those of the ABI that the call came through, whatever
// the policy is for. Arguments are the registers as the kernel saw them; nothing is read from the program's memory, which
// it could change and which is gone once it is killed.

import {
  type Arch,
  type Arg,
  archLabel,
  archOf,
  type Condition,
  type Decision,
  decide,
  type Filter,
  position,
  type SeccompData,
  type Source,
  type Span,
  type Syscall,
  showAction,
  syscall,
  syscallByNr,
} from "../compiler/index.ts";
import { escapeControls } from "./escape.ts";
import type { Held } from "./held-process.ts";

/** A call as it was seen: by the monitor whole, by the kernel's log without its arguments. */
export type SeenCall = Omit<SeccompData, "args"> & { readonly args: SeccompData["args"] | undefined };

export interface Report {
  /** The calling thread as the monitor saw it; 0 where that cannot be told. */
  readonly tid: number;
  /** What the thread called itself: forgeable, and empty when it was gone already. */
  readonly program: string;
  readonly data: SeenCall;
  /** What the process looked like while the call was held. Untrusted; undefined where it could not be looked at. */
  readonly held?: Held;
}

export interface Violation extends Report {
  /** The ABI the call came through; undefined for a machine without a table. */
  readonly arch: Arch | undefined;
  /** The call's name on that ABI, where it has one. */
  readonly call: string | undefined;
  /** `[X86-32] getpid [20]() IP: 0x401682` */
  readonly description: string;
  /** `crc4.policy:5 default kill` */
  readonly because: string;
  readonly suggestion: Suggestion;
}

/** rule: add this text, above the statement that decides now where `before` names one. none: no rule can, and why. */
export type Suggestion =
  | { readonly kind: "rule"; readonly rule: string; readonly before: string | undefined }
  | { readonly kind: "none"; readonly why: string };

/** The policy a program ran under: as written, as launched (kills notified, guards added), and its siblings' targets. */
export interface Enforced {
  readonly written: Filter;
  readonly launched: Filter;
  readonly targets: readonly Arch[];
  readonly sources: readonly Source[];
}

export function describeViolation(enforced: Enforced, report: Report): Violation {
  const { data } = report;
  const arch = archOf(data.arch, data.nr);
  const decision = decideSeen(enforced, data);
  return {
    ...report,
    program: escapeControls(report.program),
    arch,
    call: arch && syscallByNr(arch, data.nr)?.name,
    description: describeCall(data),
    because:
      decision === undefined
        ? "a rule on its arguments, which are not known"
        : describeDecision(decision, enforced.sources),
    suggestion:
      decision === undefined
        ? { kind: "none", why: "the arguments decide and are not known; run with the monitor to see them" }
        : suggestRule(enforced, decision, data),
  };
}

/** undefined when the arguments decide and were not seen. */
function decideSeen({ written, launched }: Enforced, { args, ...rest }: SeenCall): Decision | undefined {
  const data = { ...rest, args: args ?? ([0n, 0n, 0n, 0n, 0n, 0n] as const) };
  const guarded = decide(launched.model, data);
  if (guarded.by.kind === "guard") return guarded;
  const tested = written.model.abis.some(abi =>
    abi.rules.some(rule => rule.nr === data.nr && argumentsOf(rule.condition).length > 0),
  );
  return args === undefined && tested ? undefined : decide(written.model, data);
}

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

function asRead(arg: Arg, register: bigint): bigint {
  return arg.signed ? BigInt.asIntN(arg.bits, register) : BigInt.asUintN(arg.bits, register);
}

/** `crc4.policy:5 default kill`: where the statement stands, then what it says. */
export function describeDecision({ by, action }: Decision, sources: readonly Source[]): string {
  const verdict = showAction(action);
  switch (by.kind) {
    case "rule": {
      const name = syscallByNr(by.abi.arch, by.rule.nr)?.name ?? `syscall(${by.rule.nr})`;
      const uses = by.rule.origin.uses.map(use => `, used at ${place(use, sources)}`).join("");
      return `${place(by.rule.origin.span, sources)} ${verdict} ${name}${uses}`;
    }
    case "default":
    case "unknown":
    case "foreign": {
      const { origin } = by.fallback;
      return origin
        ? `${place(origin.span, sources)} ${by.kind} ${verdict}`
        : `${by.kind} ${verdict}, as no \`${by.kind}\` is written`;
    }
    case "guard":
      return "a program that answers to a monitor may not add filters of its own";
    case "ticket":
    case "no-call":
      return verdict;
  }
}

function place(span: Span, sources: readonly Source[]): string {
  const source = sources.find(({ name }) => name === span.source);
  return source ? `${span.source}:${position(source, span.start).line}` : span.source;
}

/** The rule names the arguments that the policy already tests for this call, at the values seen, and no others. */
function suggestRule({ written, targets, sources }: Enforced, { by }: Decision, data: SeenCall): Suggestion {
  if (by.kind === "foreign") return { kind: "none", why: whyForeign(written.target, archOf(data.arch, data.nr)) };
  if (by.kind === "guard")
    return { kind: "none", why: "no rule can: the newest filter is asked first, so this would be an escape" };
  if (!("abi" in by)) return { kind: "none", why: "the policy lets it pass" };

  const { abi } = by;
  const call = syscallByNr(abi.arch, data.nr);
  const target = call ? `${call.name}${onlyOn(call.name, abi.arch, targets)}` : `syscall(${data.nr})`;
  const tested = new Set(abi.rules.filter(rule => rule.nr === data.nr).flatMap(rule => argumentsOf(rule.condition)));
  const terms = (call?.args ?? []).flatMap((arg, index) => {
    const register = data.args?.[index];
    return register === undefined || arg.pointer || !tested.has(index)
      ? []
      : [`${arg.name} == ${asRead(arg, register)}`];
  });
  const guard = terms.length === 0 ? "" : ` if ${terms.join(" and ")}`;
  const before = by.kind === "rule" ? place(by.rule.origin.uses.at(-1) ?? by.rule.origin.span, sources) : undefined;
  return { kind: "rule", rule: `allow ${target}${guard}`, before };
}

function whyForeign(target: Arch, came: Arch | undefined): string {
  if (came === undefined) return "no rule can: the call came through an ABI that policyc has no table for";
  const compat = came === "x32" ? "" : `; only \`compat ${came}\`, with rules \`on ${came}\`, opens that way in`;
  return `no rule for ${target} can: the call came through ${came}, whose numbers mean other calls${compat}`;
}

/** A name that another target lacks, or a second ABI's own call, must say where it holds. */
function onlyOn(name: string, arch: Arch, targets: readonly Arch[]): string {
  return targets.every(target => syscall(target, name) !== undefined) && targets.includes(arch) ? "" : ` on ${arch}`;
}

function argumentsOf(condition: Condition): number[] {
  switch (condition.kind) {
    case "always":
    case "never":
      return [];
    case "not":
      return argumentsOf(condition.of);
    case "and":
    case "or":
      return condition.of.flatMap(argumentsOf);
    case "masked":
    case "atMost":
      return [condition.argument.index];
    case "same":
    case "less":
      return [condition.left.index, condition.right.index];
  }
}

function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}
