// Writes grammar/policy.ebnf from the parser's own grammar and token patterns, so that the two cannot differ. Run directly it
// writes; generateGrammar() gives path -> text for whoever compares.

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { TokenType } from "chevrotain";
import { PolicyParser } from "../src/compiler/syntax/grammar.ts";
import * as tokens from "../src/compiler/syntax/tokens.ts";

/** The serialized grammar, as far as this script reads it. */
interface Part {
  readonly type: string;
  readonly name?: string;
  readonly definition?: readonly Part[];
}

const HEADER = `(* The policy language. Generated from src/compiler/syntax; do not edit.

   { a } is any number of times, [ a ] is once or not at all, /a/ is a regular expression. One token of lookahead is enough,
   but for the architecture in \`pattern\` and the name in \`arg\`, which need two.

   What the notation does not say:
   - A comma may end a list, but no two commas follow each other.
   - Space, line ends and comments divide tokens and mean nothing else, except that an action and its target share a line.
   - expr is flat. Loose to tight: or; and; not; comparisons (== != < <= > >= in has lacks only), which do not associate;
     "..", both ends included; |; &; the prefixes - and ~.
   - Numerals are decimal, 0x, 0o or 0b; never octal by a leading zero. Decimal ones may have a unit: K M G T (powers of 1024),
     ms s min h.
   - In strings, \\" \\\\ \\n and \\t are the escapes. *)
`;

export function generateGrammar(): Map<string, string> {
  const rules = new PolicyParser(false).getSerializedGastProductions() as readonly Part[];
  const used = new Set<string>();
  const grammar = fromStart(rules).map(rule => render(rule.name!, unwrap(sequence(rule.definition!, used))));
  const terminals = tokens.vocabulary.filter(type => used.has(type.name) && !isSpelt(type));
  const lexical = terminals.map(type => render(type.name, renderTerminal(type)));
  const ignored = [render("Space", "/[ \\t\\r\\n\\f]+/"), render("Comment", "/\\/\\/[^\\r\\n]*/")];
  const text = [HEADER, ...grammar, "\n(* Tokens. *)\n", ...lexical, "\n(* Between tokens. *)\n", ...ignored].join(
    "\n",
  );
  return new Map([["grammar/policy.ebnf", `${text}\n`]]);
}

/** Every rule right after the one that needs it first. */
function fromStart(rules: readonly Part[]): readonly Part[] {
  const ordered = new Set<Part>();
  const visit = (name: string): void => {
    const rule = rules.find(candidate => candidate.name === name)!;
    if (ordered.has(rule)) return;
    ordered.add(rule);
    for (const needed of references(rule.definition!)) visit(needed);
  };
  visit("file");
  return [...ordered];
}

function* references(parts: readonly Part[]): Iterable<string> {
  for (const part of parts) {
    if (part.type === "NonTerminal") yield part.name!;
    else if (part.definition !== undefined) yield* references(part.definition);
  }
}

/** A rule that is all one choice needs no parentheses around it. */
function unwrap(body: string): string {
  const inner = /^\( ([^()]*) \)$/.exec(body.replaceAll(/"[()]"/g, quoted => (quoted === '"("' ? "\u0001" : "\u0002")));
  return inner === null ? body : inner[1]!.replaceAll("\u0001", '"("').replaceAll("\u0002", '")"');
}

function render(name: string, body: string): string {
  const head = `${name.padEnd(14)} = `;
  return wrap(`${head}${body} ;`, " ".repeat(head.length - 2));
}

/** Long rules break before a `|`. */
function wrap(line: string, indent: string): string {
  const lines: string[] = [];
  let current = "";
  for (const part of line.split(/ (?=\| )/)) {
    if (current !== "" && current.length + part.length + 1 > 110) {
      lines.push(current);
      current = indent + part;
    } else current = current === "" ? part : `${current} ${part}`;
  }
  return [...lines, current].join("\n");
}

function sequence(parts: readonly Part[], used: Set<string>): string {
  return parts.map(part => renderPart(part, used)).join(" ");
}

function renderPart(part: Part, used: Set<string>): string {
  const inner = (): string => sequence(part.definition!, used);
  switch (part.type) {
    case "NonTerminal":
      return part.name!;
    case "Terminal": {
      used.add(part.name!);
      const type = tokens.vocabulary.find(candidate => candidate.name === part.name)!;
      return isSpelt(type) ? JSON.stringify(type.LABEL) : type.name;
    }
    case "Alternation":
      return `( ${part.definition!.map(choice => renderPart(choice, used)).join(" | ")} )`;
    case "Alternative":
      return inner();
    case "Option":
      return `[ ${inner()} ]`;
    case "Repetition":
      return `{ ${inner()} }`;
    default:
      throw new Error(`the grammar has a ${part.type}, which this script cannot draw`);
  }
}

/** A keyword or a mark, as opposed to a pattern or a category. */
function isSpelt(type: TokenType): boolean {
  return type.LABEL !== undefined && type.LABEL !== "";
}

function renderTerminal(type: TokenType): string {
  const members = tokens.vocabulary.filter(candidate => candidate.CATEGORIES?.includes(type));
  if (members.length === 0) return String(type.PATTERN);
  const patterns = members.filter(member => !isSpelt(member)).map(member => String(member.PATTERN));
  return [...patterns, ...spelt(members)].join(" | ");
}

function spelt(types: readonly TokenType[]): string[] {
  return types.filter(isSpelt).map(type => JSON.stringify(type.LABEL));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of generateGrammar()) writeFileSync(path, text);
}
