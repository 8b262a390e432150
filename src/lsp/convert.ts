// Offsets to positions and back, findings and edits to what the protocol calls them. A position counts UTF-16 units, as offsets do.

import {
  DiagnosticSeverity,
  DiagnosticTag,
  type Location,
  type Range,
  type Diagnostic as Shown,
  type TextEdit,
  type WorkspaceEdit,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import type { Diagnostic, Source, Span, TextEdits } from "../compiler/index.ts";
import { shippedFolder } from "./shipped.ts";
import type { Uris } from "./uris.ts";

/** The pages of the findings come with the program. */
const PAGES = shippedFolder("docs/rules/");

export interface Places {
  readonly rangeOf: (span: Span) => Range;
  readonly locationOf: (span: Span) => Location;
}

/** sources: every text that a span may point into. */
export function placesIn(sources: readonly Source[], uris: Uris): Places {
  const documents = new Map<string, TextDocument>();
  const documentOf = (name: string): TextDocument => {
    const known = documents.get(name);
    if (known !== undefined) return known;
    const text = sources.find(source => source.name === name)?.text ?? "";
    const document = TextDocument.create(uris.uriOf(name), "policy", 0, text);
    documents.set(name, document);
    return document;
  };
  const rangeOf = ({ source, start, end }: Span): Range => {
    const document = documentOf(source);
    return { start: document.positionAt(start), end: document.positionAt(end) };
  };
  return { rangeOf, locationOf: span => ({ uri: uris.uriOf(span.source), range: rangeOf(span) }) };
}

const SEVERITIES = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  hint: DiagnosticSeverity.Information,
} as const;

/** What never takes effect is shown faded. */
const UNNECESSARY = [
  ...["redundant", "shadowed", "repeats-default", "except-unused", "ignore-unused", "impossible-condition"],
  ...["unused-constant", "unused-group", "unused-import", "unused-parameter", "on-unused", "surplus-comma"],
];
const DEPRECATED = ["kill-thread"];

/** undefined where the program was installed without them. */
export function pageOf(code: string): string | undefined {
  return PAGES === undefined ? undefined : `${PAGES}${code}.md`;
}

export function shownDiagnostic(diagnostic: Diagnostic, places: Places): Shown {
  const { code, severity, message, hint, span, related } = diagnostic;
  const tags = [
    ...(UNNECESSARY.includes(code) ? [DiagnosticTag.Unnecessary] : []),
    ...(DEPRECATED.includes(code) ? [DiagnosticTag.Deprecated] : []),
  ];
  const page = pageOf(code);
  return {
    range: places.rangeOf(span),
    severity: SEVERITIES[severity],
    code,
    ...(page !== undefined && { codeDescription: { href: page } }),
    source: "policyc",
    message: hint === undefined ? message : `${message}\n${hint}`,
    ...(tags.length > 0 && { tags }),
    ...(related && {
      relatedInformation: related.map(each => ({ location: places.locationOf(each.span), message: each.message })),
    }),
  };
}

export function textEdits({ source, edits }: TextEdits, places: Places): TextEdit[] {
  return edits.map(({ start, end, text }) => ({ range: places.rangeOf({ source, start, end }), newText: text }));
}

export function workspaceEdit(changes: readonly TextEdits[], places: Places, uris: Uris): WorkspaceEdit {
  return { changes: Object.fromEntries(changes.map(each => [uris.uriOf(each.source), textEdits(each, places)])) };
}
