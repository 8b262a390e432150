// How parsing goes on after a mistake, so that every error of a file is told in one run and none twice. A fault unwinds to
// the statement (or list entry) it is in, is reported once, and the rest of that statement is skipped. What was half
// understood is dropped: a rule without its condition would be another rule. Chevrotain's own recovery is off: it guesses by
// token, while a policy's statements show by their first word and by their line.

import {
  EmbeddedActionsParser,
  type IParserErrorMessageProvider,
  type IToken,
  isRecognitionException,
  type TokenType,
} from "chevrotain";
import type { Diagnostic, Source, Span } from "../diagnostics/diagnostic.ts";
import { missingComma, surplusComma } from "../diagnostics/syntax.ts";
import type { Name } from "./ast.ts";
import { describe, explainFault } from "./explain.ts";
import * as t from "./tokens.ts";

/** Thrown after a fault was reported, to unwind to where parsing can go on. */
class Abandoned extends Error {}

export type Report = (diagnostic: Diagnostic) => void;

// Nobody reads these: explain.ts words the errors. It needs to know which token was expected.
const expectedOnly: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected }) => t.spelling(expected),
  buildNotAllInputParsedMessage: () => "",
  buildNoViableAltMessage: () => "",
  buildEarlyExitMessage: () => "",
};

/** Words that begin a statement; `kill` is a call too, and the soft words are names. */
const hardStarters: ReadonlySet<TokenType> = new Set([
  ...[t.Allow, t.Log, t.Notify, t.Trace, t.Errno, t.Trap, t.KillThread],
  ...[t.Default, t.Unknown, t.Foreign, t.Compat, t.Use, t.Otherwise],
]);
const sectionWords: ReadonlySet<TokenType> = new Set([
  ...[t.Limits, t.Files, t.Namespaces, t.Network, t.Env, t.Hostname, t.Program],
]);
const declarationWords: ReadonlySet<TokenType> = new Set([t.Policy, t.Group, t.Import, t.Const, t.Test]);

/** Whether a token begins a statement, told by its word, its place on the line and what follows. */
export function startsStatement(token: IToken, next: IToken | undefined, isFirstOnLine: boolean): boolean {
  if (hardStarters.has(token.tokenType)) return isFirstOnLine || isFollowedUp(next);
  if (!isFirstOnLine) return false;
  if (token.tokenType === t.Kill)
    return next !== undefined && next.startLine === token.startLine && !t.is(next, t.Comma);
  if (sectionWords.has(token.tokenType)) return next?.tokenType === t.OpenBrace || next?.tokenType === t.Text;
  return startsDeclaration(token, next, isFirstOnLine);
}

/** In the middle of a line, by what follows: `allow == 1` begins nothing. */
function isFollowedUp(next: IToken | undefined): boolean {
  if (next === undefined) return false;
  return startsCall(next) || [t.ActionWord, t.OpenBrace, t.OpenParen].some(type => t.is(next, type));
}

export function startsDeclaration(token: IToken, next: IToken | undefined, isFirstOnLine: boolean): boolean {
  if (!isFirstOnLine || !declarationWords.has(token.tokenType) || next === undefined) return false;
  return t.is(next, t.Word) || next.tokenType === t.Constant || next.tokenType === t.Text;
}

export function startsCall(token: IToken): boolean {
  return t.is(token, t.Word) || token.tokenType === t.Kill || token.tokenType === t.Syscall;
}

export abstract class RecoveringParser extends EmbeddedActionsParser {
  protected source: Source = { name: "", text: "" };
  protected report: Report = () => {};
  protected depth = 0;
  // Where parsing went on after the last fault: a second fault at the same token is a follow-up of the first.
  #resumedAt = -1;

  constructor(skipValidations: boolean) {
    super([...t.vocabulary], {
      maxLookahead: 1,
      recoveryEnabled: false,
      skipValidations,
      errorMessageProvider: expectedOnly,
    });
  }

  protected begin(source: Source, tokens: IToken[], report: Report): void {
    this.source = source;
    this.report = report;
    this.depth = 0;
    this.#resumedAt = -1;
    this.input = tokens;
  }

  /** Unwinds to where parsing can go on; without a diagnostic, one was reported already. */
  protected abandon(diagnostic?: Diagnostic): never {
    if (diagnostic !== undefined) this.report(diagnostic);
    throw new Abandoned();
  }

  /** Runs a part of the grammar; after a fault in it, skip() moves on to where parsing can go on, and it gives undefined. */
  protected attempt<T>(part: () => T, skip: (first: IToken) => void): T | undefined {
    const { depth } = this;
    const first = this.LA(1);
    try {
      return part();
    } catch (fault) {
      if (isRecognitionException(fault as Error)) this.#explain(fault as Parameters<typeof explainFault>[0]);
      else if (!(fault instanceof Abandoned)) throw fault;
      this.depth = depth;
      skip(first);
      this.#resumedAt = this.LA(1).startOffset;
      return undefined;
    }
  }

