// When a text is looked at, and what is told of it. An edit of a long text gets a quick look first (only what it touches is
// compiled) and the whole one when typing pauses; a short text the whole one at once. An edit also concerns the open texts that
// import it. A client that asks for findings gets them when it asks, and is asked to ask again when more is known; another is told.

import {
  type DocumentDiagnosticReport,
  DocumentDiagnosticReportKind,
  type PublishDiagnosticsParams,
} from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { type Diagnostic, focusOn, type Source } from "../compiler/index.ts";
import { placesIn, shownDiagnostic } from "./convert.ts";
import { Outdated, SHORT } from "./looks.ts";
import type { Session } from "./session.ts";

export interface Checks {
  readonly changed: (document: TextDocument) => void;
  readonly closed: (document: TextDocument) => void;
  /** Files on the disk changed, or the settings: everything may be different. */
  readonly everything: () => void;
  /** Findings for a client that asks; previous: the identity of the answer it has. */
  readonly report: (document: TextDocument, previous: string | undefined) => Promise<DocumentDiagnosticReport>;
  /** The best that is known without waiting. */
  readonly findings: (document: TextDocument) => readonly Diagnostic[];
}

export interface Telling {
  /** The client asks for findings, and is not told them. */
  readonly pulls: boolean;
  readonly publish: (params: PublishDiagnosticsParams) => void;
  /** Asks the client to ask again; missing where it does not listen. */
  readonly refresh?: () => void;
}

const QUICK_MS = 15;
const PAUSE_MS = 350;
/** More than this is not read quickly. */
const MOST_QUICK = 40_000;

/** What was found in a text, and every text that it points into. */
interface Found {
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: readonly Source[];
}

export function createChecks(session: Session, telling: Telling): Checks {
  const { looks, texts } = session;
  const timers = new Map<string, NodeJS.Timeout>();
  /** The last quick look at each text, and of which version. */
  const quick = new Map<string, { readonly version: number; readonly found: Found }>();
  /** The identity of the last answer to who asked. */
  const answered = new Map<string, string>();

  const later = (uri: string, delay: number, work: (document: TextDocument) => void): void => {
    clearTimeout(timers.get(uri));
    const timer = setTimeout(() => {
      timers.delete(uri);
      const document = session.find(uri);
      if (document === undefined) return;
      try {
        work(document);
      } catch (error) {
        session.warn(String(error)); // a defect of the compiler: the server goes on
      }
    }, delay);
    timers.set(uri, timer);
  };

  const shown = (document: TextDocument, { diagnostics, sources }: Found) => {
    const name = session.uris.nameOf(document.uri);
    const places = placesIn([texts.sourceOf(document), ...sources], session.uris);
    return diagnostics.filter(({ span }) => span.source === name).map(finding => shownDiagnostic(finding, places));
  };
  const tell = (document: TextDocument, found: Found): void => {
    const { uri, version } = document;
    telling.publish({ uri, version, diagnostics: shown(document, found) });
  };

  const lookWhole = (document: TextDocument): void => {
    looks.whole(document).then(
      ({ result }) => {
        if (!telling.pulls) tell(document, result);
        else if (identity(JSON.stringify(shown(document, result))) !== answered.get(document.uri)) telling.refresh?.();
      },
      error => {
        // Who made the text outdated asked for another look.
        if (!(error instanceof Outdated)) session.warn(String(error));
      },
    );
  };
  /** undefined: there is nothing to be quicker with than a whole look. */
  const lookQuickly = (document: TextDocument): Found | undefined => {
    const known = quick.get(document.uri);
    if (known?.version === document.version) return known.found;
    const source = texts.sourceOf(document);
    const before = source.text.length > SHORT ? looks.last(source.name) : undefined;
    const focus = before && focusOn(before, source);
    if (before === undefined || focus === undefined || focus.size > MOST_QUICK) return undefined;
    const { diagnostics } = session.compileAs(focus.source, { arches: [] });
    const found = { diagnostics: focus.merge(diagnostics), sources: before.result.sources };
    quick.set(document.uri, { version: document.version, found });
    return found;
  };
  const look = (document: TextDocument): void => {
    const found = lookQuickly(document);
    if (found !== undefined) {
      tell(document, found);
      later(document.uri, PAUSE_MS, lookWhole);
    } else lookWhole(document);
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
    if (telling.pulls) clearTimeout(timers.get(document.uri));
    else later(document.uri, QUICK_MS, look);
    for (const other of dependents(document)) {
      quick.delete(other.uri);
      later(other.uri, PAUSE_MS, lookWhole);
    }
  };

  return {
    changed,
    closed: document => {
      const { uri } = document;
      clearTimeout(timers.get(uri));
      for (const each of [timers, quick, answered]) each.delete(uri);
      looks.forget(session.uris.nameOf(uri));
      if (!telling.pulls) telling.publish({ uri, diagnostics: [] });
      // What imports it reads it from the disk again.
      for (const other of session.documents()) if (other.uri !== uri) changed(other);
    },
    everything: () => {
      texts.forget();
      quick.clear();
      telling.refresh?.();
      for (const document of session.documents()) changed(document);
    },
    findings: document => {
      const known = looks.known(document);
      return known.result?.diagnostics ?? lookQuickly(document)?.diagnostics ?? known.syntax;
    },
    report: async (document, previous) => {
      const { version } = document;
      const early =
        telling.refresh !== undefined && looks.ready(document) === undefined ? lookQuickly(document) : undefined;
      const items = shown(document, early ?? (await looks.whole(document)).result);
      if (document.version !== version) throw new Outdated();
      if (early !== undefined) later(document.uri, PAUSE_MS, lookWhole);
      const resultId = identity(JSON.stringify(items));
      answered.set(document.uri, resultId);
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
