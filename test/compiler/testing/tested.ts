// Text with test blocks to what its tests show, through the compiler's own pipeline.

import { type Arch, X32_SYSCALL_BIT } from "../../../src/compiler/abi/arch.ts";
import { type CompileResult, compile } from "../../../src/compiler/compile.ts";
import { ALWAYS, and, type Condition } from "../../../src/compiler/policy/condition.ts";
import type { Model } from "../../../src/compiler/policy/model.ts";
import { uncovered } from "../../../src/compiler/prove/overlap.ts";
import type { Claim } from "../../../src/compiler/testing/resolve-tests.ts";
import { type PolicyReport, type TestOptions, testPolicies } from "../../../src/compiler/testing/test-policies.ts";
import { type Random, randomCondition } from "../prove/random.ts";

export const FILE = "t.policy";

export function compileText(text: string, files: { readonly [name: string]: string } = {}): CompileResult {
  const read = (name: string) => (files[name] === undefined ? undefined : { name, text: files[name] });
  return compile({ name: FILE, text }, { read });
}

/** The reports of every policy; fails on any error of the text. */
export function testText(
  text: string,
  options: TestOptions = {},
  files: { readonly [name: string]: string } = {},
): readonly PolicyReport[] {
  const { diagnostics, tests, filters } = compileText(text, files);
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(errors.map(({ code, message }) => `${code}: ${message}`).join("\n"));
  return testPolicies(tests, filters, options);
}

/** `items` are tested by `rows`. */
export function testItems(items: string, rows: string, options: TestOptions = {}, targets = "x86_64"): PolicyReport {
  return testText(`policy t for ${targets} {\n${items}\n}\ntest t {\n${rows}\n}`, options)[0]!;
}

/** The targets on which a row is not proved, of the one row there is. */
export function failingTargets(report: PolicyReport): readonly Arch[] {
  const rows = report.tests.flatMap(test => test.rows);
  if (rows.length !== 1) throw new Error(`${rows.length} rows`);
  return rows[0]!.proofs.filter(({ proof }) => proof.kind !== "proved").map(({ claim }) => claim.target);
}

/** What rows can say: tests of single arguments. */
function rowLike(condition: Condition): boolean {
  switch (condition.kind) {
    case "same":
    case "less":
      return false;
    case "not":
      return rowLike(condition.of);
    case "and":
    case "or":
      return condition.of.every(rowLike);
    default:
      return true;
  }
}

export function randomClaim(random: Random, model: Model): Claim {
  const abi = random.pick(model.abis);
  const nr =
    abi.rules.length > 0 && random.chance(90)
      ? random.pick(abi.rules).nr
      : random.pick([3, 61, 7777]) + (abi.arch === "x32" ? X32_SYSCALL_BIT : 0);
  const parts = [randomCondition(random, 1), randomCondition(random, 0)].filter(rowLike);
  // A row always stands for some call.
  const condition = uncovered(and(parts), []).kind === "open" ? and(parts) : ALWAYS;
  const action = random.pick([...abi.rules.map(rule => rule.action), abi.default.action]);
  return { target: model.target, arch: abi.arch, nr, call: "random", condition, action };
}
