// What may be written at the cursor. In: a snapshot and an offset; out: the items and the text that each replaces. Works on the
// words in front of the cursor alone, so it does not need a text that parses. What an item is about is told on request.

import { ARCHES, type Arch } from "../abi/arch.ts";
import { argumentConstants } from "../abi/argument-constants.ts";
import { constantNames } from "../abi/constants.ts";
import { syscall, TABLE_VERSION } from "../abi/syscalls.ts";
import { openImports } from "../policy/scope.ts";
import { STANDARD_LIBRARY } from "../policy/std.gen.ts";
import { endOf } from "../syntax/tokens.ts";
import {
  actionItems,
  archItems,
  argumentItems,
  asLabel,
  callItems,
  constantItems,
  DECLARATIONS,
  errnoItems,
  HEADS,
  type Item,
  type ItemKind,
  keywords,
  SETTINGS,
  specifiers,
} from "./completion-items.ts";
import { ACTIONS, describeArgument, describeCall, describeConstant, describeGroup } from "./describe.ts";
import { groupsWith, wordAt } from "./hover.ts";
import { callsHere, type Reading } from "./place.ts";
import { readingAt, readWords } from "./reading.ts";
import { archesAt, blockAt, type Snapshot } from "./snapshot.ts";

export interface Completion {
  readonly items: readonly Item[];
  /** What an item replaces. */
  readonly start: number;
  readonly end: number;
}

/** files: specifiers of other policies that the text could import. */
export function completionAt(snapshot: Snapshot, offset: number, files: readonly string[] = []): Completion {
  const { lexed, source } = snapshot;
  const nothing: Completion = { items: [], start: offset, end: offset };
  const comment = lexed.comments.find(each => each.startOffset < offset && offset <= endOf(each));
  if (comment !== undefined) return nothing;
  const words = readWords(lexed.tokens);
  const { start, end } = wordAround(source.text, offset);
  const under = wordAt(words, offset);
  const isInText = under !== undefined && under.token.startOffset < offset && under.token.image.startsWith('"');
  if (isInText) {
    if (under.before.expect !== "specifier") return nothing;
    const { startOffset, image } = under.token;
    const isClosed = image.length > 1 && image.endsWith('"');
    const items = specifiers(files);
    return { items, start: startOffset + 1, end: isClosed ? endOf(under.token) - 1 : offset };
  }
  const lineStart = Math.max(source.text.lastIndexOf("\n", start - 1), source.text.lastIndexOf("\r", start - 1)) + 1;
  const reading = readingAt(words, start, source.text.slice(lineStart, start).trim() === "");
  return { items: itemsFor(snapshot, reading, start), start, end };
}

/** The word that the cursor is in or behind; all that can be part of a name, a parameter's $ and an action's hyphen included. */
function wordAround(text: string, offset: number): { readonly start: number; readonly end: number } {
  const before = /[$A-Za-z_][A-Za-z0-9_-]*$|\$$/.exec(text.slice(Math.max(0, offset - 200), offset));
  const after = /^[A-Za-z0-9_]*/.exec(text.slice(offset, offset + 200));
  return { start: offset - (before?.[0].length ?? 0), end: offset + (after?.[0].length ?? 0) };
}

/** What the list says of one item when it is looked at. */
export function describeItem(snapshot: Snapshot, offset: number, label: string, kind: ItemKind): string | undefined {
  const arches = archesAt(snapshot, offset);
  switch (kind) {
    case "call":
      return describeCall(label, arches, groupsWith(snapshot.main, label));
    case "constant":
      return describeConstant(label, arches);
    case "action":
      return ACTIONS[label];
    case "group":
      return groupsInReach(snapshot)
        .find(({ name }) => name === label)
        ?.about();
    case "argument": {
      const words = readWords(snapshot.lexed.tokens);
      const reading = readingAt(words, wordAround(snapshot.source.text, offset).start, false);
      return reading.calls.map(call => describeArgument(call, label, arches)).find(found => found !== undefined);
    }
    default:
      return undefined;
  }
}

