// Comments that answer for a finding: `// policyc-ignore CODE: why that is fine here`, behind the line or on a line of its own
// above it; several codes are divided by commas. The reason is not optional, and a comment that suppresses nothing is told.

import type { Diagnostic, Severity, Source, Span } from "../diagnostics/diagnostic.ts";
import { lineStarts } from "../diagnostics/frame.ts";
import { nearest } from "../diagnostics/nearest.ts";
import { ignoreError, ignoreUnknown, ignoreUnused, ignoreWithoutReason } from "../diagnostics/suppression.ts";

export interface Suppressions {
  /** What is wrong with the comments themselves. */
  readonly problems: readonly Diagnostic[];
  /** Whether a comment answers for the finding. */
  readonly answers: (finding: Diagnostic) => boolean;
  /** Comments on errors that nothing can answer for; once all findings are known. */
  readonly refused: () => readonly Diagnostic[];
  /** Comments that no finding needed; once all findings of the whole file are known. */
  readonly unused: () => readonly Diagnostic[];
}

/** Errors that can be lived with: the text has a meaning all the same. */
const ARGUABLE = ["multiplexer-bypass", "shadowed"];

/** Whether a finding is about a text that means something, so that its severity is a matter of taste. */
export function isArguable({ code, severity }: Pick<Diagnostic, "code" | "severity">): boolean {
  return severity !== "error" || ARGUABLE.includes(code);
}

/** How grave a finding is where a project says so. */
export type Severities = { readonly [code: string]: Severity | "off" };

/** undefined: off. An error without which the text has no meaning stays one. */
export function withSeverity(finding: Diagnostic, severities: Severities): Diagnostic | undefined {
  const severity = Object.hasOwn(severities, finding.code) ? severities[finding.code] : undefined;
  if (severity === undefined || !isArguable(finding)) return finding;
  return severity === "off" ? undefined : { ...finding, severity };
}

/** codes: of all findings there are. */
export function suppressionsOf(sources: readonly Source[], codes: readonly string[]): Suppressions {
  const read = sources.map(source => readComments(source));
  const comments = read.flatMap(each => each.comments);
  const used = new Set<Ignored>();
  const refused = new Map<Ignored, Diagnostic>();
  const matching = ({ code, span }: Diagnostic): Ignored | undefined => {
    const here = comments.find(
      each => each.source === span.source && each.from <= span.start && span.start <= each.to && each.has(code),
    );
    return here?.ignored.find(each => each.code === code);
  };
  const answers = (finding: Diagnostic): boolean => {
    const found = matching(finding);
    if (found === undefined) return false;
    used.add(found);
    if (!isArguable(finding)) refused.set(found, ignoreError(found.span, found.code));
    return isArguable(finding);
  };
  const unknown = comments
    .flatMap(({ ignored }) => ignored)
    .filter(({ code }) => !codes.includes(code))
    .map(each => [each, ignoreUnknown(each.span, each.code, nearest(each.code, codes))] as const);
  for (const [each] of unknown) used.add(each);
  return {
    problems: [...read.flatMap(each => each.problems), ...unknown.map(([, problem]) => problem)],
    answers,
    refused: () => [...refused.values()],
    unused: () =>
      comments.flatMap(({ ignored, span }) =>
        ignored
          .filter(each => !used.has(each))
          .map(each => ignoreUnused(each.span, span, each.code, ignored.length === 1)),
      ),
  };
}

interface Ignored {
  readonly code: string;
  readonly span: Span;
}

interface Comment {
  readonly source: string;
  readonly span: Span;
  readonly ignored: readonly Ignored[];
  readonly has: (code: string) => boolean;
  /** The line it answers for. */
  readonly from: number;
  readonly to: number;
}

// What stands before the comment may hold strings, and those may hold slashes.
const COMMENT = /^((?:[^"/]|"(?:[^"\\]|\\.)*"|\/(?!\/))*)(\/\/\s*policyc-ignore\b(.*))$/;
const COMMENT_ONLY = /^\s*\/\//;

function readComments({ name: source, text }: Source): { comments: Comment[]; problems: Diagnostic[] } {
  const comments: Comment[] = [];
  const problems: Diagnostic[] = [];
  if (!text.includes("policyc-ignore")) return { comments, problems };
  const starts = lineStarts(text);
  const lines = starts.map((start, at) => text.slice(start, starts[at + 1] ?? text.length).replace(/[\r\n]+$/, ""));
  for (const [at, line] of lines.entries()) {
    const found = COMMENT.exec(line);
    if (found === null) continue;
    const [, before, comment, rest] = found as unknown as [string, string, string, string];
    const start = starts[at]! + before.length;
    const span = { source, start, end: start + comment.trimEnd().length };
    const [list, ...reason] = rest.split(":");
    const ignored = codesIn(list!, start + comment.length - rest.length, source);
    if (ignored.length === 0 || reason.join(":").trim() === "") {
      problems.push(ignoreWithoutReason(span, ignored[0]?.code));
      continue;
    }
    const own = before.trim() === "" ? below(lines, at) : at;
    const has = (code: string): boolean => ignored.some(each => each.code === code);
    comments.push({ source, span, ignored, has, from: starts[own]!, to: starts[own]! + lines[own]!.length });
  }
  return { comments, problems };
}

function codesIn(list: string, offset: number, source: string): Ignored[] {
  return [...list.matchAll(/[^\s,]+/g)].map(({ 0: code, index }) => {
    return { code, span: { source, start: offset + index, end: offset + index + code.length } };
  });
}

/** The first line below that is not a comment only. */
function below(lines: readonly string[], at: number): number {
  let own = at + 1;
  while (own < lines.length - 1 && COMMENT_ONLY.test(lines[own]!)) own++;
  return Math.min(own, lines.length - 1);
}
