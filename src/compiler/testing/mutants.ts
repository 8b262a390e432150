// The mutants of a policy: what it would be with one small mistake in one statement of its file, on every target at once. In: the
// models of its targets; out: mutants in the order of the text, each as changes to models. Rules from other files are mutated
// only all together, by losing their `use`.

import type { Span } from "../diagnostics/diagnostic.ts";
import { isDenying, showAction } from "../policy/action.ts";
import type { AbiModel, Action, Fallback, Model, ModelRule } from "../policy/model.ts";
import { argumentName, callName } from "./call-names.ts";
import { conditionMutants } from "./condition-mutants.ts";
import { statementOf } from "./coverage.ts";

export interface Mutant {
  readonly span: Span;
  /** The one of the statement's calls that is concerned; undefined for `use` and fallbacks. */
  readonly call: string | undefined;
  /** The statement's verdict; undefined for `use`. */
  readonly action: Action | undefined;
  /** What was changed: "`fd == 2` becomes `fd == 3`". */
  readonly change: string;
  readonly edits: readonly Edit[];
}

export type Edit = RuleEdit | FallbackEdit;

/** Other rules for one number; undefined: the rule is left out. */
export interface RuleEdit {
  readonly kind: "rules";
  readonly model: Model;
  readonly abi: AbiModel;
  readonly nr: number;
  readonly replaced: ReadonlyMap<ModelRule, ModelRule | undefined>;
}

/** A fallback with another verdict. */
export interface FallbackEdit {
  readonly kind: "default" | "unknown" | "foreign";
  readonly model: Model;
  /** Missing for `foreign`. */
  readonly abi: AbiModel | undefined;
}

export function mutantsOf(models: readonly Model[], file: string): readonly Mutant[] {
  const found = new Map<string, Draft>();
  for (const model of models) {
    for (const abi of model.abis) for (const rule of abi.rules) mutateRule({ model, abi, rule, file }, found);
    mutateFallbacks(model, file, found);
  }
  return [...found.values()]
    .toSorted((a, b) => a.span.start - b.span.start || a.span.end - b.span.end)
    .map(({ rules, fallbacks, ...mutant }) => ({ ...mutant, edits: [...rules.values(), ...fallbacks] }));
}

/** Instances of a statement, on several targets or behind several `use`, are one mutant when the same is done to them. */
interface Draft extends Omit<Mutant, "edits"> {
  readonly rules: Map<string, RuleEdit & { readonly replaced: Map<ModelRule, ModelRule | undefined> }>;
  readonly fallbacks: FallbackEdit[];
}

function draft(found: Map<string, Draft>, made: Omit<Mutant, "edits">): Draft {
  const key = `${made.span.start} ${made.span.end} ${made.call} ${made.change}`;
  const known = found.get(key) ?? { ...made, rules: new Map(), fallbacks: [] };
  found.set(key, known);
  return known;
}

interface Instance {
  readonly model: Model;
  readonly abi: AbiModel;
  readonly rule: ModelRule;
  readonly file: string;
}

function mutateRule({ model, abi, rule, file }: Instance, found: Map<string, Draft>): void {
  const span = statementOf(rule.origin, file);
  if (span.source !== file) return;
  if (span !== rule.origin.span) {
    replace(undefined, "its rules are left out", undefined);
    return;
  }
  const call = callName(abi.arch, rule.nr);
  replace(call, "the rule is left out", undefined);
  const action = opposite(rule.action);
  replace(call, `\`${showAction(rule.action)}\` becomes \`${showAction(action)}\``, { ...rule, action });
  const name = (index: number): string => argumentName(abi.arch, rule.nr, index);
  for (const { condition, change } of conditionMutants(rule.condition, name)) {
    replace(call, change, { ...rule, condition });
  }

  function replace(of: string | undefined, change: string, by: ModelRule | undefined): void {
    const { rules } = draft(found, { span, call: of, action: of === undefined ? undefined : rule.action, change });
    const key = `${model.target} ${abi.arch} ${rule.nr}`;
    const edit = rules.get(key) ?? { kind: "rules", model, abi, nr: rule.nr, replaced: new Map() };
    edit.replaced.set(rule, by);
    rules.set(key, edit);
  }
}

/** Those that are written. `unknown` is the statement `default` where it has none of its own. */
function mutateFallbacks(model: Model, file: string, found: Map<string, Draft>): void {
  for (const abi of model.abis) {
    mutate(abi.default, { kind: "default", model, abi });
    mutate(abi.unknown, { kind: "unknown", model, abi });
  }
  mutate(model.foreign, { kind: "foreign", model, abi: undefined });

  function mutate({ action, origin }: Fallback, edit: FallbackEdit): void {
    if (origin?.span.source !== file) return;
    const change = `\`${showAction(action)}\` becomes \`${showAction(opposite(action))}\``;
    draft(found, { span: origin.span, call: undefined, action, change }).fallbacks.push(edit);
  }
}

function opposite(action: Action): Action {
  return { kind: isDenying(action) ? "allow" : "kill" };
}
