// The file's declarations and their bodies, in the order of the text, which the tree keeps by kind. Comments between them are
// placed here: a comment right above a declaration is its documentation and stays there.

import type * as ast from "../syntax/ast.ts";
import { type Cursor, commentDoc, type Gap } from "./cursor.ts";
import { type Comment, type Doc, fill, indent, space } from "./doc.ts";
import { list, listEntries } from "./expressions.ts";
import { constant, emptyParentheses, type Statement, statement } from "./statements.ts";
import { INDENT, type Writer } from "./writer.ts";

type Body =
  | { readonly kind: "group"; readonly of: ast.Group }
  | { readonly kind: "policy"; readonly of: ast.Policy }
  | { readonly kind: "test"; readonly of: ast.Test };

type Declaration =
  | { readonly kind: "import"; readonly of: ast.Import }
  | { readonly kind: "const"; readonly of: ast.Const }
  | Body;

export function writeDeclarations(file: ast.File, cursor: Cursor, writer: Writer): void {
  let above: Declaration | undefined;
  for (const declaration of declarationsOf(file)) {
    writeGap(cursor.gap(), above !== undefined && standApart(above, declaration), writer);
    writeDeclaration(declaration, cursor, writer);
    writer.newLine(0);
    above = declaration;
  }
  // Nothing follows that a comment could become the documentation of.
  writeGap({ ...cursor.gap(), blank: true }, false, writer);
}

function declarationsOf({ imports, consts, groups, policies, tests }: ast.File): readonly Declaration[] {
  const all: Declaration[] = [
    ...imports.map(of => ({ kind: "import" as const, of })),
    ...consts.map(of => ({ kind: "const" as const, of })),
    ...groups.map(of => ({ kind: "group" as const, of })),
    ...policies.map(of => ({ kind: "policy" as const, of })),
    ...tests.map(of => ({ kind: "test" as const, of })),
  ];
  return all.sort((a, b) => a.of.span.start - b.of.span.start);
}

/** Imports among themselves and constants among themselves may stand together. */
function standApart(a: Declaration, b: Declaration): boolean {
  return a.kind !== b.kind || (a.kind !== "import" && a.kind !== "const");
}

/** What stands between two declarations, or before the first or behind the last. */
function writeGap(gap: Gap, apart: boolean, writer: Writer): void {
  const { blank, carried } = gap;
  const { behind, own, isOneTooMany } = divided(gap);
  writer.write(behind.map(commentDoc), 0);
  if (apart || isOneTooMany) writer.blank();
  // What stood inside the declaration above must not become the documentation of the one below.
  const inside = Math.max(carried - behind.length, 0);
  writer.write(own.slice(0, inside).map(commentDoc), 0);
  if (inside > 0) writer.blank();
  writer.write(own.slice(inside).map(commentDoc), 0);
  if (blank) writer.blank();
}

/**
 * The comments behind the last line, and those on lines of their own. One that goes on below another keeps its column only
 * where a blank line follows: right above a declaration it is documentation. Two behind one line (there were parentheses
 * between them) are put below each other, and then a blank line has to follow.
 */
function divided({ comments, blank }: Gap): {
  readonly behind: readonly Comment[];
  readonly own: readonly Comment[];
  readonly isOneTooMany: boolean;
} {
  const firstOwn = comments.findIndex(({ place }) => place === "own line");
  const attached = comments.slice(0, firstOwn < 0 ? comments.length : firstOwn);
  const last = attached.findLastIndex(({ place }) => place === "behind");
  const isFollowedByBlank = comments[attached.length]?.blank ?? blank;
  const end = isFollowedByBlank ? attached.length : last + 1;
  const own = comments.slice(end).map(comment => ({ ...comment, place: "own line" as const }));
  return { behind: comments.slice(0, end), own, isOneTooMany: last > 0 };
}

function writeDeclaration(declaration: Declaration, cursor: Cursor, writer: Writer): void {
  switch (declaration.kind) {
    case "import": {
      const { alias } = declaration.of;
      const specifier = [cursor.take("import"), space, cursor.take()];
      writer.write(alias === undefined ? specifier : [specifier, space, cursor.take("as"), space, cursor.take()], 0);
      break;
    }
    case "const":
      writer.write(constant(declaration.of, cursor), 0);
      break;
    case "group": {
      const { params, items } = declaration.of;
      const name = [cursor.take("group"), space, cursor.take()];
      const parameters =
        params.length === 0 ? emptyParentheses(cursor) : list("(", params, cursor, ")", () => cursor.take());
      writeBody([name, parameters], items, cursor, writer);
      break;
    }
    case "policy": {
      const { targets, heads, items, sections } = declaration.of;
      const name = [cursor.take("policy"), space, cursor.take(), space, cursor.take("for"), space];
      const arches = indent(indent(fill(listEntries(targets, cursor, () => cursor.take()))));
      const statements: Statement[] = [...heads, ...items, ...sections];
      statements.sort((a, b) => a.span.start - b.span.start);
      writeBody([name, arches], statements, cursor, writer);
      break;
    }
    case "test": {
      const { title, rows } = declaration.of;
      const policy = [cursor.take("test"), space, cursor.take()];
      writeBody(title === undefined ? policy : [policy, space, cursor.take()], rows, cursor, writer);
      break;
    }
  }
}

function writeBody(head: Doc, statements: readonly Statement[], cursor: Cursor, writer: Writer): void {
  writer.write([head, space, cursor.take("{")], 0);
  for (const each of statements) {
    const { comments, blank } = cursor.gap();
    writer.write(comments.map(commentDoc), INDENT);
    if (blank) writer.blank();
    writer.newLine(INDENT);
    writer.write(statement(each, cursor), INDENT);
  }
  const { comments } = cursor.gap();
  writer.write(comments.map(commentDoc), INDENT);
  if (statements.length + comments.length > 0) writer.newLine(0);
  writer.write(cursor.take("}"), 0);
}
