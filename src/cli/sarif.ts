// Findings as SARIF 2.1.0, which code hosts and editors read. One run, one rule per code, columns in UTF-16 units as ours are.

import { type Diagnostic, type Fix, RULE_PAGES, type Span } from "../compiler/index.ts";
import { type Findings, regionOf } from "./report.ts";
import { VERSION } from "./version.ts";

const LEVELS = { error: "error", warning: "warning", hint: "note" } as const;

export function sarif({ diagnostics, sources }: Findings): object {
  const codes = [...new Set(diagnostics.map(({ code }) => code))].sort();
  const location = (span: Span) => {
    const region = regionOf(span, sources);
    return {
      physicalLocation: {
        artifactLocation: { uri: uriOf(span.source) },
        ...(region && { region: regionObject(region) }),
      },
    };
  };
  const fixObject = (fix: Fix) => ({
    description: { text: fix.title },
    artifactChanges: [...new Set(fix.edits.map(({ span }) => span.source))].map(source => ({
      artifactLocation: { uri: uriOf(source) },
      replacements: fix.edits
        .filter(({ span }) => span.source === source)
        .map(({ span, text }) => ({
          deletedRegion: regionObject(regionOf(span, sources)!),
          insertedContent: { text },
        })),
    })),
  });
  const result = ({ code, severity, message, span, hint, related, fix }: Diagnostic) => ({
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: LEVELS[severity],
    message: { text: hint === undefined ? message : `${message}\n${hint}` },
    locations: [location(span)],
    ...(related && {
      relatedLocations: related.map((each, id) => ({ id, ...location(each.span), message: { text: each.message } })),
    }),
    ...(fix && { fixes: [fixObject(fix)] }),
  });
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "policyc", version: VERSION, rules: codes.map(ruleObject) } },
        columnKind: "utf16CodeUnits",
        results: diagnostics.map(result),
      },
    ],
  };
}

function regionObject({ line, column, endLine, endColumn }: NonNullable<ReturnType<typeof regionOf>>) {
  return { startLine: line, startColumn: column, endLine, endColumn };
}

function ruleObject(id: string) {
  const page = Object.hasOwn(RULE_PAGES, id) ? RULE_PAGES[id]! : undefined;
  return { id, ...(page !== undefined && { help: { text: page, markdown: page } }) };
}

/** A relative path stays one, so that the report fits any checkout. */
function uriOf(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}