function itemsFor(snapshot: Snapshot, reading: Reading, offset: number): readonly Item[] {
  const arches = archesAt(snapshot, offset);
  switch (reading.expect) {
    case "declaration":
      return DECLARATIONS;
    case "specifier":
      return Object.keys(STANDARD_LIBRARY).map(label => ({ label, kind: "file", text: `"${label}"`, rank: 0 }));
    case "import-end":
      return keywords("as");
    case "for":
      return keywords("for");
    case "targets":
    case "arches":
    case "compat":
      return archItems(arches);
    case "policy":
      return snapshot.main.file.policies.map(({ name }) => ({ label: name.text, kind: "policy", rank: 0 }));
    case "statement":
      return [...actionItems("statement"), ...keywords("use", "otherwise", "const"), ...HEADS[reading.block]];
    case "row":
      return actionItems("statement");
    case "verdict":
      return actionItems("verdict");
    case "after":
      return [{ ...keywords("after")[0]!, text: `after ${TABLE_VERSION}` }];
    case "version":
      return [{ label: TABLE_VERSION, kind: "keyword", detail: "the table's own", rank: 0 }];
    case "action-value":
      return reading.action === "errno"
        ? [...errnoItems(arches), ...ownNames(snapshot, offset)]
        : ownNames(snapshot, offset);
    case "call":
    case "except":
      return callItems(arches, reading.inList ? reading.calls : []);
    case "row-call":
      return [...callItems(arches, []), ...archItems(ARCHES).map(item => ({ ...item, rank: 1 }))];
    case "guard":
      return keywords("if", "on");
    case "operand":
      return [...argumentItems(callsHere(reading), arches), ...keywords("not", "raw"), ...parameters(snapshot, offset)];
    case "operator":
      return reading.argument === undefined
        ? keywords("and", "or")
        : keywords("in", "not in", "has", "has any", "lacks", "only", "and", "or");
    case "value":
    case "row-argument":
      return valueItems(snapshot, reading, arches, offset);
    case "raw-index":
      return [];
    case "group":
      return groupItems(snapshot, reading);
    case "use-end":
      return keywords("except");
    case "use-argument":
      return [...ownNames(snapshot, offset), ...constantItems(constantNames(), arches, 2)];
    case "entry":
      return SETTINGS[reading.block];
    case "name":
    case "nothing":
      return [];
  }
}

/** The constants that fit the argument first; all others only where nothing is known of it. */
function valueItems(snapshot: Snapshot, reading: Reading, arches: readonly Arch[], offset: number): Item[] {
  const isRow = reading.expect === "row-argument";
  const calls = isRow ? reading.calls : callsHere(reading);
  const places = calls.flatMap(call => arches.flatMap(arch => syscall(arch, call) ?? []));
  const args = places.flatMap(({ name: call, args: all }) => {
    const named = all.find(arg => arg.name === reading.argument || arg.aliases.includes(reading.argument ?? ""));
    const arg = named ?? (isRow ? all[reading.index] : undefined);
    return arg === undefined ? [] : [{ call, arg }];
  });
  const known = args.flatMap(({ call, arg }) => argumentConstants(call, arg.name) ?? []);
  const fitting = new Set(known.flatMap(({ constants, modifiers }) => [...constants, ...modifiers]));
  const own = ownNames(snapshot, offset);
  const names = isRow && reading.argument === undefined ? argumentItems(reading.calls, arches).map(asLabel) : [];
  const isDefinition = calls.length === 0;
  const others =
    fitting.size === 0 && (isDefinition || args.length > 0) ? constantItems(constantNames(), arches, 4) : [];
  return [...constantItems([...fitting], arches, 0), ...own, ...names, ...others];
}

// --- Names of the file --------------------------------------------------------------------------------------------

function parameters(snapshot: Snapshot, offset: number): Item[] {
  const block = blockAt(snapshot, offset);
  const params = block !== undefined && "params" in block ? block.params : [];
  return params.map(({ text: label }) => ({ label, kind: "parameter", rank: 0 }));
}

function ownNames(snapshot: Snapshot, offset: number): Item[] {
  const { main } = snapshot;
  const locals = blockAt(snapshot, offset)?.items.filter(item => item.kind === "const") ?? [];
  const imported = openImports(main).flatMap(each => [...each.module.consts.keys()]);
  const names = new Set([...locals.map(({ name }) => name.text), ...main.consts.keys(), ...imported]);
  const consts = [...names].map(
    (label): Item => ({ label, kind: "constant", detail: "of this policy's files", rank: 0 }),
  );
  return [...parameters(snapshot, offset), ...consts];
}

interface Reachable {
  readonly name: string;
  readonly detail: string;
  readonly params: number;
  readonly about: () => string;
}

function groupsInReach({ main }: Snapshot): readonly Reachable[] {
  const all = [
    ...[...main.groups.values()].map(group => ({ group, alias: undefined as string | undefined, from: "this file" })),
    ...main.imports.flatMap(({ alias, module, specifier }) =>
      [...module.groups.values()].map(group => ({ group, alias, from: specifier })),
    ),
  ];
  return all.map(({ group, alias, from }) => ({
    name: alias === undefined ? group.name.text : `${alias}.${group.name.text}`,
    detail: from,
    params: group.params.length,
    about: () => describeGroup(group, from),
  }));
}

/** Behind `use s.` only what `s` has. */
function groupItems(snapshot: Snapshot, reading: Reading): Item[] {
  const isQualified = reading.word === ".";
  return groupsInReach(snapshot).flatMap(({ name, detail, params }): Item[] => {
    const label = isQualified ? name.slice(name.indexOf(".") + 1) : name;
    if (isQualified && !name.includes(".")) return [];
    const text = params === 0 ? {} : { text: `${label}($0)`, isSnippet: true as const };
    return [{ label, kind: "group", detail, rank: detail === "this file" ? 0 : 1, ...text }];
  });
}
