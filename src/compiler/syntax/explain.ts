// From the parser library's exception to a diagnostic in our words: what the grammar wanted here, what stands here, and what
// to do. A fault is told at the token found, an unclosed parenthesis at the end of what it should enclose.

import type { IRecognitionException, IToken } from "chevrotain";
import type { Diagnostic, Source, Span } from "../diagnostics/diagnostic.ts";
import * as say from "../diagnostics/syntax.ts";
import { explainActionWord } from "./action-words.ts";
import * as t from "./tokens.ts";

export interface Place {
  readonly source: Source;
  /** The token that does not fit. */
  readonly at: IToken;
  /** ahead(1) is the token behind `at`. */
  readonly ahead: (count: number) => IToken;
  /** before(1) is the token in front of `at`. */
  readonly before: (back: number) => IToken;
}

interface Wanted {
  readonly what: string;
  readonly hint: string;
}

const value: Wanted = {
  what: "a value",
  hint: "a value is an argument, a constant, a number, a set in braces or a parenthesis",
};
const call: Wanted = { what: "a system call", hint: "a call is written by its name, or by number: syscall(335)" };
const parameter: Wanted = { what: "a parameter", hint: "a parameter begins with $, here and where it is used" };

// What a rule of the grammar wants when none of its alternatives begins with the token found.
const wantedBy: Readonly<Record<string, Wanted>> = {
  rule: { what: "a system call", hint: "write `allow read`, `allow { read, write }` or `errno(ENOSYS) clone3`" },
  target: call,
  call,
  action: { what: "an action", hint: "actions are allow, log, notify, trace, errno(E), trap, kill-thread and kill" },
  value: { what: "a number or a constant", hint: "write `errno(EPERM)` or `errno(1)`" },
  operand: value,
  binop: { what: "an operator", hint: "write `fd == 1`, `fd in {1, 2}` or `flags has MAP_PRIVATE`" },
  guard: { what: "an architecture", hint: "write `on x86_64` or `on {x86_64, aarch64}`" },
  arg: { what: "an argument", hint: "write a value, or `_` for every value" },
  reach: { what: "none, loopback, connect, bind or unix", hint: "write `connect tcp 443` or `none`" },
  variable: { what: "the name of an environment variable", hint: 'write `keep LANG` or `set LANG "C"`' },
  head: { what: "a default, unknown, foreign or compat line", hint: "write `default kill`" },
};

// What a single token is for, when exactly that one was wanted.
const wantedToken: Readonly<Record<string, Wanted>> = {
  Word: { what: "a name", hint: "a name begins with a lower-case letter: a-z, 0-9 and _" },
  Constant: {
    what: "the name of a constant",
    hint: "a constant begins with an upper-case letter: `const SIZES = {1, 2}`",
  },
  Parameter: { what: "a parameter", hint: "a parameter begins with $: `group reader($file)`" },
  Numeral: { what: "a number", hint: "write a whole number, with a unit where one is wanted: 64, 10s, 256M" },
  Version: { what: "a kernel version", hint: "write both parts, as in `after 6.12`" },
  Text: { what: "a string", hint: 'strings stand in double quotes: "/etc/localtime"' },
  ActionWord: {
    what: "an action",
    hint: "actions are allow, log, notify, trace, errno(E), trap, kill-thread and kill",
  },
  for: { what: "`for`", hint: "a policy names its architectures: `policy crc4 for x86_64, aarch64 {`" },
  "{": { what: "`{`", hint: "what belongs to it stands in braces" },
  "=": { what: "`=`", hint: "write `const NAME = value`" },
  in: { what: "`in`", hint: "`not` between two values belongs to `not in`" },
};

