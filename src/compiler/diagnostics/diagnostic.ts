// What the compiler says about a policy: data only. Every phase returns diagnostics; nothing prints them here. The wording
// of each lives beside its siblings in this folder, one constructor a code, and frame.ts draws them for a terminal.

/** One input text. `name` is what diagnostics show: the path as the user gave it, `std/startup`, or `<stdin>`. */
export interface Source {
  readonly name: string;
  readonly text: string;
}

/** A range of a source in UTF-16 offsets, end exclusive. */
export interface Span {
  readonly source: string;
  readonly start: number;
  readonly end: number;
}

export type Severity = "error" | "warning" | "hint";

/** A change that mends the finding: every edit of it or none. */
export interface Fix {
  readonly title: string;
  /** The author may have meant something else: for a person to choose, never applied unasked. */
  readonly guess?: true;
  readonly edits: readonly { readonly span: Span; readonly text: string }[];
}

export interface Diagnostic {
  /** The slug that names the finding, `unknown-syscall`; it is the name of its page and of its suppression. */
  readonly code: string;
  readonly severity: Severity;
  /** What is wrong; lower case, no full stop, quotes the name. */
  readonly message: string;
  readonly span: Span;
  /** What to do about it. */
  readonly hint?: string;
  /** Other places that belong to the finding, each with a few words. */
  readonly related?: readonly { readonly span: Span; readonly message: string }[];
  readonly fix?: Fix;
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(d => d.severity === "error");
}

/** A defect of policyc itself, never of a policy: the CLI reports it as one and exits 3. */
export class Bug extends Error {
  override readonly name = "Bug";
}
