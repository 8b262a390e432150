// Missing and surplus braces, told and put right before parsing, so that one forgotten `}` does not make a policy swallow the
// rest of the file. Declarations and statements show where a block must have ended: by their first word, and by their
// indentation. Tokens in, tokens with zero-width braces out; balanced text is the same array and costs one pass.

import { createTokenInstance, type IToken, type TokenType } from "chevrotain";
import type { Source, Span } from "../diagnostics/diagnostic.ts";
import * as say from "../diagnostics/syntax.ts";
import { type Report, startsDeclaration, startsStatement } from "./recover.ts";
import * as t from "./tokens.ts";

interface Open {
  readonly token: IToken;
  /** A policy's, group's or test's own braces; all others are lists, sets and sections. */
  readonly body?: string;
  readonly indent: number;
}

export function balanceBraces(source: Source, tokens: IToken[], report: Report): IToken[] {
  return isBalanced(tokens) ? tokens : repair(source, tokens, report);
}

function isBalanced(tokens: readonly IToken[]): boolean {
  let depth = 0;
  let headOpen = false;
  for (let i = 0; i < tokens.length; i++) {
    const { tokenType } = tokens[i]!;
    if (tokenType === t.OpenBrace) {
      depth++;
      headOpen = false;
    } else if (tokenType === t.CloseBrace) {
      if (--depth < 0) return false;
    } else if (depth === 0 && isHead(tokens, i)) {
      if (headOpen) return false;
      headOpen = true;
    }
  }
  return depth === 0 && !headOpen;
}

function repair(source: Source, tokens: readonly IToken[], report: Report): IToken[] {
  const balanced: IToken[] = [];
  const stack: Open[] = [];
  let head: string | undefined;

  const last = (): IToken => balanced.at(-1)!;
  const insert = (type: TokenType): IToken => {
    const near = last();
    const at = t.endOf(near);
    const brace = createTokenInstance(
      type,
      "",
      at,
      at,
      near.startLine!,
      near.startLine!,
      near.startColumn!,
      near.startColumn!,
    );
    balanced.push(brace);
    return brace;
  };
  const openMissing = (): void => {
    report(say.unopened(spanOf(source, last()), { of: head! }));
    const indent = indentOf(source, last());
    stack.push({ token: insert(t.OpenBrace), body: head!, indent });
    head = undefined;
  };
  const closeMissing = (): void => {
    const { token, body, indent } = stack.pop()!;
    const insertText = token.startLine === last().startLine ? " }" : `\n${" ".repeat(indent)}}`;
    const facts = {
      opener: spanOf(source, token),
      open: "{",
      close: "}",
      insert: insertText,
      ...(body && { of: body }),
    };
    report(say.unclosed(spanOf(source, last()), facts));
    insert(t.CloseBrace);
  };

  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    const isFirst = i === 0 || tokens[i - 1]!.startLine! < token.startLine!;
    const begins =
      startsStatement(token, tokens[i + 1], isFirst) && !(tokens[i - 1]?.tokenType === t.Comma && !isFirst);
    const declares = startsDeclaration(token, tokens[i + 1], isFirst) && token.tokenType !== t.Const;
    if (head !== undefined && (begins || token.tokenType === t.CloseBrace)) openMissing();
    if (declares) while (stack.length > 0) closeMissing();
    if (begins && !isKillInList(token, tokens[i - 1])) {
      while (stack.length > 1 && stack.at(-1)!.body === undefined) closeMissing();
    }
    if (stack.length === 0 && isHead(tokens, i)) head = `${token.image} \`${tokens[i + 1]!.image}\``;
    if (token.tokenType === t.OpenBrace) {
      stack.push({ token, ...(head !== undefined && { body: head }), indent: indentOf(source, token) });
      head = undefined;
    }
    if (token.tokenType === t.CloseBrace) {
      if (stack.length === 0 || isStray(stack, tokens, i)) {
        report(say.strayCloser(spanOf(source, token), { closer: "}" }));
        continue;
      }
      if (isFirst) while (closesOuter(stack, token)) closeMissing();
      stack.pop();
    }
    balanced.push(token);
  }
  if (head !== undefined) openMissing();
  while (stack.length > 0) closeMissing();
  return balanced;
}

/** `policy NAME`, `group NAME`, `test NAME` at the start of a line: braces must follow. */
function isHead(tokens: readonly IToken[], at: number): boolean {
  const { tokenType } = tokens[at]!;
  if (tokenType !== t.Policy && tokenType !== t.Group && tokenType !== t.Test) return false;
  const isFirst = at === 0 || tokens[at - 1]!.startLine! < tokens[at]!.startLine!;
  return startsDeclaration(tokens[at]!, tokens[at + 1], isFirst);
}

/** `kill` after a comma is a call of the list. */
function isKillInList(token: IToken, previous: IToken | undefined): boolean {
  return token.tokenType === t.Kill && previous?.tokenType === t.Comma;
}

/** A `}` that would end a body although rules follow: they cannot stand outside one. */
function isStray(stack: readonly Open[], tokens: readonly IToken[], at: number): boolean {
  const next = tokens[at + 1];
  if (stack.length !== 1 || stack[0]!.body === undefined || next === undefined) return false;
  const isFirst = next.startLine! > tokens[at]!.startLine!;
  return startsStatement(next, tokens[at + 2], isFirst) && !startsDeclaration(next, tokens[at + 2], isFirst);
}

/** A `}` at the start of a line that stands under an outer block's line, not under the innermost's. */
function closesOuter(stack: readonly Open[], closer: IToken): boolean {
  const indent = closer.startColumn! - 1;
  return stack.at(-1)!.indent > indent && stack.slice(0, -1).some(open => open.indent === indent);
}

function indentOf(source: Source, token: IToken): number {
  const lineStart = token.startOffset - (token.startColumn! - 1);
  return /^[ \t]*/.exec(source.text.slice(lineStart, token.startOffset))![0].length;
}

function spanOf(source: Source, token: IToken): Span {
  return { source: source.name, start: token.startOffset, end: t.endOf(token) };
}
