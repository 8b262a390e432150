// Habits from other languages, told and put right before parsing: each mistaken token becomes the one that was meant (`&&` is
// `and`), is taken out (`;`), or stays as a Mistake that costs its statement. So one habit is one diagnostic, whatever the
// grammar would have made of it. Tokens in, tokens out; without a mistake it is the same array.

import { createTokenInstance, type IToken, type TokenType } from "chevrotain";
import type { Source, Span } from "../diagnostics/diagnostic.ts";
import * as say from "../diagnostics/spelling.ts";
import { surplusComma } from "../diagnostics/syntax.ts";
import type { Report } from "./recover.ts";
import * as t from "./tokens.ts";

interface Alien {
  readonly meant?: TokenType;
  /** The text of the fix, where it is not the token's own. */
  readonly text?: string;
  readonly hint?: string;
}

// Signs of arithmetic stand between values; a `|` in their place keeps the rest of the expression readable.
const ARITHMETIC = ["<<", ">>", "**", "+", "*", "%", "^"];

const ALIENS: Readonly<Record<string, Alien>> = {
  "&&": { meant: t.And },
  "||": { meant: t.Or },
  "!": { meant: t.Not, text: "not " },
  "===": { meant: t.EqualEqual },
  "!==": { meant: t.NotEqual },
  "<>": { meant: t.NotEqual },
  "=~": { hint: "compare with `==`, `in`, `has` or `flags & MASK == VALUE`" },
  "=>": { hint: "`>=` compares; an action stands in front of its call: `allow read`" },
  "->": { hint: "an action stands in front of its call: `allow read`" },
  ":=": { hint: "write `const NAME = value`, or `==` to compare" },
};

const SECTIONS: readonly TokenType[] = [t.Limits, t.Files, t.Namespaces, t.Network, t.Env];
const SUSPECTS: ReadonlySet<TokenType> = new Set([t.Equals, t.Colon, t.Comma, t.Version]);
// Characters without a shape: parse.ts has told of them, wherever they stand.
const HIDDEN_ONLY = /^[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069]+$/;
const NOT_SPACES = /[^\u0080-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

export function mendTokens(source: Source, tokens: IToken[], report: Report): IToken[] {
  if (!tokens.some(token => SUSPECTS.has(token.tokenType) || t.is(token, t.Mistake))) {
    return tokens;
  }
  const mended: IToken[] = [];
  let inSection = false;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    const span = spanOf(source, token);
    if (token.tokenType === t.OpenBrace) inSection = SECTIONS.includes(mended.at(-1)?.tokenType ?? t.Name);
    if (token.tokenType === t.CloseBrace) inSection = false;
    switch (token.tokenType) {
      case t.AlienOperator:
        i += mendOperator(source, mended, token, tokens[i + 1], report);
        break;
      case t.Equals:
        mendEquals(mended, token, span, inSection, report);
        break;
      case t.Colon:
        if (inSection) report(say.assignment(span, { place: "section" }));
        else if (endsAction(mended)) report(say.assignment(span, { place: "action" }));
        else mended.push(token);
        break;
      case t.Comma:
        if (inSection) report(surplusComma(span, { place: "section" }));
        else mended.push(token);
        break;
      case t.Version:
        // Elsewhere it is a fraction, which number.ts tells.
        mended.push(
          mended.at(-1)?.tokenType === t.After
            ? token
            : { ...token, tokenType: t.Numeral, tokenTypeIdx: t.Numeral.tokenTypeIdx! },
        );
        break;
      case t.Semicolon:
        report(say.semicolon(span));
        break;
      case t.HashComment:
        i = mendHashComments(source, tokens, i, report);
        break;
      case t.BlockComment:
        report(say.commentStyle(span, { style: "/*", edits: lineCommentInstead(source, token, span) }));
        break;
      case t.SingleQuoted:
      case t.CurlyQuoted: {
        const content = token.image.slice(1, -1);
        report(say.quoteStyle(span, { content }));
        mended.push(become(token, t.Text, `"${content}"`));
        break;
      }
      case t.UnclosedText:
        mended.push(...closeText(source, token, report));
        break;
      case t.Slash:
        i = mendPath(source, mended, tokens, i, report);
        break;
      case t.Junk:
        i = mendJunk(source, mended, tokens, i, report);
        break;
      default:
        mended.push(token);
    }
  }
  return mended;
}

