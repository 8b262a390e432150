// The part of the reading for declarations and statements: what each word of one is, and what may stand behind it. Rules are in
// read-rules.ts.

import { isArch } from "../abi/arch.ts";
import * as t from "../syntax/tokens.ts";
import {
  BEGIN,
  type Block,
  type Expect,
  fresh,
  is,
  opened,
  type Reading,
  roleOf,
  START,
  type Step,
  type Token,
  to,
} from "./place.ts";

export function declaration(at: Reading, token: Token): Step {
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

export function named(at: Reading, token: Token, next: Token | undefined): Step {
  if (at.word === "const") {
    if (is(token, t.Equals)) return to(at, "mark", { expect: "value", calls: [] }, token);
    return to(at, "constant-definition", { expect: is(next, t.Equals) ? "name" : "nothing" }, token);
  }
  if (at.word === "policy") return to(at, "policy-definition", { expect: "for" }, token);
  if (is(token, t.OpenBrace)) return opened("group");
  const role = is(token, t.Parameter) ? "parameter" : t.is(token, t.Word) ? "group-definition" : "mark";
  return to(at, role, {}, token);
}

export function targets(at: Reading, token: Token): Step {
  if (is(token, t.OpenBrace)) return opened("policy");
  if (is(token, t.For)) return to(at, "keyword", { expect: "targets" }, token);
  return { role: t.is(token, t.Word) ? "arch" : roleOf(token), next: at };
}

/** The first word of a statement or of a test's row, or the brace that ends the block. */
export function begin(at: Reading, token: Token, next: Token | undefined): Step {
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

export function afterAction(at: Reading, token: Token, next: Token | undefined): Reading {
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

export function actionValue(at: Reading, token: Token): Step {
  if (!is(token, t.CloseParen)) return { role: roleOf(token), next: at };
  const expect = AFTER_ACTION[at.word] ?? (at.block === "test" ? "row-call" : "call");
  return { role: "mark", next: { ...at, expect } };
}

export function usedName(at: Reading, next: Token | undefined): Step {
  if (is(next, t.Dot)) return { role: "alias", next: { ...at, expect: "use-end", word: "." } };
  return { role: "group", next: { ...at, expect: "use-end", word: "" } };
}

export function useRest(at: Reading, token: Token, next: Token | undefined): Step {
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

export function row(at: Reading, token: Token, next: Token | undefined): Step {
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

export function entry(at: Reading, token: Token): Step {
  const isSection = at.block !== "file" && BEGIN[at.block] === "entry";
  if (is(token, t.OpenBrace)) return { role: "mark", next: { ...at, expect: isSection ? "entry" : at.expect } };
  if (is(token, t.CloseBrace)) {
    const block = isSection ? "policy" : "file";
    return { role: "mark", next: { ...START, block, expect: BEGIN[block] } };
  }
  if (is(token, t.Text) && at.expect === "nothing") return { role: "string", next: fresh(at) };
  return { role: isSection && t.is(token, t.Word) ? "setting" : roleOf(token), next: at };
}
