// The rules of a selection taken out: into a group above their policy, which the policy then uses and means what it meant; or
// copied into a policy of their own below it, with the same targets and the same verdict for everything else.

import type { Edit, Range } from "../format/edits.ts";
import type { Item, Policy } from "../syntax/ast.ts";
import { blockAt, type Snapshot, type TextEdits } from "./snapshot.ts";

export interface Extraction {
  readonly title: string;
  readonly changes: readonly TextEdits[];
}

export function extractions(snapshot: Snapshot, range: Range): readonly Extraction[] {
  const chosen = selection(snapshot, range);
  if (chosen === undefined) return [];
  const changed = (title: string, edits: readonly Edit[]): Extraction => ({
    ...{ title, changes: [{ source: snapshot.source.name, edits }] },
  });
  return [
    ...(chosen.needs.length > 0 ? [] : [changed("take these rules out into a group", asGroup(snapshot, chosen))]),
    changed("start a policy with these rules", [asPolicy(snapshot, chosen)]),
  ];
}

interface Chosen extends Range {
  readonly policy: Policy;
  /** Constants of the policy, which a group would not see. */
  readonly needs: readonly Item[];
}

/** Whole rules in a row, with nothing but rules between them. */
function selection(snapshot: Snapshot, range: Range): Chosen | undefined {
  const policy = blockAt(snapshot, range.start);
  if (range.start === range.end || policy === undefined || !("targets" in policy)) return undefined;
  if (range.end > policy.span.end) return undefined;
  const items = policy.items.filter(({ span }) => span.start < range.end && span.end > range.start);
  const [first, last] = [items[0], items.at(-1)];
  if (first === undefined || last === undefined || items.some(({ kind }) => kind === "const")) return undefined;
  const [start, end] = [first.span.start, last.span.end];
  const between = [...policy.heads, ...policy.sections].some(({ span }) => span.start >= start && span.end <= end);
  const needs = policy.items.filter(({ kind }) => kind === "const");
  return between ? undefined : { start, end, policy, needs };
}

function asGroup(snapshot: Snapshot, { start, end, policy }: Chosen): readonly Edit[] {
  const { main, source } = snapshot;
  const taken = [...main.groups.keys(), ...main.imports.flatMap(each => [...each.module.groups.keys()])];
  const name = freeName(taken);
  const newline = lineEndOf(source.text);
  const above = declarationStart(source.text, policy);
  const group = `group ${name} {${newline}${indented(source.text, { start, end })}${newline}}${newline}${newline}`;
  return [
    { start: above, end: above, text: group },
    { start, end, text: `use ${name}` },
  ];
}

function asPolicy({ main, source: { text } }: Snapshot, { start, end, policy, needs }: Chosen): Edit {
  const name = freeName(main.file.policies.map(each => each.name.text));
  const targets = policy.targets.map(target => target.text).join(", ");
  const parts = [...policy.heads, ...needs].map(({ span }) => span);
  const lines = [...parts, { start, end }].map(part => indented(text, part));
  const at = policy.span.end;
  const whole = ["", "", `policy ${name} for ${targets} {`, ...lines, "}"].join(lineEndOf(text));
  return { start: at, end: at, text: whole };
}

function freeName(taken: readonly string[]): string {
  let name = "extracted";
  for (let n = 2; taken.includes(name); n++) name = `extracted_${n}`;
  return name;
}

/** With the space in front of it where it begins its line. */
function indented(text: string, { start, end }: Range): string {
  const before = text.slice(lineStartAt(text, start), start);
  return `${before.trim() === "" ? before : "  "}${text.slice(start, end)}`;
}

/** Above the comment that belongs to the policy. */
function declarationStart(text: string, { span }: Policy): number {
  let start = lineStartAt(text, span.start);
  while (start > 0) {
    const above = lineStartAt(text, start - 1 - (text.slice(start - 2, start) === "\r\n" ? 1 : 0));
    if (!text.slice(above, start).trimStart().startsWith("//")) break;
    start = above;
  }
  return start;
}

export function lineStartAt(text: string, offset: number): number {
  return Math.max(text.lastIndexOf("\n", offset - 1), text.lastIndexOf("\r", offset - 1)) + 1;
}

export function lineEndOf(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}
