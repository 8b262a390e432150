// How the catalogues of the text make their errors, each with what to do about it and the edit that does it.

import type { Diagnostic, Fix, Span } from "./diagnostic.ts";

export function error(
  code: string,
  span: Span,
  message: string,
  more: Pick<Diagnostic, "hint"> & Partial<Diagnostic>,
): Diagnostic {
  return { code, severity: "error", message, span, ...more };
}

export function replace(title: string, span: Span, text: string): Fix {
  return { title, edits: [{ span, text }] };
}

/** A replacement that somebody should look at: the nearest of several names. */
export function guess(title: string, span: Span, text: string): Fix {
  return { ...replace(title, span, text), guess: true };
}

export function pointBefore(span: Span): Span {
  return { ...span, end: span.start };
}

export function pointAfter(span: Span): Span {
  return { ...span, start: span.end };
}
