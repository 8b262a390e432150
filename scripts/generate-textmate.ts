// Writes grammar/policy.tmLanguage.json from the token definitions: an editor colours by it before, or without, a language
// server. A pattern sees one line and no types, so words that are keywords only in their place (`policy`, `size`, `read`) are
// matched with what stands around them, and a word in doubt stays a plain name.

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { TokenType } from "chevrotain";
import * as tokens from "../src/compiler/syntax/tokens.ts";

/** TextMate's scopes: a theme knows the first two parts, the rest says what it is here. */
type Pattern =
  | { readonly name: string; readonly match: string }
  | { readonly match: string; readonly captures: { readonly [group: string]: { readonly name: string } } }
  | {
      readonly name: string;
      readonly begin: string;
      readonly end: string;
      readonly patterns?: readonly Pattern[];
    };

export function generateTextMate(): Map<string, string> {
  const grammar = {
    $schema: "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json",
    name: "policyc policy",
    scopeName: "source.policy",
    fileTypes: ["policy"],
    patterns: patterns(),
  };
  return new Map([["grammar/policy.tmLanguage.json", `${JSON.stringify(grammar, undefined, 2)}\n`]]);
}

/** The first that matches at a place is taken, so what is special stands before what is general. */
function patterns(): readonly Pattern[] {
  const actions = spelled(tokens.ActionWord);
  const strings: Pattern = {
    name: "string.quoted.double.policy",
    begin: '"',
    end: '"|$',
    patterns: [{ name: "constant.character.escape.policy", match: "\\\\." }],
  };
  return [
    { name: "comment.line.double-slash.policy", match: source(/\/\/.*$/) },
    strings,
    { name: "invalid.illegal.policy", match: source(tokens.AlienOperator.PATTERN as RegExp) },
    { name: "invalid.illegal.policy", match: source(/;|#.*$|'[^']*'|\/\*.*?(?:\*\/|$)/) },
    declaration("policy", "entity.name.type.policy"),
    declaration("group", "entity.name.function.group.policy"),
    declaration("test", "entity.name.type.policy"),
    declaration("const", "constant.other.policy"),
    {
      match: `^\\s*(${word(tokens.Import)})\\b`,
      captures: { 1: { name: "keyword.control.import.policy" } },
    },
    {
      match: `\\b(${word(tokens.As)})\\s+([a-z_]\\w*)`,
      captures: { 1: { name: "keyword.control.import.policy" }, 2: { name: "entity.name.namespace.policy" } },
    },
    {
      match: `\\b(${word(tokens.Use)})\\s+([a-z_]\\w*(?:\\.[a-z_]\\w*)?)`,
      captures: { 1: { name: "keyword.control.policy" }, 2: { name: "entity.name.function.group.policy" } },
    },
    { match: `\\b(${word(tokens.Except)})(?=\\s*\\{)`, captures: { 1: { name: "keyword.control.policy" } } },
    { match: `\\b(${word(tokens.For)})(?=\\s+[a-z])`, captures: { 1: { name: "keyword.control.policy" } } },
    { match: `\\b(${word(tokens.After)})(?=\\s+\\d)`, captures: { 1: { name: "keyword.control.policy" } } },
    { name: "keyword.control.section.policy", match: `^\\s*(?:${either(SECTIONS)})(?=\\s*[{"])` },
    // An action in front of what it is for; the call `kill` stands behind one.
    {
      match: `(?<![\\w-])(${either(actions)})(?:\\s+|\\s*\\([^)]*\\)\\s*)(${word(tokens.Kill)})\\b(?!\\s*-)`,
      captures: { 1: { name: "keyword.other.action.policy" }, 2: { name: "support.function.call.policy" } },
    },
    { name: "keyword.other.action.policy", match: `(?<![\\w-])(?:${either(actions)})(?![\\w-])` },
    { name: "keyword.operator.word.policy", match: `\\b(?:${either(WORD_OPERATORS)})\\b` },
    { name: "keyword.control.policy", match: `\\b(?:${either(HARD_WORDS)})\\b` },
    { name: "constant.other.policy", match: source(/\b_*[A-Z]\w*/) },
    { name: "variable.parameter.policy", match: source(tokens.Parameter.PATTERN as RegExp) },
    { name: "constant.numeric.policy", match: source(/(?<!\w)\d\w*(?:\.\d+)*/) },
    { name: "constant.language.anything.policy", match: source(/(?<!\w)_(?!\w)/) },
    { name: "support.type.arch.policy", match: source(/(?<!\w)(?:x86_64|i386|aarch64|arm|riscv64)(?!\w)/) },
    { name: "support.function.call.policy", match: source(/(?<!\w)[a-z_]\w*(?=\s*\()/) },
    { name: "keyword.operator.policy", match: source(/\.\.|[=!<>]=|[<>|&~=-]/) },
    { name: "variable.other.policy", match: source(/(?<!\w)[a-z_]\w*/) },
  ];
}

const SECTIONS = [
  ...[tokens.Limits, tokens.Files, tokens.Namespaces, tokens.Network, tokens.Env, tokens.Hostname, tokens.Program],
].map(word);
const WORD_OPERATORS = [tokens.And, tokens.Or, tokens.Not, tokens.In, tokens.Has, tokens.Lacks, tokens.Only].map(word);
const HARD_WORDS = [
  ...[tokens.Default, tokens.Unknown, tokens.Foreign, tokens.Compat, tokens.Otherwise, tokens.On, tokens.If],
  ...[tokens.Raw, tokens.Syscall],
].map(word);

function declaration(keyword: string, name: string): Pattern {
  return {
    match: `^\\s*(${keyword})\\s+([A-Za-z_]\\w*)`,
    captures: { 1: { name: `keyword.declaration.${keyword}.policy` }, 2: { name } },
  };
}

function word(type: TokenType): string {
  return tokens.spelling(type);
}

function spelled(category: TokenType): readonly string[] {
  return tokens.vocabulary.filter(type => type.CATEGORIES?.includes(category)).map(word);
}

/** The longest first: `kill-thread` begins like `kill`. */
function either(words: readonly string[]): string {
  return words.toSorted((a, b) => b.length - a.length || (a < b ? -1 : 1)).join("|");
}

function source(pattern: RegExp): string {
  return pattern.source;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of generateTextMate()) writeFileSync(path, text);
}
