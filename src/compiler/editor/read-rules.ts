// The part of the reading for rules: calls, where they hold, and conditions on their arguments.

import * as t from "../syntax/tokens.ts";
import { fresh, is, type Reading, roleOf, type Step, type Token, to } from "./place.ts";
import { begin } from "./read-statements.ts";

export function call(at: Reading, token: Token): Step {
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

export function guard(at: Reading, token: Token, next: Token | undefined): Step {
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

export function arches(at: Reading, token: Token, next: Token | undefined): Step {
  if (is(token, t.OpenBrace)) return { role: "mark", next: { ...at, depth: 1 } };
  if (is(token, t.CloseBrace) && at.depth === 1) return { role: "mark", next: { ...at, depth: 0, expect: "guard" } };
  if (t.is(token, t.Word)) return to(at, "arch", { expect: at.depth === 1 ? "arches" : "guard" }, token);
  return is(token, t.Comma) ? { role: "mark", next: at } : guard(at, token, next);
}

export function operand(at: Reading, token: Token): Step {
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

export function operator(at: Reading, token: Token, next: Token | undefined): Step {
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
