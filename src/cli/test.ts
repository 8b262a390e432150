// policyc test FILE...: proves the rows of every test block; on request says which statements they reach, and which small mistakes
// in the policy they would let pass.

import { compile, type Diagnostic, hasErrors, testPolicies } from "../compiler/index.ts";
import type { Invocation } from "./arguments.ts";
import { readImport, readSource, sourceName } from "./input.ts";
import { useColor } from "./output.ts";
import { printFindings } from "./report.ts";
import { settingsFor } from "./settings.ts";
import { percentOf, rowsOf, showJson, showText, type Tested, type TestedFile } from "./show-tests.ts";
import { ERRORS, FINE, failure, wrongUsage } from "./user-error.ts";

type Options = Invocation<"test">["options"];

export function run({ options, operands }: Invocation<"test">): number {
  const threshold = thresholdOf(options.threshold);
  const files = operands.flatMap(operand => testFile(operand, options, threshold !== undefined) ?? []);
  const rows = files.flatMap(file => file.policies.flatMap(rowsOf));
  const broken = operands.length - files.length;
  if (rows.length === 0 && broken === 0) throw failure(`no tests in ${operands.map(sourceName).join(", ")}`, NO_TESTS);

  const policies = files.flatMap(({ policies }) => policies);
  const below = policies.filter(
    ({ coverage }) => threshold !== undefined && (coverage === undefined || percentOf(coverage) < threshold),
  );
  const passed = rows.filter(row => row.passed).length;
  const tested: Tested = {
    files,
    passed,
    failed: rows.length - passed,
    broken,
    mutates: options.mutate ?? false,
    ...(threshold !== undefined && { threshold: { wanted: threshold, below } }),
  };
  process.stdout.write(options.format === "json" ? showJson(tested) : showText(tested, useColor(process.stdout)));
  return passed === rows.length && broken === 0 && below.length === 0 ? FINE : ERRORS;
}

const NO_TESTS = "they stand below a policy: `test NAME { kill read(3)  allow read(0, _, 1..4096) }`";

function thresholdOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY;
  if (value <= 100) return value;
  throw wrongUsage(`--threshold ${text} is no percentage`, "a number from 0 to 100");
}

/** undefined after errors, which are shown as `check` shows them; warnings are left to `check`. */
function testFile(
  operand: string,
  { policy, arch, coverage, mutate }: Options,
  needsCoverage: boolean,
): TestedFile | undefined {
  const read = readSource(operand);
  if (!read.ok) {
    printErrors([read.diagnostic], []);
    return undefined;
  }
  const { diagnostics, sources, filters, tests } = compile(read.value, {
    read: readImport,
    severities: settingsFor(read.value.name).rules,
    ...(policy !== undefined && { policy }),
    ...(arch !== undefined && { arches: arch }),
  });
  if (hasErrors(diagnostics)) {
    printErrors(diagnostics, sources);
    return undefined;
  }
  const options = { coverage: coverage || needsCoverage, mutation: mutate ?? false };
  return { name: read.value.name, sources, policies: testPolicies(tests, filters, options) };
}

function printErrors(diagnostics: readonly Diagnostic[], sources: TestedFile["sources"]): void {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  printFindings({ diagnostics: errors, sources }, "pretty", process.stderr);
}
