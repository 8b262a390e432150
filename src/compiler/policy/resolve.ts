// One policy on one target: imports and `use` spliced, names looked up, conditions typed. In: a policy node of a loaded
// module and a target; out: its rules per ABI, each with the chain of `use` it came through. Nothing is dropped silently: a
// rule that cannot be resolved is reported, and the policy has errors then.

import { ARCHES, type Arch, isArch, isRoutedToX32 } from "../abi/arch.ts";
import { compareVersions, TABLE_VERSION } from "../abi/syscalls.ts";
import { routedNumber, unusedOn } from "../diagnostics/calls.ts";
import type { Diagnostic, Span } from "../diagnostics/diagnostic.ts";
import { nearest } from "../diagnostics/nearest.ts";
import {
  badVersion,
  duplicateHead,
  foreignCompat,
  groupCycle,
  groupsTooDeep,
  laterVersion,
  missingDefault,
  tooManyRules,
  unknownArch,
  weakFallback,
  wrongArgumentCount,
} from "../diagnostics/structure.ts";
import type { Const, Group, Head, Item, Name, Policy, Rule, Section, Use } from "../syntax/ast.ts";
import { actionOf, isDenying, showAction } from "./action.ts";
import type { Condition } from "./condition.ts";
import { and } from "./condition.ts";
import { exceptedCalls, findGroup } from "./groups.ts";
import { conditionOf } from "./guard.ts";
import type { Action, Fallback, Origin } from "./model.ts";
import type { Module } from "./modules.ts";
import { type Allowance, type Bound, MAX_STEPS, type Scope } from "./scope.ts";
import { siteOf } from "./site.ts";

export interface ResolvedRule {
  readonly call: string;
  readonly nr: number;
  readonly condition: Condition;
  readonly action: Action;
  readonly origin: Origin;
  /** Of the rule that was written: one statement gives a rule a call and ABI. */
  readonly statement: Rule;
}

export interface ResolvedAbi {
  readonly arch: Arch;
  /** In the order they are tried. */
  readonly rules: readonly ResolvedRule[];
}

export interface ResolvedPolicy {
  readonly name: string;
  readonly target: Arch;
  readonly abis: readonly ResolvedAbi[];
  readonly default: Fallback;
  readonly unknown: Fallback;
  readonly foreign: Fallback;
  /** The kernel release whose numbers are known; undefined for all of the table's. */
  readonly after: string | undefined;
  readonly sections: readonly Section[];
}

/** ABIs that a kernel for the target also serves, so that `compat` can opt them in. */
const COMPAT: { readonly [target in Arch]: readonly Arch[] } = {
  x86_64: ["i386", "x32"],
  i386: [],
  x32: [],
  aarch64: ["arm"],
  arm: [],
  riscv64: [],
};

/** undefined when there is no default to decide by, or no end of rules; `report` has been told then. */
export function resolvePolicy(
  policy: Policy,
  module: Module,
  target: Arch,
  targets: readonly Arch[],
  report: (diagnostic: Diagnostic) => void,
): ResolvedPolicy | undefined {
  const locals = constsOf(policy.items);
  const steps = { left: MAX_STEPS, at: policy.name.span };
  const scope: Scope = { arch: target, module, locals, params: new Map(), steps, report };
  const heads = headsOf(policy.heads, report);
  const compat = compatOf(policy.heads, target, targets, report);
  const served = [...targets, ...policy.heads.flatMap(head => (head.kind === "compat" ? head.arch.text : []))];
  const rules: Allowance = { left: MAX_RULES, at: policy.name.span };
  const abis = [target, ...compat].map(arch => resolveAbi(policy.items, { ...scope, arch }, served, rules));
  if (rules.left < 0) return undefined;
  const fallbacks = fallbacksOf(policy, heads, scope);
  if (fallbacks === undefined) return undefined;
  return { name: policy.name.text, target, abis, ...fallbacks, sections: policy.sections };
}

/** What a group cannot be blamed for while nobody says for which architecture it is. */
const ABOUT_TARGETS = ["syscall-not-on-arch", "argument-not-on-arch", "constant-not-on-arch"];

/**
 * Looks at the groups that nothing in their own file splices: a library is checked where it is written, not where it is
 * used. Groups with parameters wait for their values.
 */
