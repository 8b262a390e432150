// What each word of a text is, and what may stand behind it: one pass over the tokens that needs no tree, so that a text
// which is being written is understood as far as it goes. In: tokens; out: a role for each, and the state at any place. Agrees
// with the grammar on every text that parses (tested); on others it goes on at the next word that begins a statement.

import { isArch } from "../abi/arch.ts";
import { startsDeclaration, startsStatement } from "../syntax/recover.ts";
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

export interface Word {
  readonly token: Token;
  readonly role: Role;
  /** What was known in front of it. */
  readonly before: Reading;
}

const START: Reading = {
  ...{ block: "file", expect: "declaration", action: "", calls: [], inList: false },
  ...{ argument: undefined, index: 0, depth: 0, word: "" },
};

export function readWords(tokens: readonly Token[]): readonly Word[] {
  let reading = START;
  return tokens.map((token, i) => {
    const isFirst = i === 0 || tokens[i - 1]!.startLine! < token.startLine!;
    const before = resumed(reading, token, tokens[i + 1], isFirst);
    const { role, next } = step(before, token, tokens[i + 1]);
    reading = next;
    return { token, role, before };
  });
}

/** What is known where a word that begins at the offset would stand. */
export function readingAt(words: readonly Word[], offset: number, isFirstOnLine: boolean): Reading {
  const last = words.findLastIndex(({ token }) => t.endOf(token) <= offset && token.startOffset < offset);
  const word = words[last];
  if (word === undefined) return START;
  const { next } = step(word.before, word.token, words[last + 1]?.token);
  // A new line begins a statement wherever one may end.
  const mayEnd = ["guard", "operator", "use-end", "after", "import-end"].includes(next.expect) && next.depth === 0;
  return isFirstOnLine && mayEnd && !next.inList ? fresh(next) : next;
}

/** A word that can only begin a statement or a declaration ends what was before it, finished or not. */
function resumed(reading: Reading, token: Token, next: Token | undefined, isFirst: boolean): Reading {
  if (startsDeclaration(token, next, isFirst) && (token.startColumn === 1 || reading.block === "file")) return START;
  const { block, inList, expect } = reading;
  const isOpen = block === "policy" || block === "group";
  if (token.tokenType === t.Kill && (inList || expect === "call")) return reading;
  if (block === "test" && t.is(token, t.ActionWord) && isFirst) return fresh(reading);
  return isOpen && startsStatement(token, next, isFirst) && isFirst ? fresh(reading) : reading;
}

/** At the beginning of a statement of the same block. */
function fresh({ block }: Reading): Reading {
  return { ...START, block, expect: BEGIN[block] };
}

const BEGIN: { readonly [block in Block]: Expect } = {
  ...{ file: "declaration", policy: "statement", group: "statement", test: "row" },
  ...{ limits: "entry", files: "entry", namespaces: "entry", network: "entry", env: "entry" },
};

interface Step {
  readonly role: Role;
  readonly next: Reading;
}

function step(at: Reading, token: Token, next: Token | undefined): Step {
  if (t.is(token, t.Mistake)) return { role: "mistake", next: at };
  const type = token.tokenType;
  switch (at.expect) {
    case "declaration":
      return declaration(at, token);
    case "name":
      return named(at, token, next);
    case "policy":
      if (is(token, t.OpenBrace)) return opened("test");
      return { role: t.is(token, t.Word) ? "policy" : roleOf(token), next: at };
    case "specifier":
      return to(at, "string", { expect: "import-end" }, token);
    case "import-end":
      if (type === t.As) return to(at, "keyword", { expect: "import-end" }, token);
      return t.is(token, t.Word) ? to(at, "alias", fresh(at), token) : begin(at, token, next);
    case "for":
    case "targets":
      return targets(at, token);
    case "statement":
    case "row":
      return begin(at, token, next);
    case "verdict":
      return { role: roleOf(token), next: t.is(token, t.ActionWord) ? afterAction(at, token, next) : at };
    case "action-value":
      return actionValue(at, token);
    case "after":
      return type === t.After ? to(at, "keyword", { expect: "version" }, token) : begin(at, token, next);
    case "version":
      return { role: "version", next: fresh(at) };
    case "compat":
      return { role: "arch", next: fresh(at) };
    case "call":
      return call(at, token);
    case "guard":
      return guard(at, token, next);
    case "arches":
      return arches(at, token, next);
    case "operand":
    case "value":
    case "raw-index":
      return operand(at, token);
    case "operator":
      return operator(at, token, next);
    case "group":
      return t.is(token, t.Word) ? usedName(at, next) : begin(at, token, next);
    case "use-end":
    case "use-argument":
    case "except":
      return useRest(at, token, next);
    case "row-call":
    case "row-argument":
      return row(at, token, next);
    case "entry":
    case "nothing":
      return entry(at, token);
  }
}

