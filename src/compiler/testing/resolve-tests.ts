// The test blocks of a file, with names looked up: what each row claims, on each target that it is about. In: the main module
// and its resolved policies; out: claims, to be proved by prove-rows.ts. Blocks of imported files are theirs, not ours.

import { ARCHES, type Arch, isArch, machineOf } from "../abi/arch.ts";
import { archesWith } from "../abi/syscalls.ts";
import type { Diagnostic, Span } from "../diagnostics/diagnostic.ts";
import { nearest } from "../diagnostics/nearest.ts";
import { unknownArch, unknownPolicy } from "../diagnostics/structure.ts";
import { inRow, neverSeen, onNoTarget } from "../diagnostics/tests.ts";
import { actionOf } from "../policy/action.ts";
import type { Condition } from "../policy/condition.ts";
import type { Action } from "../policy/model.ts";
import type { Module } from "../policy/modules.ts";
import type { ResolvedPolicy } from "../policy/resolve.ts";
import type { Scope } from "../policy/scope.ts";
import { siteOf } from "../policy/site.ts";
import type { Const, Name, TestRow } from "../syntax/ast.ts";
import { rowCondition } from "./row-condition.ts";

export interface ResolvedTest {
  readonly policy: string;
  readonly title: string | undefined;
  readonly span: Span;
  readonly rows: readonly ResolvedRow[];
}

export interface ResolvedRow {
  readonly span: Span;
  /** One a target that the row is about. */
  readonly claims: readonly Claim[];
}

/** On `target`, every call of `nr` through `arch` whose arguments meet the condition gets the action. */
export interface Claim {
  readonly target: Arch;
  readonly arch: Arch;
  readonly nr: number;
  readonly call: string;
  readonly condition: Condition;
  readonly action: Action;
}

type Report = (diagnostic: Diagnostic) => void;

/** Tests of policies that are not among `policies` (broken, or not asked for) are left out. */
export function resolveTests(
  main: Module,
  policies: readonly ResolvedPolicy[],
  report: Report,
): readonly ResolvedTest[] {
  const named = new Map(main.file.policies.map(policy => [policy.name.text, policy]));
  const names = [...named.keys()];
  return main.file.tests.flatMap(({ policy: { text, span: at }, title, rows, span }) => {
    const policy = named.get(text);
    if (policy === undefined) {
      report(unknownPolicy(at, text, names, nearest(text, names)));
      return [];
    }
    const targets = policies.filter(each => each.name === text);
    if (targets.length === 0) return [];
    // A test speaks of its policy, so that it may use the policy's own constants.
    const locals = new Map(policy.items.filter(item => item.kind === "const").map(item => [item.name.text, item]));
    const resolved = rows.map(row => resolveRow(row, targets, main, locals, report));
    return [{ policy: text, title: title?.text, span, rows: resolved }];
  });
}

function resolveRow(
  row: TestRow,
  policies: readonly ResolvedPolicy[],
  module: Module,
  locals: ReadonlyMap<string, Const>,
  report: Report,
): ResolvedRow {
  const { call } = row.call;
  const having = call.kind === "name" ? archesWith(call.name.text) : [];
  const targets = policies.map(policy => policy.target).filter(target => having.includes(target));
  const places = placesOf(row.call.arch, policies, report);
  const isNowhere = places.length > 0 && !places.some(({ arch }) => having.includes(arch));
  if (call.kind === "name" && row.call.optional && having.length > 0 && isNowhere) {
    report(
      onNoTarget(
        call.span,
        call.name.text,
        places.map(({ arch }) => arch),
      ),
    );
  }
  const claims = places.flatMap(({ target, arch }): Claim[] => {
    const scope: Scope = {
      arch,
      module,
      locals,
      params: new Map(),
      report: diagnostic => report(inRow(diagnostic, targets)),
    };
    // That kill-thread is a bad verdict is said where a rule gives it.
    const verdict: Scope = { ...scope, report: d => d.severity === "error" && scope.report(d) };
    const action = actionOf(row.action, verdict);
    const site = siteOf({ call, optional: row.call.optional, guard: {}, span: call.span }, undefined, scope);
    const condition = site && rowCondition(row.call.args, site, scope);
    if (action === undefined || site === undefined || condition === undefined) return [];
    return [{ target, arch, nr: site.nr, call: site.name, condition, action }];
  });
  return { span: row.span, claims };
}

interface Place {
  readonly target: Arch;
  readonly arch: Arch;
}

/**
 * A row without an architecture is about every target's own calls. One that names it is about the targets that have a table for
 * it; where none has, about those whose machines can make such calls: foreign ones.
 */
function placesOf(name: Name | undefined, policies: readonly ResolvedPolicy[], report: Report): readonly Place[] {
  if (name === undefined) return policies.map(({ target }) => ({ target, arch: target }));
  const { text: arch, span } = name;
  if (!isArch(arch)) {
    report(unknownArch(span, arch, ARCHES, nearest(arch, ARCHES)));
    return [];
  }
  const own = policies.filter(policy => policy.abis.some(abi => abi.arch === arch));
  const meeting = own.length > 0 ? own : policies.filter(policy => machineOf(policy.target) === machineOf(arch));
  if (meeting.length === 0) {
    const targets = policies.map(policy => policy.target);
    report(neverSeen(span, arch, targets));
  }
  return meeting.map(({ target }) => ({ target, arch }));
}
