// The grammar, LL(1), as rules that build the tree while they read. grammar/policy.ebnf is generated from it. Recovery is in
// recover.ts, the words of errors in explain.ts and stray.ts, precedence in expression.ts.

import type { IToken } from "chevrotain";
import type { Source } from "../diagnostics/diagnostic.ts";
import * as say from "../diagnostics/syntax.ts";
import type * as ast from "./ast.ts";
import { PatternParser } from "./grammar-patterns.ts";
import { keep } from "./grammar-rules.ts";
import { type Report, startsCall } from "./recover.ts";
import { type Body, explainStray } from "./stray.ts";
import * as t from "./tokens.ts";

/** A file's declarations, filled while parsing: what was read before the parser gave up is kept. */
export interface Declarations {
  readonly imports: ast.Import[];
  readonly consts: ast.Const[];
  readonly groups: ast.Group[];
  readonly policies: ast.Policy[];
  readonly tests: ast.Test[];
}

/** What is known of a declaration's name, even when its head is faulty. */
interface Head {
  name?: ast.Name;
  faulty: boolean;
}

export class PolicyParser extends PatternParser {
  #doc: (first: IToken) => string = () => "";
  #declarations: Declarations = { imports: [], consts: [], groups: [], policies: [], tests: [] };

  constructor(skipValidations: boolean) {
    super(skipValidations);
    this.performSelfAnalysis();
  }

  /** doc: the comment above a declaration, given its first token. */
  parseFile(
    source: Source,
    tokens: IToken[],
    report: Report,
    into: Declarations,
    doc: (first: IToken) => string,
  ): void {
    this.#doc = doc;
    this.#declarations = into;
    this.begin(source, tokens, report);
    this.file();
  }

  parseCall(source: Source, tokens: IToken[], report: Report): ast.CallPattern | undefined {
    this.begin(source, tokens, report);
    return this.loneCall();
  }

  readonly file = this.RULE("file", () => {
    const { imports, consts, groups, policies, tests } = this.#declarations;
    this.statements(
      () =>
        this.MANY(() =>
          this.OR([
            {
              ALT: () =>
                keep(
                  imports,
                  this.#statement(() => this.SUBRULE(this.import)),
                ),
            },
            {
              ALT: () =>
                keep(
                  consts,
                  this.#statement(() => this.SUBRULE(this.const)),
                ),
            },
            { ALT: () => keep(groups, this.SUBRULE(this.group)) },
            { ALT: () => keep(policies, this.SUBRULE(this.policy)) },
            { ALT: () => keep(tests, this.SUBRULE(this.test)) },
          ]),
        ),
      () => this.isAtEnd(),
      () => this.#stray("file"),
    );
  });

  readonly import = this.RULE("import", (): ast.Import => {
    const first = this.CONSUME(t.Import);
    const specifier = this.SUBRULE(this.string);
    const alias = this.OPTION(() => {
      this.CONSUME(t.As);
      return this.nameOf(this.CONSUME(t.Word));
    });
    return { specifier, ...(alias && { alias }), span: this.since(first) };
  });

