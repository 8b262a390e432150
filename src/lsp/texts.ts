// The texts that policies are made of: what is open in the editor as it stands there, everything else from the disk; and a
// snapshot of each, kept as long as nothing that it read has changed.

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { type CompileResult, createSnapshot, type Snapshot, type Source, withResult } from "../compiler/index.ts";
import { isPath, resolved, type Uris } from "./uris.ts";

export interface Texts {
  /** compile()'s reader. */
  readonly read: (specifier: string, from: string) => Source | undefined;
  readonly sourceOf: (document: TextDocument) => Source;
  readonly snapshotOf: (source: Source) => Snapshot;
  /** The snapshot of this very text, if there is one. */
  readonly kept: (source: Source) => Snapshot | undefined;
  /** Whether it is still the one that its text is answered from. */
  readonly isKept: (snapshot: Snapshot) => boolean;
  /** Keeps what the compiler said of a snapshot's text. */
  readonly keep: (snapshot: Snapshot, result: CompileResult) => Snapshot;
  /** The current text of a name; undefined when there is no such file. */
  readonly current: (name: string) => Source | undefined;
  /** Files may have come, gone or changed. */
  readonly forget: () => void;
  /** Policies in the folders and in the editor, by name. */
  readonly known: () => readonly string[];
}

export function createTexts(
  uris: Uris,
  opened: () => readonly TextDocument[],
  folders: () => readonly string[],
): Texts {
  const files = new Map<string, { readonly stamp: string; readonly source: Source }>();
  const snapshots = new Map<string, Snapshot>();
  let listed: { readonly at: number; readonly names: readonly string[] } | undefined;

  const sourceOf = (document: TextDocument): Source => {
    return { name: uris.nameOf(document.uri), text: document.getText() };
  };
  const fromDisk = (name: string): Source | undefined => {
    if (!isPath(name)) return undefined;
    try {
      const { mtimeMs, size } = statSync(name);
      const stamp = `${mtimeMs} ${size}`;
      const found = files.get(name);
      if (found?.stamp === stamp) return found.source;
      if (size > MOST_BYTES) return undefined;
      const source = { name, text: readFileSync(name, "utf8").replace(/^\ufeff/, "") };
      files.set(name, { stamp, source });
      return source;
    } catch {
      return undefined; // the compiler says that the import is not there
    }
  };
  const current = (name: string): Source | undefined => {
    const document = opened().find(each => uris.nameOf(each.uri) === name);
    return document === undefined ? fromDisk(name) : sourceOf(document);
  };
  const read = (specifier: string, from: string): Source | undefined => current(resolved(specifier, from));
  const isFresh = ({ sources, source: main }: Snapshot): boolean =>
    sources.every(({ name, text }) => name === main.name || name.startsWith("std/") || current(name)?.text === text);
  const keptOf = (source: Source): Snapshot | undefined => {
    const found = snapshots.get(source.name);
    return found !== undefined && found.source.text === source.text && isFresh(found) ? found : undefined;
  };
  const snapshotOf = (source: Source): Snapshot => {
    const found = keptOf(source);
    if (found !== undefined) return found;
    const snapshot = createSnapshot(source, read);
    snapshots.set(source.name, snapshot);
    return snapshot;
  };
  return {
    ...{ read, sourceOf, snapshotOf, current },
    kept: keptOf,
    isKept: snapshot => snapshots.get(snapshot.source.name) === snapshot,
    keep: (snapshot, result) => {
      const whole = withResult(snapshot, result);
      if (snapshots.get(snapshot.source.name) === snapshot) snapshots.set(snapshot.source.name, whole);
      return whole;
    },
    forget: () => {
      snapshots.clear();
      listed = undefined;
    },
    known: () => {
      if (listed === undefined || Date.now() - listed.at > LISTED_FOR_MS) {
        listed = { at: Date.now(), names: folders().flatMap(folder => policiesBelow(folder)) };
      }
      const open = opened().map(document => uris.nameOf(document.uri));
      return [...new Set([...open, ...listed.names])];
    },
  };
}

/** Far above any policy. */
const MOST_BYTES = 16 << 20;
/** Clients that do not watch files never say that one was added. */
const LISTED_FOR_MS = 2000;
const MOST_FILES = 5000;

function policiesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const found: string[] = [];
  const pending = [folder];
  for (let seen = 0; pending.length > 0 && seen < MOST_FILES; ) {
    const next = pending.pop()!;
    for (const entry of entriesOf(next)) {
      seen++;
      const path = `${next}/${entry.name}`;
      if (entry.isFile() && entry.name.endsWith(".policy")) found.push(path);
      if (entry.isDirectory() && entry.name !== "node_modules" && !entry.name.startsWith(".")) pending.push(path);
    }
  }
  return found.sort();
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return []; // not ours to read
  }
}
