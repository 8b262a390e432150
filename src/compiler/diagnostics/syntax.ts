// The words for what is wrong with a policy's text, before it means anything: one constructor a code. The parser passes
// facts; the parser library's own wording never reaches a user.

import type { Expr } from "../syntax/ast.ts";
import type { Diagnostic, Fix, Span } from "./diagnostic.ts";

const EXAMPLE = `policy hello for x86_64 {
  default kill
  allow { read, write, exit_group }
}`;

function error(code: string, span: Span, message: string, more: Partial<Diagnostic> = {}): Diagnostic {
  return { code, severity: "error", message, span, ...more };
}

function replace(title: string, span: Span, text: string): Fix {
  return { title, edits: [{ span, text }] };
}

function pointBefore(span: Span): Span {
  return { ...span, end: span.start };
}

function pointAfter(span: Span): Span {
  return { ...span, start: span.end };
}

// Text as such.

export function noPolicy(span: Span): Diagnostic {
  return error("no-policy", span, "no policy in this file", { hint: `a policy looks like this:\n${EXAMPLE}` });
}

export function notText(span: Span, facts: { readonly character: string }): Diagnostic {
  return error("not-text", span, `this is not a policy: it contains the character ${facts.character}`, {
    hint: "a policy is UTF-8 text; is this a compiled program? `policyc disasm` shows one",
  });
}

export function hiddenCharacter(span: Span, facts: { readonly character: string }): Diagnostic {
  return error(
    "hidden-character",
    span,
    `the invisible character ${facts.character} may make this text read differently`,
    {
      hint: "take it out: a policy must mean what it shows",
      fix: replace(`remove ${facts.character}`, span, ""),
    },
  );
}

export function unexpectedCharacter(
  span: Span,
  facts: { readonly text: string; readonly character: string; readonly isSpace: boolean },
): Diagnostic {
  if (facts.isSpace) {
    return error("unexpected-character", span, `${facts.character} is not a space here`, {
      hint: "write an ordinary space",
      fix: replace("write an ordinary space", span, " "),
    });
  }
  return error("unexpected-character", span, `\`${facts.text}\` (${facts.character}) has no meaning here`, {
    hint: "names are made of a-z, A-Z, 0-9 and _; any letter may stand in strings and comments",
  });
}

export function tooDeep(span: Span, facts: { readonly limit: number }): Diagnostic {
  return error("too-deep", span, `more than ${facts.limit} parentheses, sets or prefixes inside each other`, {
    hint: "split the condition: several rules, or a `const` for a set",
  });
}

export function tooManyErrors(span: Span, facts: { readonly limit: number }): Diagnostic {
  return error("too-many-errors", span, `stopped after ${facts.limit} errors`, {
    hint: "mend the ones above first; is this a policy at all?",
  });
}

// Strings, comments and numbers.

export function unterminatedString(span: Span): Diagnostic {
  return error("unterminated-string", span, "this string has no closing quote on its line", {
    hint: 'end it with ", and write \\" for a quote inside',
    fix: replace('add the closing "', pointAfter(span), '"'),
  });
}

export function quoteStyle(span: Span, facts: { readonly content: string }): Diagnostic {
  const meant = `"${facts.content.replaceAll('"', '\\"')}"`;
  return error("quote-style", span, "strings are written with straight double quotes", {
    hint: `write ${meant}`,
    fix: replace(`write ${meant}`, span, meant),
  });
}

export function badEscape(span: Span, facts: { readonly escape: string }): Diagnostic {
  return error("bad-escape", span, `\`${facts.escape}\` is no escape`, {
    hint: 'a string knows \\" \\\\ \\n and \\t',
    fix: replace("write the backslash itself", span, `\\${facts.escape}`),
  });
}

/** lines: a run of `#` lines, or the one comment; fixable when each can become `//` without swallowing text. */
export function commentStyle(
  span: Span,
  facts: { readonly style: "#" | "/*"; readonly edits: Fix["edits"] | undefined },
): Diagnostic {
  return error("comment-style", span, `comments begin with //, not ${facts.style}`, {
    hint: "write // in front of each line",
    ...(facts.edits !== undefined && { fix: { title: "write //", edits: facts.edits } }),
  });
}

export type NumberProblem =
  | "leading-zero"
  | "c-suffix"
  | "grouped"
  | "upper-case-prefix"
  | "digits"
  | "fraction"
  | "other";