  readonly group = this.RULE("group", (): ast.Group | undefined => {
    const first = this.CONSUME(t.Group);
    const params: ast.Name[] = [];
    const items: ast.Item[] = [];
    const head = this.#head(known => {
      known.name = this.nameOf(this.CONSUME(t.Word));
      this.OPTION(() => {
        this.CONSUME(t.OpenParen);
        this.OPTION1(() => {
          this.list(
            at => params.push(this.nameOf(this.consume(at, t.Parameter))),
            token => token.tokenType === t.Parameter,
          );
        });
        this.CONSUME(t.CloseParen);
      });
    });
    this.#body("group", head, () => {
      this.MANY1(() =>
        keep(
          items,
          this.#statement(() => this.SUBRULE(this.item)),
        ),
      );
    });
    return head.name && { name: head.name, params, items, doc: this.#doc(first), span: this.since(first) };
  });

  readonly policy = this.RULE("policy", (): ast.Policy | undefined => {
    const first = this.CONSUME(t.Policy);
    const targets: ast.Name[] = [];
    const heads: ast.Head[] = [];
    const items: ast.Item[] = [];
    const sections: ast.Section[] = [];
    const head = this.#head(known => {
      known.name = this.nameOf(this.CONSUME(t.Word));
      if (this.LA(1).tokenType === t.OpenBrace) {
        this.report(say.missingArchitecture(known.name.span, { policy: known.name.text }));
        return;
      }
      this.CONSUME(t.For);
      this.list(
        at => targets.push(this.nameOf(this.consume(at + 1, t.Word))),
        token => t.is(token, t.Word) && !this.isFirstOnLine(1),
      );
      if (this.LA(0).tokenType === t.Comma) this.report(say.surplusComma(this.spanOf(this.LA(0)), { place: "end" }));
    });
    this.#body("policy", head, () => {
      this.MANY1(() =>
        this.OR([
          {
            ALT: () =>
              keep(
                items,
                this.#statement(() => this.SUBRULE(this.item)),
              ),
          },
          {
            ALT: () =>
              keep(
                heads,
                this.#statement(() => this.SUBRULE(this.head)),
              ),
          },
          {
            ALT: () =>
              keep(
                sections,
                this.#statement(() => this.SUBRULE(this.section)),
              ),
          },
        ]),
      );
    });
    const { name } = head;
    return name && { name, targets, heads, items, sections, doc: this.#doc(first), span: this.since(first) };
  });

  readonly head = this.RULE(
    "head",
    (): ast.Head =>
      this.OR<ast.Head>([
        { ALT: () => this.#verdictHead("default", this.CONSUME(t.Default), 0) },
        { ALT: () => this.#verdictHead("foreign", this.CONSUME(t.Foreign), 1) },
        {
          ALT: () => {
            const first = this.CONSUME(t.Unknown);
            this.ACTION(() => this.#requireAction(first));
            const action = this.SUBRULE2(this.action);
            const after = this.OPTION(() => {
              this.CONSUME(t.After);
              return this.nameOf(this.CONSUME(t.Version));
            });
            return { kind: "unknown", action, ...(after && { after }), span: this.since(first) };
          },
        },
        {
          ALT: () => {
            const first = this.CONSUME(t.Compat);
            this.ACTION(() => this.requireName(first));
            return { kind: "compat", arch: this.nameOf(this.CONSUME(t.Word)), span: this.since(first) };
          },
        },
      ]),
  );

  readonly test = this.RULE("test", (): ast.Test | undefined => {
    const first = this.CONSUME(t.Test);
    const rows: ast.TestRow[] = [];
    let title: ast.Name | undefined;
    const head = this.#head(known => {
      known.name = this.nameOf(this.CONSUME(t.Word));
      title = this.OPTION(() => this.SUBRULE(this.string));
    });
    this.#body("test", head, () => {
      this.MANY1(() =>
        keep(
          rows,
          this.#statement(() => this.SUBRULE(this.row)),
        ),
      );
    });
    return head.name && { policy: head.name, ...(title && { title }), rows, span: this.since(first) };
  });

  #statement<T>(part: () => T): T | undefined {
    return this.attempt(part, this.skipStatement);
  }

  #stray(body: Body): void {
    const token = this.LA(1);
    const { diagnostic, meant } = explainStray(token, this.LA(2), body, this.spanOf(token), this.isFirstOnLine(1));
    if (!t.isTold(token)) this.report(diagnostic);
    if (meant !== undefined) {
      token.tokenType = meant;
      token.tokenTypeIdx = meant.tokenTypeIdx!;
      return;
    }
    this.SKIP_TOKEN();
    if (t.is(token, t.Word) && /^(?:policy|group|test)$/.test(token.image)) this.skipBlock();
    else this.skipStatement(token);
  }

  /** What stands before a declaration's braces; a fault in it costs neither the body nor what was known of the name. */
  #head(part: (known: Head) => void): Head {
    const head: Head = { faulty: false };
    this.attempt(
      () => part(head),
      () => {
        head.faulty = true;
        while (!this.isAtEnd() && this.LA(1).tokenType !== t.OpenBrace) {
          if (this.isFirstOnLine(1) && this.startsStatementHere()) return;
          this.SKIP_TOKEN();
        }
      },
    );
    return head;
  }

  /** "{" { statement } "}". Braces balance by now, so only a head that could not be told from its body has none. */
  #body(kind: Exclude<Body, "file">, head: Head, some: () => void): void {
    if (this.LA(1).tokenType !== t.OpenBrace && !this.RECORDING_PHASE) {
      const of = head.name === undefined ? `this ${kind}` : `${kind} \`${head.name.text}\``;
      if (!head.faulty) this.report(say.unopened(this.spanOf(this.LA(0)), { of }));
      return;
    }
    this.CONSUME1(t.OpenBrace);
    const atEnd = (): boolean => this.isAtEnd() || this.LA(1).tokenType === t.CloseBrace;
    this.statements(some, atEnd, () => this.#stray(kind));
    if (this.RECORDING_PHASE || !this.isAtEnd()) this.CONSUME1(t.CloseBrace);
  }

  #verdictHead(kind: "default" | "foreign", first: IToken, occurrence: number): ast.Head {
    this.ACTION(() => this.#requireAction(first));
    const action = this.subrule(occurrence, this.action);
    return { kind, action, span: this.since(first) };
  }

  /** `default` at the end of a line must not take the action of the rule below it. */
  #requireAction(first: IToken): void {
    const action = this.LA(1);
    const after = this.LA(this.LA(2).tokenType === t.OpenParen ? 5 : 2);
    const isRule = after.startLine === action.startLine && (startsCall(after) || after.tokenType === t.OpenBrace);
    if (action.startLine === first.startLine || !isRule || after.tokenType === t.After) return;
    const hint = `write \`${first.image} kill\``;
    const span = { ...this.spanOf(first), start: t.endOf(first) };
    this.abandon(say.unexpected(span, { expected: "an action", found: "the end of the line", hint }));
  }
}
