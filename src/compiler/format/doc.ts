// What can be laid out: texts with the places where a line may end between them. Statements make documents, writer.ts turns
// them into lines. After Wadler's "A prettier printer", with comments as parts of their own, since `//` ends its line.

export type Doc =
  | string
  | readonly Doc[]
  /** A space, unless the line ends here. */
  | { readonly kind: "space" }
  /** The end of a line in a broken group, else as many spaces. */
  | { readonly kind: "line"; readonly flat: 0 | 1 | 2 }
  /** A blank line, where a line ends already. */
  | { readonly kind: "blank" }
  | { readonly kind: "indent"; readonly of: Doc }
  /** On one line if it fits. */
  | { readonly kind: "group"; readonly of: Doc; readonly breaks: boolean }
  /** Parts with a `line` between them: in a broken group, as many a line as fit. */
  | { readonly kind: "fill"; readonly parts: readonly Doc[]; readonly between: Doc; readonly breaks: boolean }
  | { readonly kind: "comment"; readonly comment: Comment; readonly breaks: true }
  /** Ends up as a row of a table if it is one whole line; neighbours with the same key align their marks. */
  | { readonly kind: "row"; readonly key: string; readonly of: Doc }
  /** The start of a cell of the row with this key. Only cells of the same name align. */
  | { readonly kind: "mark"; readonly key: string; readonly cell: string };

export interface Comment {
  readonly text: string;
  readonly place: "own line" | "behind" | "goes on";
  /** A blank line stands before it. */
  readonly blank: boolean;
}

export const space: Doc = { kind: "space" };
export const blank: Doc = { kind: "blank" };
/** Nothing, or the end of a line. */
export const seam: Doc = { kind: "line", flat: 0 };
/** A space, or the end of a line. */
export const line: Doc = { kind: "line", flat: 1 };
export const wideLine: Doc = { kind: "line", flat: 2 };

// A comment in front of a group is no part of it, and does not break it: there may have been parentheses between the two.

export function indent(...of: Doc[]): Doc {
  const { comments, rest } = withoutLead(of);
  return [...comments, { kind: "indent", of: rest }];
}

/** Comments alone, indented. */
export function indented(of: readonly Doc[]): Doc {
  return { kind: "indent", of };
}

export function group(...of: Doc[]): Doc {
  const { comments, rest } = withoutLead(of);
  return [...comments, { kind: "group", of: rest, breaks: breaks(rest) }];
}

export function broken(...of: Doc[]): Doc {
  return { kind: "group", of, breaks: true };
}

function withoutLead(docs: readonly Doc[]): { readonly comments: readonly Doc[]; readonly rest: readonly Doc[] } {
  const comments: Doc[] = [];
  for (const [at, doc] of docs.entries()) {
    if (typeof doc === "string") return { comments, rest: docs.slice(at) };
    if (isList(doc)) {
      const inner = withoutLead(doc);
      comments.push(...inner.comments);
      if (inner.rest.length > 0) return { comments, rest: [inner.rest, ...docs.slice(at + 1)] };
    } else if (doc.kind === "comment") comments.push(doc);
    else return { comments, rest: docs.slice(at) };
  }
  return { comments, rest: [] };
}

export function fill(parts: readonly Doc[], between: Doc = line): Doc {
  const [first, ...others] = parts;
  if (first === undefined) return [];
  const { comments, rest } = withoutLead([first]);
  const all = [rest, ...others];
  return [...comments, { kind: "fill", parts: all, between, breaks: breaks(all) }];
}

export function row(key: string, ...of: Doc[]): Doc {
  return { kind: "row", key, of };
}

export function mark(key: string, cell: string): Doc {
  return { kind: "mark", key, cell };
}

export function joined(parts: readonly Doc[], between: Doc): Doc {
  return parts.flatMap((part, at) => (at === 0 ? [part] : [between, part]));
}

/** Whether it cannot be on one line. */
export function breaks(doc: Doc): boolean {
  if (typeof doc === "string") return false;
  if (isList(doc)) return doc.some(breaks);
  switch (doc.kind) {
    case "group":
    case "fill":
    case "comment":
      return doc.breaks;
    case "indent":
    case "row":
      return breaks(doc.of);
    case "space":
    case "line":
    case "blank":
    case "mark":
      return false;
  }
}

/** Whether a blank line or a comment stands in front. */
export function leadsWithBreak(doc: Doc): boolean {
  if (typeof doc === "string") return false;
  if (isList(doc)) {
    const first = doc.find(part => !isList(part) || part.length > 0);
    return first !== undefined && leadsWithBreak(first);
  }
  switch (doc.kind) {
    case "blank":
    case "comment":
      return true;
    case "group":
    case "indent":
    case "row":
      return leadsWithBreak(doc.of);
    case "fill":
      return leadsWithBreak(doc.parts);
    case "space":
    case "line":
    case "mark":
      return false;
  }
}

export function isList(doc: Doc): doc is readonly Doc[] {
  return Array.isArray(doc);
}
