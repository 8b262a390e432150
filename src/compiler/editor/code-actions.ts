// What can be done about the text in a range: the fixes of its findings, a comment that answers for one, ENOSYS instead of EPERM,
// rules taken out into a group. In: a snapshot, a range and its findings; out: edits with a title.

import { wholeLine } from "../check/fix.ts";
import { isArguable } from "../check/suppress.ts";
import type { Diagnostic, Fix, Source } from "../diagnostics/diagnostic.ts";
import type { Edit, Range } from "../format/edits.ts";
import type { Item, Policy } from "../syntax/ast.ts";
import { blockAt, type Snapshot, type TextEdits } from "./snapshot.ts";

export interface CodeAction {
  readonly title: string;
  readonly kind: "quickfix" | "refactor.rewrite" | "refactor.extract" | "source.fixAll";
  /** The finding it is about. */
  readonly finding?: Diagnostic;
  /** Needs nobody's opinion. */
  readonly isPreferred?: true;
  readonly changes: readonly TextEdits[];
}

/** findings: of the whole text, as they are shown. */
export function codeActions(snapshot: Snapshot, range: Range, findings: readonly Diagnostic[]): readonly CodeAction[] {
  const { source } = snapshot;
  const here = findings.filter(
    ({ span }) => span.source === source.name && span.start <= range.end && span.end >= range.start,
  );
  return [
    ...here.flatMap(finding => fixAction(snapshot, finding)),
    ...here.flatMap(finding => suppression(source, finding)),
    ...enosysAction(snapshot, range),
    ...extraction(snapshot, range),
  ];
}

// --- Fixes --------------------------------------------------------------------------------------------------------

function fixAction({ sources }: Snapshot, finding: Diagnostic): readonly CodeAction[] {
  const { fix } = finding;
  if (fix === undefined) return [];
  const changes = changesOf(fix, sources);
  const preferred = fix.guess ? {} : { isPreferred: true as const };
  return [{ title: fix.title, kind: "quickfix", finding, changes, ...preferred }];
}

function changesOf(fix: Fix, sources: readonly Source[]): readonly TextEdits[] {
  const names = [...new Set(fix.edits.map(({ span }) => span.source))];
  return names.map(name => {
    const text = sources.find(source => source.name === name)?.text ?? "";
    const edits = fix.edits
      .filter(({ span }) => span.source === name)
      .map(({ span: { start, end }, text: written }): Edit => {
        const place = written === "" ? wholeLine(text, { start, end }) : { start, end };
        return { ...place, text: written };
      });
    return { source: name, edits };
  });
}

/** A line of its own above; the reason is for a person to write, and without one the comment is a mistake. */
function suppression({ name, text }: Source, finding: Diagnostic): readonly CodeAction[] {
  if (!isArguable(finding) || finding.code.startsWith("ignore-")) return [];
  const lineStart = lineStartAt(text, finding.span.start);
  const indent = /^[ \t]*/.exec(text.slice(lineStart))![0];
  const edit: Edit = {
    start: lineStart,
    end: lineStart,
    text: `${indent}// policyc-ignore ${finding.code}: <reason>${lineEndOf(text)}`,
  };
  const title = `suppress ${finding.code}, with a reason`;
  return [{ title, kind: "quickfix", finding, changes: [{ source: name, edits: [edit] }] }];
}

function lineStartAt(text: string, offset: number): number {
  return Math.max(text.lastIndexOf("\n", offset - 1), text.lastIndexOf("\r", offset - 1)) + 1;
}

function lineEndOf(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}

// --- Rewrites -----------------------------------------------------------------------------------------------------

/** Programs that try a new call first fall back upon ENOSYS only. */
function enosysAction(snapshot: Snapshot, range: Range): readonly CodeAction[] {
  const items = blockAt(snapshot, range.start)?.items ?? [];
  return items.flatMap((item): CodeAction[] => {
    const value = item.kind === "rule" && touches(item.span, range) ? item.action.value : undefined;
    if (value?.kind !== "constant" || value.name !== "EPERM") return [];
    const { start, end } = value.span;
    const changes = [{ source: snapshot.source.name, edits: [{ start, end, text: "ENOSYS" }] }];
    return [{ title: "answer ENOSYS instead of EPERM", kind: "refactor.rewrite", changes }];
  });
}

function touches(span: Range, range: Range): boolean {
  return span.start <= range.end && span.end >= range.start;
}

/** The rules of a selection become a group above the policy, and a `use` in their place. */
function extraction(snapshot: Snapshot, range: Range): readonly CodeAction[] {
  const { source, main } = snapshot;
  const block = blockAt(snapshot, range.start);
  if (range.start === range.end || block === undefined || !("targets" in block) || range.end > block.span.end)
    return [];
  const chosen = block.items.filter(({ span }) => span.start < range.end && span.end > range.start);
  if (chosen.length === 0 || chosen.some(item => !canMove(item, block))) return [];
  const start = chosen[0]!.span.start;
  const end = chosen.at(-1)!.span.end;
  const between = [...block.heads, ...block.sections].some(({ span }) => span.start >= start && span.end <= end);
  if (between) return [];
  const names = new Set([...main.groups.keys(), ...main.imports.flatMap(each => [...each.module.groups.keys()])]);
  let name = "extracted";
  for (let n = 2; names.has(name); n++) name = `extracted_${n}`;
  const from = lineStartAt(source.text, start);
  const isAlone = source.text.slice(from, start).trim() === "";
  const newline = lineEndOf(source.text);
  const indent = isAlone ? source.text.slice(from, start) : "  ";
  const body = `${indent}${source.text.slice(start, end)}`;
  const above = declarationStart(source.text, block);
  const group = `group ${name} {${newline}${body}${newline}}${newline}${newline}`;
  const edits = [
    { start: above, end: above, text: group },
    { start, end, text: `use ${name}` },
  ];
  return [
    { title: "take these rules out into a group", kind: "refactor.extract", changes: [{ source: source.name, edits }] },
  ];
}

/** Constants of the policy are not seen in a group. */
function canMove(item: Item, policy: Policy): boolean {
  return item.kind !== "const" && !policy.items.some(each => each.kind === "const");
}

/** Above the comment that belongs to the policy. */
function declarationStart(text: string, { span }: Policy): number {
  let start = lineStartAt(text, span.start);
  while (start > 0) {
    const above = lineStartAt(text, start - 1 - (text.slice(start - 2, start) === "\r\n" ? 1 : 0));
    if (!text.slice(above, start).trimStart().startsWith("//")) break;
    start = above;
  }
  return start;
}
