// The words of the language: text in, tokens and comments out. Case is lexical: a constant begins upper-case, an argument
// lower-case, a parameter with $. Hard words are never names; soft words (category Word) are words only where the grammar
// asks for them, since `policy`, `cpu` and `group` are arguments and `read` is a call. Habits from other languages (`&&`, `;`,
// `#`) are tokens too, of category Mistake: the lexer itself never fails, mend.ts reports them and puts right what it can.

import { createToken, type IToken, Lexer, type TokenType } from "chevrotain";

/** Any word that may be a name: an identifier or a soft word. */
export const Word = createToken({ name: "Word", pattern: Lexer.NA });
/** What a policy may say of a call. */
export const ActionWord = createToken({ name: "ActionWord", pattern: Lexer.NA });
/** Operators of one token that stand between two operands; `not in` and `has any` are two. */
export const BinaryOperator = createToken({ name: "BinaryOperator", pattern: Lexer.NA });
export const PrefixOperator = createToken({ name: "PrefixOperator", pattern: Lexer.NA });
/** What belongs to other languages or to none; no rule of the grammar takes one. */
export const Mistake = createToken({ name: "Mistake", pattern: Lexer.NA });

/** How the kernel's documents write x86_64. One word, so that it is one mistake: no architecture of this name. */
export const HyphenArch = createToken({ name: "HyphenArch", pattern: /x86-64/, categories: [Word] });

export const Name = createToken({ name: "Name", pattern: /[a-z_][A-Za-z0-9_]*/, categories: [Word] });
export const Constant = createToken({ name: "Constant", pattern: /_*[A-Z][A-Za-z0-9_]*/ });
export const Parameter = createToken({ name: "Parameter", pattern: /\$[A-Za-z_][A-Za-z0-9_]*/ });
/** `_`: every value. */
export const Anything = createToken({ name: "Anything", pattern: /_(?![A-Za-z0-9_])/ });
/** Whatever begins with a digit; number.ts judges the spelling. */
export const Numeral = createToken({ name: "Numeral", pattern: /[0-9][A-Za-z0-9_]*/ });
export const Version = createToken({ name: "Version", pattern: /[0-9]+(?:\.[0-9]+)+[A-Za-z0-9_]*/ });
export const Text = createToken({ name: "Text", pattern: /"(?:[^"\\\r\n]|\\[^\r\n])*"/ });

const space = createToken({ name: "Space", pattern: /[ \t\r\n\f\ufeff]+/, group: Lexer.SKIPPED, line_breaks: true });
const comment = createToken({ name: "Comment", pattern: /\/\/[^\r\n]*/, group: "comments" });

function word(text: string, ...categories: TokenType[]): TokenType {
  return createToken({ name: `"${text}"`, label: text, pattern: text, longer_alt: [Name], categories });
}

function mark(text: string, ...categories: TokenType[]): TokenType {
  return createToken({ name: `"${text}"`, label: text, pattern: text, categories });
}

export const Allow = word("allow", ActionWord);
export const Log = word("log", ActionWord);
export const Notify = word("notify", ActionWord);
export const Trace = word("trace", ActionWord);
export const Errno = word("errno", ActionWord);
export const Trap = word("trap", ActionWord);
export const KillThread = word("kill-thread", ActionWord);
export const Kill = word("kill", ActionWord);
export const Default = word("default");
export const Unknown = word("unknown");
export const Foreign = word("foreign");
export const Compat = word("compat");
export const Use = word("use");
export const Otherwise = word("otherwise");
export const On = word("on");
export const If = word("if");
export const Raw = word("raw");
export const Syscall = word("syscall");
export const And = word("and", BinaryOperator);
export const Or = word("or", BinaryOperator);
export const Not = word("not", PrefixOperator);
export const In = word("in", BinaryOperator);
export const Has = word("has");
export const Lacks = word("lacks", BinaryOperator);
export const Only = word("only", BinaryOperator);

export const Policy = word("policy", Word);
export const Group = word("group", Word);
export const Import = word("import", Word);
export const Const = word("const", Word);
export const Test = word("test", Word);
export const For = word("for", Word);
export const As = word("as", Word);
export const After = word("after", Word);
export const Any = word("any", Word);
export const Except = word("except", Word);
export const Limits = word("limits", Word);
export const Files = word("files", Word);
export const Namespaces = word("namespaces", Word);
export const Network = word("network", Word);
export const Env = word("env", Word);
export const Hostname = word("hostname", Word);
export const Program = word("program", Word);
export const Size = word("size", Word);
export const None = word("none", Word);
export const Loopback = word("loopback", Word);
export const Connect = word("connect", Word);
export const Bind = word("bind", Word);
export const Unix = word("unix", Word);

