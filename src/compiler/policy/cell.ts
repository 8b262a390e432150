// What a policy's sections say beside the filter, typed: the cell that a launch builds around the program. In: the sections
// as written; out: limits in their units, paths, namespaces, network, environment. Every word is checked here, so that a
// way of enforcing only has to say which parts it can do.

import type { Diagnostic, Span } from "../diagnostics/diagnostic.ts";
import { nearest } from "../diagnostics/nearest.ts";
import {
  badHostname,
  badPath,
  badPort,
  badVariable,
  duplicateSection,
  duplicateSetting,
  needsSize,
  networkConflict,
  sizeOfNothing,
  unknownWord,
  wrongUnit,
} from "../diagnostics/sections.ts";
import type {
  EnvSection,
  FilesSection,
  LimitsSection,
  Name,
  NamespacesSection,
  NetworkSection,
  Num,
  Section,
  TextSection,
} from "../syntax/ast.ts";

export const FILE_VERBS = ["read", "write", "exec", "tmpfs", "hide"] as const;
export const NAMESPACES = ["user", "pid", "mount", "net", "ipc", "uts", "cgroup"] as const;
export const PROTOCOLS = ["tcp", "udp"] as const;

/** What each limit counts, and an example of it. */
const LIMITS = {
  cpu: { takes: "time", example: "10s" },
  wall: { takes: "time", example: "30s" },
  memory: { takes: "size", example: "256M" },
  file_size: { takes: "size", example: "1G" },
  core: { takes: "size", example: "0" },
  files: { takes: "count", example: "64" },
  processes: { takes: "count", example: "8" },
} as const;

export type LimitName = keyof typeof LIMITS;
export const LIMIT_NAMES = Object.keys(LIMITS) as readonly LimitName[];
export type Namespace = (typeof NAMESPACES)[number];

export interface FileRule {
  /** write and exec imply read. */
  readonly verb: (typeof FILE_VERBS)[number];
  /** Absolute and normal: no `.`, `..`, `//` or trailing `/`. */
  readonly path: string;
  /** `read?`: only if it exists. */
  readonly optional: boolean;
  /** Bytes; of a tmpfs only. */
  readonly size?: bigint;
  readonly span: Span;
}

