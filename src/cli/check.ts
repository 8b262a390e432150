// policyc check FILE...: every finding of every file in one run.

import { compile, type Diagnostic, type Filter, hasErrors, type Source } from "../compiler/index.ts";
import type { Invocation } from "./arguments.ts";
import { readImport, readSource } from "./input.ts";
import { type Findings, printFindings, tally } from "./report.ts";
import { ERRORS, FINE } from "./user-error.ts";

export function run({ options, operands }: Invocation<"check">): number {
  const format = options.format ?? "pretty";
  const checked = operands.map(checkFile);
  const findings = together(checked);
  printFindings(findings, format, process.stdout);
  if (format === "pretty") process.stdout.write(summary(checked, findings.diagnostics));
  return hasErrors(findings.diagnostics) ? ERRORS : FINE;
}

interface Checked extends Findings {
  readonly name: string;
  readonly filters: readonly Filter[];
}

function checkFile(operand: string): Checked {
  const read = readSource(operand);
  if (!read.ok) return { name: operand, diagnostics: [read.diagnostic], sources: [], filters: [] };
  return { name: read.value.name, ...compile(read.value, { read: readImport }) };
}

/** A file that several others import is read once a file, and its findings are told once. */
function together(checked: readonly Checked[]): Findings {
  const diagnostics = new Map<string, Diagnostic>();
  const sources = new Map<string, Source>();
  for (const each of checked) {
    for (const diagnostic of each.diagnostics) diagnostics.set(JSON.stringify(diagnostic), diagnostic);
    for (const source of each.sources) sources.set(source.name, source);
  }
  return { diagnostics: [...diagnostics.values()], sources: [...sources.values()] };
}

function summary(checked: readonly Checked[], diagnostics: readonly Diagnostic[]): string {
  const fine = checked.flatMap(({ name, filters }) =>
    filters.map(
      ({ policy, target, program }) => `${name}: ${policy} for ${target}: ${program.length} instructions, proved\n`,
    ),
  );
  const found = tally(diagnostics);
  return `${fine.join("")}${found === "" ? "" : `${found}\n`}`;
}