export function resolveLooseGroups(
  module: Module,
  arches: readonly Arch[],
  report: (diagnostic: Diagnostic) => void,
): void {
  const { policies, groups } = module.file;
  const items = [...policies, ...groups].flatMap(block => block.items);
  const spliced = new Set(items.map(item => (item.kind === "use" ? item.name.text : "")));
  const told = (d: Diagnostic): void => (ABOUT_TARGETS.includes(d.code) ? undefined : report(d));
  for (const group of groups) {
    if (group.params.length > 0 || spliced.has(group.name.text)) continue;
    const rules: Allowance = { left: MAX_RULES, at: group.name.span };
    const steps = { left: MAX_STEPS, at: group.name.span };
    const scope = { module, locals: constsOf(group.items), params: new Map(), steps, report: told };
    for (const arch of arches) {
      const frame: Frame = { scope: { ...scope, arch }, uses: [], groups: [group], served: ARCHES, rules };
      spliceItems(group.items, frame, { first: [], otherwise: [] });
    }
  }
}

// --- Heads --------------------------------------------------------------------------------------------------------

type Heads = { readonly [kind in "default" | "unknown" | "foreign"]?: Exclude<Head, { kind: "compat" }> };

function headsOf(heads: readonly Head[], report: Scope["report"]): Heads {
  const found: { [kind in "default" | "unknown" | "foreign"]?: Exclude<Head, { kind: "compat" }> } = {};
  for (const head of heads) {
    if (head.kind === "compat") continue;
    const first = found[head.kind];
    if (first === undefined) found[head.kind] = head;
    else report(duplicateHead(head.span, head.kind, first.span));
  }
  return found;
}

function compatOf(heads: readonly Head[], target: Arch, targets: readonly Arch[], report: Scope["report"]): Arch[] {
  const opted: Arch[] = [];
  for (const head of heads) {
    if (head.kind !== "compat") continue;
    const { text, span } = head.arch;
    if (!isArch(text)) report(unknownArch(span, text, ARCHES, nearest(text, ARCHES)));
    else if (!targets.some(other => COMPAT[other].includes(text))) report(foreignCompat(span, text, targets));
    else if (COMPAT[target].includes(text) && !opted.includes(text)) opted.push(text);
  }
  return opted;
}

type Fallbacks = Pick<ResolvedPolicy, "default" | "unknown" | "foreign" | "after">;

function fallbacksOf(policy: Policy, heads: Heads, scope: Scope): Fallbacks | undefined {
  const of = (head: Heads["default"]): Fallback | undefined => {
    const action = head === undefined ? undefined : actionOf(head.action, scope);
    return head === undefined || action === undefined ? undefined : { action, origin: { span: head.span, uses: [] } };
  };
  const denying = (head: Heads["default"]): Fallback | undefined => {
    const fallback = of(head);
    if (fallback === undefined || isDenying(fallback.action)) return fallback;
    scope.report(weakFallback(head!.span, head!.kind, showAction(fallback.action)));
    return undefined;
  };
  if (heads.default === undefined) scope.report(missingDefault(policy.name.span, policy.name.text));
  const fallback = of(heads.default);
  const unknown = denying(heads.unknown);
  const foreign = denying(heads.foreign);
  if (fallback === undefined) return undefined;
  return {
    default: fallback,
    unknown: unknown ?? (isDenying(fallback.action) ? fallback : { action: { kind: "errno", errno: ENOSYS } }),
    foreign: foreign ?? { action: { kind: "kill" } },
    after: heads.unknown?.kind === "unknown" ? versionOf(heads.unknown.after, scope) : undefined,
  };
}

/** What a program gets from a kernel that lacks the call, on every architecture (asm-generic/errno.h). */
const ENOSYS = 38;

function versionOf(name: Name | undefined, scope: Scope): string | undefined {
  if (name === undefined) return undefined;
  if (!/^\d+\.\d+$/.test(name.text)) {
    scope.report(badVersion(name.span, name.text));
    return undefined;
  }
  if (compareVersions(name.text, TABLE_VERSION) > 0) {
    scope.report(laterVersion(name.span, name.text, TABLE_VERSION));
  }
  return name.text;
}

// --- Rules --------------------------------------------------------------------------------------------------------

/** What surrounds a block of items: the names it sees and the `use` chain that spliced it. */
interface Frame {
  readonly scope: Scope;
  readonly uses: readonly Span[];
  readonly groups: readonly Group[];
  /** The policy's targets and what it opts in beside them. */
  readonly served: readonly string[];
  readonly rules: Allowance;
}

/** Groups that use each other: far above any library, far below what a call stack holds. */
const MAX_GROUPS = 100;
/** Sixteen for each instruction that a program may have. */
const MAX_RULES = 65_536;

