// The side of a comparison that reads the call: an argument by name or register, whole or masked.

import { ARCHES, type Arch, wordBits } from "../abi/arch.ts";
import { type ArgumentConstants, argumentConstants } from "../abi/argument-constants.ts";
import { type Arg, type Syscall, syscall } from "../abi/syscalls.ts";
import {
  argumentNotHere,
  computedArgument,
  constantTooBig,
  rawIndex,
  unknownArgument,
} from "../diagnostics/arguments.ts";
import type { Span } from "../diagnostics/diagnostic.ts";
import { nearest } from "../diagnostics/nearest.ts";
import type { Expr } from "../syntax/ast.ts";
import { type Argument, fullMask } from "./condition.ts";
import { type Bound, dereference, type Scope } from "./scope.ts";
import { patternOf, readsArgument } from "./values.ts";

/** The call a condition stands at, on one ABI. `facts` is missing for a bare number that the table does not name. */
export interface CallSite {
  readonly name: string;
  readonly arch: Arch;
  readonly facts: Syscall | undefined;
}

export interface Subject {
  readonly argument: Argument;
  /** Full, unless the text masks it. */
  readonly mask: bigint;
  readonly name: string;
  /** The C type as the kernel declares it. */
  readonly type: string;
  readonly pointer: boolean;
  readonly constants: ArgumentConstants | undefined;
  readonly span: Span;
}

export function isMasked(subject: Subject): boolean {
  return subject.mask !== fullMask(subject.argument.bits);
}

/** Reads `fd`, `raw[1]`, `flags & MASK`; undefined after a diagnostic. */
export function subjectOf(bound: Bound, site: CallSite): Subject | undefined {
  const at = dereference(bound);
  if (at === undefined) return undefined;
  const { expr, scope } = at;
  switch (expr.kind) {
    case "arg":
      return namedArgument(expr.name, expr.span, scope, site);
    case "raw":
      return register(expr.index.value, expr.span, scope, site);
    case "&":
      return masked(expr.left, expr.right, expr.span, scope, site);
    default:
      scope.report(computedArgument(expr.span));
      return undefined;
  }
}

function namedArgument(name: string, span: Span, scope: Scope, site: CallSite): Subject | undefined {
  const args = site.facts?.args ?? [];
  const index = args.findIndex(arg => isCalled(arg, name));
  const arg = args[index];
  if (arg !== undefined) {
    const argument: Argument = { index, bits: arg.bits, signed: arg.signed };
    const constants = argumentConstants(site.name, arg.name);
    const { type, pointer } = arg;
    return { argument, mask: fullMask(arg.bits), name, type, pointer, constants, span };
  }
  const elsewhere = ARCHES.filter(arch => syscall(arch, site.name)?.args.some(other => isCalled(other, name)));
  if (elsewhere.length > 0) {
    scope.report(argumentNotHere(span, site.name, name, site.arch, elsewhere));
  } else {
    const names = args.map(other => other.name);
    const similar = nearest(name, [...names, ...args.flatMap(other => other.aliases)]);
    scope.report(unknownArgument(span, site.name, name, names, similar));
  }
  return undefined;
}

function isCalled(arg: Arg, name: string): boolean {
  return arg.name === name || arg.aliases.includes(name);
}

function register(index: bigint, span: Span, scope: Scope, site: CallSite): Subject | undefined {
  if (index > 5n) {
    scope.report(rawIndex(span, index));
    return undefined;
  }
  // x32's longs have 32 bits, its registers all 64.
  const bits = site.arch === "x32" ? 64 : wordBits(site.arch);
  return {
    argument: { index: Number(index), bits, signed: false },
    mask: fullMask(bits),
    name: `raw[${index}]`,
    type: "register",
    pointer: false,
    constants: undefined,
    span,
  };
}

function masked(left: Expr, right: Expr, span: Span, scope: Scope, site: CallSite): Subject | undefined {
  const leftReads = readsArgument({ expr: left, scope });
  if (leftReads && readsArgument({ expr: right, scope })) {
    scope.report(computedArgument(span));
    return undefined;
  }
  const subject = subjectOf({ expr: leftReads ? left : right, scope }, site);
  if (subject === undefined) return undefined;
  const { bits } = subject.argument;
  const mask = patternOf({ expr: leftReads ? right : left, scope }, bits);
  if (mask === undefined) return undefined;
  if (mask > fullMask(bits)) {
    scope.report(constantTooBig((leftReads ? right : left).span, mask, subject.name, subject.type, bits));
    return undefined;
  }
  return { ...subject, mask: subject.mask & mask, span };
}
