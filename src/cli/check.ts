// policyc check FILE...: every finding of every file in one run. Hints are shown like the rest: there are few, each is worth a
// decision, and a comment or policyc.json takes one away for good; only --fail-on says which of them count.

import { chmodSync, statSync } from "node:fs";
import {
  type CompileResult,
  compile,
  type Diagnostic,
  type Filter,
  type Fixed,
  fixSource,
  type Severity,
  type Source,
} from "../compiler/index.ts";
import type { Invocation } from "./arguments.ts";
import { readImport, readSource } from "./input.ts";
import { writeFiles } from "./output.ts";
import { policyFiles } from "./policy-files.ts";
import { type Findings, printFindings, tally } from "./report.ts";
import { type Settings, settingsFor } from "./settings.ts";
import { unifiedDiff } from "./unified-diff.ts";
import { checkRelease, showUpgrade } from "./upgrade.ts";
import { ERRORS, FINE, wrongUsage } from "./user-error.ts";
import { watch } from "./watch.ts";

type Options = Invocation<"check">["options"];

export function run({ options, operands }: Invocation<"check">): number | Promise<number> {
  if (options.upgrade !== undefined) checkRelease(options.upgrade);
  if ((options.fix ?? false) && operands.includes("-")) throw wrongUsage("--fix changes files, and stdin is none");
  if (options["dry-run"] && !options.fix) throw wrongUsage("--dry-run belongs to --fix");
  if (!options.watch) return checkOnce(options, operands).status;
  if (operands.includes("-")) throw wrongUsage("--watch looks at files, and stdin is none");
  return watch(operands, () => checkOnce(options, operands).read);
}

interface Checked extends Findings {
  readonly name: string;
  readonly filters: readonly Filter[];
  readonly settings: Settings;
}

function checkOnce(options: Options, operands: readonly string[]): { status: number; read: readonly string[] } {
  const files = [...new Set(operands.flatMap(policyFiles))];
  if (options.fix) fixFiles(files, options["dry-run"] ?? false);
  const checked = files.map(file => checkFile(file, options["stdin-filename"]));
  const findings = together(checked);
  const format = options.format ?? "pretty";
  printFindings(findings, format, process.stdout);
  if (format === "pretty") {
    process.stdout.write(summary(checked, findings.diagnostics));
    const release = options.upgrade;
    if (release !== undefined) process.stdout.write(checked.map(each => showUpgrade(each, release)).join(""));
  }
  const fails = checked.some(({ diagnostics, settings }) => {
    const least = options["fail-on"] ?? settings.failOn ?? "error";
    return diagnostics.some(({ severity }) => RANK[severity] >= RANK[least]);
  });
  const settings = checked.flatMap(each => each.settings.path ?? []);
  return { status: fails ? ERRORS : FINE, read: [...findings.sources.map(({ name }) => name), ...settings] };
}

const RANK: { readonly [severity in Severity]: number } = { hint: 1, warning: 2, error: 3 };

function checkFile(operand: string, stdinName: string | undefined): Checked {
  const name = operand === "-" ? (stdinName ?? "stdin") : operand;
  const settings = settingsFor(name);
  const read = readSource(operand);
  if (!read.ok) return { name, diagnostics: [read.diagnostic], sources: [], filters: [], settings };
  const source = operand === "-" && stdinName !== undefined ? { ...read.value, name: stdinName } : read.value;
  return { name: source.name, settings, ...compiled(source, settings) };
}

function compiled(source: Source, settings: Settings): CompileResult {
  return compile(source, { read: readImport, severities: settings.rules });
}

/** All files or none; --dry-run shows what would change. */
function fixFiles(files: readonly string[], isDry: boolean): void {
  const fixed = files.flatMap((file): Fixed[] => {
    const read = readSource(file);
    if (!read.ok) return [];
    const settings = settingsFor(file);
    return [fixSource(read.value, source => compiled(source, settings).diagnostics)];
  });
  const changed = fixed.filter(({ source, text }) => text !== source.text);
  if (isDry) {
    process.stdout.write(changed.map(showDiff).join(""));
    return;
  }
  const written = changed.map(({ source, text }) => ({
    path: source.name,
    content: text,
    mode: statSync(source.name).mode & 0o777,
  }));
  writeFiles(written);
  // The umask may have taken bits that the file had.
  for (const { path, mode } of written) if ((statSync(path).mode & 0o777) !== mode) chmodSync(path, mode);
  for (const { source, titles } of changed) {
    process.stderr.write(titles.map(title => `fixed ${source.name}: ${title}\n`).join(""));
  }
}

/** The first and the last difference span the change: fixes are few and near each other. */
function showDiff({ source, text }: Fixed): string {
  const { name, text: before } = source;
  let start = 0;
  while (start < before.length && before[start] === text[start]) start++;
  let end = 0;
  const most = Math.min(before.length, text.length) - start;
  while (end < most && before.at(-1 - end) === text.at(-1 - end)) end++;
  const edit = { start, end: before.length - end, text: text.slice(start, text.length - end) };
  return unifiedDiff(name, before, text, [edit]);
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