interface Ordered {
  readonly first: ResolvedRule[];
  readonly otherwise: ResolvedRule[];
}

function resolveAbi(items: readonly Item[], scope: Scope, served: readonly string[], rules: Allowance): ResolvedAbi {
  const out: Ordered = { first: [], otherwise: [] };
  spliceItems(items, { scope, uses: [], groups: [], served, rules }, out);
  return { arch: scope.arch, rules: [...out.first, ...out.otherwise] };
}

function spliceItems(items: readonly Item[], frame: Frame, out: Ordered): void {
  for (const item of items) {
    if (item.kind === "rule") resolveRule(item, frame, item.otherwise ? out.otherwise : out.first);
    else if (item.kind === "use") spliceUse(item, frame, out);
  }
}

function resolveRule(rule: Rule, frame: Frame, out: ResolvedRule[]): void {
  const { scope } = frame;
  const action = actionOf(rule.action, scope);
  const applies = appliesHere(rule.guard.on, frame);
  for (const target of rule.targets) {
    if (!mayAddRule(rule, frame)) return;
    if (!(appliesHere(target.guard.on, frame) && applies)) continue;
    const site = siteOf(target, rule.guard.on ?? target.guard.on, scope);
    if (site === undefined) continue;
    if (target.call.kind === "number" && isRoutedToX32(scope.arch, site.nr)) {
      scope.report(routedNumber(target.call.nr.span, target.call.nr.value));
    }
    const guards = [target.guard.condition, rule.guard.condition].filter(expr => expr !== undefined);
    const conditions = guards.map(expr => conditionOf({ expr, scope }, site));
    if (action === undefined || !conditions.every(condition => condition !== undefined)) continue;
    const span = rule.targets.length === 1 ? rule.span : target.span;
    const origin = { span, uses: frame.uses };
    out.push({ call: site.name, nr: site.nr, condition: and(conditions), action, origin, statement: rule });
  }
}

function mayAddRule(rule: Rule, { rules, uses, scope }: Frame): boolean {
  if (rules.left > 0) rules.left--;
  // Once: what follows is not looked at.
  else if (rules.left-- === 0) scope.report(tooManyRules(uses.at(-1) ?? rule.span, MAX_RULES));
  return rules.left >= 0;
}

/** Whether `on` names the scope's ABI. An arch that the policy is not for is worth a word in the user's own file only. */
function appliesHere(on: readonly Name[] | undefined, frame: Frame): boolean {
  if (on === undefined) return true;
  for (const { text, span } of on) {
    if (!isArch(text)) frame.scope.report(unknownArch(span, text, ARCHES, nearest(text, ARCHES)));
    else if (frame.uses.length === 0 && !frame.served.includes(text)) frame.scope.report(unusedOn(span, text));
  }
  return on.some(name => name.text === frame.scope.arch);
}

function spliceUse(use: Use, frame: Frame, out: Ordered): void {
  const found = findGroup(use, frame.scope);
  if (found === undefined) return;
  const { group, module } = found;
  const { report } = frame.scope;
  if (frame.groups.includes(group)) {
    const cycle = [...frame.groups.slice(frame.groups.indexOf(group)), group];
    report(
      groupCycle(
        use.span,
        cycle.map(each => each.name.text),
      ),
    );
    return;
  }
  if (frame.groups.length >= MAX_GROUPS) {
    report(groupsTooDeep(frame.uses.at(-1) ?? use.span, MAX_GROUPS));
    return;
  }
  if (frame.rules.left < 0) return;
  if (use.args.length !== group.params.length) {
    report(wrongArgumentCount(use.span, group.name.text, group.params.length, use.args.length));
    return;
  }
  const params = new Map<string, Bound>(
    group.params.map((param, i) => [param.text, { expr: use.args[i]!, scope: frame.scope }]),
  );
  const inner: Ordered = { first: [], otherwise: [] };
  spliceItems(
    group.items,
    {
      scope: { ...frame.scope, module, locals: constsOf(group.items), params },
      uses: [use.span, ...frame.uses],
      groups: [...frame.groups, group],
      served: frame.served,
      rules: frame.rules,
    },
    inner,
  );
  const excepted = exceptedCalls(use, { group, module }, frame.scope);
  for (const rule of inner.first) if (!excepted.has(rule.call)) out.first.push(rule);
  for (const rule of inner.otherwise) if (!excepted.has(rule.call)) out.otherwise.push(rule);
}

function constsOf(items: readonly Item[]): Map<string, Const> {
  return new Map(items.filter(item => item.kind === "const").map(item => [item.name.text, item]));
}
