// The tree of one policy file, as written: names are not looked up, numbers are not checked against types. Every node has
// the span of its text. Made by parse.ts, read by policy/ and by the formatter.

import type { Span } from "../diagnostics/diagnostic.ts";

export interface Name {
  readonly text: string;
  readonly span: Span;
}

export interface File {
  readonly span: Span;
  readonly imports: readonly Import[];
  readonly consts: readonly Const[];
  readonly groups: readonly Group[];
  readonly policies: readonly Policy[];
  readonly tests: readonly Test[];
}

/** import "std/startup" as s */
export interface Import {
  readonly specifier: Name;
  readonly alias?: Name;
  readonly span: Span;
}

/** const SIZES = {1, 2}; a set is an expression like any other. */
export interface Const {
  readonly kind: "const";
  readonly name: Name;
  readonly value: Expr;
  readonly span: Span;
}

/** group NAME($a, $b) { ... }: what `use` splices. params keep their $. */
export interface Group {
  readonly name: Name;
  readonly params: readonly Name[];
  readonly items: readonly Item[];
  /** The `//` lines right above it, without the slashes. */
  readonly doc: string;
  readonly span: Span;
}

export interface Policy {
  readonly name: Name;
  readonly targets: readonly Name[];
  readonly heads: readonly Head[];
  readonly items: readonly Item[];
  readonly sections: readonly Section[];
  readonly doc: string;
  readonly span: Span;
}

export type Head =
  | { readonly kind: "default" | "foreign"; readonly action: Action; readonly span: Span }
  | { readonly kind: "unknown"; readonly action: Action; readonly after?: Name; readonly span: Span }
  | { readonly kind: "compat"; readonly arch: Name; readonly span: Span };

export type Item = Rule | Use | Const;

/** `allow { read, write if fd == 1 } if count < 10`: the block's guard is and-ed to each target's. */
export interface Rule {
  readonly kind: "rule";
  /** Tried after every other rule of the policy. */
  readonly otherwise: boolean;
  readonly action: Action;
  readonly targets: readonly Target[];
  readonly guard: Guard;
  readonly span: Span;
}

export interface Target {
  readonly call: Call;
  /** `name?`: silently nothing on a target that lacks the call. */
  readonly optional: boolean;
  readonly guard: Guard;
  readonly span: Span;
}

export type Call =
  | { readonly kind: "name"; readonly name: Name; readonly span: Span }
  | { readonly kind: "number"; readonly nr: Num; readonly span: Span };

export interface Guard {
  readonly on?: readonly Name[];
  readonly condition?: Expr;
}

export interface Use {
  readonly kind: "use";
  /** `use s.startup`: s is an import's alias. */
  readonly qualifier?: Name;
  readonly name: Name;
  readonly args: readonly Expr[];
  readonly except: readonly Name[];
  readonly span: Span;
}

/** `errno(ENOSYS)`; which names take a value is for policy/ to check. */
export interface Action {
  readonly name: Name;
  readonly value?: Num | ConstRef | ParamRef;
  readonly span: Span;
}

export interface Num {
  readonly kind: "number";
  /** Units applied: 64K is 65536, 10s is 10000 (milliseconds). */
  readonly value: bigint;
  /** As written, for messages and the formatter. */
  readonly text: string;
  readonly unit?: string;
  readonly span: Span;
}

export interface ConstRef {
  readonly kind: "constant";
  readonly name: string;
  readonly span: Span;
}

export interface ParamRef {
  readonly kind: "param";
  /** With its $. */
  readonly name: string;
  readonly span: Span;
}

export type CompareOp = "==" | "!=" | "<" | "<=" | ">" | ">=";
export type MaskOp = "has" | "has any" | "lacks" | "only";

export type Expr =
  | Num
  | ConstRef
  | ParamRef
  | { readonly kind: "arg"; readonly name: string; readonly span: Span }
  | { readonly kind: "raw"; readonly index: Num; readonly span: Span }
  | { readonly kind: "set"; readonly of: readonly Expr[]; readonly span: Span }
  | { readonly kind: "range"; readonly low: Expr; readonly high: Expr; readonly span: Span }
  | { readonly kind: "not" | "-" | "~"; readonly of: Expr; readonly span: Span }
  | {
      readonly kind: "and" | "or" | "&" | "|" | CompareOp | "in" | "not in" | MaskOp;
      readonly left: Expr;
      readonly right: Expr;
      /** Of the operator alone. */
      readonly at: Span;
      readonly span: Span;
    };

/** test NAME "title" { VERDICT [ARCH] CALL(ARGS) ... } */
export interface Test {
  readonly policy: Name;
  readonly title?: Name;
  readonly rows: readonly TestRow[];
  readonly span: Span;
}

export interface TestRow {
  readonly action: Action;
  readonly call: CallPattern;
  readonly span: Span;
}

/** `i386 read(0, _, count: 5)`: a test row's call, and what `policyc eval` takes. */
export interface CallPattern {
  readonly arch?: Name;
  readonly call: Call;
  /** `name?`: a row that is not about targets without the call. */
  readonly optional: boolean;
  readonly args: readonly ArgPattern[];
  readonly span: Span;
}

export interface ArgPattern {
  readonly name?: Name;
  /** Left out for `_`: every value. */
  readonly value?: Expr;
  readonly span: Span;
}

export type Section = LimitsSection | FilesSection | NamespacesSection | NetworkSection | EnvSection | TextSection;

export interface LimitsSection {
  readonly kind: "limits";
  readonly entries: readonly { readonly name: Name; readonly value: Num; readonly span: Span }[];
  readonly span: Span;
}

export interface FilesSection {
  readonly kind: "files";
  readonly entries: readonly {
    readonly verb: Name;
    readonly optional: boolean;
    readonly path: Name;
    readonly size?: Num;
    readonly span: Span;
  }[];
  readonly span: Span;
}

export interface NamespacesSection {
  readonly kind: "namespaces";
  readonly names: readonly Name[];
  readonly span: Span;
}

export interface NetworkSection {
  readonly kind: "network";
  readonly entries: readonly {
    readonly verb: Name;
    readonly protocol?: Name;
    readonly port?: Num;
    readonly path?: Name;
    readonly span: Span;
  }[];
  readonly span: Span;
}

export interface EnvSection {
  readonly kind: "env";
  readonly entries: readonly { readonly verb: Name; readonly name: Name; readonly value?: Name; readonly span: Span }[];
  readonly span: Span;
}

export interface TextSection {
  readonly kind: "hostname" | "program";
  readonly value: Name;
  readonly span: Span;
}