function is(token: Token | undefined, ...types: readonly Token["tokenType"][]): boolean {
  return token !== undefined && types.includes(token.tokenType);
}

function to(at: Reading, role: Role, change: Partial<Reading>, token: Token): Step {
  return { role: is(token, t.OpenBrace, t.CloseBrace) ? "mark" : role, next: { ...at, ...change } };
}

function opened(block: Block): Step {
  return { role: "mark", next: { ...START, block, expect: BEGIN[block] } };
}

/** By the word alone. */
function roleOf(token: Token): Role {
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

// --- Declarations and heads ---------------------------------------------------------------------------------------

function declaration(at: Reading, token: Token): Step {
  switch (token.tokenType) {
    case t.Import:
      return { role: "keyword", next: { ...START, expect: "specifier" } };
    case t.Test:
      return { role: "keyword", next: { ...START, expect: "policy", word: "test" } };
    case t.Policy:
    case t.Group:
    case t.Const:
      return { role: "keyword", next: { ...START, expect: "name", word: token.image } };
    default:
      return { role: roleOf(token), next: at };
  }
}

function named(at: Reading, token: Token, next: Token | undefined): Step {
  if (at.word === "const") {
    if (is(token, t.Equals)) return to(at, "mark", { expect: "value", calls: [] }, token);
    return to(at, "constant-definition", { expect: is(next, t.Equals) ? "name" : "nothing" }, token);
  }
  if (at.word === "policy") return to(at, "policy-definition", { expect: "for" }, token);
  if (is(token, t.OpenBrace)) return opened("group");
  const role = is(token, t.Parameter) ? "parameter" : t.is(token, t.Word) ? "group-definition" : "mark";
  return to(at, role, {}, token);
}

function targets(at: Reading, token: Token): Step {
  if (is(token, t.OpenBrace)) return opened("policy");
  if (is(token, t.For)) return to(at, "keyword", { expect: "targets" }, token);
  return { role: t.is(token, t.Word) ? "arch" : roleOf(token), next: at };
}

/** The first word of a statement or of a test's row, or the brace that ends the block. */
function begin(at: Reading, token: Token, next: Token | undefined): Step {
  const start = fresh(at);
  const isSection = is(token, t.Limits, t.Files, t.Namespaces, t.Network, t.Env) && is(next, t.OpenBrace);
  switch (token.tokenType) {
    case t.CloseBrace:
      return { role: "mark", next: at.block === "policy" || at.block === "group" || at.block === "test" ? START : at };
    case t.Default:
    case t.Unknown:
    case t.Foreign:
      return { role: "keyword", next: { ...start, expect: "verdict", word: token.image } };
    case t.Compat:
      return { role: "keyword", next: { ...start, expect: "compat" } };
    case t.Use:
      return { role: "keyword", next: { ...start, expect: "group" } };
    case t.Otherwise:
      return { role: "keyword", next: start };
    case t.Const:
      return { role: "keyword", next: { ...start, expect: "name", word: "const" } };
    case t.Hostname:
    case t.Program:
      return { role: "keyword", next: { ...start, expect: "nothing" } };
    default:
      if (isSection) return { role: "keyword", next: { ...start, block: token.image as Block, expect: "nothing" } };
      if (at.block === "file") return declaration(at, token);
      if (t.is(token, t.ActionWord)) return { role: "action", next: afterAction(start, token, next) };
      return { role: roleOf(token), next: at };
  }
}

function afterAction(at: Reading, token: Token, next: Token | undefined): Reading {
  const after = {
    ...at,
    action: token.image,
    expect: AFTER_ACTION[at.word] ?? (at.block === "test" ? "row-call" : "call"),
  };
  return is(next, t.OpenParen) ? { ...after, expect: "action-value" } : after;
}

const AFTER_ACTION: { readonly [head: string]: Expect } = {
  unknown: "after",
  default: "statement",
  foreign: "statement",
};

function actionValue(at: Reading, token: Token): Step {
  if (!is(token, t.CloseParen)) return { role: roleOf(token), next: at };
  const expect = AFTER_ACTION[at.word] ?? (at.block === "test" ? "row-call" : "call");
  return { role: "mark", next: { ...at, expect } };
}

// --- Rules --------------------------------------------------------------------------------------------------------

function call(at: Reading, token: Token): Step {
  const isNumbered = is(token, t.Syscall);
  if (is(token, t.OpenBrace)) return to(at, "mark", { inList: true }, token);
  if (is(token, t.CloseBrace)) return closeList(at, token);
  if (isNumbered) return to(at, "keyword", { expect: "guard", calls: at.inList ? at.calls : [] }, token);
  if (!(t.is(token, t.Word) || is(token, t.Kill))) return { role: roleOf(token), next: at };
  return to(at, "call", { expect: "guard", calls: at.inList ? [...at.calls, token.image] : [token.image] }, token);
}

function closeList(at: Reading, token: Token): Step {
  if (!at.inList) return begin(fresh(at), token, undefined);
  return { role: "mark", next: { ...at, inList: false, expect: "guard", depth: 0, argument: undefined } };
}

function guard(at: Reading, token: Token, next: Token | undefined): Step {
  switch (token.tokenType) {
    case t.On:
      return to(at, "keyword", { expect: "arches" }, token);
    case t.If:
      return to(at, "keyword", { expect: "operand", argument: undefined, depth: 0 }, token);
    case t.Comma:
      return to(at, "mark", { expect: at.inList ? "call" : "guard" }, token);
    case t.CloseBrace:
      return closeList(at, token);
    case t.OpenParen:
    case t.CloseParen:
    case t.Numeral:
    case t.Question:
      return { role: roleOf(token), next: at };
    default:
      return begin(at, token, next);
  }
}

function arches(at: Reading, token: Token, next: Token | undefined): Step {
  if (is(token, t.OpenBrace)) return { role: "mark", next: { ...at, depth: 1 } };
  if (is(token, t.CloseBrace) && at.depth === 1) return { role: "mark", next: { ...at, depth: 0, expect: "guard" } };
  if (t.is(token, t.Word)) return to(at, "arch", { expect: at.depth === 1 ? "arches" : "guard" }, token);
  return is(token, t.Comma) ? { role: "mark", next: at } : guard(at, token, next);
}

/** A condition about several calls in a list is about the last one; behind the list, about all. */
export function callsHere({ calls, inList }: Reading): readonly string[] {
  return inList ? calls.slice(-1) : calls;
}

function operand(at: Reading, token: Token): Step {
  const isValue = at.expect === "value";
  if (is(token, t.OpenParen, t.OpenBrace, t.OpenBracket)) return to(at, "mark", { depth: at.depth + 1 }, token);
  if (is(token, t.CloseBrace) && at.depth === 0) return closeList(at, token);
  if (is(token, t.CloseParen, t.CloseBrace, t.CloseBracket)) {
    return { role: "mark", next: { ...at, depth: Math.max(at.depth - 1, 0), expect: "operator" } };
  }
  if (t.is(token, t.PrefixOperator)) return { role: "operator", next: at };
  if (is(token, t.Raw)) return to(at, "keyword", { expect: "raw-index" }, token);
  if (t.is(token, t.Word)) return to(at, "argument", { expect: "operator", argument: token.image }, token);
  if (is(token, t.Constant, t.Parameter, t.Numeral)) {
    const expect = at.expect === "raw-index" ? "raw-index" : "operator";
    return { role: roleOf(token), next: { ...at, expect } };
  }
  return { role: roleOf(token), next: isValue ? at : { ...at, expect: "operand" } };
}

function operator(at: Reading, token: Token, next: Token | undefined): Step {
  switch (token.tokenType) {
    case t.And:
    case t.Or:
      return to(at, "operator", { expect: "operand", argument: undefined }, token);
    case t.Comma:
      if (at.depth > 0) return to(at, "mark", { expect: "value" }, token);
      return to(at, "mark", { expect: at.inList ? "call" : "guard" }, token);
    case t.CloseBrace:
      if (at.depth === 0) return closeList(at, token);
      return to(at, "mark", { depth: at.depth - 1 }, token);
    case t.CloseParen:
    case t.CloseBracket:
      return to(at, "mark", { depth: Math.max(at.depth - 1, 0) }, token);
    case t.Has:
    case t.Any:
      return to(at, "operator", { expect: "value" }, token);
    case t.Not:
      return to(at, "operator", {}, token);
    default:
      if (t.is(token, t.BinaryOperator)) return to(at, "operator", { expect: "value" }, token);
      return at.depth === 0 && !at.inList ? begin(at, token, next) : { role: roleOf(token), next: at };
  }
}

// --- use, test rows, sections -------------------------------------------------------------------------------------

function usedName(at: Reading, next: Token | undefined): Step {
  if (is(next, t.Dot)) return { role: "alias", next: { ...at, expect: "use-end", word: "." } };
  return { role: "group", next: { ...at, expect: "use-end", word: "" } };
}

function useRest(at: Reading, token: Token, next: Token | undefined): Step {
  if (is(token, t.Dot)) return to(at, "mark", { expect: "group" }, token);
  if (at.expect === "except") {
    if (is(token, t.CloseBrace)) return { role: "mark", next: { ...fresh(at), expect: "use-end" } };
    return { role: t.is(token, t.Word) || is(token, t.Kill) ? "call" : "mark", next: at };
  }
  if (is(token, t.Except)) return to(at, "keyword", { expect: "except" }, token);
  if (is(token, t.OpenParen, t.OpenBrace))
    return to(at, "mark", { expect: "use-argument", depth: at.depth + 1 }, token);
  if (is(token, t.CloseParen, t.CloseBrace) && at.depth > 0) {
    return { role: "mark", next: { ...at, depth: at.depth - 1, expect: at.depth === 1 ? "use-end" : "use-argument" } };
  }
  return at.expect === "use-argument" ? { role: roleOf(token), next: at } : begin(at, token, next);
}

function row(at: Reading, token: Token, next: Token | undefined): Step {
  if (at.expect === "row-call") {
    if (is(token, t.OpenParen)) return to(at, "mark", { expect: "row-argument", depth: 1, index: 0 }, token);
    if (is(token, t.CloseBrace)) return begin(at, token, next);
    const isArchWord = isArch(token.image) && !is(next, t.OpenParen);
    if (isArchWord || is(token, t.HyphenArch)) return { role: "arch", next: at };
    if (is(token, t.Syscall)) return { role: "keyword", next: at };
    if (t.is(token, t.Word) || is(token, t.Kill)) return to(at, "call", { calls: [token.image] }, token);
    return { role: roleOf(token), next: at };
  }
  if (is(token, t.OpenParen, t.OpenBrace)) return to(at, "mark", { depth: at.depth + 1 }, token);
  if (is(token, t.CloseParen, t.CloseBrace)) {
    // syscall(500)(1): the number is an argument list of its own.
    const expect = at.depth > 1 ? "row-argument" : is(next, t.OpenParen) ? "row-call" : "row";
    return { role: "mark", next: { ...at, depth: at.depth - 1, expect } };
  }
  if (is(token, t.Comma) && at.depth === 1) return to(at, "mark", { index: at.index + 1, argument: undefined }, token);
  if (t.is(token, t.Word)) return to(at, "argument", { argument: token.image }, token);
  return { role: roleOf(token), next: at };
}

function entry(at: Reading, token: Token): Step {
  const isSection = at.block !== "file" && BEGIN[at.block] === "entry";
  if (is(token, t.OpenBrace)) return { role: "mark", next: { ...at, expect: isSection ? "entry" : at.expect } };
  if (is(token, t.CloseBrace)) {
    const block = isSection ? "policy" : "file";
    return { role: "mark", next: { ...START, block, expect: BEGIN[block] } };
  }
  if (is(token, t.Text) && at.expect === "nothing") return { role: "string", next: fresh(at) };
  return { role: isSection && t.is(token, t.Word) ? "setting" : roleOf(token), next: at };
}
