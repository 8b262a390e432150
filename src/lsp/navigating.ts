// Answers for who is finding their way: definitions, uses, names, outlines, links.

import {
  type DocumentHighlight,
  DocumentHighlightKind,
  type DocumentLink,
  type DocumentSymbol,
  ErrorCodes,
  type Location,
  type Position,
  type Range,
  ResponseError,
  SymbolKind,
  type WorkspaceEdit,
  type WorkspaceSymbol,
} from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import {
  definitionAt,
  highlightsAt,
  linksOf,
  outlineOf,
  type Part,
  type PartKind,
  prepareRename,
  type Renaming,
  referencesAt,
  renameAt,
  type Snapshot,
} from "../compiler/index.ts";
import { type Places, pageOf, placesIn, workspaceEdit } from "./convert.ts";
import type { Session } from "./session.ts";

export function definition(session: Session, document: TextDocument, position: Position): Location | null {
  const snapshot = session.snapshotOf(document);
  const span = definitionAt(snapshot, document.offsetAt(position));
  return span === undefined ? null : session.places(snapshot).locationOf(span);
}

/** The other policies that may use a name of this one, as they are now. */
function others(session: Session, name: string): readonly Snapshot[] {
  return session.texts.known().flatMap(known => {
    const source = known === name ? undefined : session.texts.current(known);
    return source === undefined ? [] : [session.texts.snapshotOf(source)];
  });
}

function placesOfAll(session: Session, snapshots: readonly Snapshot[]): Places {
  return placesIn(
    snapshots.flatMap(({ sources }) => sources),
    session.uris,
  );
}

export function references(
  session: Session,
  document: TextDocument,
  position: Position,
  withDefinition: boolean,
): Location[] {
  const snapshot = session.snapshotOf(document);
  const rest = others(session, snapshot.source.name);
  const uses = referencesAt(
    snapshot,
    document.offsetAt(position),
    rest.map(({ main }) => main),
  );
  const places = placesOfAll(session, [snapshot, ...rest]);
  return uses.filter(use => withDefinition || !use.isDefinition).map(({ span }) => places.locationOf(span));
}

export function highlights(session: Session, document: TextDocument, position: Position): DocumentHighlight[] {
  const snapshot = session.snapshotOf(document);
  const places = session.places(snapshot);
  return highlightsAt(snapshot, document.offsetAt(position)).map(({ span, isDefinition }) => ({
    range: places.rangeOf(span),
    kind: isDefinition ? DocumentHighlightKind.Write : DocumentHighlightKind.Read,
  }));
}

export function prepare(
  session: Session,
  document: TextDocument,
  position: Position,
): { range: Range; placeholder: string } {
  const snapshot = session.snapshotOf(document);
  const { span, text } = granted(prepareRename(snapshot, document.offsetAt(position)));
  return { range: session.places(snapshot).rangeOf(span), placeholder: text };
}

export function rename(session: Session, document: TextDocument, position: Position, name: string): WorkspaceEdit {
  const snapshot = session.snapshotOf(document);
  const rest = others(session, snapshot.source.name);
  const modules = rest.map(({ main }) => main);
  const changes = granted(renameAt(snapshot, document.offsetAt(position), name, modules));
  return workspaceEdit(changes, placesOfAll(session, [snapshot, ...rest]), session.uris);
}

function granted<T>(renaming: Renaming<T>): T {
  if (renaming.ok) return renaming.value;
  throw new ResponseError(ErrorCodes.InvalidRequest, renaming.reason);
}

const SYMBOLS: { readonly [kind in PartKind]: SymbolKind } = {
  policy: SymbolKind.Class,
  group: SymbolKind.Module,
  constant: SymbolKind.Constant,
  test: SymbolKind.Event,
  import: SymbolKind.Package,
  rule: SymbolKind.Method,
  use: SymbolKind.Interface,
  head: SymbolKind.Property,
  section: SymbolKind.Namespace,
  row: SymbolKind.Event,
};

export function documentSymbols(session: Session, document: TextDocument): DocumentSymbol[] {
  const snapshot = session.snapshotOf(document);
  const places = session.places(snapshot);
  const shown = ({ kind, name, detail, span, nameSpan, parts }: Part): DocumentSymbol => ({
    ...{ name: name === "" ? kind : name, detail, kind: SYMBOLS[kind] },
    ...{ range: places.rangeOf(span), selectionRange: places.rangeOf(nameSpan) },
    children: parts.map(shown),
  });
  return outlineOf(snapshot).map(shown);
}

const MOST_SYMBOLS = 500;
const OF_A_FILE: readonly PartKind[] = ["policy", "group", "constant"];

export function workspaceSymbols(session: Session, query: string): WorkspaceSymbol[] {
  const wanted = query.toLowerCase();
  const found = others(session, "").flatMap(snapshot => {
    const places = session.places(snapshot);
    return outlineOf(snapshot)
      .filter(({ kind, name }) => OF_A_FILE.includes(kind) && isSubsequence(wanted, name.toLowerCase()))
      .map(({ kind, name, nameSpan }) => ({ name, kind: SYMBOLS[kind], location: places.locationOf(nameSpan) }));
  });
  return found.slice(0, MOST_SYMBOLS);
}

/** As editors match: every letter, in order. */
function isSubsequence(letters: string, text: string): boolean {
  let at = 0;
  for (const letter of text) if (letter === letters[at]) at++;
  return at === letters.length;
}

export function documentLinks(session: Session, document: TextDocument): DocumentLink[] {
  const snapshot = session.snapshotOf(document);
  const places = session.places(snapshot);
  return linksOf(snapshot).flatMap(link => {
    const target = link.kind === "file" ? session.uris.uriOf(link.source) : pageOf(link.code);
    return target === undefined ? [] : [{ range: places.rangeOf(link.span), target }];
  });
}
