// From a name to where it is defined, and to everywhere it is used: across imports, standard library included. In: a snapshot,
// an offset and the other files that may use the name; out: spans. Kernel names have uses, and no definition.

import type { Source, Span } from "../diagnostics/diagnostic.ts";
import type { Module } from "../policy/modules.ts";
import { lex } from "../syntax/tokens.ts";
import { spanOf, wordAt } from "./hover.ts";
import { type Occurrence, occurrencesOf } from "./names.ts";
import type { Role } from "./place.ts";
import { readWords } from "./reading.ts";
import { contains, type Snapshot, sameSpan } from "./snapshot.ts";

export interface Use {
  readonly span: Span;
  readonly isDefinition: boolean;
}

export function definitionAt(snapshot: Snapshot, offset: number): Span | undefined {
  return occurrenceAt(snapshot, offset)?.definition;
}

export function occurrenceAt(snapshot: Snapshot, offset: number): Occurrence | undefined {
  return occurrencesOf(snapshot.main).find(({ span }) => contains(span, offset));
}

/** others: modules of other files, loaded as they are now. */
export function referencesAt(snapshot: Snapshot, offset: number, others: readonly Module[]): readonly Use[] {
  const here = occurrenceAt(snapshot, offset);
  if (here === undefined) return kernelUses(snapshot, offset, others);
  const found = new Map<string, Use>();
  for (const module of [snapshot.main, ...others, ...importedBy(snapshot.main), ...others.flatMap(importedBy)]) {
    for (const { span, definition } of occurrencesOf(module)) {
      if (!sameSpan(definition, here.definition)) continue;
      found.set(`${span.source} ${span.start}`, { span, isDefinition: sameSpan(span, definition) });
    }
  }
  return sorted([...found.values()]);
}

/** Of this text only: what an editor marks while the cursor is on a name. */
export function highlightsAt(snapshot: Snapshot, offset: number): readonly Use[] {
  const { source } = snapshot;
  return referencesAt(snapshot, offset, []).filter(({ span }) => span.source === source.name);
}

function importedBy({ imports }: Module): readonly Module[] {
  return imports.map(({ module }) => module);
}

const KERNEL: readonly Role[] = ["call", "argument", "constant", "arch"];

function kernelUses(snapshot: Snapshot, offset: number, others: readonly Module[]): readonly Use[] {
  const word = wordAt(readWords(snapshot.lexed.tokens), offset);
  if (word === undefined || !KERNEL.includes(word.role)) return [];
  const sources = new Map<string, Source>(
    [snapshot.source, ...others.map(({ source }) => source)].map(s => [s.name, s]),
  );
  return [...sources.values()].flatMap(source => {
    if (!source.text.includes(word.token.image)) return [];
    return readWords(lex(source.text).tokens)
      .filter(({ role, token }) => role === word.role && token.image === word.token.image)
      .map(each => ({ span: spanOf({ ...snapshot, source }, each), isDefinition: false }));
  });
}

function sorted(uses: readonly Use[]): readonly Use[] {
  const key = ({ span }: Use): string => span.source;
  return uses.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a.span.start - b.span.start));
}
