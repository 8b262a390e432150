// The grammar, LL(1), as rules that build the tree while they read. grammar/policy.ebnf is generated from it. Recovery is in
// recover.ts, the words of errors in explain.ts and stray.ts, precedence in expression.ts.

import type { IOrAlt, IToken } from "chevrotain";
import { isArch } from "../abi/arch.ts";
import type { Source, Span } from "../diagnostics/diagnostic.ts";
import * as say from "../diagnostics/syntax.ts";
import type * as ast from "./ast.ts";
import { describe } from "./explain.ts";
import { SectionParser } from "./grammar-sections.ts";
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

export class PolicyParser extends SectionParser {
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

  readonly loneCall = this.RULE("loneCall", () =>
    this.attempt(
      () => {
        const call = this.SUBRULE(this.pattern);
        if (this.RECORDING_PHASE || this.isAtEnd()) return call;
        const found = describe(this.LA(1));
        const hint = "write one call, as in `i386 read(0, _, count: 5)`";
        return this.abandon(
          say.unexpected(this.spanOf(this.LA(1)), { expected: "nothing after the call", found, hint }),
        );
      },
      () => {},
    ),
  );

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

  readonly const = this.RULE("const", (): ast.Const => {
    const first = this.CONSUME(t.Const);
    const name = this.nameOf(this.CONSUME(t.Constant));
    this.CONSUME(t.Equals);
    const value = this.SUBRULE(this.expr);
    return { kind: "const", name, value, span: this.since(first) };
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
            this.ACTION(() => this.#requireName(first));
            return { kind: "compat", arch: this.nameOf(this.CONSUME(t.Word)), span: this.since(first) };
          },
        },
      ]),
  );

  readonly item = this.RULE(
    "item",
    (): ast.Item =>
      this.OR<ast.Item>([
        { ALT: () => this.SUBRULE(this.rule) },
        { ALT: () => this.SUBRULE(this.use) },
        { ALT: () => this.SUBRULE(this.const) },
      ]),
  );

  readonly rule = this.RULE("rule", (): ast.Rule => {
    const first = this.LA(1);
    const otherwise = this.OPTION(() => this.CONSUME(t.Otherwise)) !== undefined;
    const action = this.SUBRULE(this.action);
    this.ACTION(() => this.#sameLine(action));
    const targets: ast.Target[] = [];
    const guard = this.OR<ast.Guard>([
      {
        ALT: () => {
          targets.push(this.SUBRULE(this.target));
          this.ACTION(() => this.#looseTargets(targets));
          return {};
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.OpenBrace);
          this.list(
            at =>
              keep(
                targets,
                this.attempt(() => this.subrule(at + 1, this.target), this.skipEntry),
              ),
            token => startsCall(token) && !this.startsStatementHere(),
          );
          this.CONSUME(t.CloseBrace);
          return this.SUBRULE(this.guard);
        },
      },
    ]);
    return { kind: "rule", otherwise, action, targets, guard, span: this.since(first) };
  });

  readonly target = this.RULE("target", (): ast.Target => {
    const first = this.LA(1);
    const call = this.SUBRULE(this.call);
    const optional = this.OPTION(() => this.CONSUME(t.Question)) !== undefined;
    const guard = this.SUBRULE(this.guard);
    return { call, optional, guard, span: this.since(first) };
  });

  // Made once: a rule's busiest choice.
  #calls: IOrAlt<ast.Call>[] = [
    { ALT: () => this.#namedCall(this.CONSUME(t.Word)) },
    { ALT: () => this.#namedCall(this.CONSUME(t.Kill)) },
    {
      ALT: () => {
        const first = this.CONSUME(t.Syscall);
        this.CONSUME(t.OpenParen);
        const nr = this.SUBRULE(this.number);
        this.CONSUME(t.CloseParen);
        return { kind: "number", nr, span: this.since(first) };
      },
    },
  ];

  readonly call = this.RULE("call", (): ast.Call => this.OR(this.#calls));

  readonly guard = this.RULE("guard", (): ast.Guard => {
    const on = this.OPTION(() => {
      this.CONSUME(t.On);
      return this.SUBRULE(this.arches);
    });
    const condition = this.OPTION1(() => {
      this.CONSUME(t.If);
      return this.SUBRULE(this.expr);
    });
    return { ...(on && { on }), ...(condition && { condition }) };
  });

  readonly arches = this.RULE("arches", (): ast.Name[] => {
    const names: ast.Name[] = [];
    this.OR([
      {
        ALT: () => {
          names.push(this.nameOf(this.CONSUME(t.Word)));
          this.ACTION(() => this.#looseArches(names));
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.OpenBrace);
          this.list(
            at => names.push(this.nameOf(this.consume(at + 1, t.Word))),
            token => t.is(token, t.Word),
          );
          this.CONSUME(t.CloseBrace);
        },
      },
    ]);
    return names;
  });

  readonly use = this.RULE("use", (): ast.Use => {
    const first = this.CONSUME(t.Use);
    this.ACTION(() => this.#requireName(first));
    const before = this.nameOf(this.CONSUME(t.Word));
    const after = this.OPTION(() => {
      this.CONSUME(t.Dot);
      return this.nameOf(this.CONSUME1(t.Word));
    });
    const args = this.OPTION1(() => this.SUBRULE(this.arguments)) ?? [];
    const except = this.OPTION2(() => this.SUBRULE(this.except)) ?? [];
    const name = after ?? before;
    return { kind: "use", ...(after && { qualifier: before }), name, args, except, span: this.since(first) };
  });

  readonly arguments = this.RULE("arguments", (): ast.Expr[] => {
    const args: ast.Expr[] = [];
    this.CONSUME(t.OpenParen);
    this.OPTION1(() => {
      this.list(
        at => args.push(this.subrule(at, this.expr)),
        () => false,
      );
    });
    this.CONSUME(t.CloseParen);
    return args;
  });

  readonly except = this.RULE("except", (): ast.Name[] => {
    const names: ast.Name[] = [];
    this.CONSUME(t.Except);
    this.CONSUME(t.OpenBrace);
    this.list(
      at => names.push(this.subrule(at, this.callName)),
      token => startsCall(token) && !this.startsStatementHere(),
    );
    this.CONSUME(t.CloseBrace);
    return names;
  });

  readonly callName = this.RULE(
    "callName",
    (): ast.Name =>
      this.OR([{ ALT: () => this.nameOf(this.CONSUME(t.Word)) }, { ALT: () => this.nameOf(this.CONSUME(t.Kill)) }]),
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

  readonly row = this.RULE("row", (): ast.TestRow => {
    const first = this.LA(1);
    const action = this.SUBRULE(this.action);
    this.ACTION(() => this.#sameLine(action));
    const call = this.SUBRULE(this.pattern);
    return { action, call, span: this.since(first) };
  });

  readonly pattern = this.RULE("pattern", (): ast.CallPattern => {
    const first = this.LA(1);
    // The one place with a second token of lookahead: an architecture and a call are both names.
    const arch = this.OPTION({
      GATE: () => this.LA(2).tokenType !== t.OpenParen,
      DEF: () => this.nameOf(this.CONSUME(t.Word)),
    });
    const call = this.SUBRULE(this.call);
    const args: ast.ArgPattern[] = [];
    this.CONSUME(t.OpenParen);
    this.OPTION1(() => {
      this.list(
        at => args.push(this.subrule(at + 1, this.arg)),
        () => false,
      );
    });
    this.CONSUME(t.CloseParen);
    return { ...(arch && { arch }), call, args, span: this.since(first) };
  });

  readonly arg = this.RULE("arg", (): ast.ArgPattern => {
    const first = this.LA(1);
    const name = this.OPTION({
      GATE: () => this.LA(2).tokenType === t.Colon,
      DEF: () => {
        const word = this.CONSUME(t.Word);
        this.CONSUME(t.Colon);
        return this.nameOf(word);
      },
    });
    const value = this.OR<ast.Expr | undefined>([
      {
        ALT: () => {
          this.CONSUME(t.Anything);
          return undefined;
        },
      },
      { ALT: () => this.SUBRULE(this.expr) },
    ]);
    return { ...(name && { name }), ...(value && { value }), span: this.since(first) };
  });

  #statement<T>(part: () => T): T | undefined {
    return this.attempt(part, this.skipStatement);
  }

  #stray(body: Body): void {
    const token = this.LA(1);
    const { diagnostic, meant } = explainStray(token, this.LA(2), body, this.spanOf(token), this.isFirstOnLine(1));
    if (!t.is(token, t.Mistake)) this.report(diagnostic);
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

  /** `use` at the end of a line must not take the `const` of the next, which may be a name. */
  #requireName(first: IToken): void {
    if (!this.startsStatementHere()) return;
    const after = { ...this.spanOf(first), start: t.endOf(first) };
    const hint = `write it behind \`${first.image}\``;
    this.abandon(say.unexpected(after, { expected: "a name", found: "the end of the line", hint }));
  }

  /** `allow` at the end of a line must not take the statement below for its target: `kill ptrace` would be a call. */
  #sameLine(action: ast.Action): void {
    const [last, target] = [this.LA(0), this.LA(1)];
    if (target.startLine === last.startLine) return;
    const continues = startsCall(target) || target.tokenType === t.OpenBrace;
    if (this.isAtEnd() || !continues || this.startsStatementHere()) {
      this.abandon(say.missingTarget(action.span, { action: action.name.text }));
    }
    const gap: Span = { source: this.source.name, start: t.endOf(last), end: target.startOffset };
    const isBlank = this.source.text.slice(gap.start, gap.end).trim() === "";
    const facts = { action: action.name.text, target: this.spanOf(target), gap: isBlank ? gap : undefined };
    this.report(say.splitRule(action.span, facts));
  }

  /** `allow read, write`: read on as if there were braces. */
  #looseTargets(targets: ast.Target[]): void {
    if (this.LA(1).tokenType !== t.Comma) return;
    const comma = this.spanOf(this.LA(1));
    while (this.LA(1).tokenType === t.Comma) {
      this.SKIP_TOKEN();
      if (startsCall(this.LA(1)) && !this.startsStatementHere()) targets.push(this.subrule(1, this.target));
    }
    const guarded = targets.filter(({ guard }) => guard.on !== undefined || guard.condition !== undefined);
    const isClear = guarded.length === 0 || guarded.length === targets.length;
    const whole: Span = { ...targets[0]!.span, end: targets.at(-1)!.span.end };
    this.report(say.missingBraces(comma, { what: "calls", whole: isClear ? whole : undefined }));
  }

  /** `on x86_64, aarch64`: read on as if there were braces. */
  #looseArches(names: ast.Name[]): void {
    if (this.LA(1).tokenType !== t.Comma || !isArch(this.LA(2).image)) return;
    const comma = this.spanOf(this.LA(1));
    while (this.LA(1).tokenType === t.Comma && isArch(this.LA(2).image)) {
      names.push(this.nameOf(this.LA(2)));
      this.SKIP_TOKEN();
      this.SKIP_TOKEN();
    }
    const whole: Span = { ...names[0]!.span, end: names.at(-1)!.span.end };
    this.report(say.missingBraces(comma, { what: "architectures", whole }));
  }

  #namedCall(token: IToken): ast.Call {
    const name = this.nameOf(token);
    return { kind: "name", name, span: name.span };
  }
}

function keep<T>(into: T[], part: T | undefined): void {
  if (part !== undefined) into.push(part);
}
