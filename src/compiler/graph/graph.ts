// The decision graph of a filter for a person to read: from a call to its verdict, one node for each set of calls that are answered
// alike, however many tests of numbers the program needs to tell them apart. In: a filter and the texts of its spans; out: nodes with
// ways to other nodes. Invariant: a call takes the first way of a node that fits it; every call of every ABI is in one node.

import { ARCHES, type Arch, auditArch, X32_SYSCALL_BIT } from "../abi/arch.ts";
import { emulate } from "../bpf/emulate.ts";
import type { Filter } from "../compile.ts";
import type { Source } from "../diagnostics/diagnostic.ts";
import { showAction } from "../policy/action.ts";
import type { AbiModel, Action, Fallback } from "../policy/model.ts";
import { type Answer, answersOf, type Executed, type Step } from "./answers.ts";
import { purposeOf } from "./purposes.ts";

export interface Way {
  /** Alternatives a line each; undefined: always, or whatever is left. */
  readonly when: string | undefined;
  readonly to: string;
  readonly executed: Executed | undefined;
}

export interface GraphNode {
  readonly id: string;
  readonly kind: "start" | "calls" | "rest" | "verdict";
  readonly title: string;
  readonly note: string;
  /** Names, in the order of their numbers. */
  readonly calls: readonly string[];
  /** How many of them the kernel's cache lets pass before the filter runs. */
  readonly cached: number;
  /** Of a verdict. */
  readonly action: Action | undefined;
  readonly ways: readonly Way[];
}

export interface Graph {
  readonly policy: string;
  readonly target: Arch;
  readonly nodes: readonly GraphNode[];
}

/** Own rules for more calls than this are told apart by purpose. */
const FEW = 16;
/** More kinds of conditions than this are one node: a page, not a wall. */
const MOST_LADDERS = 24;

export function graphOf(filter: Filter, sources: readonly Source[]): Graph {
  const { model, policy, target } = filter;
  const sets = [...model.abis.flatMap((abi, at) => setsOf(filter, abi, at > 0, sources)), foreignSet(filter)];
  const verdicts = new Map<string, Action>();
  for (const { ways } of sets) for (const { action } of ways) verdicts.set(verdictId(action), action);
  const nodes = sets.map(({ ways, ...set }, at): GraphNode => {
    const to = ways.map(({ when, action, executed }) => ({ when, to: verdictId(action), executed }));
    return { ...set, id: `set${at}`, action: undefined, ways: to };
  });
  const start: GraphNode = {
    ...{ id: "start", kind: "start", title: `${policy} for ${target}`, calls: [], cached: 0, action: undefined },
    note: `${filter.program.length} instructions`,
    ways: nodes.map(({ id }) => ({ when: undefined, to: id, executed: undefined })),
  };
  const ends = [...verdicts].map(([id, action]): GraphNode => {
    return {
      id,
      kind: "verdict",
      title: showAction(action),
      note: meaningOf(action),
      calls: [],
      cached: 0,
      action,
      ways: [],
    };
  });
  return { policy, target, nodes: [start, ...nodes, ...ends] };
}

function verdictId(action: Action): string {
  return `to_${showAction(action).replace(/\W+/g, "_")}`;
}

function meaningOf(action: Action): string {
  switch (action.kind) {
    case "allow":
      return "the call runs";
    case "log":
      return "the call runs, and is logged";
    case "notify":
      return "a supervisor answers";
    case "trace":
      return "a tracer is asked";
    case "errno":
      return "the call fails, the program goes on";
    case "trap":
      return "the program gets SIGSYS";
    case "kill":
      return "the process ends";
    case "kill-thread":
      return "the thread ends";
  }
}

/** A node before its verdicts have names. */
interface CallSet extends Omit<GraphNode, "id" | "action" | "ways"> {
  readonly ways: readonly Pick<Step, "when" | "action" | "executed">[];
}

function setsOf(filter: Filter, abi: AbiModel, isCompat: boolean, sources: readonly Source[]): readonly CallSet[] {
  const answers = answersOf(filter, abi);
  const prefix = isCompat ? `${abi.arch}: ` : "";
  const [fixed, open] = [
    answers.filter(each => each.steps.length === 1),
    answers.filter(each => each.steps.length > 1),
  ];
  const byRule = fixed.filter(({ steps: [step] }) => step!.by === "rule" || step!.by === "guard");
  const byDefault = fixed.filter(({ steps: [step] }) => step!.by === "default");
  const titleOf = fixedTitles(byRule, sources);
  const sets = [
    ...together(byRule, answer => `${showAction(answer.steps[0]!.action)} ${titleOf(answer)}`).map(each =>
      setOf(each, "calls", prefix + titleOf(each[0]!)),
    ),
    ...openSets(open, prefix),
    ...(byDefault.length === 0 ? [] : [setOf(byDefault, "rest", `${prefix}calls that no rule names`)]),
  ];
  return [...sets, unknownSet(filter, abi, prefix)];
}

/** What a set of calls with constant verdicts is called: by the `use` that brought them, or what they are for. */
function fixedTitles(answers: readonly Answer[], sources: readonly Source[]): (answer: Answer) => string {
  const own = answers.filter(({ steps: [step] }) => usedBy(step!, sources) === undefined).length;
  return ({ name, steps: [step] }) => {
    if (step!.by === "guard") return "filters of its own, which notify rules forbid";
    return usedBy(step!, sources) ?? (own > FEW ? purposeOf(name) : "own rules");
  };
}

