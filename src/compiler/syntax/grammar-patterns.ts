// The part of the grammar for calls with arguments: the rows of a test, and the call that `policyc eval` takes.

import * as say from "../diagnostics/syntax.ts";
import type * as ast from "./ast.ts";
import { describe } from "./explain.ts";
import { RuleParser } from "./grammar-rules.ts";
import * as t from "./tokens.ts";

export abstract class PatternParser extends RuleParser {
  readonly row = this.RULE("row", (): ast.TestRow => {
    const first = this.LA(1);
    const action = this.SUBRULE(this.action);
    this.ACTION(() => this.sameLine(action));
    const call = this.SUBRULE(this.pattern);
    return { action, call, span: this.since(first) };
  });

  readonly pattern = this.RULE("pattern", (): ast.CallPattern => {
    const first = this.LA(1);
    // The one place with a second token of lookahead: an architecture and a call are both names.
    const arch = this.OPTION({
      GATE: () => this.LA(2).tokenType !== t.OpenParen && this.LA(2).tokenType !== t.Question,
      DEF: () => this.nameOf(this.CONSUME(t.Word)),
    });
    const call = this.SUBRULE(this.call);
    const optional = this.OPTION2(() => this.CONSUME(t.Question)) !== undefined;
    const args: ast.ArgPattern[] = [];
    this.CONSUME(t.OpenParen);
    this.OPTION1(() => {
      this.list(
        at => args.push(this.subrule(at + 1, this.arg)),
        () => false,
      );
    });
    this.CONSUME(t.CloseParen);
    return { ...(arch && { arch }), call, optional, args, span: this.since(first) };
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
}