export function numberForm(
  span: Span,
  facts: { readonly text: string; readonly problem: NumberProblem; readonly meant?: string },
): Diagnostic {
  const { text, problem, meant } = facts;
  const messages: Record<NumberProblem, string> = {
    "leading-zero": `\`${text}\` is octal in C and decimal elsewhere`,
    "c-suffix": `\`${text}\` has a C suffix: numbers here have no type`,
    grouped: `\`${text}\` has underscores: digits are not grouped`,
    "upper-case-prefix": `\`${text}\` has an upper-case prefix`,
    digits: `\`${text}\` has digits that do not belong to its base`,
    fraction: `\`${text}\` is not a whole number`,
    other: `\`${text}\` is not a number`,
  };
  const hints: Record<NumberProblem, string> = {
    "leading-zero": meant?.startsWith("0o")
      ? `write ${meant} for octal, ${text.replace(/^0+/, "")} for decimal`
      : `write ${meant}`,
    "c-suffix": `write ${meant}`,
    grouped: `write ${meant}`,
    "upper-case-prefix": `write ${meant}`,
    digits: "write 0x and 0-9 a-f, 0o and 0-7, or 0b and 0-1",
    fraction: "write a smaller unit: 1536M for 1.5G, 500ms for 0.5s",
    other: "write a decimal number, 0x1f, 0o644 or 0b101; names begin with a letter",
  };
  return error("number-form", span, messages[problem], {
    hint: hints[problem],
    ...(meant !== undefined && { fix: replace(`write ${meant}`, span, meant) }),
  });
}

export function numberUnit(
  span: Span,
  facts: { readonly digits: string; readonly unit: string; readonly meant?: string; readonly units: readonly string[] },
): Diagnostic {
  const { digits, unit, meant } = facts;
  return error("number-unit", span, `\`${unit}\` is no unit`, {
    hint: meant === undefined ? `units are ${facts.units.join(", ")}` : `write ${digits}${meant}`,
    ...(meant !== undefined && { fix: replace(`write ${digits}${meant}`, span, digits + meant) }),
  });
}

export function numberTooBig(span: Span): Diagnostic {
  return error("number-too-big", span, "this number does not fit in 64 bits", {
    hint: "the largest value of an argument is 0xffffffffffffffff",
  });
}

// Habits from other languages.

/** meant: how it is spelled here; absent where the language has nothing of the kind. */
export function alienOperator(
  span: Span,
  facts: { readonly operator: string; readonly meant?: string; readonly hint?: string; readonly isSafe?: boolean },
): Diagnostic {
  const { operator, meant } = facts;
  const hint = facts.hint ?? (meant === undefined ? "values are combined with | & and ~" : `write \`${meant.trim()}\``);
  return error("alien-operator", span, `\`${operator}\` is not an operator here`, {
    hint,
    ...(meant !== undefined && facts.isSafe !== false && { fix: replace(`write ${meant.trim()}`, span, meant) }),
  });
}

/** `1 << 3`, where both sides are numbers. */
export function arithmetic(span: Span, facts: { readonly operator: string; readonly value: bigint }): Diagnostic {
  return error("alien-operator", span, `\`${facts.operator}\` is not an operator here`, {
    hint: `write the value: ${facts.value}`,
    fix: replace(`write ${facts.value}`, span, `${facts.value}`),
  });
}

export function assignment(span: Span, facts: { readonly place: "condition" | "section" }): Diagnostic {
  if (facts.place === "section") {
    return error("alien-operator", span, "a name and its value stand side by side, without a sign between", {
      hint: "write `cpu 10s`",
      fix: replace("remove it", span, ""),
    });
  }
  return error("alien-operator", span, "`=` does not compare", {
    hint: "write `==`; a single `=` only defines a `const`",
    fix: replace("write ==", span, "=="),
  });
}

export function semicolon(span: Span): Diagnostic {
  return error("semicolon", span, "a statement ends without `;`", {
    hint: "take it out: the next statement begins with its own word",
    fix: replace("remove the ;", span, ""),
  });
}

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
    ...(meant !== undefined && { fix: replace(`write ${meant}`, span, meant) }),
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
    ...(meant !== undefined && { fix: replace(`write ${meant}`, span, meant) }),
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
    ...(facts.meant !== undefined && { fix: replace(`write ${facts.meant}`, span, facts.meant) }),
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

/** `allow read fd == 1`. */
export function missingIf(span: Span, facts: { readonly found: string }): Diagnostic {
  return error("missing-if", span, `expected \`if\` before the condition, found ${facts.found}`, {
    hint: "a condition begins with `if`: `allow read if fd == 0`",
    fix: replace("insert if", pointBefore(span), "if "),
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
