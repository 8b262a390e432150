// What a name means where it stands: group parameters, then constants of the block, the file and its imports, then the
// kernel's. A scope belongs to one ABI, because constants and arguments differ between ABIs.

import type { Arch } from "../abi/arch.ts";
import { constant, constantArches, constantNames } from "../abi/constants.ts";
import {
  ambiguousConstant,
  constantCycle,
  constantNotHere,
  constantsTooDeep,
  tooManySteps,
  unknownConstant,
  unknownParam,
} from "../diagnostics/arguments.ts";
import type { Diagnostic, Span } from "../diagnostics/diagnostic.ts";
import { nearest } from "../diagnostics/nearest.ts";
import type { Const, ConstRef, Expr, ParamRef } from "../syntax/ast.ts";
import type { Module } from "./modules.ts";

export interface Scope {
  readonly arch: Arch;
  readonly module: Module;
  /** Constants of the enclosing policy or group. */
  readonly locals: ReadonlyMap<string, Const>;
  /** A group's parameters, each with the scope of the `use` that gave it. */
  readonly params: ReadonlyMap<string, Bound>;
  /** Constants whose value this is a part of, outermost first. */
  readonly within?: readonly Const[];
  /** What a policy may still look up; not given for a single call. */
  readonly steps?: Allowance;
  readonly report: (diagnostic: Diagnostic) => void;
}

/** What is left of a count that definitions may multiply without end. `at`: where to say that it is used up. */
export interface Allowance {
  left: number;
  readonly at: Span;
}

/** Ten thousand rules take a twentieth of it. */
export const MAX_STEPS = 4_000_000;

/** Constants made of constants: far above what people write, far below what a call stack holds. */
const MAX_WITHIN = 100;

/** An expression and the scope its names belong to. */
export interface Bound {
  readonly expr: Expr;
  readonly scope: Scope;
}

/**
 * Follows parameters and the file's constants to what they stand for, so that callers see literals, kernel constants,
 * arguments and operators only. Undefined after a diagnostic.
 */
export function dereference({ expr, scope }: Bound): Bound | undefined {
  switch (expr.kind) {
    case "param":
      return mayStep(scope) ? dereferenceParam(expr, scope) : undefined;
    case "constant":
      return mayStep(scope) ? dereferenceConstant(expr, scope) : undefined;
    default:
      return { expr, scope };
  }
}

function mayStep({ steps, report }: Scope): boolean {
  if (steps === undefined) return true;
  if (steps.left > 0) steps.left--;
  else report(tooManySteps(steps.at));
  return steps.left > 0;
}

function dereferenceParam(ref: ParamRef, scope: Scope): Bound | undefined {
  const bound = scope.params.get(ref.name);
  if (bound !== undefined) return dereference(bound);
  const names = [...scope.params.keys()];
  scope.report(unknownParam(ref.span, ref.name, names, nearest(ref.name, names)));
  return undefined;
}

function dereferenceConstant(ref: ConstRef, scope: Scope): Bound | undefined {
  const found = findConst(ref, scope);
  if (found === undefined) return { expr: ref, scope };
  const within = scope.within ?? [];
  if (within.includes(found.node)) {
    scope.report(constantCycle(ref.span, ref.name));
    return undefined;
  }
  if (within.length >= MAX_WITHIN) {
    scope.report(constantsTooDeep(ref.span, MAX_WITHIN));
    return undefined;
  }
  return dereference({ expr: found.node.value, scope: { ...found.scope, within: [...within, found.node] } });
}

function findConst({ name, span }: ConstRef, scope: Scope): { node: Const; scope: Scope } | undefined {
  const local = scope.locals.get(name);
  if (local !== undefined) return { node: local, scope };
  const outer = (module: Module): Scope => ({ ...scope, module, locals: new Map(), params: new Map() });
  const own = scope.module.consts.get(name);
  if (own !== undefined) return { node: own, scope: outer(scope.module) };
  const found = openImports(scope.module).filter(({ module }) => module.consts.has(name));
  if (found.length === 0) return undefined;
  const { module } = found[0]!;
  if (found.length > 1) {
    scope.report(
      ambiguousConstant(
        span,
        name,
        found.map(i => i.specifier),
      ),
    );
  }
  return { node: module.consts.get(name)!, scope: outer(module) };
}

/** The imports whose names are seen without a prefix, each file once however often it is imported. */
export function openImports({ imports }: Module): Module["imports"] {
  const open = imports.filter(({ alias }) => alias === undefined);
  return open.filter(({ module }, i) => open.findIndex(other => other.module === module) === i);
}

/** The value of a kernel constant on the scope's ABI: that of the C expression, so possibly negative. */
export function kernelConstant(ref: ConstRef, scope: Scope): bigint | undefined {
  const value = constant(scope.arch, ref.name);
  if (value !== undefined) return value;
  const on = constantArches(ref.name);
  if (on.length > 0) scope.report(constantNotHere(ref.span, ref.name, scope.arch, on));
  else
    scope.report(unknownConstant(ref.span, ref.name, nearest(ref.name, [...ownConstants(scope), ...constantNames()])));
  return undefined;
}

function ownConstants(scope: Scope): string[] {
  const imported = openImports(scope.module).flatMap(i => [...i.module.consts.keys()]);
  return [...scope.locals.keys(), ...scope.module.consts.keys(), ...imported];
}
