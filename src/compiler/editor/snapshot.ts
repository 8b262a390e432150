// One state of one text, as the language service sees it: its words whatever they make of a policy, the tree of what was
// understood, the files it imports and, once it has run, what the compiler says. Plain data: every feature is a function of a
// snapshot and an offset.

import { type Arch, isArch } from "../abi/arch.ts";
import type { CompileResult, Filter } from "../compile.ts";
import { type Diagnostic, hasErrors, type Source, type Span } from "../diagnostics/diagnostic.ts";
import type { Edit } from "../format/edits.ts";
import { loadModules, type Module, type Read } from "../policy/modules.ts";
import type { Group, Policy } from "../syntax/ast.ts";
import { type Lexed, lex } from "../syntax/tokens.ts";

export interface Snapshot {
  readonly source: Source;
  readonly lexed: Lexed;
  readonly main: Module;
  /** This text and every one that it imports. */
  readonly sources: readonly Source[];
  /** Of the texts as such: how they are spelled, and what their names define. */
  readonly syntax: readonly Diagnostic[];
  /** What the compiler made of this very text; undefined while it has not run. */
  readonly result: CompileResult | undefined;
}

/** One of an answer's changes to texts: every edit of it or none. */
export interface TextEdits {
  readonly source: string;
  readonly edits: readonly Edit[];
}

export function createSnapshot(source: Source, read: Read, result?: CompileResult): Snapshot {
  const { main, sources, diagnostics } = loadModules(source, read);
  return { source, lexed: lex(source.text), main, sources, syntax: diagnostics, result };
}

export function withResult(snapshot: Snapshot, result: CompileResult): Snapshot {
  return { ...snapshot, result };
}

/** Whether a part of the text itself was not understood: then no list of its names is whole. */
export function isTorn({ syntax, source }: Snapshot): boolean {
  return hasErrors(syntax.filter(({ span, code }) => span.source === source.name && !ABOUT_IMPORTS.includes(code)));
}

const ABOUT_IMPORTS = [
  "unknown-import",
  "import-not-found",
  "import-broken",
  "import-cycle",
  "const-taken",
  "duplicate-name",
];

/** The policy or group around an offset. */
export function blockAt(snapshot: Snapshot, offset: number): Policy | Group | undefined {
  const { policies, groups } = snapshot.main.file;
  return [...policies, ...groups].find(({ span }) => contains(span, offset));
}

/** What a text at this place is for: its policy's ABIs; for the rest of a file those of all its policies. */
export function archesAt(snapshot: Snapshot, offset: number): readonly Arch[] {
  const block = blockAt(snapshot, offset);
  const around = block !== undefined && "targets" in block ? [block] : snapshot.main.file.policies;
  const named = around.flatMap(({ targets, heads }) => [
    ...targets.map(target => target.text),
    ...heads.flatMap(head => (head.kind === "compat" ? head.arch.text : [])),
  ]);
  const arches = [...new Set(named)].filter(isArch);
  return arches.length > 0 ? arches : ["x86_64", "aarch64"];
}

export function filtersOf(snapshot: Snapshot, policy: string): readonly Filter[] {
  return (snapshot.result?.filters ?? []).filter(each => each.policy === policy);
}

/** Both ends included: a cursor behind a word is at it. */
export function contains(span: { readonly start: number; readonly end: number }, offset: number): boolean {
  return span.start <= offset && offset <= span.end;
}

export function sameSpan(a: Span, b: Span): boolean {
  return a.source === b.source && a.start === b.start && a.end === b.end;
}
