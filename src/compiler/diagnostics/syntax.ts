// The words for what is wrong with a policy's structure: braces, statements, words in the wrong place, expressions. One
// constructor a code owns its wording; the parser passes facts, and its library's own wording never reaches a user.

import type { Expr } from "../syntax/ast.ts";
import type { Diagnostic, Fix, Span } from "./diagnostic.ts";
import { error, guess, pointAfter, pointBefore, replace } from "./mistake.ts";

// Braces.

export function unclosed(
  span: Span,
  facts: {
    readonly opener: Span;
    readonly open: string;
    readonly close: string;
    readonly insert: string;
    readonly of?: string;
  },
): Diagnostic {
  const whose = facts.of === undefined ? "" : ` of ${facts.of}`;
  return error("unclosed", pointAfter(span), `the \`${facts.open}\`${whose} is not closed`, {
    hint: `write the missing \`${facts.close}\``,
    related: [{ span: facts.opener, message: "opened here" }],
    fix: replace(`insert ${facts.close}`, pointAfter(span), facts.insert),
  });
}

export function unopened(span: Span, facts: { readonly of: string }): Diagnostic {
  return error("unopened", span, `the \`{\` of ${facts.of} is missing`, {
    hint: "write `{` at the end of this line",
    fix: replace("insert {", pointAfter(span), " {"),
  });
}

export function strayCloser(span: Span, facts: { readonly closer: string }): Diagnostic {
  return error("stray-closer", span, `this \`${facts.closer}\` closes nothing`, {
    hint: "take it out, or open what it should close",
    fix: replace(`remove the ${facts.closer}`, span, ""),
  });
}

// Rules.

export function missingTarget(span: Span, facts: { readonly action: string }): Diagnostic {
  return error("missing-target", span, `\`${facts.action}\` names no system call`, {
    hint: `write the call on the same line: \`${facts.action} read\`, \`${facts.action} { read, write }\``,
  });
}

/** gap: the white space between the action and what follows; undefined when there is a comment in it. */
export function splitRule(
  span: Span,
  facts: { readonly action: string; readonly target: Span; readonly gap: Span | undefined },
): Diagnostic {
  return error("split-rule", span, `\`${facts.action}\` and what it applies to stand on different lines`, {
    hint: "write them on one line: newlines end an action",
    related: [{ span: facts.target, message: "this belongs to it" }],
    ...(facts.gap !== undefined && { fix: replace("join the lines", facts.gap, " ") }),
  });
}

/** whole: from the first to the last of the list; absent when a condition makes it unclear what the braces should hold. */
export function missingBraces(
  span: Span,
  facts: { readonly what: string; readonly whole: Span | undefined },
): Diagnostic {
  const { whole } = facts;
  return error("missing-braces", span, `several ${facts.what} stand in braces`, {
    hint: "write `{ a, b }`",
    ...(whole !== undefined && {
      fix: {
        title: "add the braces",
        edits: [
          { span: pointBefore(whole), text: "{ " },
          { span: pointAfter(whole), text: " }" },
        ],
      },
    }),
  });
}

export function missingComma(span: Span, facts: { readonly before: string; readonly after: Span }): Diagnostic {
  return error("missing-comma", span, `a comma is missing before ${facts.before}`, {
    hint: "the parts of a list are divided by commas",
    fix: replace("insert a comma", pointAfter(facts.after), ","),
  });
}

export function surplusComma(span: Span, facts: { readonly place: "list" | "end" | "section" }): Diagnostic {
  const messages = {
    list: "nothing stands between two commas",
    end: "nothing follows this comma",
    section: "the entries of a section are not divided by commas",
  };
  return error("surplus-comma", span, messages[facts.place], {
    hint: facts.place === "section" ? "take it out: a space or a new line is enough" : "take it out",
    fix: replace("remove the comma", span, ""),
  });
}

export function missingParens(
  span: Span,
  facts: { readonly action: string; readonly value: string; readonly whole: Span },
): Diagnostic {
  const meant = `${facts.action}(${facts.value})`;
  return error("missing-parens", span, `the value of \`${facts.action}\` stands in parentheses`, {
    hint: `write \`${meant}\``,
    fix: replace(`write ${meant}`, facts.whole, meant),
  });
}

export function missingArchitecture(span: Span, facts: { readonly policy: string }): Diagnostic {
  return error("missing-architecture", span, `policy \`${facts.policy}\` does not say for which architecture it is`, {
    hint: `write \`policy ${facts.policy} for x86_64\``,
    fix: replace("insert for x86_64", pointAfter(span), " for x86_64"),
  });
}

// Words.

export function unknownWord(
  span: Span,
  facts: {
    readonly word: string;
    readonly kind: "declaration" | "statement";
    readonly meant: string | undefined;
    readonly choices: string;
  },
): Diagnostic {
  const { word, kind, meant } = facts;
  return error("unknown-word", span, `unknown ${kind} \`${word}\``, {
    hint: meant === undefined ? `here stands ${facts.choices}` : `did you mean \`${meant}\`?`,
    ...(meant !== undefined && { fix: guess(`write ${meant}`, span, meant) }),
  });
}

export function notAnAction(
  span: Span,
  facts: { readonly word: string; readonly meant?: string; readonly hint?: string },
): Diagnostic {
  const { word, meant } = facts;
  return error("unknown-action", span, `\`${word}\` is not an action`, {
    hint:
      facts.hint ??
      (meant === undefined
        ? "actions are allow, log, notify, trace, errno(E), trap, kill-thread and kill"
        : `did you mean \`${meant}\`?`),
    ...(meant !== undefined && { fix: guess(`write ${meant}`, span, meant) }),
  });
}

