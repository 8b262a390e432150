// The part of the grammar below statements: numbers, strings, actions and expressions. An expression is read flat and folded
// by precedence afterwards (expression.ts).

import type { IOrAlt, IToken } from "chevrotain";
import type { Span } from "../diagnostics/diagnostic.ts";
import { tooDeep } from "../diagnostics/spelling.ts";
import type * as ast from "./ast.ts";
import { type BinaryKind, foldExpression, type Operand, type Operator, type Prefix } from "./expression.ts";
import { readNumber } from "./number.ts";
import { RecoveringParser } from "./recover.ts";
import { readText } from "./text.ts";
import * as t from "./tokens.ts";

/** Parentheses, sets and prefixes inside each other: the phases that follow recurse over the tree. */
const DEEPEST = 100;

export abstract class ValueParser extends RecoveringParser {
  readonly number = this.RULE("number", (): ast.Num => {
    const token = this.CONSUME(t.Numeral);
    return this.ACTION(() => readNumber(token.payload ?? token.image, this.spanOf(token), this.report));
  });

  readonly string = this.RULE("string", (): ast.Name => {
    const token = this.CONSUME(t.Text);
    return this.ACTION(() => readText(token, this.spanOf(token), this.report));
  });

  readonly value = this.RULE("value", (): ast.Num | ast.ConstRef | ast.ParamRef =>
    this.OR<ast.Num | ast.ConstRef | ast.ParamRef>([
      { ALT: () => this.SUBRULE(this.number) },
      { ALT: () => this.reference("constant", this.CONSUME(t.Constant)) },
      { ALT: () => this.reference("param", this.CONSUME(t.Parameter)) },
    ]),
  );

  readonly action = this.RULE("action", (): ast.Action => {
    const first = this.CONSUME(t.ActionWord);
    const name = { text: t.spelling(first.tokenType), span: this.spanOf(first) };
    const value = this.OPTION(() => {
      this.CONSUME(t.OpenParen);
      const inner = this.SUBRULE(this.value);
      this.CONSUME(t.CloseParen);
      return inner;
    });
    return { name, ...(value && { value }), span: this.since(first) };
  });

  readonly expr = this.RULE("expr", (): ast.Expr => {
    const operands: Operand[] = [this.SUBRULE(this.operand)];
    const operators: Operator[] = [];
    this.MANY(() => {
      operators.push(this.SUBRULE(this.binop));
      operands.push(this.SUBRULE1(this.operand));
    });
    return this.ACTION(() => foldExpression(operands, operators, this.report) ?? this.abandon(undefined));
  });

  // Alternatives of the busiest rules are made once, not at each call.
  #binops: IOrAlt<Operator>[] = [
    {
      ALT: () => {
        const token = this.CONSUME(t.BinaryOperator);
        return { kind: t.spelling(token.tokenType) as BinaryKind | "..", span: this.spanOf(token) };
      },
    },
    {
      ALT: () => {
        const first = this.CONSUME(t.Has);
        const any = this.OPTION(() => this.CONSUME(t.Any));
        return { kind: any === undefined ? "has" : "has any", span: this.since(first) };
      },
    },
    {
      ALT: () => {
        const first = this.CONSUME(t.Not);
        this.CONSUME(t.In);
        return { kind: "not in", span: this.since(first) };
      },
    },
  ];

  readonly binop = this.RULE("binop", (): Operator => this.OR(this.#binops));

  #operands: IOrAlt<ast.Expr>[] = [
    { ALT: () => this.SUBRULE(this.parenthesis) },
    { ALT: () => this.SUBRULE(this.set) },
    { ALT: () => this.SUBRULE(this.raw) },
    { ALT: () => this.reference("constant", this.CONSUME(t.Constant)) },
    { ALT: () => this.reference("arg", this.CONSUME(t.Word)) },
    { ALT: () => this.SUBRULE(this.number) },
    { ALT: () => this.reference("param", this.CONSUME(t.Parameter)) },
  ];

  readonly operand = this.RULE("operand", (): Operand => {
    const prefixes: Prefix[] = [];
    this.MANY(() => {
      const token = this.CONSUME(t.PrefixOperator);
      prefixes.push({ kind: t.spelling(token.tokenType) as Prefix["kind"], span: this.spanOf(token) });
      this.ACTION(() => this.#limitDepth(this.depth + prefixes.length, token));
    });
    const value = this.OR(this.#operands);
    return { prefixes, value };
  });

  readonly parenthesis = this.RULE("parenthesis", (): ast.Expr => {
    const first = this.#enter(this.CONSUME(t.OpenParen));
    const inner = this.SUBRULE(this.expr);
    this.CONSUME(t.CloseParen);
    this.depth--;
    // The parentheses belong to the text of the node: an edit that replaces it takes them along.
    return { ...inner, span: this.since(first) };
  });

  readonly set = this.RULE("set", (): ast.Expr => {
    const first = this.#enter(this.CONSUME(t.OpenBrace));
    const of: ast.Expr[] = [];
    this.OPTION1(() => {
      this.list(
        at => of.push(this.subrule(at, this.expr)),
        token => startsValue(token) && !this.startsStatementHere(),
      );
    });
    this.CONSUME(t.CloseBrace);
    this.depth--;
    return { kind: "set", of, span: this.since(first) };
  });

  readonly raw = this.RULE("raw", (): ast.Expr => {
    const first = this.CONSUME(t.Raw);
    this.CONSUME(t.OpenBracket);
    const index = this.SUBRULE(this.number);
    this.CONSUME(t.CloseBracket);
    return { kind: "raw", index, span: this.since(first) };
  });

  private reference<K extends "constant" | "param" | "arg">(
    kind: K,
    token: IToken,
  ): { kind: K; name: string; span: Span } {
    return { kind, name: token.image, span: this.spanOf(token) };
  }

  #enter(token: IToken): IToken {
    this.depth++;
    this.ACTION(() => this.#limitDepth(this.depth, token));
    return token;
  }

  #limitDepth(depth: number, token: IToken): void {
    if (depth > DEEPEST) this.abandon(tooDeep(this.spanOf(token), { limit: DEEPEST }));
  }
}

function startsValue(token: IToken): boolean {
  return [t.Word, t.Constant, t.Parameter, t.Numeral].some(type => t.is(token, type));
}