export type NetworkRule =
  | { readonly kind: "none" | "loopback" }
  | { readonly kind: "connect" | "bind"; readonly protocol: (typeof PROTOCOLS)[number]; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

export interface Variable {
  readonly verb: "keep" | "set";
  readonly name: string;
  /** Of `set`. */
  readonly value?: string;
}

export interface Cell {
  /** Times in milliseconds, sizes in bytes. */
  readonly limits: ReadonlyMap<LimitName, bigint>;
  readonly files: readonly FileRule[];
  readonly namespaces: readonly Namespace[];
  /** undefined: the policy does not speak of the network. */
  readonly network: readonly NetworkRule[] | undefined;
  /** undefined: the environment is passed on whole. */
  readonly env: readonly Variable[] | undefined;
  readonly hostname: string | undefined;
  readonly program: string | undefined;
}

type Report = (diagnostic: Diagnostic) => void;

export function readCell(sections: readonly Section[], report: Report): Cell {
  const first = new Map<Section["kind"], Section>();
  for (const section of sections) {
    const before = first.get(section.kind);
    if (before === undefined) first.set(section.kind, section);
    else report(duplicateSection(section.span, section.kind, before.span));
  }
  const of = <K extends Section["kind"]>(kind: K) => first.get(kind) as Extract<Section, { kind: K }> | undefined;
  const network = of("network");
  const env = of("env");
  return {
    limits: limitsOf(of("limits"), report),
    files: filesOf(of("files"), report),
    namespaces: namespacesOf(of("namespaces"), report),
    network: network && networkOf(network, report),
    env: env && envOf(env, report),
    hostname: hostnameOf(first.get("hostname") as TextSection | undefined, report),
    program: programOf(first.get("program") as TextSection | undefined, report),
  };
}

// --- limits -------------------------------------------------------------------------------------------------------

const TIME_UNITS: readonly (string | undefined)[] = ["ms", "s", "min", "h"];

function limitsOf(section: LimitsSection | undefined, report: Report): ReadonlyMap<LimitName, bigint> {
  const limits = new Map<LimitName, bigint>();
  const seen = new Map<string, Span>();
  for (const { name, value, span } of section?.entries ?? []) {
    const limit = oneOf(Object.keys(LIMITS) as LimitName[], name, "limits", report);
    if (limit === undefined || isRepeated(seen, name, report)) continue;
    const { takes, example } = LIMITS[limit];
    if (fitsUnit(value, takes)) limits.set(limit, value.value);
    else report(wrongUnit(span, limit, takes, example));
  }
  return limits;
}

/** Zero is the same in every unit; a time without one could be anything. */
function fitsUnit({ unit, value }: Num, takes: "time" | "size" | "count"): boolean {
  const isTime = TIME_UNITS.includes(unit);
  if (takes === "time") return isTime || value === 0n;
  return takes === "size" ? !isTime : unit === undefined;
}

// --- files --------------------------------------------------------------------------------------------------------

function filesOf(section: FilesSection | undefined, report: Report): FileRule[] {
  const rules: FileRule[] = [];
  const seen = new Map<string, Span>();
  for (const { verb: word, optional, path, size, span } of section?.entries ?? []) {
    const verb = oneOf(FILE_VERBS, word, "files", report);
    if (verb === undefined || !isGoodPath(path, report)) continue;
    if (isRepeated(seen, { text: `${verb} "${path.text}"`, span }, report)) continue;
    if (verb === "tmpfs" && size === undefined) report(needsSize(span));
    else if (verb !== "tmpfs" && size !== undefined) report(sizeOfNothing(size.span, verb));
    else if (size !== undefined && !fitsUnit(size, "size")) report(wrongUnit(size.span, "size", "size", "64M"));
    else rules.push({ verb, path: path.text, optional, ...(size && { size: size.value }), span });
  }
  return rules;
}

/** A path that means another one than it shows is not taken: what is enforced must be what is read. */
function isGoodPath({ text, span }: Name, report: Report): boolean {
  const why = pathFault(text);
  if (why !== undefined) report(badPath(span, text, why));
  return why === undefined;
}

function pathFault(path: string): string | undefined {
  if (!path.startsWith("/")) return "is not absolute";
  if (path.includes("\0")) return "contains a NUL";
  if (path.includes("//")) return "has two slashes in a row";
  if (path !== "/" && path.endsWith("/")) return "ends in a slash";
  const parts = path.split("/");
  if (parts.includes("..")) return "goes up by `..`";
  if (parts.includes(".")) return "has a part `.`";
  return undefined;
}

// --- namespaces, network, env, hostname, program --------------------------------------------------------------------

function namespacesOf(section: NamespacesSection | undefined, report: Report): Namespace[] {
  const seen = new Map<string, Span>();
  return (section?.names ?? []).flatMap(name => {
    const namespace = oneOf(NAMESPACES, name, "namespaces", report);
    return namespace === undefined || isRepeated(seen, name, report) ? [] : [namespace];
  });
}

function networkOf(section: NetworkSection, report: Report): NetworkRule[] {
  const alone = section.entries.find(({ verb }) => verb.text === "none" || verb.text === "loopback");
  return section.entries.flatMap((entry): NetworkRule[] => {
    const { verb, protocol, port, path, span } = entry;
    if (alone !== undefined && entry !== alone) {
      report(networkConflict(span, verb.text, alone.verb.text, alone.span));
      return [];
    }
    if (path !== undefined) return isGoodPath(path, report) ? [{ kind: "unix", path: path.text }] : [];
    if (protocol === undefined || port === undefined) return [{ kind: verb.text === "none" ? "none" : "loopback" }];
    const known = oneOf(PROTOCOLS, protocol, "network", report);
    const isPort = port.unit === undefined && port.value >= 1n && port.value <= 65535n;
    if (!isPort) report(badPort(port.span, port.value));
    if (known === undefined || !isPort) return [];
    return [{ kind: verb.text === "bind" ? "bind" : "connect", protocol: known, port: Number(port.value) }];
  });
}

function envOf(section: EnvSection, report: Report): Variable[] {
  const seen = new Map<string, Span>();
  return section.entries.flatMap(({ verb: word, name, value }): Variable[] => {
    const verb = oneOf(["keep", "set"] as const, word, "env", report);
    if (verb === undefined || isRepeated(seen, name, report)) return [];
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name.text)) {
      report(badVariable(name.span, name.text));
      return [];
    }
    return [{ verb, name: name.text, ...(verb === "set" && { value: value?.text ?? "" }) }];
  });
}

function hostnameOf(section: TextSection | undefined, report: Report): string | undefined {
  if (section === undefined) return undefined;
  const { text, span } = section.value;
  if (/^[A-Za-z0-9.-]{1,64}$/.test(text)) return text;
  report(badHostname(span, text));
  return undefined;
}

function programOf(section: TextSection | undefined, report: Report): string | undefined {
  return section !== undefined && isGoodPath(section.value, report) ? section.value.text : undefined;
}

// --- All of them --------------------------------------------------------------------------------------------------

function oneOf<W extends string>(words: readonly W[], name: Name, section: string, report: Report): W | undefined {
  const found = words.find(word => word === name.text);
  if (found === undefined) report(unknownWord(name.span, section, name.text, words, nearest(name.text, words)));
  return found;
}

function isRepeated(seen: Map<string, Span>, { text, span }: Name, report: Report): boolean {
  const first = seen.get(text);
  if (first === undefined) seen.set(text, span);
  else report(duplicateSetting(span, text, first));
  return first !== undefined;
}
