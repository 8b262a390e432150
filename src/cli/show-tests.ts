// What tests showed, for people and as json: a failing row with its place, the call that breaks it and who decided that call;
// then a line a policy, with what its tests miss where that was asked for.

import {
  type Coverage,
  type CoveredStatement,
  type Mutant,
  type Mutation,
  type PolicyReport,
  type RowReport,
  rowFailed,
  rowNotDecided,
  type Source,
  type Span,
  showAction,
  showCall,
  type TestReport,
} from "../compiler/index.ts";
import { showFindings } from "./report.ts";
import { type Decided, describeDecision, showDecided, showPlace } from "./show-decision.ts";

export interface TestedFile {
  readonly name: string;
  readonly sources: readonly Source[];
  readonly policies: readonly PolicyReport[];
}

export interface Tested {
  readonly files: readonly TestedFile[];
  /** Rows. */
  readonly passed: number;
  readonly failed: number;
  /** Files with errors: nothing of them was tested. */
  readonly broken: number;
  /** Mutants were asked for: where a policy has none, a row of it fails. */
  readonly mutates: boolean;
  readonly threshold?: { readonly wanted: number; readonly below: readonly PolicyReport[] };
}

export function rowsOf({ tests }: PolicyReport): readonly RowReport[] {
  return tests.flatMap(({ rows }) => rows);
}

/** Rounded down, so that 100 means all. */
export function percentOf({ covered, total }: Coverage): number {
  return Math.floor((1000 * covered) / total) / 10;
}

// --- Text ---------------------------------------------------------------------------------------------------------

export function showText(tested: Tested, color: boolean): string {
  const { files, passed, failed, broken, threshold } = tested;
  const reports = files.flatMap(file => file.policies.map(policy => showPolicy(policy, file, tested, color)));
  const below = (threshold?.below ?? []).map(({ policy, coverage }) => {
    const covered = coverage === undefined ? "to an extent that is not known" : `to ${percentOf(coverage)} %`;
    return `${policy} is covered ${covered}, wanted are ${threshold!.wanted} %\n`;
  });
  const unread = broken === 0 ? "" : `, ${broken} ${broken === 1 ? "file" : "files"} with errors`;
  return `${reports.join("")}${below.join("")}${passed} passed, ${failed} failed${unread}\n`;
}

function showPolicy(report: PolicyReport, file: TestedFile, { mutates }: Tested, color: boolean): string {
  const { policy, tests, coverage, mutation, notDecided } = report;
  const rows = rowsOf(report);
  const passed = rows.filter(row => row.passed).length;
  const counted = passed === rows.length ? `${passed} passed` : `${passed} passed, ${rows.length - passed} failed`;
  return [
    ...tests.flatMap(test =>
      test.rows.flatMap(row => failuresOf(row, file).map(f => showFailure(f, test, file, color))),
    ),
    `${file.name}: ${policy}: ${rows.length === 0 ? "no tests" : counted}\n`,
    ...(coverage === undefined ? [] : [showCoverage(coverage, file)]),
    ...(mutation === undefined ? [] : [showMutation(mutation, file)]),
    ...(notDecided === undefined ? [] : [`  coverage and mutants: not decided: ${notDecided}\n`]),
    ...(mutates && passed < rows.length ? ["  mutants: not tried while a row fails\n"] : []),
  ].join("");
}

interface Failure {
  readonly span: Span;
  /** Targets on which the row fails alike. */
  readonly targets: readonly string[];
  readonly wanted: string;
  readonly found:
    | { readonly reason: string }
    | {
        readonly got: string;
        /** A call for each target. */
        readonly calls: readonly string[];
        readonly by: Decided;
        readonly decider: Span | undefined;
        readonly isPartial: boolean;
      };
}

/** One failure for all targets on which the same statement gives the same verdict. */
function failuresOf({ row, proofs }: RowReport, { sources }: TestedFile): readonly Failure[] {
  const found = new Map<string, Failure>();
  for (const { claim, proof } of proofs) {
    const common = { span: row.span, targets: [claim.target], wanted: showAction(claim.action) };
    switch (proof.kind) {
      case "proved":
        break;
      case "not-decided":
        found.set(claim.target, { ...common, found: { reason: proof.reason } });
        break;
      case "broken": {
        const by = describeDecision(proof.decision, sources);
        const got = showAction(proof.decision.action);
        const key = `${got} ${showDecided(by)}`;
        const same = found.get(key);
        const before = same !== undefined && "calls" in same.found ? same.found.calls : [];
        const calls = [...before, showCall(proof.by)];
        const decider = deciderOf(proof.decision.by);
        found.set(key, {
          ...common,
          targets: [...(same?.targets ?? []), claim.target],
          found: { got, calls, by, decider, isPartial: proof.isPartial },
        });
      }
    }
  }
  return [...found.values()];
}

function deciderOf(by: Parameters<typeof describeDecision>[0]["by"]): Span | undefined {
  switch (by.kind) {
    case "rule":
      return by.rule.origin.span;
    case "default":
    case "unknown":
    case "foreign":
      return by.fallback.origin?.span;
    case "no-call":
    case "guard":
    case "ticket":
      return undefined;
  }
}

