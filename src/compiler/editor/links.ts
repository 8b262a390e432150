// What of a text leads elsewhere: imports to their files, the codes in comments that suppress findings to their pages.

import type { Span } from "../diagnostics/diagnostic.ts";
import { RULE_PAGES } from "../diagnostics/pages.gen.ts";
import type { Snapshot } from "./snapshot.ts";

export type Link =
  | { readonly kind: "file"; readonly span: Span; readonly source: string }
  | { readonly kind: "page"; readonly span: Span; readonly code: string };

export function linksOf({ main, lexed, source }: Snapshot): readonly Link[] {
  const imports = main.file.imports.flatMap(({ specifier: { text, span } }): Link[] => {
    const found = main.imports.find(each => each.specifier === text);
    // Without its quotes.
    const inner = { ...span, start: span.start + 1, end: span.end - 1 };
    return found === undefined ? [] : [{ kind: "file", span: inner, source: found.module.source.name }];
  });
  const pages = lexed.comments.flatMap(({ image, startOffset }): Link[] => {
    const list = /^\/\/\s*policyc-ignore\b([^:]*)/.exec(image);
    if (list === null) return [];
    const from = startOffset + list[0].length - list[1]!.length;
    return [...list[1]!.matchAll(/[^\s,]+/g)]
      .filter(({ 0: code }) => Object.hasOwn(RULE_PAGES, code))
      .map(({ 0: code, index }) => {
        const start = from + index;
        return { kind: "page", span: { source: source.name, start, end: start + code.length }, code };
      });
  });
  return [...imports, ...pages];
}
