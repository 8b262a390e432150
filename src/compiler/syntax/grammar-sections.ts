// The part of the grammar for a policy's sections: read and kept; which names and units make sense is for policy/ to check.

import type * as ast from "./ast.ts";
import { ValueParser } from "./grammar-values.ts";
import * as t from "./tokens.ts";

type Entry<S extends { readonly entries: readonly unknown[] }> = S["entries"][number];

export abstract class SectionParser extends ValueParser {
  readonly section = this.RULE(
    "section",
    (): ast.Section =>
      this.OR<ast.Section>([
        { ALT: () => this.SUBRULE(this.limits) },
        { ALT: () => this.SUBRULE(this.files) },
        { ALT: () => this.SUBRULE(this.namespaces) },
        { ALT: () => this.SUBRULE(this.network) },
        { ALT: () => this.SUBRULE(this.env) },
        { ALT: () => this.SUBRULE(this.hostname) },
        { ALT: () => this.SUBRULE(this.program) },
      ]),
  );

  readonly limits = this.RULE("limits", (): ast.LimitsSection => {
    const first = this.CONSUME(t.Limits);
    const entries = this.#entries(() => this.SUBRULE(this.limit));
    return { kind: "limits", entries, span: this.since(first) };
  });

  readonly limit = this.RULE("limit", (): Entry<ast.LimitsSection> => {
    const first = this.CONSUME(t.Word);
    const value = this.SUBRULE(this.number);
    return { name: this.nameOf(first), value, span: this.since(first) };
  });

  readonly files = this.RULE("files", (): ast.FilesSection => {
    const first = this.CONSUME(t.Files);
    const entries = this.#entries(() => this.SUBRULE(this.mapping));
    return { kind: "files", entries, span: this.since(first) };
  });

  readonly mapping = this.RULE("mapping", (): Entry<ast.FilesSection> => {
    const first = this.CONSUME(t.Word);
    const optional = this.OPTION(() => this.CONSUME(t.Question)) !== undefined;
    const path = this.SUBRULE(this.string);
    const size = this.OPTION1(() => {
      this.CONSUME(t.Size);
      return this.SUBRULE(this.number);
    });
    return { verb: this.nameOf(first), optional, path, ...(size && { size }), span: this.since(first) };
  });

  readonly namespaces = this.RULE("namespaces", (): ast.NamespacesSection => {
    const first = this.CONSUME(t.Namespaces);
    const names: ast.Name[] = [];
    this.CONSUME(t.OpenBrace);
    this.MANY(() => names.push(this.nameOf(this.CONSUME(t.Word))));
    this.CONSUME(t.CloseBrace);
    return { kind: "namespaces", names, span: this.since(first) };
  });

  readonly network = this.RULE("network", (): ast.NetworkSection => {
    const first = this.CONSUME(t.Network);
    const entries = this.#entries(() => this.SUBRULE(this.reach));
    return { kind: "network", entries, span: this.since(first) };
  });

  readonly reach = this.RULE(
    "reach",
    (): Entry<ast.NetworkSection> =>
      this.OR<Entry<ast.NetworkSection>>([
        { ALT: () => this.#reachAll(this.CONSUME(t.None)) },
        { ALT: () => this.#reachAll(this.CONSUME(t.Loopback)) },
        { ALT: () => this.#reachPort(this.CONSUME(t.Connect), 1) },
        { ALT: () => this.#reachPort(this.CONSUME(t.Bind), 2) },
        {
          ALT: () => {
            const first = this.CONSUME(t.Unix);
            const path = this.SUBRULE(this.string);
            return { verb: this.nameOf(first), path, span: this.since(first) };
          },
        },
      ]),
  );

  readonly env = this.RULE("env", (): ast.EnvSection => {
    const first = this.CONSUME(t.Env);
    const entries = this.#entries(() => this.SUBRULE(this.variable));
    return { kind: "env", entries, span: this.since(first) };
  });

  readonly variable = this.RULE("variable", (): Entry<ast.EnvSection> => {
    const first = this.CONSUME(t.Word);
    const name = this.OR([
      { ALT: () => this.nameOf(this.CONSUME(t.Constant)) },
      { ALT: () => this.nameOf(this.CONSUME1(t.Word)) },
    ]);
    const value = this.OPTION(() => this.SUBRULE(this.string));
    return { verb: this.nameOf(first), name, ...(value && { value }), span: this.since(first) };
  });

  readonly hostname = this.RULE("hostname", (): ast.TextSection => {
    const first = this.CONSUME(t.Hostname);
    const value = this.SUBRULE(this.string);
    return { kind: "hostname", value, span: this.since(first) };
  });

  readonly program = this.RULE("program", (): ast.TextSection => {
    const first = this.CONSUME(t.Program);
    const value = this.SUBRULE(this.string);
    return { kind: "program", value, span: this.since(first) };
  });

  /** "{" { entry } "}": a faulty entry costs its line only. */
  #entries<T>(entry: () => T): T[] {
    const entries: T[] = [];
    this.CONSUME(t.OpenBrace);
    this.statements(
      () =>
        this.MANY(() => {
          const read = this.attempt(entry, this.skipLine);
          if (read !== undefined) entries.push(read);
        }),
      () => this.isAtEnd() || this.LA(1).tokenType === t.CloseBrace || this.startsStatementHere(),
      () => this.attempt(entry, this.skipLine),
    );
    this.CONSUME(t.CloseBrace);
    return entries;
  }

  #reachAll(first: ReturnType<typeof this.CONSUME>): Entry<ast.NetworkSection> {
    return { verb: this.nameOf(first), span: this.since(first) };
  }

  #reachPort(first: ReturnType<typeof this.CONSUME>, occurrence: number): Entry<ast.NetworkSection> {
    const protocol = this.nameOf(this.consume(occurrence, t.Word));
    const port = this.subrule(occurrence, this.number);
    return { verb: this.nameOf(first), protocol, port, span: this.since(first) };
  }
}
