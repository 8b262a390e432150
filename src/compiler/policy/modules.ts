// Reads a policy file and everything it imports, once each. In: the main source and a reader; out: modules that know their
// imports, and the diagnostics of all of them. std/... comes from the embedded library, everything else from the reader.

import type { Diagnostic, Source, Span } from "../diagnostics/diagnostic.ts";
import { hasErrors } from "../diagnostics/diagnostic.ts";
import { nearest } from "../diagnostics/nearest.ts";
import { importCycle, importedFileBroken, importNotFound, importsTooDeep } from "../diagnostics/structure.ts";
import type { Const, File, Group } from "../syntax/ast.ts";
import { parseFile } from "../syntax/parse.ts";
import { definitionsOf } from "./definitions.ts";
import { STANDARD_LIBRARY } from "./std.gen.ts";

/** Resolves an import of `from` (a Source's name); undefined when there is no such file. Never asked for std/. */
export type Read = (specifier: string, from: string) => Source | undefined;

export interface Module {
  readonly source: Source;
  readonly file: File;
  /** std modules and imported files: their rules are spliced, never the user's own. */
  readonly imports: readonly {
    readonly alias: string | undefined;
    readonly specifier: string;
    readonly module: Module;
  }[];
  readonly groups: ReadonlyMap<string, Group>;
  readonly consts: ReadonlyMap<string, Const>;
}

export interface Loaded {
  readonly main: Module;
  /** Every text that was read, so that spans can be shown. */
  readonly sources: readonly Source[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Files that import each other in a row: far above any library, far below what a call stack holds. */
const MAX_CHAIN = 100;

export function loadModules(main: Source, read: Read): Loaded {
  const modules = new Map<string, Module>();
  const diagnostics: Diagnostic[] = [];

  const load = (source: Source, chain: readonly string[]): Module => {
    const parsed = parseFile(source);
    diagnostics.push(...parsed.diagnostics);
    const imports: Module["imports"][number][] = [];
    for (const { specifier, alias } of parsed.file.imports) {
      const module = open(specifier.text, specifier.span, source.name, chain);
      if (module !== undefined) imports.push({ alias: alias?.text, specifier: specifier.text, module });
    }
    const module: Module = { source, file: parsed.file, imports, ...definitionsOf(parsed.file, diagnostics) };
    modules.set(source.name, module);
    return module;
  };

  const open = (specifier: string, span: Span, from: string, chain: readonly string[]): Module | undefined => {
    const source = specifier.startsWith("std/") ? standard(specifier) : read(specifier, from);
    if (source === undefined) {
      const similar = specifier.startsWith("std/") ? nearest(specifier, Object.keys(STANDARD_LIBRARY)) : undefined;
      diagnostics.push(importNotFound(span, specifier, chain, similar));
      return undefined;
    }
    if (chain.includes(source.name)) {
      diagnostics.push(importCycle(span, [...chain.slice(chain.indexOf(source.name)), source.name]));
      return undefined;
    }
    const known = modules.get(source.name);
    if (known !== undefined) return known;
    if (chain.length > MAX_CHAIN) {
      diagnostics.push(importsTooDeep(span, MAX_CHAIN));
      return undefined;
    }
    const before = diagnostics.length;
    const module = load(source, [...chain, source.name]);
    if (hasErrors(diagnostics.slice(before))) diagnostics.push(importedFileBroken(span, specifier));
    return module;
  };

  const module = load(main, [main.name]);
  return { main: module, sources: [...modules.values()].map(m => m.source), diagnostics };
}

function standard(specifier: string): Source | undefined {
  const text = Object.hasOwn(STANDARD_LIBRARY, specifier) ? STANDARD_LIBRARY[specifier] : undefined;
  return text === undefined ? undefined : { name: specifier, text };
}
