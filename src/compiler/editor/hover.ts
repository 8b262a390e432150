// What an editor shows when the pointer rests on a word. In: a snapshot and an offset; out: Markdown and the text it is about.

import type { Arch } from "../abi/arch.ts";
import { archLabel, auditArch, isArch } from "../abi/arch.ts";
import type { Span } from "../diagnostics/diagnostic.ts";
import { RULE_PAGES } from "../diagnostics/pages.gen.ts";
import { showAction } from "../policy/action.ts";
import type { Module } from "../policy/modules.ts";
import { STANDARD_LIBRARY } from "../policy/std.gen.ts";
import type { Rule } from "../syntax/ast.ts";
import { endOf } from "../syntax/tokens.ts";
import { costsOf, type RuleCost, showCosts } from "./cost.ts";
import { ACTIONS, code, describeArgument, describeCall, describeConstant, describeGroup } from "./describe.ts";
import { constantNamed, occurrencesOf } from "./names.ts";
import { callsHere } from "./place.ts";
import { readWords, type Word } from "./reading.ts";
import { archesAt, blockAt, contains, filtersOf, type Snapshot } from "./snapshot.ts";

export interface Hover {
  /** Markdown. */
  readonly text: string;
  readonly span: Span;
}

export function hoverAt(snapshot: Snapshot, offset: number): Hover | undefined {
  const finding = findingPage(snapshot, offset);
  if (finding !== undefined) return finding;
  const words = readWords(snapshot.lexed.tokens);
  const word = wordAt(words, offset);
  if (word === undefined) return undefined;
  const { startOffset: start } = word.token;
  const text = describe(snapshot, word, archesAt(snapshot, start));
  return text === undefined ? undefined : { text, span: spanOf(snapshot, word) };
}

/** The word under an offset; between two that touch, the second. */
export function wordAt(words: readonly Word[], offset: number): Word | undefined {
  const at = words.findLastIndex(({ token }) => token.startOffset <= offset);
  const word = words[at];
  if (word === undefined || endOf(word.token) < offset) return undefined;
  const isMark = word.role === "mark" || word.role === "operator";
  const previous = words[at - 1];
  return isMark && previous !== undefined && endOf(previous.token) === offset ? previous : word;
}

export function spanOf({ source }: Snapshot, { token }: Word): Span {
  return { source: source.name, start: token.startOffset, end: endOf(token) };
}

function describe(snapshot: Snapshot, { token, role, before }: Word, arches: readonly Arch[]): string | undefined {
  const { main } = snapshot;
  switch (role) {
    case "call":
      return describeCall(token.image, arches, groupsWith(main, token.image));
    case "argument": {
      const called = before.block === "test" ? before.calls : callsHere(before);
      return called.map(call => describeArgument(call, token.image, arches)).find(found => found !== undefined);
    }
    case "constant":
    case "constant-definition":
      return describeOwnConstant(snapshot, token.image, token.startOffset) ?? describeConstant(token.image, arches);
    case "arch":
      return isArch(token.image) ? describeArch(token.image) : undefined;
    case "action":
      return describeRule(snapshot, token.startOffset) ?? ACTIONS[token.image];
    case "group":
    case "group-definition":
      return describeUse(snapshot, token.startOffset);
    case "string":
      return describeImport(main, token.startOffset);
    case "policy":
    case "policy-definition":
      return describePolicy(snapshot, token.image);
    case "keyword":
      return KEYWORDS[token.image];
    default:
      return undefined;
  }
}

/** In a comment that answers for a finding, the finding's page. */
function findingPage({ lexed, source }: Snapshot, offset: number): Hover | undefined {
  const comment = lexed.comments.find(each => contains({ start: each.startOffset, end: endOf(each) }, offset));
  if (comment === undefined || !comment.image.includes("policyc-ignore")) return undefined;
  for (const { 0: slug, index } of comment.image.matchAll(/[a-z0-9]+(?:-[a-z0-9]+)*/g)) {
    const start = comment.startOffset + index;
    const span = { source: source.name, start, end: start + slug.length };
    if (contains(span, offset) && Object.hasOwn(RULE_PAGES, slug)) return { text: RULE_PAGES[slug]!, span };
  }
  return undefined;
}

// --- Names --------------------------------------------------------------------------------------------------------

/** Groups in reach of the file, and of the whole library, that have a rule for the call. */
export function groupsWith(main: Module, call: string): readonly string[] {
  const imported = main.imports.flatMap(({ alias, module }) =>
    [...module.groups.values()].map(group => ({
      group,
      name: alias === undefined ? group.name.text : `${alias}.${group.name.text}`,
    })),
  );
  const own = [...main.groups.values()].map(group => ({ group, name: group.name.text }));
  return [...own, ...imported]
    .filter(({ group }) =>
      group.items.some(
        item =>
          item.kind === "rule" && item.targets.some(({ call: of }) => of.kind === "name" && of.name.text === call),
      ),
    )
    .map(({ name }) => name);
}