// The entries of the rules that are lists.
const LIST_OF: Readonly<Record<string, Wanted>> = {
  set: value,
  arguments: value,
  pattern: value,
  rule: call,
  except: call,
  group: parameter,
  arches: { what: "an architecture", hint: "write `on {x86_64, aarch64}`" },
  limits: { what: "a limit", hint: "write `cpu 10s`" },
  files: { what: "a path", hint: 'write `read "/etc/localtime"`' },
  namespaces: { what: "a namespace", hint: "write `net`, `pid`, `ipc`" },
  network: { what: "none, loopback, connect, bind or unix", hint: "write `connect tcp 443` or `none`" },
  env: { what: "a variable", hint: 'write `keep LANG` or `set LANG "C"`' },
};

const closers: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

/** expected: the exception's message is the name of the token wanted, or empty where there were alternatives. */
export function explainFault(fault: IRecognitionException, place: Place): Diagnostic {
  const { at } = place;
  const expected = fault.message;
  const rule = fault.context.ruleStack.at(-1) ?? "";
  const found = spanIn(place.source, at);
  const opener = closers[expected];
  if (opener !== undefined && isUnclosed(place, expected)) return explainUnclosed(place, opener, expected);
  const known = explainHabit(place, rule, expected, found);
  if (known !== undefined) return known;
  const wanted = wantedToken[expected] ??
    closing(place, rule, expected) ??
    wantedBy[rule] ?? { what: `\`${expected}\``, hint: `write \`${expected}\` here` };
  const previous = place.before(1);
  if (previous.startLine! < at.startLine! || Number.isNaN(at.startOffset)) {
    // What is missing is missing where the line ends, not where the next statement begins.
    const { end: start } = spanIn(place.source, previous);
    const span = { source: place.source.name, start, end: start };
    const end = Number.isNaN(at.startOffset) ? "the end of the file" : "the end of the line";
    return say.unexpected(span, { expected: wanted.what, found: end, hint: wanted.hint });
  }
  if (isHard(at) && (expected === "Word" || expected === "Constant" || rule === "call")) {
    return say.reservedWord(found, { word: at.image, expected: wanted.what });
  }
  const misspelt = rule === "action" ? explainActionWord(at.image, found) : undefined;
  return misspelt ?? say.unexpected(found, { expected: wanted.what, found: describe(at), hint: wanted.hint });
}

/** Whether the closer is missing: braces balance by now, and a closer further on this line means a fault before it. */
function isUnclosed({ at, ahead, before }: Place, close: string): boolean {
  if (close === "}") return false;
  let depth = 0;
  for (let count = 0; ; count++) {
    const token = count === 0 ? at : ahead(count);
    if (Number.isNaN(token.startOffset) || token.startLine! > before(1).startLine!) return true;
    if (t.spelling(token.tokenType) === closers[close]) depth++;
    if (t.spelling(token.tokenType) === close && depth-- === 0) return false;
  }
}

/** In front of a closer anything that continues the list would do as well. */
function closing(place: Place, rule: string, expected: string): Wanted | undefined {
  if (closers[expected] === undefined) return undefined;
  const isEmpty = t.spelling(place.before(1).tokenType) === closers[expected] || place.before(1).tokenType === t.Comma;
  if (isEmpty) return LIST_OF[rule] ?? { what: `\`${expected}\``, hint: `write \`${expected}\`` };
  const what = LIST_OF[rule] === undefined ? `\`${expected}\`` : `\`,\` or \`${expected}\``;
  return { what, hint: `write \`${expected}\` to end it` };
}

function explainUnclosed(place: Place, open: string, close: string): Diagnostic {
  const last = spanIn(place.source, place.before(1));
  let depth = 0;
  for (let back = 1; ; back++) {
    const token = place.before(back);
    if (t.spelling(token.tokenType) === close) depth++;
    if (t.spelling(token.tokenType) === open && depth-- === 0) {
      return say.unclosed(last, { opener: spanIn(place.source, token), open, close, insert: close });
    }
    if (Number.isNaN(token.startOffset)) {
      return say.unexpected(last, { expected: `\`${close}\``, found: describe(place.at), hint: `write \`${close}\`` });
    }
  }
}

