// What a name means where it stands: group parameters, then constants of the block, the file and its imports, then the
// kernel's. A scope belongs to one ABI, because constants and arguments differ between ABIs.

import type { Arch } from "../abi/arch.ts";
import { constant, constantArches, constantNames } from "../abi/constants.ts";
import { constantCycle, constantNotHere, unknownConstant, unknownParam } from "../diagnostics/arguments.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
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
  readonly report: (diagnostic: Diagnostic) => void;
}

/** An expression and the scope its names belong to. */
export interface Bound {
  readonly expr: Expr;
  readonly scope: Scope;
}

/**
 * Follows parameters and the file's constants to what they stand for, so that callers see literals, kernel constants,
 * arguments and operators only. Undefined after a diagnostic.
 */
export function dereference({ expr, scope }: Bound, seen: readonly Const[] = []): Bound | undefined {
  switch (expr.kind) {
    case "param":
      return dereferenceParam(expr, scope, seen);
    case "constant":
      return dereferenceConstant(expr, scope, seen);
    default:
      return { expr, scope };
  }
}

function dereferenceParam(ref: ParamRef, scope: Scope, seen: readonly Const[]): Bound | undefined {
  const bound = scope.params.get(ref.name);
  if (bound !== undefined) return dereference(bound, seen);
  const names = [...scope.params.keys()];
  scope.report(unknownParam(ref.span, ref.name, names, nearest(ref.name, names)));
  return undefined;
}

function dereferenceConstant(ref: ConstRef, scope: Scope, seen: readonly Const[]): Bound | undefined {
  const found = findConst(ref.name, scope);
  if (found === undefined) return { expr: ref, scope };
  if (seen.includes(found.node)) {
    scope.report(constantCycle(ref.span, ref.name));
    return undefined;
  }
  return dereference({ expr: found.node.value, scope: found.scope }, [...seen, found.node]);
}

function findConst(name: string, scope: Scope): { node: Const; scope: Scope } | undefined {
  const local = scope.locals.get(name);
  if (local !== undefined) return { node: local, scope };
  const outer = (module: Module): Scope => ({ ...scope, module, locals: new Map(), params: new Map() });
  const own = scope.module.consts.get(name);
  if (own !== undefined) return { node: own, scope: outer(scope.module) };
  for (const { alias, module } of scope.module.imports) {
    const imported = alias === undefined ? module.consts.get(name) : undefined;
    if (imported !== undefined) return { node: imported, scope: outer(module) };
  }
  return undefined;
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
  const imported = scope.module.imports.filter(i => i.alias === undefined).flatMap(i => [...i.module.consts.keys()]);
  return [...scope.locals.keys(), ...scope.module.consts.keys(), ...imported];
}