function describeOwnConstant(snapshot: Snapshot, name: string, offset: number): string | undefined {
  const items = blockAt(snapshot, offset)?.items ?? [];
  const locals = new Map(items.filter(item => item.kind === "const").map(item => [item.name.text, item]));
  const found = constantNamed(name, snapshot.main, locals);
  if (found === undefined) return undefined;
  const { source, start, end } = found.span;
  const text = snapshot.sources.find(each => each.name === source)?.text.slice(start, end);
  return text === undefined ? undefined : `${code(text)}\n\nFrom ${shortName(source)}.`;
}

function describeUse({ main }: Snapshot, offset: number): string | undefined {
  const here = occurrencesOf(main).find(({ kind, span }) => kind === "group" && contains(span, offset));
  if (here === undefined) return undefined;
  const modules = [main, ...main.imports.map(each => each.module)];
  const home = modules.find(({ source }) => source.name === here.definition.source);
  const group = home?.groups.get(here.text);
  return group && home && describeGroup(group, shortName(home.source.name));
}

function describeImport({ imports, file }: Module, offset: number): string | undefined {
  const here = file.imports.find(({ specifier }) => contains(specifier.span, offset));
  const found = imports.find(each => each.specifier === here?.specifier.text);
  if (here === undefined || found === undefined) return undefined;
  const groups = [...found.module.groups.values()].map(({ name, doc }) => `- \`${name.text}\`: ${firstSentence(doc)}`);
  const isStd = Object.hasOwn(STANDARD_LIBRARY, found.specifier);
  const head = isStd ? `${code(found.specifier)}\n\nOf the standard library.` : code(found.specifier);
  return groups.length === 0 ? head : `${head}\n\n${groups.join("\n")}`;
}

function firstSentence(doc: string): string {
  return doc.replaceAll("\n", " ").replace(/^(.*?[.:])(?: .*)?$/, "$1");
}

function shortName(source: string): string {
  return source.startsWith("std/") ? `\`${source}\`` : `\`${source.replace(/^.*\//, "")}\``;
}

function describeArch(arch: Arch): string {
  const label = archLabel(arch);
  return `\`${arch}\`, in reports \`${label}\`: seccomp_data.arch is 0x${auditArch(arch).toString(16)}`;
}

function describePolicy(snapshot: Snapshot, name: string): string | undefined {
  const policy = snapshot.main.file.policies.find(each => each.name.text === name);
  if (policy === undefined) return undefined;
  const filters = filtersOf(snapshot, name).map(
    ({ target, program }) => `- ${target}: ${program.length} instructions, proved`,
  );
  const doc = policy.doc === "" ? "" : `\n\n${policy.doc}`;
  const head = code(`policy ${name} for ${policy.targets.map(target => target.text).join(", ")}`);
  return `${head}${doc}${filters.length === 0 ? "" : `\n\n${filters.join("\n")}`}`;
}

// --- Rules --------------------------------------------------------------------------------------------------------

/** The rule whose action stands at the offset: what it decides, and what that costs. */
function describeRule(snapshot: Snapshot, offset: number): string | undefined {
  const block = blockAt(snapshot, offset);
  const rule = block?.items.find((item): item is Rule => item.kind === "rule" && item.action.span.start === offset);
  if (block === undefined || rule === undefined) return undefined;
  const calls = rule.targets.map(({ call }) => (call.kind === "name" ? call.name.text : `syscall(${call.nr.value})`));
  const what = `${ACTIONS[rule.action.name.text] ?? ""}\n\nDecides ${calls.map(call => `\`${call}\``).join(", ")}${
    rule.otherwise ? ", after every other rule" : ""
  }.`;
  const costs = costsOf("targets" in block ? filtersOf(snapshot, block.name.text) : [], rule.span);
  return costs.length === 0 ? what : `${what}\n\n${costs.map(showCost).join("\n")}`;
}

function showCost(cost: RuleCost): string {
  const place = cost.arch === cost.target ? cost.arch : `${cost.arch} on ${cost.target}`;
  const how = cost.cached
    ? `cached by the kernel (5.11 and later): the filter does not run; before that, ${cost.instructions} instructions`
    : cost.instructions === undefined
      ? "decides nothing: earlier rules decide every call"
      : `the filter runs, ${showCosts([cost])} to \`${showAction(cost.action)}\``;
  return `- ${place} \`${cost.call}\`: ${how}`;
}

const KEYWORDS: { readonly [word: string]: string } = {
  default: "Decides known calls that no rule decides. Every policy has one.",
  unknown:
    "Decides numbers that the kernel does not assign on this ABI; with `after 6.12`, those that Linux 6.12 does not.",
  foreign: "Decides calls through another architecture than the policy's. Left out, it is `kill`.",
  compat: "Opts a second ABI in, with its own numbers: `compat i386` on x86_64.",
  otherwise: "This rule is tried after every other rule of the policy.",
  use: "Splices the rules of a group here. First match wins, so a rule of your own before it overrides it.",
  on: "Only on these architectures.",
  raw: "A whole argument register, `raw[0]` to `raw[5]`, whatever the kernel reads of it.",
  syscall: "A call by its number.",
  limits: "Resource limits of the sandbox. Not part of the filter: what launches the program sets them.",
  files: "What the program sees of the file system. Not part of the filter: what launches the program sets it up.",
  namespaces: "Namespaces of its own that the program gets.",
  network: "What the program may reach over the network.",
  env: "The environment variables of the program.",
};
