// What can be done about the text in a range: the fixes of its findings, a comment that answers for one, ENOSYS instead of EPERM,
// rules taken out into a group or a policy. In: a snapshot, a range and its findings; out: edits with a title.

import { wholeLine } from "../check/fix.ts";
import { isArguable } from "../check/suppress.ts";
import type { Diagnostic, Fix, Source } from "../diagnostics/diagnostic.ts";
import type { Edit, Range } from "../format/edits.ts";
import { extractions, lineEndOf, lineStartAt } from "./extract.ts";
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
    ...extractions(snapshot, range).map(each => ({ ...each, kind: "refactor.extract" as const })),
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