export function missingAction(span: Span, facts: { readonly word: string }): Diagnostic {
  return error("missing-action", span, `\`${facts.word}\` stands without an action`, {
    hint: `write \`allow ${facts.word}\`, \`errno(EPERM) ${facts.word}\` or \`kill ${facts.word}\``,
  });
}

export function misplaced(span: Span, facts: { readonly what: string; readonly why: string }): Diagnostic {
  return error("misplaced", span, `${facts.what} cannot stand here`, { hint: facts.why });
}

/** A name whose first letter has the wrong case: case tells constants from names. */
export function wrongCase(
  span: Span,
  facts: { readonly word: string; readonly expected: string; readonly rule: string; readonly meant?: string },
): Diagnostic {
  return error("wrong-case", span, `expected ${facts.expected}, found \`${facts.word}\``, {
    hint: facts.rule,
    ...(facts.meant !== undefined && { fix: guess(`write ${facts.meant}`, span, facts.meant) }),
  });
}

export function reservedWord(span: Span, facts: { readonly word: string; readonly expected: string }): Diagnostic {
  return error("reserved-word", span, `expected ${facts.expected}, found \`${facts.word}\``, {
    hint: `\`${facts.word}\` is a word of the language and names nothing else`,
  });
}

export function unexpected(
  span: Span,
  facts: { readonly expected: string; readonly found: string; readonly hint: string; readonly fix?: Fix },
): Diagnostic {
  return error("unexpected", span, `expected ${facts.expected}, found ${facts.found}`, {
    hint: facts.hint,
    ...(facts.fix !== undefined && { fix: facts.fix }),
  });
}

export function hyphenInName(span: Span): Diagnostic {
  return error("hyphen-in-name", span, "a name has no hyphen", {
    hint: "names are made of a-z, A-Z, 0-9 and _",
    fix: replace("write _", span, "_"),
  });
}

/** A word of another language in the middle of a rule: `when` for `if`. */
export function alienWord(span: Span, facts: { readonly word: string; readonly meant: string }): Diagnostic {
  return error("unknown-word", span, `\`${facts.word}\` is not a word of the language`, {
    hint: `write \`${facts.meant}\``,
    fix: replace(`write ${facts.meant}`, span, facts.meant),
  });
}

/** `fd in (1, 2)` and `fd in [1, 2]`. */
export function setBraces(span: Span, facts: { readonly open: Span; readonly close: Span | undefined }): Diagnostic {
  const { open, close } = facts;
  return error("set-braces", span, "a set stands in braces", {
    hint: "write `fd in {1, 2}`",
    ...(close !== undefined && {
      fix: {
        title: "write braces",
        edits: [
          { span: open, text: "{" },
          { span: close, text: "}" },
        ],
      },
    }),
  });
}

/** `allow read fd == 1`. */
export function missingIf(span: Span, facts: { readonly found: string; readonly isSafe: boolean }): Diagnostic {
  return error("missing-if", span, `expected \`if\` before the condition, found ${facts.found}`, {
    hint: "a condition begins with `if`: `allow read if fd == 0`",
    ...(facts.isSafe && { fix: replace("insert if", pointBefore(span), "if ") }),
  });
}

// Expressions.

/** `1 < fd < 5`: C reads (1 < fd) < 5. */
export function chainedComparison(
  left: Expr,
  second: { readonly kind: string; readonly span: Span },
  right: Expr,
): Diagnostic {
  const meant = isOrder(left) ? asRange(left, second.kind, right) : undefined;
  const whole: Span = { ...left.span, end: right.span.end };
  return error("chained-comparison", second.span, "comparisons cannot be chained", {
    hint: meant === undefined ? "join two comparisons by `and`" : `write \`${meant}\``,
    related: [{ span: isComparison(left) ? left.at : left.span, message: "the first comparison" }],
    ...(meant !== undefined && { fix: replace(`write ${meant}`, whole, meant) }),
  });
}

type Comparison = Extract<Expr, { readonly at: Span }>;

function isComparison(expression: Expr): expression is Comparison {
  return "at" in expression;
}

function isOrder(expression: Expr): expression is Comparison {
  return isComparison(expression) && /^[<>]=?$/.test(expression.kind);
}

/** `1 < fd < 5` is `fd in 2..4`; undefined unless both ends are numbers in a sensible order. */
function asRange(first: Comparison, secondKind: string, last: Expr): string | undefined {
  const down = first.kind.startsWith(">");
  if (first.left.kind !== "number" || last.kind !== "number" || first.right.kind !== "arg") return undefined;
  if (!(down ? /^>=?$/ : /^<=?$/).test(secondKind)) return undefined;
  const [low, lowKind, high, highKind] = down
    ? [last, secondKind, first.left, first.kind]
    : [first.left, first.kind, last, secondKind];
  const from = low.value + (lowKind.length === 1 ? 1n : 0n);
  const to = high.value - (highKind.length === 1 ? 1n : 0n);
  return from <= to ? `${first.right.name} in ${from}..${to}` : undefined;
}

export function chainedRange(span: Span): Diagnostic {
  return error("chained-range", span, "a range has two ends", { hint: "write `low..high`" });
}

export function misplacedNot(span: Span): Diagnostic {
  return error("misplaced-not", span, "`not` negates a condition, not a value", {
    hint: "write `not` in front of the whole comparison, or `~` for the bits of a value",
  });
}
