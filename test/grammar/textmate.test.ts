// The TextMate grammar colours what the lexer reads: every shipped policy is tokenised by the engine that editors use, and each
// token of ours must have got a scope that fits its kind.

import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TokenType } from "chevrotain";
import { test } from "uvu";
import * as assert from "uvu/assert";
import oniguruma from "vscode-oniguruma";
import textmate from "vscode-textmate";
import * as t from "../../src/compiler/syntax/tokens.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const wasm = createRequire(import.meta.url).resolve("vscode-oniguruma/release/onig.wasm");

const registry = new textmate.Registry({
  onigLib: oniguruma.loadWASM(readFileSync(wasm)).then(() => ({
    createOnigScanner: patterns => new oniguruma.OnigScanner(patterns),
    createOnigString: text => new oniguruma.OnigString(text),
  })),
  loadGrammar: async () =>
    textmate.parseRawGrammar(readFileSync(join(root, "grammar/policy.tmLanguage.json"), "utf8"), "policy.json"),
});
const grammar = (await registry.loadGrammar("source.policy"))!;

/** The innermost scope of each character. */
function scopesOf(text: string): string[] {
  const scopes: string[] = [];
  let state = textmate.INITIAL;
  for (const line of text.split("\n")) {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    for (const { startIndex, endIndex, scopes: all } of tokens) {
      for (let at = startIndex; at < Math.min(endIndex, line.length); at++) scopes.push(all.at(-1)!);
    }
    scopes.push("newline");
    state = ruleStack;
  }
  return scopes;
}

/** Any of these beginnings fits a token of the kind. Words that are names in one place and keywords in another may be both. */
const FITTING: readonly (readonly [TokenType, readonly string[]])[] = [
  [t.Kill, ["keyword.other.action", "support.function.call"]],
  [t.ActionWord, ["keyword.other.action"]],
  [t.Constant, ["constant.other"]],
  [t.Parameter, ["variable.parameter"]],
  [t.Numeral, ["constant.numeric"]],
  [t.Version, ["constant.numeric"]],
  [t.Text, ["string.quoted"]],
  [t.Anything, ["constant.language"]],
  ...[t.And, t.Or, t.Not, t.In, t.Has, t.Lacks, t.Only].map(type => [type, ["keyword.operator.word"]] as const),
  ...[t.Default, t.Unknown, t.Foreign, t.Compat, t.Use, t.Otherwise, t.On, t.If, t.Raw, t.Syscall].map(
    type => [type, ["keyword.control"]] as const,
  ),
  [t.BinaryOperator, ["keyword.operator"]],
  [t.PrefixOperator, ["keyword.operator"]],
  [t.Word, ["keyword", "variable.other", "support", "entity.name"]],
  [t.Mistake, ["invalid.illegal", "string.quoted", "source.policy", "variable.other", "constant"]],
];

function misfits(text: string): string[] {
  const scopes = scopesOf(text);
  const { tokens, comments } = t.lex(text);
  const wrong = tokens.flatMap(token => {
    const fitting = FITTING.find(([type]) => t.is(token, type))?.[1];
    const scope = scopes[token.startOffset] ?? "";
    return fitting === undefined || fitting.some(each => scope.startsWith(each)) ? [] : [`${token.image}: ${scope}`];
  });
  const uncommented = comments.filter(({ startOffset }) => !scopes[startOffset]!.startsWith("comment.line"));
  return [...wrong, ...uncommented.map(({ image }) => image)];
}

const policies = ["policies/std", "policies/examples", "policies/tests"].flatMap(folder =>
  readdirSync(join(root, folder))
    .filter(name => name.endsWith(".policy"))
    .map(name => join(folder, name)),
);

for (const path of policies) {
  test(`${path} is coloured as it is read`, () => {
    assert.equal(misfits(readFileSync(join(root, path), "utf8")), []);
  });
}

const rows: readonly (readonly [text: string, word: string, scope: string])[] = [
  ["allow kill", "kill", "support.function.call.policy"],
  ["kill kill", "kill", "keyword.other.action.policy"],
  ["errno(EPERM) kill", "kill", "support.function.call.policy"],
  ["kill-thread ptrace", "kill-thread", "keyword.other.action.policy"],
  ["policy crc4 for x86_64 {", "crc4", "entity.name.type.policy"],
  ["policy crc4 for x86_64 {", "for", "keyword.control.policy"],
  ["policy crc4 for x86_64 {", "x86_64", "support.type.arch.policy"],
  ["  allow ioctl if group == 1", "group", "variable.other.policy"],
  ["group files($fd) {", "files", "entity.name.function.group.policy"],
  ["group files($fd) {", "$fd", "variable.parameter.policy"],
  ["  limits { cpu 10s }", "10s", "constant.numeric.policy"],
  ["  unknown errno(ENOSYS) after 6.12", "6.12", "constant.numeric.policy"],
  ["  allow a && b", "&&", "invalid.illegal.policy"],
  ['import "std/io" as io', "io", "string.quoted.double.policy"],
];
for (const [text, word, scope] of rows) {
  test(`${word} in \`${text}\` is ${scope}`, () => assert.is(scopesOf(text)[text.indexOf(word)], scope));
}

test.run();
