// What each word of a text is, and what may stand behind it: one pass over the tokens that needs no tree, so that a text
// which is being written is understood as far as it goes. In: tokens; out: a role for each, and the state at any place. Agrees
// with the grammar on every text that parses (tested); on others it goes on at the next word that begins a statement.

import { startsDeclaration, startsStatement } from "../syntax/recover.ts";
import * as t from "../syntax/tokens.ts";
import { fresh, is, opened, type Reading, type Role, roleOf, START, type Step, type Token, to } from "./place.ts";
import { arches, call, guard, operand, operator } from "./read-rules.ts";
import {
  actionValue,
  afterAction,
  begin,
  declaration,
  entry,
  named,
  row,
  targets,
  usedName,
  useRest,
} from "./read-statements.ts";

export interface Word {
  readonly token: Token;
  readonly role: Role;
  /** What was known in front of it. */
  readonly before: Reading;
}

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
