// The words for what is wrong with single tokens of a policy: characters, strings, comments, numbers, and the habits of other
// languages. One constructor a code; the lexer's side of the parser passes facts.

import type { Diagnostic, Fix, Span } from "./diagnostic.ts";
import { error, guess, pointAfter, replace } from "./mistake.ts";

const EXAMPLE = `policy hello for x86_64 {
  default kill
  allow { read, write, exit_group }
}`;

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
    ...(meant !== undefined && { fix: guess(`write ${meant}`, span, meant) }),
  });
}

export function numberUnit(
  span: Span,
  facts: { readonly digits: string; readonly unit: string; readonly meant?: string; readonly units: readonly string[] },
): Diagnostic {
  const { digits, unit, meant } = facts;
  return error("number-unit", span, `\`${unit}\` is no unit`, {
    hint: meant === undefined ? `units are ${facts.units.join(", ")}` : `write ${digits}${meant}`,
    ...(meant !== undefined && { fix: guess(`write ${digits}${meant}`, span, digits + meant) }),
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

export function assignment(span: Span, facts: { readonly place: "condition" | "section" | "action" }): Diagnostic {
  if (facts.place === "action") {
    return error("alien-operator", span, "an action and its call stand side by side, without a sign between", {
      hint: "write `allow read`",
      fix: replace("remove it", span, ""),
    });
  }
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
