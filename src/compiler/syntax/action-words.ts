// Words that stand where an action should: verdicts by the names that other tools give them, and misspelt ones.

import type { TokenType } from "chevrotain";
import type { Diagnostic, Span } from "../diagnostics/diagnostic.ts";
import { nearest } from "../diagnostics/nearest.ts";
import * as say from "../diagnostics/syntax.ts";
import * as t from "./tokens.ts";

export const ACTIONS: readonly TokenType[] = [t.Allow, t.Log, t.Notify, t.Trace, t.Errno, t.Trap, t.Kill, t.KillThread];

interface Alien {
  readonly hint?: string;
  /** What it is read as, so that its statement is looked at too; `isExact` when it means just that. */
  readonly as?: TokenType;
  readonly isExact?: boolean;
}

const DENY: Alien = { hint: "`errno(EPERM)` makes the call fail, `kill` ends the program", as: t.Kill };

// Verdicts by the names that other tools give them.
const ALIEN_ACTIONS: Readonly<Record<string, Alien>> = {
  deny: DENY,
  block: DENY,
  reject: DENY,
  drop: DENY,
  return: { hint: "`errno(EPERM)` makes the call fail with EPERM" },
  kill_process: { as: t.Kill, isExact: true },
  kill_thread: { as: t.KillThread, isExact: true },
  user_notif: { as: t.Notify, isExact: true },
  permit: { as: t.Allow, isExact: true },
};

/** `meant`: what the word can be read as, so that the rest of its statement is looked at too. */
export function explainAlienAction(
  word: string,
  span: Span,
): { readonly diagnostic: Diagnostic; readonly meant: TokenType | undefined } | undefined {
  const key = word.toLowerCase();
  const alien = Object.hasOwn(ALIEN_ACTIONS, key) ? ALIEN_ACTIONS[key] : undefined;
  if (alien === undefined) return undefined;
  const meant = alien.isExact ? alien.as && t.spelling(alien.as) : undefined;
  const diagnostic = say.notAnAction(span, { word, ...(meant && { meant }), ...(alien.hint && { hint: alien.hint }) });
  return { diagnostic, meant: alien.as };
}

/** Where the grammar asks for an action and finds another word; undefined for what is like none. */
export function explainActionWord(word: string, span: Span): Diagnostic | undefined {
  const alien = explainAlienAction(word, span);
  if (alien !== undefined) return alien.diagnostic;
  const meant = nearest(
    word,
    ACTIONS.map(action => t.spelling(action)!),
  );
  return meant === undefined ? undefined : say.notAnAction(span, { word, meant });
}
