// The door to tests in the language. In: the resolved tests of a file and its compiled policies; out: for each policy which rows
// are proved and which are not, with a call that shows why, and on request what the tests reach and what mistakes they would notice.

import type { Arch } from "../abi/arch.ts";
import type { Span } from "../diagnostics/diagnostic.ts";
import type { Model } from "../policy/model.ts";
import { NotProved } from "../prove/bdd.ts";
import { type Coverage, coverageOf } from "./coverage.ts";
import { type Mutation, mutate } from "./mutation.ts";
import { meaningOf, type Proof, proveClaim } from "./prove-rows.ts";
import { type Reach, reachOf } from "./reach.ts";
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
  /** Why there is neither: the conditions of some call are too much for the algebra. */
  readonly notDecided?: string;
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
  const report: PolicyReport = { policy, targets: filters.map(({ target }) => target), tests: reports };
  if (!options.coverage && !options.mutation) return report;

  const rows = reports.flatMap(each => each.rows);
  const models = filters.map(({ model }) => model);
  const claims = rows.filter(row => row.passed).flatMap(row => row.proofs.map(({ claim }) => claim));
  const isGreen = rows.every(row => row.passed);
  const file = filters[0]!.span.source;
  const reach = reachOfAll(models, claims);
  if ("reason" in reach) return { ...report, notDecided: reach.reason };
  return {
    ...report,
    ...(options.coverage && { coverage: coverageOf(models, reach, file) }),
    ...(options.mutation && isGreen && { mutation: mutate(models, claims, reach, file, options.mutationBudget) }),
  };
}

function reachOfAll(models: readonly Model[], claims: readonly Claim[]): Reach | { readonly reason: string } {
  try {
    const reaches = models.map(model => reachOf(model, claims));
    return {
      alive: new Set(reaches.flatMap(({ alive }) => [...alive])),
      reached: new Set(reaches.flatMap(({ reached }) => [...reached])),
    };
  } catch (error) {
    if (error instanceof NotProved) return { reason: error.message };
    throw error;
  }
}

function proveRow(row: ResolvedRow, meanings: ReadonlyMap<Arch, ReturnType<typeof meaningOf>>): readonly RowReport[] {
  const proofs = row.claims.flatMap(claim => {
    const meaning = meanings.get(claim.target);
    return meaning === undefined ? [] : [{ claim, proof: proveClaim(meaning, claim) }];
  });
  return proofs.length === 0 ? [] : [{ row, proofs, passed: proofs.every(({ proof }) => proof.kind === "proved") }];
}
