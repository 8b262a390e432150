// A new name for what a file defines, in every file that uses it. Refuses what is not the user's (the kernel's names, the
// standard library's), names that are taken or that the language has itself, and files that are understood in part only.

import { constantArches } from "../abi/constants.ts";
import type { Span } from "../diagnostics/diagnostic.ts";
import type { Module } from "../policy/modules.ts";
import { STANDARD_LIBRARY } from "../policy/std.gen.ts";
import { is, lex, Word } from "../syntax/tokens.ts";
import { type NameKind, type Occurrence, occurrencesOf } from "./names.ts";
import { occurrenceAt, referencesAt } from "./references.ts";
import { isTorn, type Snapshot, type TextEdits } from "./snapshot.ts";

export type Renaming<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

/** What would be renamed. */
export function prepareRename(
  snapshot: Snapshot,
  offset: number,
): Renaming<{ readonly span: Span; readonly text: string }> {
  const found = renamable(snapshot, offset);
  return found.ok ? { ok: true, value: { span: found.value.span, text: found.value.text } } : found;
}

export function renameAt(
  snapshot: Snapshot,
  offset: number,
  name: string,
  others: readonly Module[],
): Renaming<readonly TextEdits[]> {
  const found = renamable(snapshot, offset);
  if (!found.ok) return found;
  const uses = referencesAt(snapshot, offset, others);
  const problem = badName(found.value.kind, name) ?? takenIn(found.value, name, [snapshot.main, ...others], uses);
  if (problem !== undefined) return { ok: false, reason: problem };
  const sources = [...new Set(uses.map(({ span }) => span.source))];
  const value = sources.map(source => ({
    source,
    edits: uses
      .filter(({ span }) => span.source === source)
      .map(({ span }) => ({ start: span.start, end: span.end, text: name })),
  }));
  return { ok: true, value };
}

function renamable(snapshot: Snapshot, offset: number): Renaming<Occurrence> {
  const here = occurrenceAt(snapshot, offset);
  if (here === undefined) {
    const reason = isTorn(snapshot)
      ? "the text has mistakes that hide some of its names"
      : "only what a policy file defines can be renamed";
    return { ok: false, reason };
  }
  if (here.kind === "file") return { ok: false, reason: "a file is renamed where files are" };
  if (Object.hasOwn(STANDARD_LIBRARY, here.definition.source)) {
    return { ok: false, reason: `\`${here.text}\` belongs to the standard library` };
  }
  if (isTorn(snapshot)) return { ok: false, reason: "the text has mistakes that may hide uses of the name" };
  return { ok: true, value: here };
}

const FORMS: { readonly [kind in Exclude<NameKind, "file">]: { readonly form: RegExp; readonly rule: string } } = {
  constant: { form: /^_*[A-Z][A-Za-z0-9_]*$/, rule: "a constant begins with an upper-case letter" },
  parameter: { form: /^\$[A-Za-z_][A-Za-z0-9_]*$/, rule: "a parameter begins with $" },
  group: { form: /^[a-z_][A-Za-z0-9_]*$/, rule: "the name of a group begins with a lower-case letter" },
  policy: { form: /^[a-z_][A-Za-z0-9_]*$/, rule: "the name of a policy begins with a lower-case letter" },
  alias: { form: /^[a-z_][A-Za-z0-9_]*$/, rule: "the name of an import begins with a lower-case letter" },
};

function badName(kind: NameKind, name: string): string | undefined {
  if (kind === "file") return undefined;
  const { form, rule } = FORMS[kind];
  if (!form.test(name)) return rule;
  const [token, ...rest] = lex(name).tokens;
  const isReserved = /^[a-z_]/.test(name) && (token === undefined || rest.length > 0 || !is(token, Word));
  if (isReserved) return `\`${name}\` is a word of the language`;
  return kind === "constant" && constantArches(name).length > 0 ? `the kernel has a constant \`${name}\`` : undefined;
}

/** A name that is defined in a file which uses the renamed one could change what that file means. */
function takenIn(
  { kind, text }: Occurrence,
  name: string,
  modules: readonly Module[],
  uses: readonly { readonly span: Span }[],
): string | undefined {
  if (name === text) return undefined;
  const files = new Set(uses.map(({ span }) => span.source));
  const taken = modules
    .filter(({ source }) => files.has(source.name))
    .flatMap(module => [...occurrencesOf(module), ...module.imports.flatMap(each => occurrencesOf(each.module))])
    .find(each => each.kind === kind && each.text === name);
  return taken === undefined ? undefined : `\`${name}\` is taken`;
}
