// What a policy answers to a call, as text: for each target the verdict, the rule that gives it and the instructions it takes. Where
// arguments are left open, every verdict that some value of them gets, with its condition and a call that gets it.

import { type Arch, auditArch, machineOf } from "../abi/arch.ts";
import { showCall } from "../abi/show-call.ts";
import { syscallByNr } from "../abi/syscalls.ts";
import { emulate } from "../bpf/emulate.ts";
import type { SeccompData } from "../bpf/instruction.ts";
import type { Filter } from "../compile.ts";
import type { Diagnostic, Source } from "../diagnostics/diagnostic.ts";
import { position } from "../diagnostics/frame.ts";
import { showAction } from "../policy/action.ts";
import { type ResolvedCall, resolveCall } from "../policy/call.ts";
import { type Decision, decide } from "../policy/decide.ts";
import { casesOf } from "../prove/cases.ts";
import { leaves, restrict } from "../prove/diagram.ts";
import { argWord, WORD_ARCH, WORD_NR, type Word } from "../prove/layout.ts";
import { compose, createLabels } from "../prove/prove.ts";
import { testText } from "../prove/quantity.ts";
import { parseCall } from "../syntax/parse.ts";
import { filtersOf, type Snapshot } from "./snapshot.ts";

/** One line a verdict; what is wrong with the call's text instead where something is. */
export function tryCall(snapshot: Snapshot, policy: string, call: string): readonly string[] {
  const source: Source = { name: "<call>", text: call };
  const { call: pattern, diagnostics } = parseCall(source);
  if (pattern === undefined)
    return diagnostics.length > 0 ? diagnostics.map(told) : ["write one call, as in `read(0, _, 5)`"];
  const found: Diagnostic[] = [];
  const lines = filtersOf(snapshot, policy).flatMap(filter => {
    const resolved = resolveCall(pattern, filter.target, snapshot.main, each => found.push(each));
    if (resolved === undefined || machineOf(resolved.arch) !== machineOf(filter.target)) return [];
    return answers(filter, resolved, snapshot.sources);
  });
  return lines.length > 0 || found.length === 0 ? lines : [...new Set(found.map(told))];
}

function told({ message, hint }: Diagnostic): string {
  return hint === undefined ? message : `${message}: ${hint}`;
}

function answers(filter: Filter, call: ResolvedCall, sources: readonly Source[]): readonly string[] {
  const known = knownWords(call);
  const labels = createLabels();
  const composed = compose([{ model: filter.model, leaf: labels.leaf }]);
  if (!composed.ok) return [`${filter.target}: cannot be said: ${composed.reason}`];
  const diagram = restrict(composed.diagrams[0]!, known);
  const { cases } = casesOf(diagram);
  const isOpen = call.args.some(arg => arg === undefined);
  return leaves(diagram).map(({ value, data }) => {
    const example = { ...data, ...exact(call, data) };
    const when = cases
      .filter(each => each.value === value)
      .map(each => each.when.map(test => testText(test, of => nameOf(call, of))).join(" and "))
      .filter(each => each !== "");
    const condition = !isOpen || when.length === 0 ? "" : ` if ${when.join(", or ")}`;
    const decision = decide(filter.model, example);
    const { path } = emulate(filter.program, example);
    const verdict = `${showAction(decision.action)}${condition}`;
    const length = `${path.length} instruction${path.length === 1 ? "" : "s"}`;
    return `${filter.target}: ${verdict}; ${whose(decision, sources)}, ${length}, as ${showCall(example)}`;
  });
}

function exact(call: ResolvedCall, data: SeccompData): Pick<SeccompData, "arch" | "nr" | "args"> {
  const args = data.args.map((open, index) => call.args[index] ?? open) as unknown as SeccompData["args"];
  return { arch: auditArch(call.arch), nr: call.nr, args };
}

function knownWords({ arch, nr, args }: ResolvedCall): ReadonlyMap<Word, number> {
  const words = new Map<Word, number>([
    [WORD_ARCH, auditArch(arch)],
    [WORD_NR, nr],
  ]);
  args.forEach((arg, index) => {
    if (arg === undefined) return;
    words.set(argWord(index, "lo"), Number(arg & 0xffffffffn));
    words.set(argWord(index, "hi"), Number(arg >> 32n));
  });
  return words;
}

type Of = Parameters<NonNullable<Parameters<typeof testText>[1]>>[0];

function nameOf({ arch, nr }: { readonly arch: Arch; readonly nr: number }, of: Of): string {
  if (typeof of !== "number") return of;
  return syscallByNr(arch, nr)?.args[of]?.name ?? `raw[${of}]`;
}

function whose({ by }: Decision, sources: readonly Source[]): string {
  if (by.kind !== "rule") return `by \`${by.kind}\``;
  const { span, uses } = by.rule.origin;
  const own = uses.at(-1) ?? span;
  const source = sources.find(each => each.name === own.source);
  return source === undefined ? `by ${own.source}` : `by the rule in line ${position(source, own.start).line}`;
}