function showFailure(
  { span, targets, wanted, found }: Failure,
  { test }: TestReport,
  file: TestedFile,
  color: boolean,
): string {
  const target = targets.join(", ");
  const { sources } = file;
  if ("reason" in found) {
    return showFindings({ diagnostics: [rowNotDecided(span, target, found.reason)], sources }, "pretty", color);
  }
  const { got, calls, by, decider, isPartial } = found;
  const diagnostic = rowFailed(span, { wanted, got, target, isPartial, decider });
  const title = test.title === undefined ? "" : ` ${JSON.stringify(test.title)}`;
  const [call, ...more] = calls;
  const lines = [
    `  test    ${test.policy}${title}`,
    `  call    ${call}`,
    ...more.map(other => `          ${other}`),
    `  wanted  ${wanted}`,
    `  got     ${got}, by ${showDecided(by)}`,
  ];
  return `${showFindings({ diagnostics: [diagnostic], sources }, "pretty", color).trimEnd()}\n${lines.join("\n")}\n\n`;
}

function showCoverage(coverage: Coverage, { sources }: TestedFile): string {
  const missed = coverage.statements.filter(({ status }) => status === "missed");
  const head = `  ${coverage.covered} of ${coverage.total} statements covered, ${percentOf(coverage)} %`;
  const lines = missed.map(statement => `    ${placed(statement.span, statementText(statement, sources), sources)}\n`);
  return `${head}${missed.length === 0 ? "" : "; no row reaches"}\n${lines.join("")}`;
}

function showMutation(
  { killed, survived, equivalent, notDecided, notTried }: Mutation,
  { sources }: TestedFile,
): string {
  const counts = [
    `${killed} killed`,
    `${survived.length} survived`,
    ...(equivalent === 0 ? [] : [`${equivalent} equal to the policy`]),
    ...(notDecided === 0 ? [] : [`${notDecided} too much to decide`]),
    ...(notTried === 0 ? [] : [`${notTried} not tried`]),
  ];
  const lines = bySpan(survived).map(([{ span, call, action }, changes]) => {
    const kind = call === undefined ? "use" : "rule";
    const text = statementText({ kind, span, action }, sources);
    const of = call === undefined || text.includes(call) ? text : `${text} (${call})`;
    return `    ${placed(span, of, sources)}\n${changes.map(change => `        ${change}\n`).join("")}`;
  });
  return `  mutants: ${counts.join(", ")}\n${lines.join("")}`;
}

/** Mutants of one statement and call stand together. */
function bySpan(mutants: readonly Mutant[]): readonly (readonly [Mutant, readonly string[]])[] {
  const found = new Map<string, { readonly first: Mutant; readonly changes: string[] }>();
  for (const mutant of mutants) {
    const key = `${mutant.span.start} ${mutant.span.end} ${mutant.call}`;
    const group = found.get(key) ?? { first: mutant, changes: [] };
    group.changes.push(mutant.change);
    found.set(key, group);
  }
  return [...found.values()].map(({ first, changes }) => [first, changes]);
}

function placed(span: Span | undefined, text: string, sources: readonly Source[]): string {
  return span === undefined ? text : `${showPlace(span, sources)}  ${text}`;
}

/** A target inside a block does not repeat the block's action: it is put in front. */
function statementText({ kind, span, action }: Omit<CoveredStatement, "status">, sources: readonly Source[]): string {
  const verdict = action === undefined ? "" : showAction(action);
  if (span === undefined) return `${kind} ${verdict}, as no \`${kind}\` is written`;
  const text = textOf(span, sources);
  const isWhole = kind !== "rule" || text.startsWith(verdict.split("(")[0]!) || text.startsWith("otherwise ");
  return isWhole ? text : `${verdict} ${text}`;
}

/** On one line, without comments. */
function textOf({ source, start, end }: Span, sources: readonly Source[]): string {
  const text = sources.find(({ name }) => name === source)?.text.slice(start, end) ?? "";
  return text
    .replace(/\/\/.*/g, "")
    .replace(/\s+/g, " ")
    .trim();
}

// --- json ---------------------------------------------------------------------------------------------------------

export function showJson({ files, passed, failed, broken, threshold }: Tested): string {
  const value = {
    format: 1,
    passed,
    failed,
    filesWithErrors: broken,
    threshold: threshold?.wanted,
    files: files.map(file => ({ file: file.name, policies: file.policies.map(policy => policyJson(policy, file)) })),
  };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function policyJson({ policy, targets, tests, coverage, mutation, notDecided }: PolicyReport, file: TestedFile) {
  const { sources } = file;
  const place = (span: Span | undefined) => span && showPlace(span, sources);
  return {
    policy,
    targets,
    tests: tests.map(({ test, rows }) => ({
      title: test.title,
      place: place(test.span),
      rows: rows.map(row => ({
        row: textOf(row.row.span, sources),
        place: place(row.row.span),
        passed: row.passed,
        failures: failuresOf(row, file).map(({ targets, wanted, found }) => ({
          targets,
          wanted,
          ...("reason" in found ? found : { got: found.got, calls: found.calls, by: found.by }),
        })),
      })),
    })),
    coverage: coverage && {
      percent: percentOf(coverage),
      covered: coverage.covered,
      total: coverage.total,
      statements: coverage.statements.map(statement => ({
        kind: statement.kind,
        status: statement.status,
        text: statementText(statement, sources),
        place: place(statement.span),
      })),
    },
    notDecided,
    mutation: mutation && {
      ...mutation,
      survived: mutation.survived.map(({ span, call, change }) => ({
        change,
        call,
        text: textOf(span, sources),
        place: place(span),
      })),
    },
  };
}
