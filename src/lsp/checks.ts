// When a text is looked at, and what is told of it. An edit of a long text gets a quick look first (only what it touches is
// compiled) and the whole one when typing pauses; a short text the whole one at once. An edit also concerns the open texts that
// import it. A client that asks for findings gets them when it asks, another is told.

import {
  type DocumentDiagnosticReport,
  DocumentDiagnosticReportKind,
  type PublishDiagnosticsParams,
} from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { type Diagnostic, focusOn, type Snapshot } from "../compiler/index.ts";
import { shownDiagnostic } from "./convert.ts";
import type { Session } from "./session.ts";

export interface Checks {
  readonly changed: (document: TextDocument) => void;
  readonly closed: (document: TextDocument) => void;
  /** Files on the disk changed, or the settings: everything may be different. */
  readonly everything: () => void;
  /** Findings for a client that asks; previous: the identity of the answer it has. */
  readonly report: (document: TextDocument, previous: string | undefined) => DocumentDiagnosticReport;
}

export interface Telling {
  readonly publish: (params: PublishDiagnosticsParams) => void;
  /** Asks a client that pulls to ask again; undefined for one that does not pull. */
  readonly refresh: (() => void) | undefined;
}

/** A whole look at a text of this many characters takes a few milliseconds. */
const SHORT = 20_000;
const QUICK_MS = 15;
const PAUSE_MS = 350;

export function createChecks(session: Session, telling: Telling): Checks {
  const timers = new Map<string, NodeJS.Timeout>();
  /** The last whole look at each text. */
  const looked = new Map<string, Snapshot>();

  const later = (uri: string, delay: number, work: (document: TextDocument) => void): void => {
    clearTimeout(timers.get(uri));
    const timer = setTimeout(() => {
      timers.delete(uri);
      const document = session.find(uri);
      if (document !== undefined) work(document);
    }, delay);
    timers.set(uri, timer);
  };

  const findings = (snapshot: Snapshot, all: readonly Diagnostic[]) => {
    const places = session.places(snapshot);
    return all
      .filter(({ span }) => span.source === snapshot.source.name)
      .map(finding => shownDiagnostic(finding, places));
  };
  const tell = (document: TextDocument, snapshot: Snapshot, all: readonly Diagnostic[]): void => {
    const { uri, version } = document;
    telling.publish({ uri, version, diagnostics: findings(snapshot, all) });
  };

  const whole = (document: TextDocument): readonly Diagnostic[] => {
    const snapshot = session.checked(document);
    looked.set(snapshot.source.name, snapshot);
    return snapshot.result.diagnostics;
  };
  const lookWhole = (document: TextDocument): void => {
    const all = whole(document);
    tell(document, session.snapshotOf(document), all);
  };
  const lookQuickly = (document: TextDocument): void => {
    const snapshot = session.snapshotOf(document);
    const { source } = snapshot;
    if (source.text.length <= SHORT || snapshot.result !== undefined) {
      lookWhole(document);
      return;
    }
    const before = looked.get(source.name);
    const focus = before && focusOn(before, source);
    if (focus === undefined) {
      lookWhole(document);
      return;
    }
    tell(document, snapshot, focus.merge(session.compileAs(focus.source).diagnostics));
    later(document.uri, PAUSE_MS, lookWhole);
  };

  const dependents = (document: TextDocument): readonly TextDocument[] => {
    const name = session.uris.nameOf(document.uri);
    return session
      .documents()
      .filter(
        each => each.uri !== document.uri && session.snapshotOf(each).sources.some(source => source.name === name),
      );
  };
  const changed = (document: TextDocument): void => {
    if (telling.refresh === undefined) later(document.uri, QUICK_MS, lookQuickly);
    for (const other of dependents(document)) {
      if (telling.refresh === undefined) later(other.uri, PAUSE_MS, lookWhole);
      else later(other.uri, PAUSE_MS, telling.refresh);
    }
  };

  return {
    changed,
    closed: document => {
      clearTimeout(timers.get(document.uri));
      timers.delete(document.uri);
      looked.delete(session.uris.nameOf(document.uri));
      if (telling.refresh === undefined) telling.publish({ uri: document.uri, diagnostics: [] });
      // What imports it reads it from the disk again.
      for (const other of session.documents()) if (other.uri !== document.uri) changed(other);
    },
    everything: () => {
      session.texts.forget();
      telling.refresh?.();
      for (const document of session.documents()) changed(document);
    },
    report: (document, previous) => {
      const all = whole(document);
      const items = findings(session.snapshotOf(document), all);
      const resultId = identity(JSON.stringify(items));
      return resultId === previous
        ? { kind: DocumentDiagnosticReportKind.Unchanged, resultId }
        : { kind: DocumentDiagnosticReportKind.Full, resultId, items };
    },
  };
}

/** FNV-1a of the findings: the same findings, the same identity. */
function identity(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return `${text.length}-${(hash >>> 0).toString(16)}`;
}
