// The lines above declarations: how long a policy's programs are, and whether its test rows hold. In: a snapshot that the
// compiler has looked at; out: titles and what a click asks for. Nothing is said of a text that does not compile.

import type { Span } from "../diagnostics/diagnostic.ts";
import { type PolicyReport, testPolicies } from "../testing/test-policies.ts";
import { filtersOf, type Snapshot, sameSpan } from "./snapshot.ts";

export interface Lens {
  readonly span: Span;
  readonly title: string;
  readonly command: "runTests" | "showProgram" | "showGraph";
  readonly policy: string;
}

export function codeLenses(snapshot: Snapshot): readonly Lens[] {
  const { result, main } = snapshot;
  if (result === undefined || result.filters.length === 0) return [];
  const reports = testPolicies(result.tests, result.filters);
  const policies = main.file.policies.flatMap(({ name: { text: policy, span } }): Lens[] => {
    const lengths = filtersOf(snapshot, policy).map(
      ({ target, program }) => `${target}: ${program.length} instructions`,
    );
    if (lengths.length === 0) return [];
    const tests = rowsOf(reports.find(each => each.policy === policy));
    return [
      { span, policy, title: lengths.join(", "), command: "showProgram" },
      { span, policy, title: "graph", command: "showGraph" },
      ...(tests.length === 0 ? [] : [{ span, policy, title: tally(tests), command: "runTests" as const }]),
    ];
  });
  const blocks = main.file.tests.flatMap(({ policy: { text: policy, span: at }, span }): Lens[] => {
    const report = reports.flatMap(each => each.tests).find(each => sameSpan(each.test.span, span));
    if (report === undefined || report.rows.length === 0) return [];
    return [{ span: at, policy, title: `${tally(report.rows)} · run tests`, command: "runTests" }];
  });
  return [...policies, ...blocks];
}

type Rows = readonly { readonly passed: boolean }[];

function rowsOf(report: PolicyReport | undefined): Rows {
  return report?.tests.flatMap(({ rows }) => rows) ?? [];
}

function tally(rows: Rows): string {
  const failed = rows.filter(({ passed }) => !passed).length;
  const all = `${rows.length} test row${rows.length === 1 ? "" : "s"}`;
  return failed === 0
    ? `${all} hold${rows.length === 1 ? "s" : ""}`
    : `${failed} of ${all} fail${failed === 1 ? "s" : ""}`;
}
