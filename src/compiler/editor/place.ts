// What can be known of a place in a text from the words in front of it, and what a word may be there: the vocabulary of reading.ts
// and its parts.

import * as t from "../syntax/tokens.ts";

export type Token = t.Lexed["tokens"][number];

export type Block = "file" | "policy" | "group" | "test" | "limits" | "files" | "namespaces" | "network" | "env";

/** What may stand next. */
export type Expect =
  | ("declaration" | "name" | "specifier" | "import-end" | "for" | "targets" | "policy")
  | ("statement" | "verdict" | "after" | "version" | "compat" | "action-value" | "entry" | "nothing")
  | ("call" | "guard" | "arches" | "operand" | "operator" | "value" | "raw-index")
  | ("group" | "use-end" | "use-argument" | "except" | "row" | "row-call" | "row-argument");

export type Role =
  | ("keyword" | "action" | "operator" | "number" | "string" | "mark" | "mistake" | "version" | "setting")
  | ("call" | "argument" | "constant" | "parameter" | "arch" | "anything")
  | ("group" | "alias" | "policy" | "group-definition" | "policy-definition" | "constant-definition");

/** What is known of a place. Calls are those that a condition here is about. */
export interface Reading {
  readonly block: Block;
  readonly expect: Expect;
  readonly action: string;
  readonly calls: readonly string[];
  /** The calls are a list in braces, which is still open. */
  readonly inList: boolean;
  /** The argument that a value here is compared with. */
  readonly argument: string | undefined;
  /** Of a test row's arguments. */
  readonly index: number;
  /** Open parentheses, braces and brackets of an expression or an argument list. */
  readonly depth: number;
  /** What a name that is being defined is, or a verdict belongs to. */
  readonly word: string;
}

export const START: Reading = {
  ...{ block: "file", expect: "declaration", action: "", calls: [], inList: false },
  ...{ argument: undefined, index: 0, depth: 0, word: "" },
};

/** At the beginning of a statement of the same block. */
export function fresh({ block }: Reading): Reading {
  return { ...START, block, expect: BEGIN[block] };
}

export const BEGIN: { readonly [block in Block]: Expect } = {
  ...{ file: "declaration", policy: "statement", group: "statement", test: "row" },
  ...{ limits: "entry", files: "entry", namespaces: "entry", network: "entry", env: "entry" },
};

export interface Step {
  readonly role: Role;
  readonly next: Reading;
}

export function is(token: Token | undefined, ...types: readonly Token["tokenType"][]): boolean {
  return token !== undefined && types.includes(token.tokenType);
}

export function to(at: Reading, role: Role, change: Partial<Reading>, token: Token): Step {
  return { role: is(token, t.OpenBrace, t.CloseBrace) ? "mark" : role, next: { ...at, ...change } };
}

export function opened(block: Block): Step {
  return { role: "mark", next: { ...START, block, expect: BEGIN[block] } };
}

/** By the word alone. */
export function roleOf(token: Token): Role {
  if (t.is(token, t.ActionWord)) return "action";
  if (t.is(token, t.BinaryOperator) || t.is(token, t.PrefixOperator) || is(token, t.Has, t.Any)) return "operator";
  if (is(token, t.Constant)) return "constant";
  if (is(token, t.Parameter)) return "parameter";
  if (is(token, t.Numeral)) return "number";
  if (is(token, t.Version)) return "version";
  if (is(token, t.Text)) return "string";
  if (is(token, t.Anything)) return "anything";
  return t.is(token, t.Word) || /^[a-z]/.test(token.image) ? "keyword" : "mark";
}

/** A condition about several calls in a list is about the last one; behind the list, about all. */
export function callsHere({ calls, inList }: Reading): readonly string[] {
  return inList ? calls.slice(-1) : calls;
}
