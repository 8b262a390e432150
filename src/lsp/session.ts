// What the answers share: the open documents, a snapshot of each, and what the compiler says of it. Loaded with the compiler,
// after the server has introduced itself.

import type { ClientCapabilities } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import {
  type CompileOptions,
  type CompileResult,
  compile,
  type Range as Offsets,
  type Severities,
  type Snapshot,
} from "../compiler/index.ts";
import { type Places, placesIn } from "./convert.ts";
import { createLooks, type Looks } from "./looks.ts";
import { createTexts, type Texts } from "./texts.ts";
import type { Uris } from "./uris.ts";

export interface Surroundings {
  readonly uris: Uris;
  readonly documents: () => readonly TextDocument[];
  readonly folders: () => readonly string[];
  readonly capabilities: ClientCapabilities;
  /** Severities that a project sets for a file of this path; what is wrong with its settings is told by throwing. */
  readonly severitiesFor: (path: string) => Severities;
  readonly warn: (message: string) => void;
}

export interface Session extends Surroundings {
  readonly texts: Texts;
  readonly looks: Looks;
  readonly snapshotOf: (document: TextDocument) => Snapshot;
  /** Any text by the compiler's rules for the place where it stands. */
  readonly compileAs: (source: Snapshot["source"], more?: CompileOptions) => CompileResult;
  readonly places: (snapshot: Snapshot) => Places;
  readonly find: (uri: string) => TextDocument | undefined;
}

export function createSession(around: Surroundings): Session {
  const texts = createTexts(around.uris, around.documents, around.folders);
  const warned = new Set<string>();
  const severities = (name: string): Severities => {
    try {
      return around.severitiesFor(name);
    } catch (error) {
      const { message } = error as Error;
      if (!warned.has(message)) around.warn(message);
      warned.add(message);
      return {};
    }
  };
  const optionsFor = (name: string): CompileOptions => ({ read: texts.read, severities: severities(name) });
  const looks = createLooks(texts, optionsFor, document => around.documents().includes(document));
  return {
    ...around,
    ...{ texts, looks },
    snapshotOf: document => texts.snapshotOf(texts.sourceOf(document)),
    compileAs: (source, more) => compile(source, { ...optionsFor(source.name), ...more }),
    places: snapshot => placesIn([...snapshot.sources, ...(snapshot.result?.sources ?? [])], around.uris),
    find: uri => {
      const name = around.uris.nameOf(uri);
      return around.documents().find(document => around.uris.nameOf(document.uri) === name);
    },
  };
}

export function offsetsOf(document: TextDocument, range: Parameters<TextDocument["getText"]>[0] & object): Offsets {
  return { start: document.offsetAt(range.start), end: document.offsetAt(range.end) };
}