/** How many tokens more it took. */
function mendOperator(
  source: Source,
  mended: IToken[],
  token: IToken,
  next: IToken | undefined,
  report: Report,
): 0 | 1 {
  const span = spanOf(source, token);
  const operator = token.image;
  const previous = mended.at(-1);
  if (previous?.tokenType === t.Numeral && next?.tokenType === t.Numeral) {
    const value = compute(previous.image, operator, next.image);
    if (value !== undefined) {
      const whole = { ...span, start: previous.startOffset, end: t.endOf(next) };
      report(say.arithmetic(whole, { operator, value }));
      mended[mended.length - 1] = become(previous, t.Numeral, source.text.slice(whole.start, whole.end), `${value}`);
      return 1;
    }
  }
  const { meant, text, hint } = ALIENS[operator] ?? {};
  // `!a == b` negates a alone in C, and all of it here: mended in the text only where both readings agree.
  const isSafe = operator !== "!" || next?.tokenType === t.OpenParen || next?.tokenType === t.In;
  const facts = { operator, ...(meant && { meant: text ?? t.spelling(meant) }), ...(hint && { hint }), isSafe };
  report(say.alienOperator(span, facts));
  if (meant !== undefined) mended.push(become(token, meant, operator));
  else if (!ARITHMETIC.includes(operator)) mended.push(token);
  else if (previous !== undefined && endsValue(previous)) mended.push(become(token, t.Pipe, operator));
  return 0;
}

function compute(left: string, operator: string, right: string): bigint | undefined {
  const isPlain = /^(?:0|[1-9][0-9]{0,18}|0x[0-9a-f]{1,16})$/;
  if (!isPlain.test(left) || !isPlain.test(right)) return undefined;
  const [a, b] = [BigInt(left), BigInt(right)];
  const value =
    operator === "<<" && b < 64n
      ? a << b
      : operator === ">>" && b < 64n
        ? a >> b
        : operator === "+"
          ? a + b
          : operator === "*"
            ? a * b
            : operator === "^"
              ? a ^ b
              : undefined;
  return value !== undefined && value < 1n << 64n ? value : undefined;
}

/** `allow:`, `errno(EPERM):`, `default:`. */
function endsAction(mended: readonly IToken[]): boolean {
  const last = mended.at(-1)!;
  const word = last?.tokenType === t.CloseParen ? mended.at(-4) : last;
  return word !== undefined && [t.ActionWord, t.Default, t.Unknown, t.Foreign].some(type => t.is(word, type));
}

function endsValue(token: IToken): boolean {
  const ends = [t.Numeral, t.Constant, t.Parameter, t.Word, t.CloseParen, t.CloseBrace, t.CloseBracket];
  return ends.some(type => t.is(token, type));
}

function mendEquals(mended: IToken[], token: IToken, span: Span, inSection: boolean, report: Report): void {
  const [last, beforeLast] = [mended.at(-1), mended.at(-2)];
  if (last?.tokenType === t.Const || beforeLast?.tokenType === t.Const) {
    mended.push(token);
    return;
  }
  const isRepeated = last?.tokenType === t.EqualEqual || last?.tokenType === t.NotEqual;
  if (inSection) report(say.assignment(span, { place: "section" }));
  else if (!isRepeated) {
    report(say.assignment(span, { place: "condition" }));
    mended.push(become(token, t.EqualEqual, "="));
  } else if (last.payload === undefined) report(say.alienOperator(span, { operator: "=" }));
}

/** A run of `#` on neighbouring lines is one diagnostic. The index of its last token. */
function mendHashComments(source: Source, tokens: readonly IToken[], from: number, report: Report): number {
  let to = from;
  while (tokens[to + 1]?.tokenType === t.HashComment && tokens[to + 1]!.startLine === tokens[to]!.startLine! + 1) to++;
  const edits = tokens.slice(from, to + 1).map(token => {
    const slashes = /^#+/.exec(token.image)![0].length;
    return { span: { source: source.name, start: token.startOffset, end: token.startOffset + slashes }, text: "//" };
  });
  report(say.commentStyle(spanOf(source, tokens[from]!), { style: "#", edits }));
  return to;
}

/** Only a one-line comment with nothing behind it can become a `//` comment as it stands. */
function lineCommentInstead(source: Source, token: IToken, span: Span): { span: Span; text: string }[] | undefined {
  const behind = /[^\r\n]*/y;
  behind.lastIndex = span.end;
  const isAlone = behind.exec(source.text)![0].trim() === "";
  if (!isAlone || /[\r\n]/.test(token.image) || !token.image.endsWith("*/")) return undefined;
  return [{ span, text: `// ${token.image.slice(2, -2).trim()}` }];
}

