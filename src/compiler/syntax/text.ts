// The content of a string token: quotes off, escapes read. Known are \" \\ \n \t; a mistake is reported and stands for itself.

import type { IToken } from "chevrotain";
import type { Diagnostic, Span } from "../diagnostics/diagnostic.ts";
import { badEscape } from "../diagnostics/spelling.ts";
import type { Name } from "./ast.ts";

const ESCAPES: Readonly<Record<string, string>> = { '"': '"', "\\": "\\", n: "\n", t: "\t" };

export function readText(token: IToken, span: Span, report: (diagnostic: Diagnostic) => void): Name {
  if (token.payload !== undefined) return { text: token.payload, span };
  const inner = token.image.slice(1, token.image.endsWith('"') && token.image.length > 1 ? -1 : undefined);
  const text = inner.replace(/\\(.?)/gu, (written: string, letter: string, offset: number) => {
    const meant = ESCAPES[letter];
    if (meant !== undefined) return meant;
    const start = span.start + 1 + offset;
    report(badEscape({ source: span.source, start, end: start + written.length }, { escape: written }));
    return written;
  });
  return { text, span };
}
