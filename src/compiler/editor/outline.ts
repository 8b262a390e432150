// The parts of a text as a tree: what an outline lists, what folds, and what a selection grows to.

import type { Span } from "../diagnostics/diagnostic.ts";
import type { Const, Item, Name, Section } from "../syntax/ast.ts";
import { endOf } from "../syntax/tokens.ts";
import { contains, type Snapshot } from "./snapshot.ts";

export type PartKind =
  | "policy"
  | "group"
  | "constant"
  | "test"
  | "import"
  | "rule"
  | "use"
  | "head"
  | "section"
  | "row";

export interface Part {
  readonly kind: PartKind;
  readonly name: string;
  readonly detail: string;
  readonly span: Span;
  /** What of it is its name. */
  readonly nameSpan: Span;
  readonly parts: readonly Part[];
}

/** From top to bottom. */
export function outlineOf({ main, source }: Snapshot): readonly Part[] {
  const { imports, consts, groups, policies, tests } = main.file;
  const shown = ({ start, end }: Span): string => oneLine(source.text.slice(start, end));
  const parts: Part[] = [
    ...imports.map(({ specifier, span, alias }) => part("import", specifier, span, alias?.text ?? "")),
    ...consts.map(node => constPart(node, shown)),
    ...groups.map(({ name, params, items, span }) =>
      part("group", name, span, params.map(param => param.text).join(", "), itemParts(items, shown)),
    ),
    ...policies.map(({ name, targets, heads, items, sections, span }) =>
      part("policy", name, span, targets.map(target => target.text).join(", "), [
        ...heads.map(head => part("head", { text: shown(head.span), span: head.span }, head.span)),
        ...itemParts(items, shown),
        ...sections.map(sectionPart),
      ]),
    ),
    ...tests.map(({ policy, title, rows, span }) =>
      part("test", { text: `test ${policy.text}`, span: policy.span }, span, title?.text ?? "", [
        ...rows.map(row => part("row", { text: shown(row.span), span: row.call.span }, row.span)),
      ]),
    ),
  ];
  return inOrder(parts);
}

function part(
  kind: PartKind,
  { text, span: nameSpan }: Name,
  span: Span,
  detail = "",
  parts: readonly Part[] = [],
): Part {
  // An empty name is none that an editor takes.
  return { kind, name: text === "" ? kind : text, detail, span, nameSpan, parts: inOrder(parts) };
}

function constPart({ name, value, span }: Const, shown: (span: Span) => string): Part {
  return part("constant", name, span, shown(value.span));
}

function itemParts(items: readonly Item[], shown: (span: Span) => string): readonly Part[] {
  return items.map(item => itemPart(item, shown));
}

function itemPart(item: Item, shown: (span: Span) => string): Part {
  switch (item.kind) {
    case "const":
      return constPart(item, shown);
    case "use":
      return part("use", { text: `use ${item.name.text}`, span: item.name.span }, item.span);
    case "rule":
      return part("rule", { text: shown(item.span), span: item.action.span }, item.span);
  }
}

function sectionPart({ kind, span }: Section): Part {
  return part("section", { text: kind, span: { ...span, end: span.start + kind.length } }, span);
}

function inOrder(parts: readonly Part[]): readonly Part[] {
  return parts.toSorted((a, b) => a.span.start - b.span.start);
}

const WIDEST = 80;

function oneLine(text: string): string {
  const line = text
    .replace(/\/\/[^\n]*/g, "")
    .replace(/\s+/g, " ")
    .trim();
  return line.length > WIDEST ? `${line.slice(0, WIDEST - 1)}…` : line;
}

export interface Fold {
  readonly start: number;
  readonly end: number;
  readonly kind: "region" | "imports" | "comment";
}

/** Everything in braces, the imports together, and runs of comment lines. One line does not fold; that is the caller's to see. */
export function foldsOf(snapshot: Snapshot): readonly Fold[] {
  const { lexed, main } = snapshot;
  const folds: Fold[] = [];
  const open: number[] = [];
  for (const { image, startOffset } of lexed.tokens) {
    if (image === "{") open.push(startOffset);
    const start = image === "}" ? open.pop() : undefined;
    if (start !== undefined) folds.push({ start, end: startOffset, kind: "region" });
  }
  const { imports } = main.file;
  if (imports.length > 1) folds.push({ start: imports[0]!.span.start, end: imports.at(-1)!.span.end, kind: "imports" });
  return [...folds, ...commentFolds(snapshot)].sort((a, b) => a.start - b.start);
}

function commentFolds({ lexed }: Snapshot): readonly Fold[] {
  const folds: Fold[] = [];
  let first = 0;
  lexed.comments.forEach((comment, at) => {
    const next = lexed.comments[at + 1];
    if (next !== undefined && next.startLine === comment.startLine! + 1) return;
    if (at > first) folds.push({ start: lexed.comments[first]!.startOffset, end: endOf(comment), kind: "comment" });
    first = at + 1;
  });
  return folds;
}

/** From the word at an offset to the whole text, each step around the one before. */
export function selectionAt(snapshot: Snapshot, offset: number): readonly Span[] {
  const { source, lexed } = snapshot;
  const whole: Span = { source: source.name, start: 0, end: source.text.length };
  const within = (parts: readonly Part[]): Span[] =>
    parts.filter(({ span }) => contains(span, offset)).flatMap(({ span, parts: inner }) => [span, ...within(inner)]);
  const spanned = lexed.tokens.find(token => contains({ start: token.startOffset, end: endOf(token) }, offset));
  const word = spanned && { source: source.name, start: spanned.startOffset, end: endOf(spanned) };
  const braces = foldsOf(snapshot)
    .filter(fold => fold.kind === "region" && fold.start < offset && offset <= fold.end)
    .flatMap(({ start, end }) => [
      { source: source.name, start: start + 1, end },
      { source: source.name, start, end: end + 1 },
    ]);
  const all = [whole, ...within(outlineOf(snapshot)), ...braces, ...(word ? [word] : [])];
  const nested = all.toSorted((a, b) => a.end - a.start - (b.end - b.start) || b.start - a.start);
  const steps: Span[] = [];
  for (const span of nested) {
    const last = steps.at(-1);
    const isAround = last === undefined || (span.start <= last.start && span.end >= last.end);
    if (isAround && (last === undefined || span.end - span.start > last.end - last.start)) steps.push(span);
  }
  return steps;
}
