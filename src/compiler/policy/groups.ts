// Which group a `use` names, and what its `except` takes out. In: a use node and the scope it stands in; out: the group and
// the module whose names it sees, undefined after a diagnostic.

import { ARCHES } from "../abi/arch.ts";
import { archesWith, syscall, syscallByNr, syscallNames } from "../abi/syscalls.ts";
import { unknownSyscall } from "../diagnostics/calls.ts";
import { nearest } from "../diagnostics/nearest.ts";
import { ambiguousGroup, exceptWithoutRule, unknownAlias, unknownGroup } from "../diagnostics/structure.ts";
import type { Call, Group, Use } from "../syntax/ast.ts";
import type { Module } from "./modules.ts";
import { openImports, type Scope } from "./scope.ts";

export interface FoundGroup {
  readonly group: Group;
  readonly module: Module;
}

/** `use NAME` sees the file's own groups, then those of imports without a name; `use a.NAME` those of import `a`. */
export function findGroup(use: Use, scope: Scope): FoundGroup | undefined {
  const { module, report } = scope;
  const { text, span } = use.name;
  if (use.qualifier !== undefined) {
    const aliases = module.imports.filter(i => i.alias !== undefined);
    const imported = aliases.find(i => i.alias === use.qualifier?.text);
    if (imported === undefined) {
      const similar = nearest(
        use.qualifier.text,
        aliases.map(i => i.alias!),
      );
      report(unknownAlias(use.qualifier.span, use.qualifier.text, similar));
      return undefined;
    }
    const group = imported.module.groups.get(text);
    if (group === undefined) report(unknownGroup(span, text, nearest(text, [...imported.module.groups.keys()])));
    return group && { group, module: imported.module };
  }
  const own = module.groups.get(text);
  if (own !== undefined) return { group: own, module };
  const open = openImports(module);
  const found = open.filter(i => i.module.groups.has(text));
  if (found.length > 1)
    report(
      ambiguousGroup(
        span,
        text,
        found.map(i => i.specifier),
      ),
    );
  if (found.length === 0) {
    const names = [...module.groups.keys(), ...open.flatMap(i => [...i.module.groups.keys()])];
    report(unknownGroup(span, text, nearest(text, names)));
  }
  return found.length === 1 ? { group: found[0]!.module.groups.get(text)!, module: found[0]!.module } : undefined;
}

/**
 * The calls that `except` takes out, by the names that rules carry. That the group has no rule for one is told by its text:
 * a call that this ABI lacks may be one that another target has, and without `except` that target would be wider.
 */
export function exceptedCalls(use: Use, found: FoundGroup, scope: Scope): ReadonlySet<string> {
  const excepted = new Set<string>();
  for (const { text, span } of use.except) {
    const name = canonicalName(text);
    if (name === undefined) scope.report(unknownSyscall(span, text, nearest(text, syscallNames())));
    else if (!callsIn(found, scope, new Set()).has(name)) scope.report(exceptWithoutRule(span, use.name.text, text));
    else excepted.add(name);
  }
  return excepted;
}

/** Second names (sync_file_range2) are one call; undefined for none. */
function canonicalName(text: string): string | undefined {
  const [arch] = archesWith(text);
  return arch && syscall(arch, text)!.name;
}

/** Every call that a group's rules name, those of the groups it uses included. */
function callsIn({ group, module }: FoundGroup, scope: Scope, seen: Set<Group>): Set<string> {
  const calls = new Set<string>();
  if (seen.has(group)) return calls;
  seen.add(group);
  for (const item of group.items) {
    if (item.kind === "rule") for (const { call } of item.targets) for (const name of namesOf(call)) calls.add(name);
    if (item.kind !== "use") continue;
    const inner = findGroup(item, { ...scope, module, report: () => {} });
    if (inner !== undefined) for (const name of callsIn(inner, scope, seen)) calls.add(name);
  }
  return calls;
}

/** A bare number is another call on each ABI. */
function namesOf(call: Call): readonly string[] {
  if (call.kind === "name") return [canonicalName(call.name.text) ?? call.name.text];
  return ARCHES.flatMap(arch => syscallByNr(arch, Number(call.nr.value))?.name ?? []);
}
