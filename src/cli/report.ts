// Findings on their way out: the one place that knows how diagnostics are shown. pretty is for people, with code frames; json
// is ours; github is what a workflow's log turns into annotations; sarif is in its own file.

import { type Diagnostic, position, renderDiagnostic, type Source, type Span } from "../compiler/index.ts";
import { useColor } from "./output.ts";
import { sarif } from "./sarif.ts";

export interface Findings {
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: readonly Source[];
}

export type Format = "pretty" | "json" | "github" | "sarif";

export function printFindings(findings: Findings, format: Format, stream: NodeJS.WriteStream): void {
  stream.write(showFindings(findings, format, useColor(stream)));
}

export function showFindings(findings: Findings, format: Format, color: boolean): string {
  switch (format) {
    case "pretty":
      return findings.diagnostics
        .map(diagnostic => `${renderDiagnostic(diagnostic, findings.sources, { color })}\n`)
        .join("");
    case "json":
      return `${JSON.stringify(json(findings), undefined, 2)}\n`;
    case "github":
      return findings.diagnostics.map(diagnostic => `${github(diagnostic, findings.sources)}\n`).join("");
    case "sarif":
      return `${JSON.stringify(sarif(findings), undefined, 2)}\n`;
  }
}

/** "2 errors, 1 warning"; hints are not counted. */
export function tally(diagnostics: readonly Diagnostic[]): string {
  const count = (severity: Diagnostic["severity"]): string[] => {
    const n = diagnostics.filter(each => each.severity === severity).length;
    return n === 0 ? [] : [`${n} ${severity}${n === 1 ? "" : "s"}`];
  };
  return [...count("error"), ...count("warning")].join(", ");
}

/** Lines and columns from 1, columns in UTF-16 units; a file without text has none. */
export interface Region {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export function regionOf({ source, start, end }: Span, sources: readonly Source[]): Region | undefined {
  const text = sources.find(({ name }) => name === source);
  if (text === undefined) return undefined;
  const [from, to] = [position(text, start), position(text, end)];
  return { line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
}

function json({ diagnostics, sources }: Findings) {
  const place = (span: Span) => ({ file: span.source, ...regionOf(span, sources), start: span.start, end: span.end });
  return {
    format: 1,
    diagnostics: diagnostics.map(({ code, severity, message, span, hint, related, fix }) => ({
      code,
      severity,
      message,
      ...place(span),
      hint,
      related: related?.map(each => ({ message: each.message, ...place(each.span) })),
      fix: fix && { title: fix.title, edits: fix.edits.map(({ span, text }) => ({ ...place(span), text })) },
    })),
  };
}

function github({ severity, code, message, span, hint }: Diagnostic, sources: readonly Source[]): string {
  const region = regionOf(span, sources);
  const level = severity === "hint" ? "notice" : severity;
  const where = region && {
    line: region.line,
    endLine: region.endLine,
    col: region.column,
    endColumn: region.endColumn,
  };
  const properties = Object.entries({ file: span.source, ...where, title: code })
    .map(([name, value]) => `${name}=${escaped(String(value)).replaceAll(":", "%3A").replaceAll(",", "%2C")}`)
    .join(",");
  return `::${level} ${properties}::${escaped(hint === undefined ? message : `${message}\n${hint}`)}`;
}

function escaped(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}