function usedBy({ origin }: Step, sources: readonly Source[]): string | undefined {
  const use = origin?.uses.at(-1);
  if (use === undefined) return undefined;
  const text = sources.find(({ name }) => name === use.source)?.text.slice(use.start, use.end) ?? "use";
  return text
    .replace(/\/\/.*/g, "")
    .replace(/\s+/g, " ")
    .trim();
}

/** Calls with conditions: a set for each ladder, those of the most calls first; what is beyond a page's worth in one. */
function openSets(open: readonly Answer[], prefix: string): readonly CallSet[] {
  const key = ({ steps }: Answer) => JSON.stringify(steps.map(({ when, action }) => [when, showAction(action)]));
  const ladders = together(open, key);
  const shown = ladders.length <= MOST_LADDERS ? ladders : ladders.slice(0, MOST_LADDERS - 1);
  const rest = ladders.slice(shown.length).flat();
  const sets = shown.map(each => setOf(each, "calls", prefix + namesOf(each)));
  if (rest.length === 0) return sets;
  const ways = together(
    rest.flatMap(({ steps }) => steps),
    ({ action }) => showAction(action),
  ).map(steps => {
    return { when: "by its arguments", action: steps[0]!.action, executed: spanOf(steps) };
  });
  return [...sets, { ...setOf(rest, "calls", `${prefix}more calls with conditions`), ways }];
}

const MOST_NAMES = 3;

function namesOf(answers: readonly Answer[]): string {
  const names = answers.map(({ name }) => name);
  const more = names.length - MOST_NAMES;
  return more <= 0 ? names.join(", ") : `${names.slice(0, MOST_NAMES).join(", ")} and ${more} more`;
}

function setOf(answers: readonly Answer[], kind: "calls" | "rest", title: string): CallSet {
  const cached = answers.filter(each => each.cached).length;
  const calls = answers.map(({ name }) => name);
  const ways = answers[0]!.steps.map(({ when, action }, at) => {
    return { when, action, executed: spanOf(answers.map(({ steps }) => steps[at]!)) };
  });
  return { kind, title, note: countOf(calls.length, cached), calls, cached, ways };
}

function countOf(calls: number, cached: number): string {
  const count = `${calls} call${calls === 1 ? "" : "s"}`;
  if (cached === 0) return count;
  return `${count}, ${cached === calls ? (calls === 1 ? "cached" : "all cached") : `${cached} cached`}`;
}

function spanOf(steps: readonly Pick<Step, "executed">[]): Executed {
  const all = steps.map(({ executed }) => executed);
  return { min: Math.min(...all.map(({ min }) => min)), max: Math.max(...all.map(({ max }) => max)) };
}

/** Each set where its first member was. */
function together<T>(all: readonly T[], key: (each: T) => string): readonly (readonly T[])[] {
  const sets = new Map<string, T[]>();
  for (const each of all) {
    const same = sets.get(key(each));
    if (same === undefined) sets.set(key(each), [each]);
    else same.push(each);
  }
  return [...sets.values()];
}

/** Numbers that the policy's kernel does not assign: those beside an assigned one stand for all. */
function unknownSet(filter: Filter, abi: AbiModel, prefix: string): CallSet {
  const ruled = new Set(abi.rules.map(({ nr }) => nr));
  const known = new Set(abi.known);
  const beside = abi.known.flatMap(nr => [nr - 1, nr + 1]).filter(nr => nr >= 0 && !known.has(nr) && !ruled.has(nr));
  const runs = beside.map(nr => lengthOf(filter, auditArch(abi.arch), nr));
  return restSet(`${prefix}numbers that no call has`, "", abi.unknown, runs);
}

function foreignSet(filter: Filter): CallSet {
  const own = new Set(filter.model.abis.map(({ arch }) => arch));
  const others = ARCHES.filter(arch => !own.has(arch));
  const runs = others.map(arch => lengthOf(filter, auditArch(arch), arch === "x32" ? X32_SYSCALL_BIT : 0));
  return restSet("calls through another ABI", others.join(", "), filter.model.foreign, runs);
}

function lengthOf({ program }: Filter, arch: number, nr: number): number {
  return emulate(program, { nr, arch, instruction_pointer: 0n, args: [0n, 0n, 0n, 0n, 0n, 0n] }).path.length;
}

function restSet(title: string, note: string, { action }: Fallback, runs: readonly number[]): CallSet {
  const executed = { min: Math.min(...runs), max: Math.max(...runs) };
  return { kind: "rest", title, note, calls: [], cached: 0, ways: [{ when: undefined, action, executed }] };
}

/** `5`, `5 to 9`. */
export function showExecuted({ min, max }: Executed): string {
  return min === max ? `${min}` : `${min} to ${max}`;
}

/** A line a node, and one for each of its ways. */
export function showGraph({ nodes }: Graph): string {
  return nodes
    .flatMap(({ id, kind, title, note, calls, ways }) => [
      `${id} ${kind}: ${title}${note === "" ? "" : ` (${note})`}${calls.length === 0 ? "" : `: ${calls.join(" ")}`}`,
      ...ways.map(({ when, to, executed }) => {
        const cost = executed === undefined ? "" : `, ${showExecuted(executed)} executed`;
        return `  -> ${to}${when === undefined ? "" : ` if ${when.replaceAll("\n", " ")}`}${cost}`;
      }),
    ])
    .map(line => `${line}\n`)
    .join("");
}