export const OpenBrace = mark("{");
export const CloseBrace = mark("}");
export const OpenParen = mark("(");
export const CloseParen = mark(")");
export const OpenBracket = mark("[");
export const CloseBracket = mark("]");
export const Comma = mark(",");
export const Dot = mark(".");
export const DotDot = mark("..", BinaryOperator);
export const Colon = mark(":");
export const Question = mark("?");
export const Equals = mark("=");
export const EqualEqual = mark("==", BinaryOperator);
export const NotEqual = mark("!=", BinaryOperator);
export const LessEqual = mark("<=", BinaryOperator);
export const GreaterEqual = mark(">=", BinaryOperator);
export const Less = mark("<", BinaryOperator);
export const Greater = mark(">", BinaryOperator);
export const Pipe = mark("|", BinaryOperator);
export const Ampersand = mark("&", BinaryOperator);
export const Minus = mark("-", PrefixOperator);
export const Tilde = mark("~", PrefixOperator);

function mistake(name: string, pattern: RegExp): TokenType {
  return createToken({ name, pattern, categories: [Mistake], line_breaks: false });
}

/** Operators of C, Go, Kafel and others that this language spells otherwise or does not have. */
export const AlienOperator = mistake("AlienOperator", /&&|\|\||===|!==|<>|=~|=>|->|:=|<<|>>|\*\*|!(?!=)|[+*%^]/);
export const Semicolon = mistake("Semicolon", /;/);
export const Slash = mistake("Slash", /\//);
export const HashComment = mistake("HashComment", /#[^\r\n]*/);
export const BlockComment = createToken({
  name: "BlockComment",
  pattern: /\/\*(?:[^*]|\*(?!\/))*(?:\*\/)?/,
  categories: [Mistake],
  line_breaks: true,
});
export const SingleQuoted = mistake("SingleQuoted", /'[^'\r\n]*'/);
/** “typographic” quotes, as word processors and web pages make them. */
export const CurlyQuoted = mistake("CurlyQuoted", /[\u201c\u201d\u201e][^\u201c\u201d\u201e"\r\n]*[\u201c\u201d"]/);
export const UnclosedText = mistake("UnclosedText", /"[^\r\n]*/);
/** Any one other character, or a run of them outside ASCII. */
export const Junk = mistake("Junk", /[\u0080-\uffff]+|[ -~]/);

// The order is the priority: the longer of two that begin alike is first (`only` before `on`, `kill-thread` before `kill`).
const order: readonly TokenType[] = [
  ...[space, comment, BlockComment, Anything],
  ...[Allow, Log, Notify, Trace, Errno, Trap, KillThread, Kill, Default, Unknown, Foreign, Compat, Use, Otherwise],
  ...[Only, On, If, Raw, Syscall, And, Or, Not, Namespaces, In, Has, Lacks],
  ...[Policy, Group, Import, Const, Test, For, As, After, Any, Except, Limits, Files, Network, Env, Hostname, Program],
  ...[Size, None, Loopback, Connect, Bind, Unix],
  ...[Constant, HyphenArch, Name, Parameter, Version, Numeral, Text],
  ...[AlienOperator, EqualEqual, NotEqual, LessEqual, GreaterEqual, DotDot],
  ...[OpenBrace, CloseBrace, OpenParen, CloseParen, OpenBracket, CloseBracket, Comma, Dot, Colon, Question, Equals],
  ...[Less, Greater, Pipe, Ampersand, Minus, Tilde],
  ...[Semicolon, HashComment, Slash, SingleQuoted, CurlyQuoted, UnclosedText, Junk],
];

/** All that the parser must know, categories included. */
export const vocabulary: readonly TokenType[] = [
  ...[Word, ActionWord, BinaryOperator, PrefixOperator, Mistake],
  ...order,
];

let lexer: Lexer | undefined;

export interface Lexed {
  readonly tokens: IToken[];
  readonly comments: readonly IToken[];
}

export function lex(text: string): Lexed {
  lexer ??= new Lexer([...order], { positionTracking: "onlyStart", ensureOptimizations: true, skipValidations: true });
  const { tokens, groups } = lexer.tokenize(text);
  return { tokens, comments: groups.comments ?? [] };
}

/** How a word or a mark is written; of a pattern or a category, its name. */
export function spelling(type: TokenType): string {
  return type.LABEL ?? type.name;
}

/** The offset after a token's last character. */
export function endOf(token: IToken): number {
  return token.startOffset + token.image.length;
}

/** Whether a diagnostic stands for the token already: a mistake, or one that was put right. */
export function isTold(token: IToken): boolean {
  return token.isInsertedInRecovery === true || is(token, Mistake);
}

export function is(token: IToken, type: TokenType): boolean {
  return token.tokenType === type || token.tokenType.CATEGORIES!.includes(type);
}
