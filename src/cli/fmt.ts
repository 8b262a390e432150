// policyc fmt FILE...: policies in their canonical layout, in place. A file with mistakes is told and left alone; files are
// replaced all or none, and only those that differ.

import { chmodSync, statSync } from "node:fs";
import { type Formatted, format, type Source } from "../compiler/index.ts";
import type { Invocation } from "./arguments.ts";
import { readSource } from "./input.ts";
import { writeFiles } from "./output.ts";
import { policyFiles } from "./policy-files.ts";
import { printFindings } from "./report.ts";
import { unifiedDiff } from "./unified-diff.ts";
import { ERRORS, FINE, wrongUsage } from "./user-error.ts";

interface LaidOut extends Formatted {
  readonly source: Source;
}

export function run({ options, operands }: Invocation<"fmt">): number {
  const { check = false, diff = false } = options;
  const isPipe = operands.includes("-");
  if (isPipe && operands.length > 1)
    throw wrongUsage("- stands alone: its policy goes to stdout", "usage: policyc fmt -");
  const read = operands.flatMap(policyFiles).map(readSource);
  const laidOut = read.flatMap(each => (each.ok ? [{ source: each.value, ...format(each.value) }] : []));
  const unreadable = read.flatMap(each => (each.ok ? [] : [each.diagnostic]));
  const diagnostics = [...unreadable, ...laidOut.flatMap(each => each.diagnostics)];
  printFindings({ diagnostics, sources: laidOut.map(({ source }) => source) }, "pretty", process.stderr);

  const changed = laidOut.filter(({ edits }) => edits.length > 0);
  if (diff) process.stdout.write(changed.map(showDiff).join(""));
  else if (check) process.stdout.write(changed.map(({ source }) => `${source.name}\n`).join(""));
  else if (isPipe)
    process.stdout.write(laidOut.map(({ text, diagnostics }) => (diagnostics.length > 0 ? "" : text)).join(""));
  else rewrite(changed);
  return diagnostics.length > 0 || (check && changed.length > 0) ? ERRORS : FINE;
}

function showDiff({ source, text, edits }: LaidOut): string {
  return unifiedDiff(source.name, source.text, text, edits);
}

function rewrite(changed: readonly LaidOut[]): void {
  const files = changed.map(({ source, text }) => ({
    path: source.name,
    content: text,
    mode: statSync(source.name).mode & 0o777,
  }));
  writeFiles(files);
  // The umask may have taken bits that the file had.
  for (const { path, mode } of files) if ((statSync(path).mode & 0o777) !== mode) chmodSync(path, mode);
  process.stdout.write(files.map(({ path }) => `formatted ${path}\n`).join(""));
}
