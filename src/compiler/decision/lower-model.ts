// A model to its decision DAG. The arch is tested first: a number means nothing before it. Then the number is looked up in
// ranges of equal verdict, and below it stand the call's guards, its ticket and its rules in text order. A call whose verdict
// is a constant ALLOW is decided by arch and nr alone, so the kernel's action cache can hold it.

import { auditArch, X32_SYSCALL_BIT } from "../abi/arch.ts";
import {
  OFFSET_ARCH,
  OFFSET_NR,
  SECCOMP_RET_ALLOW,
  SECCOMP_RET_ERRNO,
  SECCOMP_RET_KILL_PROCESS,
  SECCOMP_RET_KILL_THREAD,
  SECCOMP_RET_LOG,
  SECCOMP_RET_TRACE,
  SECCOMP_RET_TRAP,
  SECCOMP_RET_USER_NOTIF,
} from "../bpf/instruction.ts";
import type { AbiModel, Action, Fallback, Model, ModelRule } from "../policy/model.ts";
import { type Dag, FULL, type Make, type Node } from "./dag.ts";
import { lowerCondition } from "./lower-condition.ts";

export function lowerModel(model: Model, dag: Dag): Node {
  const foreign = fallback(model.foreign, dag);
  const audits = [...new Set(model.abis.map(abi => auditArch(abi.arch)))];
  // The target's ABI comes first in the model and is tested first.
  return audits.reduceRight((otherwise, audit) => {
    const spans = model.abis
      .filter(abi => auditArch(abi.arch) === audit)
      .flatMap(abi => spansOf(model, abi, dag))
      .concat({ start: NO_CALL, last: NO_CALL, node: dag.leaf(SECCOMP_RET_ALLOW) })
      .sort((a, b) => a.start - b.start);
    const tree = halve(fill(spans, 0, NO_CALL, foreign), dag);
    return dag.branch({ kind: "word", offset: OFFSET_ARCH, mask: FULL, op: "jeq", k: audit }, tree, otherwise);
  }, foreign);
}

/** A plain search for the number; the passes make it the best. */
function halve(spans: readonly Span[], dag: Dag): Node {
  if (spans.length === 1) return spans[0]!.node;
  const middle = spans.length >> 1;
  const [below, above] = [halve(spans.slice(0, middle), dag), halve(spans.slice(middle), dag)];
  return dag.branch({ kind: "word", offset: OFFSET_NR, mask: FULL, op: "jge", k: spans[middle]!.start }, above, below);
}

/** nr of a call that a tracer skipped: nothing runs, and a filter that kills would kill for nothing. Before the x32 test. */
const NO_CALL = 0xffffffff;

/** What kernels before 5.4 route to x32's entry points when called by these numbers without bit 30: 520 is execve. */
const X32_LEGACY = { first: 512, last: 547 };

/** Numbers with one verdict, both ends included. */
interface Span {
  readonly start: number;
  readonly last: number;
  readonly node: Node;
}

/** The numbers that belong to this ABI, each with its verdict. */
function spansOf(model: Model, abi: AbiModel, dag: Dag): readonly Span[] {
  const unknown = fallback(abi.unknown, dag);
  const calls = callsOf(model, abi, dag);
  return domainOf(abi).flatMap(({ first, last }) =>
    fill(
      calls.filter(({ start }) => start >= first && start <= last),
      first,
      last,
      unknown,
    ),
  );
}

/** The spans, ascending, and `node` for every number from first to last that is in none. */
function fill(spans: readonly Span[], first: number, last: number, node: Node): readonly Span[] {
  const filled: Span[] = [];
  let free = first;
  for (const span of spans) {
    if (span.start > free) filled.push({ start: free, last: span.start - 1, node });
    filled.push(span);
    free = span.last + 1;
  }
  if (free <= last) filled.push({ start: free, last, node });
  return filled;
}

/** x86_64 and x32 share their audit arch: bit 30 of the number tells which one a call is for. */
function domainOf({ arch }: AbiModel): readonly { readonly first: number; readonly last: number }[] {
  if (arch === "x32") return [{ first: X32_SYSCALL_BIT, last: NO_CALL - 1 }];
  if (arch !== "x86_64") return [{ first: 0, last: NO_CALL - 1 }];
  return [
    { first: 0, last: X32_LEGACY.first - 1 },
    { first: X32_LEGACY.last + 1, last: X32_SYSCALL_BIT - 1 },
  ];
}

/** Every number with a verdict of its own, ascending. */
function callsOf(model: Model, abi: AbiModel, dag: Dag): readonly Span[] {
  const rules = byNumber(abi.rules);
  const guards = byNumber(model.guards.filter(guard => guard.arch === abi.arch));
  const tickets = new Map(abi.arch === model.target ? model.tickets.toReversed().map(call => [call.nr, call]) : []);
  const known = new Set(abi.known);
  const numbers = [...new Set([...rules.keys(), ...guards.keys(), ...tickets.keys(), ...known])].sort((a, b) => a - b);
  return numbers.map(nr => {
    const wrap = ticketWrap(tickets.get(nr)?.action, dag);
    const last = known.has(nr) ? abi.default : abi.unknown;
    const decided = lowerRules(rules.get(nr) ?? [], wrap(fallback(last, dag)), wrap, dag);
    const kill = dag.leaf(SECCOMP_RET_KILL_PROCESS);
    const node = (guards.get(nr) ?? []).reduceRight(
      (rest, guard) => lowerCondition(guard.condition, kill, rest, dag),
      decided,
    );
    return { start: nr, last: nr, node };
  });
}

function byNumber<T extends { readonly nr: number }>(items: readonly T[]): ReadonlyMap<number, readonly T[]> {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const group = groups.get(item.nr);
    if (group === undefined) groups.set(item.nr, [item]);
    else group.push(item);
  }
  return groups;
}

function lowerRules(rules: readonly ModelRule[], otherwise: Node, wrap: (leaf: Node) => Node, dag: Dag): Node {
  return rules.reduceRight((rest, { condition, action, origin }) => {
    const origins = [origin];
    const make: Make = { leaf: dag.leaf, branch: (test, yes, no) => dag.branch(test, yes, no, origins) };
    return lowerCondition(condition, wrap(dag.leaf(retOf(action), origins)), rest, make);
  }, otherwise);
}

/**
 * The ticket is asked for below the rules, on the leaves that it changes: a call that the rules allow anyway runs no ticket
 * code, and the order of the two cannot be told apart from outside.
 */
function ticketWrap(action: Action | undefined, dag: Dag): (leaf: Node) => Node {
  if (action === undefined) return leaf => leaf;
  const granted = dag.leaf(retOf(action));
  return leaf => dag.branch({ kind: "ticket" }, granted, leaf);
}

function fallback({ action, origin }: Fallback, dag: Dag): Node {
  return dag.leaf(retOf(action), origin && [origin]);
}

/** The word that a filter returns for an action. */
export function retOf(action: Action): number {
  switch (action.kind) {
    case "allow":
      return SECCOMP_RET_ALLOW;
    case "log":
      return SECCOMP_RET_LOG;
    case "notify":
      return SECCOMP_RET_USER_NOTIF;
    case "kill":
      return SECCOMP_RET_KILL_PROCESS;
    case "kill-thread":
      return SECCOMP_RET_KILL_THREAD;
    case "errno":
      return SECCOMP_RET_ERRNO | action.errno;
    case "trap":
      return SECCOMP_RET_TRAP | action.data;
    case "trace":
      return SECCOMP_RET_TRACE | action.data;
  }
}