  #explain(fault: Parameters<typeof explainFault>[0]): void {
    if (this.LA(1).startOffset === this.#resumedAt || t.isTold(this.LA(1))) return;
    const before = (back: number): IToken => this.LA(1 - back);
    this.report(
      explainFault(fault, { source: this.source, at: this.LA(1), ahead: count => this.LA(1 + count), before }),
    );
  }

  /** Statements as the grammar has them; what stands between them and begins none is told and skipped. */
  protected statements(some: () => void, atEnd: () => boolean, stray: () => void): void {
    some();
    while (!this.RECORDING_PHASE && !atEnd()) {
      stray();
      some();
    }
  }

  /** item { "," [ item ] }; `item` is called with the occurrence that chevrotain wants. A missing comma is told and mended. */
  protected list(item: (occurrence: number) => void, starts: (token: IToken) => boolean): void {
    const more = (): void =>
      this.MANY9(() => {
        this.CONSUME9(t.Comma);
        while (this.LA(1).tokenType === t.Comma) {
          this.report(surplusComma(this.spanOf(this.LA(1)), { place: "list" }));
          this.SKIP_TOKEN();
        }
        this.OPTION9(() => item(1));
      });
    item(0);
    more();
    while (!this.RECORDING_PHASE && starts(this.LA(1))) {
      const facts = { before: describe(this.LA(1)), after: this.spanOf(this.LA(0)) };
      this.report(missingComma(this.spanOf(this.LA(1)), facts));
      item(0);
      more();
    }
  }

  /**
   * To the next statement, the `}` that ends the body, or the end. A line that is indented no deeper than the faulty
   * statement and begins with a word is a statement too, if a faulty one. Braces balance by now; parentheses may not.
   */
  protected readonly skipStatement = (first: IToken): void => {
    let open = this.#openSince(first);
    for (;;) {
      const token = this.LA(1);
      if (this.isAtEnd() || (open === 0 && (this.startsStatementHere() || this.#isOutdented(first)))) return;
      if (token.tokenType === t.OpenBrace) open++;
      if (token.tokenType === t.CloseBrace && open-- === 0) return;
      this.SKIP_TOKEN();
    }
  };

  /** Braces opened and not closed from a token to the last one taken. */
  #openSince(first: IToken): number {
    let open = 0;
    for (let back = 0; ; back--) {
      const token = this.LA(back);
      if (this.LA(1) === first || Number.isNaN(token.startOffset)) return Math.max(open, 0);
      if (token.tokenType === t.OpenBrace) open++;
      if (token.tokenType === t.CloseBrace) open--;
      if (token === first) return Math.max(open, 0);
    }
  }

  #isOutdented(first: IToken): boolean {
    const token = this.LA(1);
    const isWord = t.is(token, t.Word) || token.tokenType === t.Constant;
    return isWord && token !== first && this.isFirstOnLine(1) && token.startColumn! <= first.startColumn!;
  }

  /** To the comma or closing brace after this entry of a list in braces. */
  protected readonly skipEntry = (first: IToken): void => {
    let open = this.#openSince(first);
    for (;;) {
      const token = this.LA(1);
      if (this.isAtEnd()) return;
      if (open === 0 && token.tokenType === t.Comma) return;
      if (token.tokenType === t.OpenBrace) open++;
      if (token.tokenType === t.CloseBrace && open-- === 0) return;
      this.SKIP_TOKEN();
    }
  };

  /** To the next line of a section, or the `}` that ends it. */
  protected readonly skipLine = (first: IToken): void => {
    while (!this.isAtEnd() && this.LA(1).tokenType !== t.CloseBrace) {
      if (this.LA(1) !== first && this.isFirstOnLine(1)) return;
      this.SKIP_TOKEN();
    }
  };

  protected skipBlock(): void {
    while (!this.isAtEnd() && this.LA(1).tokenType !== t.OpenBrace && !this.isFirstOnLine(1)) this.SKIP_TOKEN();
    if (this.LA(1).tokenType !== t.OpenBrace) return;
    let open = 0;
    do {
      if (this.LA(1).tokenType === t.OpenBrace) open++;
      if (this.LA(1).tokenType === t.CloseBrace) open--;
      this.SKIP_TOKEN();
    } while (open > 0 && !this.isAtEnd());
  }

  protected isAtEnd(): boolean {
    return Number.isNaN(this.LA(1).startOffset); // only the end-of-file token has no offset
  }

  protected isFirstOnLine(ahead: number): boolean {
    const token = this.LA(ahead);
    const previous = this.LA(ahead - 1);
    return !(previous.startLine! >= token.startLine!);
  }

  protected startsStatementHere(): boolean {
    return startsStatement(this.LA(1), this.LA(2), this.isFirstOnLine(1));
  }

  protected spanOf(token: IToken): Span {
    const length = this.source.text.length;
    if (Number.isNaN(token.startOffset)) return { source: this.source.name, start: length, end: length };
    return { source: this.source.name, start: token.startOffset, end: t.endOf(token) };
  }

  /** From a token to the last one taken. */
  protected since(first: IToken): Span {
    return { source: this.source.name, start: first.startOffset, end: t.endOf(this.LA(0)) };
  }

  protected nameOf(token: IToken): Name {
    return { text: token.image, span: this.spanOf(token) };
  }
}
