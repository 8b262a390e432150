// The door to tests in the language. In: the resolved tests of a file and its compiled policies; out: for each policy which rows
// are proved and which are not, with a call that shows why, and on request what the tests reach and what mistakes they would notice.

import type { Arch } from "../abi/arch.ts";
import type { Span } from "../diagnostics/diagnostic.ts";
import type { Model } from "../policy/model.ts";
import type { Label } from "../prove/model-diagram.ts";
import { type Coverage, coverageOf } from "./coverage.ts";
import { type Mutation, mutate } from "./mutation.ts";
import { type Meaning, meaningOf, type Proof, proveClaim } from "./prove-rows.ts";
import type { Claim, ResolvedRow, ResolvedTest } from "./resolve-tests.ts";

/** What tests need of a compiled policy: compile()'s filters have it. */
export interface Tested {
  readonly policy: string;
  readonly target: Arch;
  readonly model: Model;
  /** Where the policy stands. */
  readonly span: Span;
}

export interface TestOptions {
  readonly coverage?: boolean;
  readonly mutation?: boolean;
  /** See MUTATION_BUDGET. */
  readonly mutationBudget?: number;
}

export interface PolicyReport {
  readonly policy: string;
  readonly targets: readonly Arch[];
  readonly tests: readonly TestReport[];
  readonly coverage?: Coverage;
  /** Missing as well where a row fails: mutants are held against rows that hold. */
  readonly mutation?: Mutation;
}

export interface TestReport {
  readonly test: ResolvedTest;
  /** Rows about targets that are not here are left out. */
  readonly rows: readonly RowReport[];
}

export interface RowReport {
  readonly row: ResolvedRow;
  readonly passed: boolean;
  readonly proofs: readonly { readonly claim: Claim; readonly proof: Proof }[];
}

/** One report a policy, in the order of `filters`: policies without a test too. */
export function testPolicies(
  tests: readonly ResolvedTest[],
  filters: readonly Tested[],
  options: TestOptions = {},
): readonly PolicyReport[] {
  const names = [...new Set(filters.map(({ policy }) => policy))];
  return names.map(name =>
    testPolicy(
      name,
      tests.filter(({ policy }) => policy === name),
      filters.filter(({ policy }) => policy === name),
      options,
    ),
  );
}

function testPolicy(
  policy: string,
  tests: readonly ResolvedTest[],
  filters: readonly Tested[],
  options: TestOptions,
): PolicyReport {
  const meanings = new Map(filters.map(({ target, model }) => [target, meaningOf(model)]));
  const reports = tests.map(test => ({ test, rows: test.rows.flatMap(row => proveRow(row, meanings)) }));
  const rows = reports.flatMap(report => report.rows);
  const report: PolicyReport = { policy, targets: filters.map(({ target }) => target), tests: reports };

  const known = [...meanings.values()].filter(meaning => "diagram" in meaning);
  if (known.length < meanings.size) return report; // every row says so
  const passing = rows.filter(row => row.passed).flatMap(row => row.proofs);
  const reached = new Set(passing.flatMap(({ proof }) => labelsOf(proof)));
  const file = filters[0]!.span.source;
  const claims = passing.map(({ claim }) => claim);
  const isGreen = rows.every(row => row.passed);
  return {
    ...report,
    ...(options.coverage && { coverage: coverageOf(known, reached, file) }),
    ...(options.mutation && isGreen && { mutation: mutate(known, claims, reached, file, options.mutationBudget) }),
  };
}

function proveRow(
  row: ResolvedRow,
  meanings: ReadonlyMap<Arch, Meaning | { readonly reason: string }>,
): readonly RowReport[] {
  const proofs = row.claims.flatMap(claim => {
    const meaning = meanings.get(claim.target);
    if (meaning === undefined) return [];
    const proof: Proof = "diagram" in meaning ? proveClaim(meaning, claim) : { kind: "not-decided", ...meaning };
    return [{ claim, proof }];
  });
  return proofs.length === 0 ? [] : [{ row, proofs, passed: proofs.every(({ proof }) => proof.kind === "proved") }];
}

function labelsOf(proof: Proof): readonly Label[] {
  return proof.kind === "proved" ? proof.answers.map(({ label }) => label) : [];
}
