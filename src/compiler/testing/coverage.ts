// Which statements of a policy its tests have reached: a statement is covered when it decides some call of a row that holds, on
// some target. In: the meanings of a policy's targets and the answers to its rows; out: one entry a statement. Rules that a file
// takes from elsewhere are covered together, by their `use`: their own file has the tests for each.

import type { Span } from "../diagnostics/diagnostic.ts";
import type { AbiModel, Action, Fallback, Model, ModelRule, Origin } from "../policy/model.ts";
import { leaves } from "../prove/diagram.ts";
import type { Label } from "../prove/model-diagram.ts";
import type { Meaning } from "./prove-rows.ts";

export interface CoveredStatement {
  readonly kind: "rule" | "use" | "default" | "unknown" | "foreign";
  /** Missing for a fallback that the text leaves out. */
  readonly span: Span | undefined;
  /** Missing for `use`, whose rules have their own. */
  readonly action: Action | undefined;
  /** redundant: it decides no call, so that no test could reach it. */
  readonly status: "covered" | "missed" | "redundant";
}

export interface Coverage {
  /** Rules in the order of the text, then the fallbacks. */
  readonly statements: readonly CoveredStatement[];
  readonly covered: number;
  /** Statements that decide some call. */
  readonly total: number;
}

/** The statement of `file` that a rule comes from: the rule itself, or the innermost `use` there that spliced it. */
export function statementOf({ span, uses }: Origin, file: string): Span {
  return [span, ...uses].find(each => each.source === file) ?? span;
}

/** `reached`: the labels, of these meanings, of every call that some passing row stands for. */
export function coverageOf(meanings: readonly Meaning[], reached: ReadonlySet<Label>, file: string): Coverage {
  const found = new Map<string, CoveredStatement>();
  for (const meaning of meanings) {
    const alive = new Set(leaves(meaning.diagram).map(({ value }) => meaning.labels[value]!));
    for (const { key, label, ...statement } of decidersOf(meaning, file)) {
      const before = found.get(key);
      const isCovered = before?.status === "covered" || (label !== undefined && reached.has(label));
      const isAlive = before?.status === "missed" || (label !== undefined && alive.has(label));
      const status = isCovered ? "covered" : isAlive ? "missed" : "redundant";
      found.set(key, { ...statement, status });
    }
  }
  const statements = [...found.values()].toSorted((a, b) => rank(a) - rank(b) || startOf(a) - startOf(b));
  const count = (status: CoveredStatement["status"]): number => statements.filter(s => s.status === status).length;
  return { statements, covered: count("covered"), total: statements.length - count("redundant") };
}

function rank({ kind }: CoveredStatement): number {
  return ["rule", "use", "default", "unknown", "foreign"].indexOf(kind === "use" ? "rule" : kind);
}

function startOf({ span }: CoveredStatement): number {
  return span?.start ?? Number.POSITIVE_INFINITY;
}

interface Decider extends Omit<CoveredStatement, "status"> {
  readonly key: string;
  /** Missing where nothing asked for it: its number's other rules decide everything. */
  readonly label: Label | undefined;
}

function decidersOf({ model, labels }: Meaning, file: string): readonly Decider[] {
  const ofRule = new Map(labels.flatMap(label => (label.kind === "rule" ? [[label.rule, label] as const] : [])));
  const rules = model.abis.flatMap(abi => abi.rules.map(rule => ruleDecider(rule, ofRule.get(rule), file)));
  const fallbacks = fallbacksOf(model).map(({ kind, fallback, abi }): Decider => {
    const label = labels.find(each => each.kind === kind && (!("abi" in each) || each.abi === abi));
    // `unknown` may be the policy's `default` over again: it is written where it says so itself.
    const isWritten = kind !== "unknown" || fallback.origin?.span !== abi?.default.origin?.span;
    return { kind, key: kind, span: isWritten ? fallback.origin?.span : undefined, action: fallback.action, label };
  });
  return [...rules, ...fallbacks];
}

function ruleDecider({ origin, action }: ModelRule, label: Label | undefined, file: string): Decider {
  const span = statementOf(origin, file);
  const key = `${span.source} ${span.start} ${span.end}`;
  return span === origin.span
    ? { kind: "rule", key, span, action, label }
    : { kind: "use", key, span, action: undefined, label };
}

interface NamedFallback {
  readonly kind: "default" | "unknown" | "foreign";
  readonly fallback: Fallback;
  readonly abi: AbiModel | undefined;
}

function fallbacksOf({ abis, foreign }: Model): readonly NamedFallback[] {
  return [
    ...abis.flatMap(abi => [
      { kind: "default" as const, fallback: abi.default, abi },
      { kind: "unknown" as const, fallback: abi.unknown, abi },
    ]),
    { kind: "foreign", fallback: foreign, abi: undefined },
  ];
}
