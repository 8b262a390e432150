// What to say of a word that begins no statement where it stands: a typing error of one that would, a word of another
// language, a statement in the wrong place, or a call without its action. A typing error is also put right, by giving the
// token the type it was meant to have, so that the rest of the statement is read as it was meant.

import type { IToken, TokenType } from "chevrotain";
import type { Diagnostic, Span } from "../diagnostics/diagnostic.ts";
import { nearest } from "../diagnostics/nearest.ts";
import * as say from "../diagnostics/syntax.ts";
import { ACTIONS, explainAlienAction } from "./action-words.ts";
import { describe } from "./explain.ts";
import * as t from "./tokens.ts";

export type Body = "file" | "policy" | "group" | "test";

const ITEMS: readonly TokenType[] = [...ACTIONS, t.Otherwise, t.Use, t.Const];
const HEADS: readonly TokenType[] = [t.Default, t.Unknown, t.Foreign, t.Compat];
const SECTIONS: readonly TokenType[] = [t.Limits, t.Files, t.Namespaces, t.Network, t.Env, t.Hostname, t.Program];
const DECLARATIONS: readonly TokenType[] = [t.Policy, t.Group, t.Import, t.Const, t.Test];

const STARTERS: Readonly<Record<Body, ReadonlyMap<string, TokenType>>> = {
  file: byWord(DECLARATIONS),
  policy: byWord([...ITEMS, ...HEADS, ...SECTIONS]),
  group: byWord(ITEMS),
  test: byWord(ACTIONS),
};

const CHOICES: Readonly<Record<Body, string>> = {
  file: "import, const, group, policy or test",
  policy: "a rule, use, const, default, unknown, foreign, compat or a section",
  group: "a rule, use or const",
  test: "a verdict and a call, as in `allow read(0)`",
};

// Words of conditions in other languages.
const ALIEN_WORDS: Readonly<Record<string, string>> = { when: "if", where: "if", is: "==", eq: "==", equals: "==" };

function byWord(types: readonly TokenType[]): ReadonlyMap<string, TokenType> {
  return new Map(types.map(type => [t.spelling(type), type]));
}

export interface Stray {
  readonly diagnostic: Diagnostic;
  /** What the word was meant to be, when parsing can go on as if it were. */
  readonly meant: TokenType | undefined;
}

export function explainStray(token: IToken, next: IToken, body: Body, span: Span, isFirstOnLine: boolean): Stray {
  const word = token.image;
  const starters = STARTERS[body];
  const kind = body === "file" ? "declaration" : "statement";
  if (!isFirstOnLine && body !== "file" && startsCondition(token, next)) {
    // `allow socket(AF_UNIX)` is a row of a test rather than a condition without its `if`.
    const isSafe = token.tokenType !== t.OpenParen;
    return { diagnostic: say.missingIf(span, { found: describe(token), isSafe }), meant: undefined };
  }
  const inside = ALIEN_WORDS[word];
  if (!isFirstOnLine && inside !== undefined) {
    return { diagnostic: say.alienWord(span, { word, meant: inside }), meant: undefined };
  }
  if (/^[A-Za-z_]/.test(word)) {
    const alien = body === "file" || isCallOf(next) ? undefined : explainAlienAction(word, span);
    if (alien !== undefined) return alien;
    const misplaced = explainMisplaced(token, body, span);
    if (misplaced !== undefined) return { diagnostic: misplaced, meant: undefined };
    const guess = nearest(word, starters.keys());
    if (guess !== undefined) {
      const isAction = ACTIONS.some(action => t.spelling(action) === guess);
      const diagnostic = isAction
        ? say.notAnAction(span, { word, meant: guess })
        : say.unknownWord(span, { word, kind, meant: guess, choices: CHOICES[body] });
      return { diagnostic, meant: starters.get(guess) };
    }
    if (body !== "file" && t.is(token, t.Word) && !t.is(next, t.Word)) {
      return { diagnostic: say.missingAction(span, { word }), meant: undefined };
    }
    return {
      diagnostic: say.unknownWord(span, { word, kind, meant: undefined, choices: CHOICES[body] }),
      meant: undefined,
    };
  }
  const facts = isFirstOnLine
    ? { expected: CHOICES[body], found: describe(token), hint: "every statement begins with its own word" }
    : { expected: `the end of the ${kind}`, found: describe(token), hint: "begin another one on a new line" };
  return { diagnostic: say.unexpected(span, facts), meant: undefined };
}

/** `fd == 1`, `raw[0] == 1` or `(a or b)` behind a rule. */
function startsCondition(token: IToken, next: IToken): boolean {
  if (token.tokenType === t.Raw || token.tokenType === t.OpenParen) return true;
  const isOperator = t.is(next, t.BinaryOperator) || next.tokenType === t.Has || next.tokenType === t.Not;
  return t.is(token, t.Word) && isOperator;
}

/** `drop(3)` or `drop if ...`: then the word is a call that lacks its action. */
function isCallOf(next: IToken): boolean {
  return next.tokenType === t.OpenParen || next.tokenType === t.If || next.tokenType === t.On;
}

function explainMisplaced(token: IToken, body: Body, span: Span): Diagnostic | undefined {
  const { tokenType } = token;
  const what = `\`${token.image}\``;
  if (body === "file" && (ITEMS.includes(tokenType) || HEADS.includes(tokenType))) {
    return say.misplaced(span, { what, why: "rules stand inside the braces of a policy or a group" });
  }
  if (body === "file" && SECTIONS.includes(tokenType)) {
    return say.misplaced(span, { what, why: "sections stand inside the braces of a policy" });
  }
  if (body === "group" && (HEADS.includes(tokenType) || SECTIONS.includes(tokenType))) {
    return say.misplaced(span, { what, why: "a group has rules only; write this in the policies that use it" });
  }
  if (body === "test" && (ITEMS.includes(tokenType) || HEADS.includes(tokenType))) {
    return say.misplaced(span, { what, why: "a test has rows only: a verdict and a call, as in `allow read(0)`" });
  }
  if (body !== "file" && DECLARATIONS.includes(tokenType)) {
    return say.misplaced(span, { what, why: "write it outside, at the top level of the file" });
  }
  return undefined;
}
