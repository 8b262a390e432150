// What `--emit json` writes: every target's program with where each instruction comes from, what it was made of, and what the
// kernel must have. In: compiled filters; out: a value that JSON can hold and its text, one instruction a line; and back.
// grammar/artefact.schema.json is the same shape for programs in other languages. Same filters, same bytes.

import { type Arch, auditArch } from "../abi/arch.ts";
import { TABLE_VERSION } from "../abi/syscalls.ts";
import {
  BPF_A,
  BPF_K,
  BPF_RET,
  SECCOMP_RET_ACTION_FULL,
  SECCOMP_RET_KILL_PROCESS,
  SECCOMP_RET_LOG,
  SECCOMP_RET_USER_NOTIF,
  type SockFilter,
} from "../bpf/instruction.ts";
import type { Filter } from "../compile.ts";
import type { CostOptions } from "../decision/cost.ts";
import type { Slot } from "../decision/generate.ts";
import { Bug, type Source, type Span } from "../diagnostics/diagnostic.ts";
import { position } from "../diagnostics/frame.ts";
import type { Origin } from "../policy/model.ts";
import { STANDARD_LIBRARY } from "../policy/std.gen.ts";

export const ARTEFACT_FORMAT = 1;

/** Lines and columns count from 1; `source` is an index into `sources`. */
export interface Place {
  readonly source: number;
  readonly line: number;
  readonly column: number;
}

export interface ArtefactFilter {
  readonly policy: string;
  readonly arch: Arch;
  readonly auditArch: number;
  /** code, jt, jf, k. */
  readonly program: readonly (readonly [code: number, jt: number, jf: number, k: number])[];
  /** Per instruction, indices into `origins`. */
  readonly map: readonly (readonly number[])[];
  readonly slots: readonly Slot[];
  readonly features: readonly { readonly name: string; readonly since: string }[];
  readonly flags: readonly string[];
}

export interface Artefact {
  readonly format: typeof ARTEFACT_FORMAT;
  readonly versions: { readonly policyc: string; readonly syscalls: string; readonly std: string };
  /** Those that chose what was built. */
  readonly options: { readonly policy?: string; readonly arches?: readonly Arch[] } & CostOptions;
  readonly sources: readonly { readonly name: string; readonly sha256: string }[];
  /** A rule's own place, then each `use` that spliced it, innermost first. */
  readonly origins: readonly (readonly Place[])[];
  readonly filters: readonly ArtefactFilter[];
}

export interface ArtefactFacts {
  /** The compiler's version. */
  readonly policyc: string;
  /** Hexadecimal SHA-256 of a text's UTF-8: a library of the caller's, the language has none. */
  readonly sha256: (text: string) => string;
  /** How a source is to be called, so that the place of the checkout does not show. */
  readonly nameOf: (source: Source) => string;
  readonly options: Artefact["options"];
}

export function artefactOf(filters: readonly Filter[], sources: readonly Source[], facts: ArtefactFacts): Artefact {
  const { policyc, sha256, nameOf, options } = facts;
  const main = filters[0]?.span.source;
  const used = sources.toSorted(
    (a, b) => Number(b.name === main) - Number(a.name === main) || order(nameOf(a), nameOf(b)),
  );
  const origins = collectOrigins(used);
  const rows = filters.map(filter => filterRow(filter, origins.indexOf));
  return {
    format: ARTEFACT_FORMAT,
    versions: { policyc, syscalls: TABLE_VERSION, std: sha256(standardLibrary()) },
    options,
    sources: used.map(source => ({ name: nameOf(source), sha256: sha256(source.text) })),
    origins: origins.all,
    filters: rows,
  };
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function standardLibrary(): string {
  return Object.keys(STANDARD_LIBRARY)
    .sort()
    .map(name => `${name}\n${STANDARD_LIBRARY[name]}\n`)
    .join("");
}

function collectOrigins(sources: readonly Source[]) {
  const all: (readonly Place[])[] = [];
  const known = new Map<string, number>();
  const placeOf = ({ source, start }: Span): Place => {
    const index = sources.findIndex(({ name }) => name === source);
    if (index < 0) throw new Bug(`a rule of ${source}, which was not read`);
    const { line, column } = position(sources[index]!, start);
    return { source: index, line, column };
  };
  const indexOf = ({ span, uses }: Origin): number => {
    const key = [span, ...uses].map(({ source, start }) => `${source} ${start}`).join("\n");
    const index = known.get(key) ?? all.push([span, ...uses].map(placeOf)) - 1;
    known.set(key, index);
    return index;
  };
  return { all, indexOf };
}

function filterRow(filter: Filter, indexOf: (origin: Origin) => number): ArtefactFilter {
  const { policy, target, program, slots, origins } = filter;
  return {
    policy,
    arch: target,
    auditArch: auditArch(target),
    program: program.map(({ code, jt, jf, k }) => [code, jt, jf, k]),
    map: origins.map(each => each.map(indexOf)),
    slots,
    ...kernelNeeds(program),
  };
}

/** From the words that the program can return (seccomp(2), "since Linux"). A RET of A is not ours: it would need them all. */
function kernelNeeds(program: readonly SockFilter[]): Pick<ArtefactFilter, "features" | "flags"> {
  const returns = program.filter(({ code }) => code === (BPF_RET | BPF_K));
  if (program.some(({ code }) => code === (BPF_RET | BPF_A))) throw new Bug("a program that returns A");
  const has = (action: number): boolean => returns.some(({ k }) => (k & SECCOMP_RET_ACTION_FULL) >>> 0 === action);
  const features = [
    { name: "SECCOMP_MODE_FILTER", since: "3.5", needed: true },
    { name: "SECCOMP_RET_KILL_PROCESS", since: "4.14", needed: has(SECCOMP_RET_KILL_PROCESS) },
    { name: "SECCOMP_RET_LOG", since: "4.14", needed: has(SECCOMP_RET_LOG) },
    { name: "SECCOMP_RET_USER_NOTIF", since: "5.0", needed: has(SECCOMP_RET_USER_NOTIF) },
  ];
  return {
    features: features.filter(({ needed }) => needed).map(({ name, since }) => ({ name, since })),
    flags: has(SECCOMP_RET_USER_NOTIF) ? ["SECCOMP_FILTER_FLAG_NEW_LISTENER"] : [],
  };
}

/** JSON, with every row of a table on a line of its own, so that two artefacts can be compared by eye. */
export function printArtefact(artefact: Artefact): string {
  return `${print(artefact, "")}\n`;
}

function print(value: unknown, indent: string): string {
  const flat = JSON.stringify(value);
  if (typeof value !== "object" || value === null || flat.length + indent.length <= 100) return spaced(value);
  const inner = `${indent}  `;
  const entries = Array.isArray(value)
    ? value.map(item => print(item, inner))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${print(item, inner)}`);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return `${open}\n${entries.map(entry => inner + entry).join(",\n")}\n${indent}${close}`;
}

function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${spaced(item)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** One filter's program. The artefact has been checked against its schema; that its rows fit each other is checked here. */
export function programOf({
  program,
  map,
  slots,
  arch,
  auditArch: audit,
}: ArtefactFilter): readonly SockFilter[] | string {
  if (map.length !== program.length) return `its source map has ${map.length} rows for ${program.length} instructions`;
  if (slots.some(({ pc }) => pc >= program.length)) return "it has a slot outside of its program";
  if (audit !== auditArch(arch)) return `its auditArch ${audit} is not that of ${arch}`;
  return program.map(([code, jt, jf, k]) => ({ code, jt, jf, k }));
}