/** The string ends before the closing braces of its line, which belong to what stands around it. */
function closeText(source: Source, token: IToken, report: Report): IToken[] {
  const tail = /[\s})\]]*$/.exec(token.image)!.index;
  const image = token.image.slice(0, Math.max(tail, 1));
  const text = become(token, t.Text, image);
  report(say.unterminatedString(spanOf(source, text)));
  const closers = [...token.image.slice(image.length)].flatMap((character, at) => {
    const type = [t.CloseBrace, t.CloseParen, t.CloseBracket].find(closer => t.spelling(closer) === character);
    const offset = token.startOffset + image.length + at;
    return type === undefined ? [] : [tokenAt(type, character, offset, token)];
  });
  return [text, ...closers];
}

/** `std/startup` and `/etc/passwd` without quotes become strings; a `/` between spaces is division. The last index taken. */
function mendPath(source: Source, mended: IToken[], tokens: readonly IToken[], at: number, report: Report): number {
  const token = tokens[at]!;
  const previous = mended.at(-1);
  const pathParts = [t.Word, t.Constant, t.Numeral, t.Version, t.Slash, t.Dot, t.DotDot, t.Minus];
  const isPart = (candidate: IToken): boolean => pathParts.some(type => t.is(candidate, type));
  let first = token;
  while (mended.length > 0 && isPart(mended.at(-1)!) && t.endOf(mended.at(-1)!) === first.startOffset)
    first = mended.pop()!;
  let last = at;
  while (
    tokens[last + 1] !== undefined &&
    isPart(tokens[last + 1]!) &&
    t.endOf(tokens[last]!) === tokens[last + 1]!.startOffset
  ) {
    last++;
  }
  const span: Span = { source: source.name, start: first.startOffset, end: t.endOf(tokens[last]!) };
  if (first === token && last === at) {
    report(say.alienOperator(span, { operator: "/" }));
    if (previous !== undefined && endsValue(previous)) mended.push(become(token, t.Pipe, "/"));
    return at;
  }
  const content = source.text.slice(span.start, span.end);
  report(say.quoteStyle(span, { content }));
  mended.push({ ...become(first, t.Text, content), payload: content });
  return last;
}

/** A word with letters outside ASCII is one mistake, not one for each of its parts. The last index taken. */
function mendJunk(source: Source, mended: IToken[], tokens: readonly IToken[], at: number, report: Report): number {
  const token = tokens[at]!;
  const span = spanOf(source, token);
  const code = token.image.codePointAt(0)!;
  const character = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  const isHidden = HIDDEN_ONLY.test(token.image);
  if (!isHidden && !NOT_SPACES.test(token.image)) {
    report(say.unexpectedCharacter(span, { text: token.image, character, isSpace: true }));
    return at;
  }
  const isWordLike = (candidate: IToken | undefined): candidate is IToken =>
    candidate !== undefined && (t.is(candidate, t.Junk) || /^[\w$]/.test(candidate.image));
  let first = token;
  if (isWordLike(mended.at(-1)) && t.endOf(mended.at(-1)!) === token.startOffset) first = mended.pop()!;
  let last = at;
  while (isWordLike(tokens[last + 1]) && t.endOf(tokens[last]!) === tokens[last + 1]!.startOffset) last++;
  const whole: Span = { ...span, start: first.startOffset, end: t.endOf(tokens[last]!) };
  const text = source.text.slice(whole.start, whole.end);
  if (isHidden && first === token && last === at) return at;
  if (!isHidden) report(say.unexpectedCharacter(span, { text: String.fromCodePoint(code), character, isSpace: false }));
  mended.push(become(first, t.Junk, text));
  return last;
}

/** The same place in the text as another token. `meant`, if its text differs, is what number.ts and the grammar read. */
function become(token: IToken, type: TokenType, image: string, meant?: string): IToken {
  const made = tokenAt(type, image, token.startOffset, token);
  return { ...made, isInsertedInRecovery: true, ...(meant !== undefined && { payload: meant }) };
}

function tokenAt(type: TokenType, image: string, offset: number, near: IToken): IToken {
  const column = near.startColumn! + offset - near.startOffset;
  return createTokenInstance(
    type,
    image,
    offset,
    offset + image.length,
    near.startLine!,
    near.startLine!,
    column,
    column,
  );
}

function spanOf(source: Source, token: IToken): Span {
  return { source: source.name, start: token.startOffset, end: t.endOf(token) };
}
