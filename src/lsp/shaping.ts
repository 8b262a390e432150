// Answers about how a text looks: its layout, its folds, its colours, the notes between its words.

import {
  type FoldingRange,
  FoldingRangeKind,
  type InlayHint as Hint,
  InlayHintKind,
  MarkupKind,
  type Position,
  type Range,
  type SelectionRange,
  type SemanticTokensBuilder,
  type TextEdit,
} from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import {
  type FormatOptions,
  foldsOf,
  format,
  type InlayOptions,
  inlayHints,
  selectionAt,
  semanticTokens,
  TOKEN_MODIFIERS,
  TOKEN_TYPES,
} from "../compiler/index.ts";
import { offsetsOf, type Session } from "./session.ts";

/** A text with mistakes is left as it is. */
export function formatting(session: Session, document: TextDocument, range?: Range): TextEdit[] {
  const { source } = session.snapshotOf(document);
  const options: FormatOptions = range === undefined ? {} : { range: offsetsOf(document, range) };
  return format(source, options).edits.map(({ start, end, text }) => ({
    range: { start: document.positionAt(start), end: document.positionAt(end) },
    newText: text,
  }));
}

const FOLDS = { region: FoldingRangeKind.Region, imports: FoldingRangeKind.Imports, comment: FoldingRangeKind.Comment };

export function foldingRanges(session: Session, document: TextDocument): FoldingRange[] {
  return foldsOf(session.snapshotOf(document)).flatMap(({ start, end, kind }) => {
    const startLine = document.positionAt(start).line;
    // The line of a closing brace stays in sight.
    const endLine = document.positionAt(end).line - (kind === "region" ? 1 : 0);
    return endLine > startLine ? [{ startLine, endLine, kind: FOLDS[kind] }] : [];
  });
}

export function selectionRanges(
  session: Session,
  document: TextDocument,
  positions: readonly Position[],
): SelectionRange[] {
  const snapshot = session.snapshotOf(document);
  const places = session.places(snapshot);
  return positions.map(position => {
    const [widest, ...inner] = selectionAt(snapshot, document.offsetAt(position)).toReversed();
    const whole: SelectionRange = {
      range: widest === undefined ? { start: position, end: position } : places.rangeOf(widest),
    };
    return inner.reduce<SelectionRange>((parent, span) => ({ range: places.rangeOf(span), parent }), whole);
  });
}

/** Into a builder, which knows what it told before. */
export function tokensInto(
  builder: SemanticTokensBuilder,
  session: Session,
  document: TextDocument,
  range?: Range,
): void {
  const within = range === undefined ? undefined : offsetsOf(document, range);
  for (const { start, end, type, modifiers } of semanticTokens(session.snapshotOf(document))) {
    if (within !== undefined && (end < within.start || start > within.end)) continue;
    const { line, character } = document.positionAt(start);
    const bits = modifiers.reduce((set, modifier) => set | (1 << TOKEN_MODIFIERS.indexOf(modifier)), 0);
    builder.push(line, character, end - start, TOKEN_TYPES.indexOf(type), bits);
  }
}

/** What a rule costs is only known of a text that has been compiled. */
export async function hints(
  session: Session,
  document: TextDocument,
  range: Range,
  shown: InlayOptions,
): Promise<Hint[]> {
  const snapshot = shown.cost ? await session.looks.whole(document) : session.snapshotOf(document);
  return inlayHints(snapshot, offsetsOf(document, range), shown).map(({ offset, text, kind, about }) => ({
    position: document.positionAt(offset),
    label: text,
    kind: kind === "cost" ? InlayHintKind.Type : InlayHintKind.Parameter,
    tooltip: { kind: MarkupKind.Markdown, value: about },
    paddingLeft: true,
  }));
}
