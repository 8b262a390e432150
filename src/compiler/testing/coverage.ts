// Which statements of a policy its tests have reached: a statement is covered when it decides some call of a row that holds, on
// some target. In: the models of a policy's targets and what their claims reach; out: one entry a statement. Rules that a file
// takes from elsewhere are covered together, by their `use`: their own file has the tests for each.

import type { Span } from "../diagnostics/diagnostic.ts";
import type { Action, Fallback, Model, ModelRule, Origin } from "../policy/model.ts";
import type { Decider, Reach } from "./reach.ts";

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

export function coverageOf(models: readonly Model[], { alive, reached }: Reach, file: string): Coverage {
  const found = new Map<string, CoveredStatement>();
  for (const { key, decider, ...statement } of models.flatMap(model => partsOf(model, file))) {
    const before = found.get(key)?.status;
    const isCovered = before === "covered" || reached.has(decider);
    const isAlive = before === "missed" || alive.has(decider);
    found.set(key, { ...statement, status: isCovered ? "covered" : isAlive ? "missed" : "redundant" });
  }
  const statements = [...found.values()].toSorted((a, b) => rank(a) - rank(b) || startOf(a) - startOf(b));
  const count = (status: CoveredStatement["status"]): number => statements.filter(s => s.status === status).length;
  return { statements, covered: count("covered"), total: statements.length - count("redundant") };
}

function rank({ kind }: CoveredStatement): number {
  return ["rule", "default", "unknown", "foreign"].indexOf(kind === "use" ? "rule" : kind);
}

function startOf({ span }: CoveredStatement): number {
  return span?.start ?? 0;
}

/** What one target makes of a statement. */
interface Part extends Omit<CoveredStatement, "status"> {
  readonly key: string;
  readonly decider: Decider;
}

function partsOf({ abis, foreign }: Model, file: string): readonly Part[] {
  const [{ default: other, unknown }] = abis as [Model["abis"][number]];
  return [
    ...abis.flatMap(abi => abi.rules.map(rule => rulePart(rule, file))),
    fallbackPart("default", other),
    // Where the text has no `unknown`, it may be `default` over again.
    fallbackPart("unknown", unknown.origin === other.origin ? { action: unknown.action } : unknown),
    fallbackPart("foreign", foreign),
  ];
}

function rulePart(rule: ModelRule, file: string): Part {
  const span = statementOf(rule.origin, file);
  const key = `${span.source} ${span.start} ${span.end}`;
  return span === rule.origin.span
    ? { kind: "rule", key, span, action: rule.action, decider: rule }
    : { kind: "use", key, span, action: undefined, decider: rule };
}

function fallbackPart(kind: "default" | "unknown" | "foreign", { action, origin }: Fallback): Part {
  return { kind, key: kind, span: origin?.span, action, decider: kind };
}