/** What people write by habit from elsewhere, where one token tells it. */
function explainHabit(place: Place, rule: string, expected: string, found: Span): Diagnostic | undefined {
  const { at, source } = place;
  const previous = place.before(1);
  const wantsCall = rule === "rule" || rule === "target" || rule === "call";
  if (wantsCall && previous.tokenType === t.Errno && (at.tokenType === t.Constant || at.tokenType === t.Numeral)) {
    const whole = { source: source.name, start: previous.startOffset, end: t.endOf(at) };
    return say.missingParens(found, { action: previous.image, value: at.image, whole });
  }
  if (at.tokenType === t.Constant && (wantsCall || expected === "Word")) {
    return say.wrongCase(found, {
      word: at.image,
      expected: wantsCall ? "a system call" : "a name",
      rule: "names begin with a lower-case letter, constants with an upper-case one",
      meant: at.image.toLowerCase(),
    });
  }
  if (t.is(at, t.Word) && expected === "Constant") {
    return say.wrongCase(found, {
      word: at.image,
      expected: "the name of a constant",
      rule: "a constant begins with an upper-case letter, so that it is never taken for an argument",
    });
  }
  if (previous.tokenType === t.In && at.tokenType === t.OpenBracket) return explainSet(place, 0, "]");
  if (expected === ")" && at.tokenType === t.Comma && rule === "parenthesis") {
    for (let back = 1; !Number.isNaN(place.before(back).startOffset); back++) {
      if (place.before(back).tokenType !== t.OpenParen) continue;
      if (place.before(back + 1).tokenType === t.In) return explainSet(place, back, ")");
      break;
    }
  }
  if (at.tokenType === t.Text && rule === "operand") {
    const hint = "a filter sees numbers only: where the kernel takes a string, the argument is its address";
    return say.unexpected(found, { expected: "a value", found: "a string", hint });
  }
  if (expected === "in" && at.tokenType === t.Has) {
    const hint = "`lacks` is none of the bits; not all of them is `not flags has ...`";
    return say.unexpected(found, { expected: "`in`", found: "`has`", hint });
  }
  const next = place.ahead(1);
  const isGlued = t.endOf(previous) === at.startOffset && t.endOf(at) === next.startOffset;
  if (at.tokenType === t.Minus && isGlued && t.is(previous, t.Word) && t.is(next, t.Word) && rule !== "expr") {
    return say.hyphenInName(found);
  }
  if (expected === "Version" && at.tokenType === t.Numeral) {
    return say.unexpected(found, {
      expected: "a kernel version",
      found: describe(at),
      hint: `write both parts, as in \`after ${at.image}.0\``,
    });
  }
  return undefined;
}

/** A set in other brackets: the opener is `back` tokens before the fault, the closer on the same line or nowhere. */
function explainSet(place: Place, back: number, close: string): Diagnostic {
  const open = back === 0 ? place.at : place.before(back);
  let count = 0;
  const token = (): IToken => (count === 0 ? place.at : place.ahead(count));
  while (t.spelling(token().tokenType) !== close && token().startLine === open.startLine) count++;
  const closer = token().startLine === open.startLine ? spanIn(place.source, token()) : undefined;
  return say.setBraces(spanIn(place.source, open), { open: spanIn(place.source, open), close: closer });
}

/** A token for a message. */
export function describe(token: IToken): string {
  if (Number.isNaN(token.startOffset)) return "the end of the file";
  if (token.tokenType === t.Text) return "a string";
  const image = token.image.length > 24 ? `${token.image.slice(0, 24)}…` : token.image;
  return `\`${image}\``;
}

function isHard(token: IToken): boolean {
  return /^[a-z]/.test(token.image) && !t.is(token, t.Word) && !Number.isNaN(token.startOffset);
}

function spanIn(source: Source, token: IToken): Span {
  if (Number.isNaN(token.startOffset))
    return { source: source.name, start: source.text.length, end: source.text.length };
  return { source: source.name, start: token.startOffset, end: t.endOf(token) };
}
