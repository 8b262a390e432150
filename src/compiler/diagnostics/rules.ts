// What can be wrong between the rules of a policy: dead, redundant and crossing ones.

import type { Diagnostic, Fix, Span } from "./diagnostic.ts";
import { count, error, hint, names, type Related, warning } from "./finding.ts";

/** A rule that takes part in a finding. */
export interface RuleFacts {
  readonly span: Span;
  readonly verdict: string;
}

export function impossibleRule(span: Span, calls: readonly string[]): Diagnostic {
  return error(
    "impossible-condition",
    span,
    `no call of ${names(calls)} can meet this condition`,
    "the rule never decides anything",
  );
}

export function impossibleHere(span: Span, arches: readonly string[]): Diagnostic {
  return hint("impossible-condition", span, `on ${arches.join(", ")} no call can meet this condition`);
}

export function shadowed(
  rule: RuleFacts,
  calls: readonly string[],
  by: readonly RuleFacts[],
  witness: string,
): Diagnostic {
  return error(
    "shadowed",
    rule.span,
    `this rule never decides ${names(calls)}: earlier rules decide every call it is for, and otherwise`,
    `\`${witness}\` gets \`${by[0]!.verdict}\`, not \`${rule.verdict}\`; the first rule that matches wins, so put the exception first`,
    decidedBy(by),
  );
}

export function redundant(
  rule: RuleFacts,
  calls: readonly string[],
  by: readonly RuleFacts[],
  severity: "warning" | "hint",
  fix: Fix | undefined,
): Diagnostic {
  const make = severity === "warning" ? warning : hint;
  const found = make(
    "redundant",
    rule.span,
    `${names(calls)}: earlier rules give \`${rule.verdict}\` to every call of this one`,
    "it can go",
    decidedBy(by),
  );
  return fix === undefined ? found : { ...found, fix };
}

export function conflictingUses(later: Span, earlier: Span, calls: readonly string[]): Diagnostic {
  return warning(
    "conflicting-uses",
    later,
    `an earlier \`use\` decides ${names(calls)} otherwise than this one would`,
    `swap the two, add \`except { ${calls.join(", ")} }\` to one of them, or write a rule of your own before both`,
    [{ span: earlier, message: "this one wins" }],
  );
}

export function crossing(later: RuleFacts, earlier: RuleFacts, calls: readonly string[], witness: string): Diagnostic {
  return warning(
    "crossing",
    later.span,
    `some calls of ${names(calls)} meet this rule and an earlier, weaker one: there \`${earlier.verdict}\` wins over \`${later.verdict}\``,
    `\`${witness}\` is such a call; put the stricter rule first if it should win`,
    [{ span: earlier.span, message: "the weaker rule" }],
  );
}

export function repeatsDefault(span: Span, calls: readonly string[], verdict: string): Diagnostic {
  return hint("repeats-default", span, `\`${verdict}\` is what ${names(calls)} would get without this rule`);
}

const SHOWN = 4;

function decidedBy(by: readonly RuleFacts[]): Related {
  const shown = by.slice(0, SHOWN).map(({ span, verdict }) => ({ span, message: `\`${verdict}\` decides here` }));
  const last = shown.at(-1);
  if (by.length <= SHOWN || last === undefined) return shown;
  return [
    ...shown.slice(0, -1),
    { ...last, message: `${last.message}, and so do ${count(by.length - SHOWN, "other")}` },
  ];
}
