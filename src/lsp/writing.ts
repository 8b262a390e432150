// Answers for who is writing: what may stand at the cursor, what a word means, which argument is next.

import {
  type CompletionItem,
  CompletionItemKind,
  type CompletionList,
  type Hover,
  InsertTextFormat,
  MarkupKind,
  type Position,
  type SignatureHelp,
} from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { completionAt, describeItem, hoverAt, type Item, type ItemKind, signatureAt } from "../compiler/index.ts";
import type { Session } from "./session.ts";

const KINDS: { readonly [kind in ItemKind]: CompletionItemKind } = {
  call: CompletionItemKind.Function,
  argument: CompletionItemKind.Property,
  constant: CompletionItemKind.EnumMember,
  parameter: CompletionItemKind.Variable,
  action: CompletionItemKind.Keyword,
  keyword: CompletionItemKind.Keyword,
  group: CompletionItemKind.Module,
  arch: CompletionItemKind.TypeParameter,
  file: CompletionItemKind.File,
  policy: CompletionItemKind.Class,
};

/** What resolving an item needs to know again. */
interface ItemData {
  readonly uri: string;
  readonly offset: number;
  readonly kind: ItemKind;
}

export function completion(session: Session, document: TextDocument, position: Position): CompletionList {
  const offset = document.offsetAt(position);
  const snapshot = session.snapshotOf(document);
  const { items, start, end } = completionAt(snapshot, offset, importable(session, snapshot.source.name));
  const range = { start: document.positionAt(start), end: document.positionAt(end) };
  const snippets = session.capabilities.textDocument?.completion?.completionItem?.snippetSupport === true;
  return { isIncomplete: false, items: items.map(item => shown(item)) };

  function shown(item: Item): CompletionItem {
    const { label, kind, detail, text = label, isSnippet, rank } = item;
    const data: ItemData = { uri: document.uri, offset, kind };
    return {
      ...{ label, data, kind: KINDS[kind] },
      ...(detail !== undefined && { detail }),
      sortText: `${String(rank).padStart(3, "0")} ${label}`,
      filterText: label,
      ...(isSnippet && snippets && { insertTextFormat: InsertTextFormat.Snippet }),
      textEdit: { range, newText: isSnippet && !snippets ? withoutHoles(text) : text },
    };
  }
}

/** `${1:name}` becomes `name`, `$0` nothing. */
function withoutHoles(snippet: string): string {
  return snippet.replace(/\$\{\d+:([^}]*)\}/g, "$1").replace(/\$\d/g, "");
}

/** Other policies, as a text of this name would import them. */
function importable({ texts }: Session, from: string): readonly string[] {
  const folder = from.split("/").slice(0, -1);
  return texts.known().flatMap(name => {
    const parts = name.split("/");
    if (name === from || parts[0] !== folder[0]) return [];
    const shared = parts.findIndex((part, at) => part !== folder[at]);
    const up = folder.length - shared;
    return [`${up === 0 ? "./" : "../".repeat(up)}${parts.slice(shared).join("/")}`];
  });
}

export function resolveItem(session: Session, item: CompletionItem): CompletionItem {
  const { uri, offset, kind } = item.data as ItemData;
  const document = session.find(uri);
  if (document === undefined) return item;
  const value = describeItem(session.snapshotOf(document), offset, item.label, kind);
  return value === undefined ? item : { ...item, documentation: { kind: MarkupKind.Markdown, value } };
}

export function hover(session: Session, document: TextDocument, position: Position): Hover | null {
  const snapshot = session.looks.known(document);
  const found = hoverAt(snapshot, document.offsetAt(position));
  if (found === undefined) return null;
  return {
    contents: { kind: MarkupKind.Markdown, value: found.text },
    range: session.places(snapshot).rangeOf(found.span),
  };
}

export function signatureHelp(session: Session, document: TextDocument, position: Position): SignatureHelp | null {
  const found = signatureAt(session.snapshotOf(document), document.offsetAt(position));
  if (found === undefined) return null;
  const markdown = (value: string) => ({ kind: MarkupKind.Markdown, value });
  const parameters = found.parameters.map(({ label, text }) => ({ label, documentation: markdown(text) }));
  const signature = { label: found.label, documentation: markdown(found.text), parameters };
  return { signatures: [signature], activeSignature: 0, activeParameter: found.active ?? null };
}
