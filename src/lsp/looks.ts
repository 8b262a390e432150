// Whole looks: what the compiler says of all of a text. A short one is compiled at once; a long one between requests, in slices,
// and given up when the text or one that it imports changes. Who only wants to be quick takes what is known.

import { setImmediate as rest } from "node:timers/promises";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { type CompileOptions, type CompileResult, compileInSteps, type Snapshot } from "../compiler/index.ts";
import type { Texts } from "./texts.ts";

export type Whole = Snapshot & { readonly result: CompileResult };

export interface Looks {
  /** Without waiting: of a long text there may be no result yet. */
  readonly known: (document: TextDocument) => Snapshot;
  /** The whole look at the text as it stands, if it has been had. */
  readonly ready: (document: TextDocument) => Whole | undefined;
  /** Rejects with Outdated when the text changes before it is done. */
  readonly whole: (document: TextDocument) => Promise<Whole>;
  /** The last one at a text of this name, however old. */
  readonly last: (name: string) => Whole | undefined;
  readonly forget: (name: string) => void;
}

/** The text is another by now: nobody wants to know any more. */
export class Outdated extends Error {}

/** A whole look at a text of this many characters takes a few milliseconds. */
export const SHORT = 20_000;
/** What a person does not notice. */
const SLICE_MS = 10;
/** Of the event loop, from the bytes of a request to its answer: with fewer, each of them would wait for a slice. */
const TURNS = 8;

export function createLooks(
  texts: Texts,
  optionsFor: (name: string) => CompileOptions,
  isOpen: (document: TextDocument) => boolean,
): Looks {
  const last = new Map<string, Whole>();
  const running = new Map<Snapshot, Promise<Whole>>();

  const keep = (snapshot: Snapshot, result: CompileResult): Whole => {
    const whole = { ...texts.keep(snapshot, result), result };
    last.set(whole.source.name, whole);
    return whole;
  };
  const stepsFor = (snapshot: Snapshot) => {
    const { main, sources, syntax: diagnostics, source } = snapshot;
    return compileInSteps({ main, sources, diagnostics }, optionsFor(source.name));
  };
  const atOnce = (snapshot: Snapshot): Whole => {
    const steps = stepsFor(snapshot);
    for (;;) {
      const step = steps.next();
      if (step.done) return keep(snapshot, step.value);
    }
  };
  const inSlices = async (document: TextDocument, snapshot: Snapshot): Promise<Whole> => {
    const { version } = document;
    const steps = stepsFor(snapshot);
    for (;;) {
      for (let turn = 0; turn < TURNS; turn++) await rest();
      if (document.version !== version || !isOpen(document) || !texts.isKept(snapshot)) throw new Outdated();
      const end = performance.now() + SLICE_MS;
      while (performance.now() < end) {
        const step = steps.next();
        if (step.done) return keep(snapshot, step.value);
      }
    }
  };
  const known = (document: TextDocument): Snapshot => {
    const snapshot = texts.snapshotOf(texts.sourceOf(document));
    return snapshot.result !== undefined || snapshot.source.text.length > SHORT ? snapshot : atOnce(snapshot);
  };
  const whole = async (document: TextDocument): Promise<Whole> => {
    const snapshot = known(document);
    const { result } = snapshot;
    if (result !== undefined) return { ...snapshot, result };
    const under = running.get(snapshot);
    if (under !== undefined) return under;
    const look = inSlices(document, snapshot).finally(() => running.delete(snapshot));
    running.set(snapshot, look);
    return look;
  };
  return {
    ...{ known, whole },
    ready: document => {
      const kept = texts.kept(texts.sourceOf(document));
      return kept?.result && { ...kept, result: kept.result };
    },
    last: name => last.get(name),
    forget: name => void last.delete(name),
  };
}
