// What a file defines: each name once in its block, and none that the kernel has. A constant of the file that took a kernel
// constant's name would change, without a word, what every rule below it means: `const PROT_EXEC = 1` makes `prot lacks
// PROT_EXEC` let executable pages through. In: a parsed file; out: its groups and constants by name, and what is wrong.

import { constantArches } from "../abi/constants.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { constantTaken, duplicateName } from "../diagnostics/structure.ts";
import type { Const, File, Group, Item, Name } from "../syntax/ast.ts";

export interface Definitions {
  readonly groups: ReadonlyMap<string, Group>;
  readonly consts: ReadonlyMap<string, Const>;
}

export function definitionsOf(file: File, diagnostics: Diagnostic[]): Definitions {
  const groups = byName("group", file.groups, diagnostics);
  const consts = constsOf(file.consts, diagnostics);
  byName("policy", file.policies, diagnostics);
  for (const group of file.groups) {
    byName(
      "parameter",
      group.params.map(name => ({ name })),
      diagnostics,
    );
  }
  for (const { items } of [...file.groups, ...file.policies]) constsOf(items.filter(isConst), diagnostics);
  return { groups, consts };
}

function isConst(item: Item): item is Const {
  return item.kind === "const";
}

function constsOf(consts: readonly Const[], diagnostics: Diagnostic[]): Map<string, Const> {
  for (const { name } of consts) {
    if (constantArches(name.text).length > 0) diagnostics.push(constantTaken(name.span, name.text));
  }
  return byName("constant", consts, diagnostics);
}

function byName<T extends { readonly name: Name }>(
  kind: string,
  nodes: readonly T[],
  diagnostics: Diagnostic[],
): Map<string, T> {
  const found = new Map<string, T>();
  for (const node of nodes) {
    const first = found.get(node.name.text);
    if (first === undefined) found.set(node.name.text, node);
    else diagnostics.push(duplicateName(node.name.span, kind, node.name.text, first.name.span));
  }
  return found;
}
