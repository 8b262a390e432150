// The items of completion lists: the words of the language, and the kernel's names that fit a place.

import { ARCHES, type Arch } from "../abi/arch.ts";
import { constantArches, constantNames, errnoByName } from "../abi/constants.ts";
import { archesWith, kernelExempt, syscall, syscallNames } from "../abi/syscalls.ts";
import { FILE_VERBS, LIMIT_NAMES, NAMESPACES, PROTOCOLS } from "../policy/cell.ts";
import { STANDARD_LIBRARY } from "../policy/std.gen.ts";
import { ACTIONS, valuesByArch } from "./describe.ts";
import type { Block } from "./place.ts";
import * as snippets from "./snippets.ts";

export type ItemKind =
  | "call"
  | "argument"
  | "constant"
  | "parameter"
  | "action"
  | "keyword"
  | "group"
  | "arch"
  | "file"
  | "policy";

export interface Item {
  readonly label: string;
  readonly kind: ItemKind;
  /** A few words beside the label. */
  readonly detail?: string;
  /** What is written; the label if missing. With `$0` for the cursor where `isSnippet`. */
  readonly text?: string;
  readonly isSnippet?: true;
  /** Lists are sorted by this, then by label: what fits best is first. */
  readonly rank: number;
}

// --- Words of the language ----------------------------------------------------------------------------------------

export function keywords(...labels: readonly string[]): Item[] {
  return labels.map(label => ({ label, kind: "keyword", rank: 3 }));
}

function snippet(label: string, text: string, rank = 0): Item {
  return { label, kind: "keyword", text, isSnippet: true, rank };
}

export const DECLARATIONS: readonly Item[] = [
  snippet("policy", snippets.POLICY),
  snippet("group", snippets.GROUP),
  snippet("import", snippets.IMPORT),
  snippet("const", snippets.CONST),
  snippet("test", snippets.TEST),
];

const SECTIONS = ["limits", "files", "namespaces", "network", "env"];

const POLICY_HEADS: readonly Item[] = [
  ...keywords("default", "unknown", "foreign", "compat", "hostname", "program"),
  ...SECTIONS.map(label => snippet(label, snippets.block(label), 4)),
];

export const HEADS: { readonly [block in Block]: readonly Item[] } = {
  ...{ file: [], policy: POLICY_HEADS, group: [], test: [] },
  ...{ limits: [], files: [], namespaces: [], network: [], env: [] },
};

const words = (labels: readonly string[]): readonly Item[] =>
  labels.map(label => ({ label, kind: "keyword", rank: 0 }));

export const SETTINGS: { readonly [block in Block]: readonly Item[] } = {
  ...{ file: [], policy: [], group: [], test: [] },
  limits: words(LIMIT_NAMES),
  files: words(FILE_VERBS),
  namespaces: words(NAMESPACES),
  network: words(["none", "loopback", "connect", "bind", "unix", ...PROTOCOLS]),
  env: words(["keep", "set"]),
};

export function actionItems(where: "statement" | "verdict"): Item[] {
  return Object.entries(ACTIONS).map(([label, about]) => ({
    ...{ label, kind: "action", detail: about.replace(/[.:;].*$/s, ""), rank: label === "kill-thread" ? 3 : 1 },
    ...(label === "errno" && {
      text: where === "verdict" ? `${snippets.ERRNO}$0` : `${snippets.ERRNO} $0`,
      isSnippet: true,
    }),
  }));
}

export function archItems(first: readonly Arch[]): Item[] {
  return ARCHES.map(label => ({ label, kind: "arch", rank: first.includes(label) ? 0 : 1 }));
}

export function specifiers(files: readonly string[]): Item[] {
  const std = Object.keys(STANDARD_LIBRARY).map(
    (label): Item => ({ label, kind: "file", detail: "standard library", rank: 0 }),
  );
  return [...std, ...files.map((label): Item => ({ label, kind: "file", rank: 1 }))];
}

// --- Names of the kernel ------------------------------------------------------------------------------------------

export function callItems(arches: readonly Arch[], taken: readonly string[]): Item[] {
  return syscallNames().flatMap((label): Item[] => {
    const having = archesWith(label);
    const here = arches.filter(arch => having.includes(arch));
    if (taken.includes(label) || having.some(arch => kernelExempt(arch, syscall(arch, label)!.nr))) return [];
    // Where some target lacks it, the name alone would be an error.
    if (here.length === arches.length) return [{ label, kind: "call", detail: numbers(label, arches), rank: 0 }];
    if (here.length === 0) return [];
    return [{ label, kind: "call", text: `${label}?`, detail: `only ${here.join(", ")}`, rank: 1 }];
  });
}

function numbers(call: string, arches: readonly Arch[]): string {
  return [...new Set(arches.map(arch => syscall(arch, call)!.nr))].join(", ");
}

export function argumentItems(calls: readonly string[], arches: readonly Arch[]): Item[] {
  const found = new Map<string, Item>();
  for (const call of calls) {
    for (const arch of arches) {
      for (const { name, type, aliases } of syscall(arch, call)?.args ?? []) {
        found.set(name, { label: name, kind: "argument", detail: type, rank: 0 });
        for (const alias of aliases) {
          if (!found.has(alias))
            found.set(alias, { label: alias, kind: "argument", detail: `${type}, ${name}`, rank: 1 });
        }
      }
    }
  }
  // A block's guard may name only what all of its calls have.
  const everywhere = (name: string): boolean =>
    calls.every(call =>
      arches.some(arch => syscall(arch, call)?.args.some(arg => arg.name === name || arg.aliases.includes(name))),
    );
  return [...found.values()].filter(({ label }) => everywhere(label));
}

export function asLabel(item: Item): Item {
  return { ...item, text: `${item.label}: `, rank: 3 };
}

export function constantItems(names: readonly string[], arches: readonly Arch[], rank: number): Item[] {
  return names.flatMap((label): Item[] => {
    const having = constantArches(label);
    if (!arches.some(arch => having.includes(arch))) return [];
    const values = [...valuesByArch(label, arches).keys()];
    return [{ label, kind: "constant", detail: values.length === 1 ? values[0]! : "by architecture", rank }];
  });
}

export function errnoItems(arches: readonly Arch[]): Item[] {
  const common = ["EPERM", "EACCES", "ENOSYS", "ENOENT", "EINVAL"];
  const names = constantNames().filter(name => errnoByName(name) !== undefined);
  return constantItems(names, arches, 1).map(item => (common.includes(item.label) ? { ...item, rank: 0 } : item));
}
