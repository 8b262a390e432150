// The part of the grammar for what policies and groups have in common: rules, `use` and constants.

import type { IOrAlt, IToken } from "chevrotain";
import { isArch } from "../abi/arch.ts";
import type { Span } from "../diagnostics/diagnostic.ts";
import { alienOperator } from "../diagnostics/spelling.ts";
import * as say from "../diagnostics/syntax.ts";
import type * as ast from "./ast.ts";
import { SectionParser } from "./grammar-sections.ts";
import { startsCall } from "./recover.ts";
import * as t from "./tokens.ts";

export abstract class RuleParser extends SectionParser {
  readonly const = this.RULE("const", (): ast.Const => {
    const first = this.CONSUME(t.Const);
    const name = this.nameOf(this.CONSUME(t.Constant));
    this.CONSUME(t.Equals);
    const value = this.SUBRULE(this.expr);
    return { kind: "const", name, value, span: this.since(first) };
  });

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
    this.ACTION(() => this.sameLine(action));
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
    this.ACTION(() => this.requireName(first));
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

  /** `use` at the end of a line must not take the `const` of the next, which may be a name. */
  protected requireName(first: IToken): void {
    if (!this.startsStatementHere()) return;
    const after = { ...this.spanOf(first), start: t.endOf(first) };
    const hint = `write it behind \`${first.image}\``;
    this.abandon(say.unexpected(after, { expected: "a name", found: "the end of the line", hint }));
  }

  /** `allow` at the end of a line must not take the statement below for its target: `kill ptrace` would be a call. */
  protected sameLine(action: ast.Action): void {
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
    if (t.is(this.LA(2), t.Word) && (t.is(this.LA(3), t.BinaryOperator) || this.LA(3).tokenType === t.Has)) {
      this.abandon(alienOperator(comma, { operator: ",", meant: " and" }));
    }
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

export function keep<T>(into: T[], part: T | undefined): void {
  if (part !== undefined) into.push(part);
}
