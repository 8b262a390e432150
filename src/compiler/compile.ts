// The pipeline on one screen: text -> modules -> resolved policy -> model -> program, verified and proved.

import { ARCHES, type Arch, isArch } from "./abi/arch.ts";
import type { SockFilter } from "./bpf/instruction.ts";
import { verify } from "./bpf/verify.ts";
import { checkPolicy } from "./check/check.ts";
import { type Severities, type Suppressions, suppressionsOf, withSeverity } from "./check/suppress.ts";
import { checkUnused } from "./check/unused.ts";
import type { CostOptions } from "./decision/cost.ts";
import { generate, type Slot } from "./decision/generate.ts";
import { Bug, type Diagnostic, hasErrors, type Source, type Span } from "./diagnostics/diagnostic.ts";
import { nearSizeLimit } from "./diagnostics/libraries.ts";
import { nearest } from "./diagnostics/nearest.ts";
import { RULE_PAGES } from "./diagnostics/pages.gen.ts";
import { noPolicy } from "./diagnostics/spelling.ts";
import { duplicateTarget, notProved, tooLong, unknownArch, unknownPolicy, x32Target } from "./diagnostics/structure.ts";
import { CANARY_ERRNO, CANARY_NR } from "./launch/canary.ts";
import { type Cell, readCell } from "./policy/cell.ts";
import { lower } from "./policy/lower.ts";
import type { Model, Origin, TicketedCall } from "./policy/model.ts";
import { type Loaded, loadModules, type Module, type Read } from "./policy/modules.ts";
import { type ResolvedPolicy, resolveLooseGroups, resolvePolicy } from "./policy/resolve.ts";
import { monitored, withCanary, withTickets } from "./policy/variants.ts";
import { proveProgram } from "./prove/prove.ts";
import type { Policy, Section } from "./syntax/ast.ts";
import { type ResolvedTest, resolveTests } from "./testing/resolve-tests.ts";

/** One policy on one target, ready for the kernel. */
export interface Filter {
  readonly policy: string;
  readonly target: Arch;
  readonly model: Model;
  readonly program: readonly SockFilter[];
  /** Instructions whose k takes one half of the launch's ticket; none unless specialise() gave the model tickets. */
  readonly slots: readonly Slot[];
  /** Per instruction: the rules it serves. */
  readonly origins: readonly (readonly Origin[])[];
  /** What the program was made cheap for. */
  readonly cost: CostOptions;
  /** What the policy says of files, limits, ...: not enforced by the program. */
  readonly sections: readonly Section[];
  /** The same, read and typed. */
  readonly cell: Cell;
  /** Where the policy stands in its source. */
  readonly span: Span;
}

export interface CompileOptions extends CostOptions {
  /** Resolves an import that is not of the standard library. Without it there are none. */
  readonly read?: Read;
  /** Only the policy of this name. */
  readonly policy?: string;
  /** Only these of the policy's targets. */
  readonly arches?: readonly Arch[];
  /** How grave findings are, by code, where that is a matter of taste; an error stops the build. */
  readonly severities?: Severities;
}

export interface CompileResult {
  readonly diagnostics: readonly Diagnostic[];
  /** Every text that a span may point into. */
  readonly sources: readonly Source[];
  /** One a policy and target, in the order of the text; empty when there is an error. */
  readonly filters: readonly Filter[];
  /** The file's test blocks, checked but not run: testPolicies() does that. Empty when there is an error. */
  readonly tests: readonly ResolvedTest[];
}

/** Pure and deterministic: same text, imports and options, same bytes. Throws Bug when the program is not what the text says. */
export function compile(source: Source, options: CompileOptions = {}): CompileResult {
  const steps = compileInSteps(loadModules(source, options.read ?? (() => undefined)), options);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** The same of a text that is parsed already, with a rest after each policy and target: who waits may do other things, or stop. */
export function* compileInSteps(loaded: Loaded, options: CompileOptions = {}): Generator<undefined, CompileResult> {
  const { main, sources, diagnostics: syntax } = loaded;
  const suppressions = suppressionsOf(sources, Object.keys(RULE_PAGES));
  const findings = collectFindings(syntax, suppressions, options.severities ?? {});
  const policies = choosePolicies(main, options.policy, findings);
  const resolved: Resolved[] = [];
  for (const policy of policies) {
    resolved.push(...(yield* resolveTargets(policy, main, findings)));
    yield;
  }
  const arches = resolved.map(({ policy }) => policy.target);
  resolveLooseGroups(main, arches.length > 0 ? arches : ["x86_64", "aarch64"], findings.report);
  const tests = resolveTests(
    main,
    resolved.map(({ policy }) => policy),
    findings.report,
  );
  if (!findings.broken()) checkUnused(main, findings.report);
  for (const each of suppressions.problems) findings.report(each);
  const wanted = resolved.filter(({ policy }) => options.arches?.includes(policy.target) ?? true);
  const filters: Filter[] = [];
  for (const each of findings.broken() ? [] : wanted) {
    filters.push(...build(each, options, findings));
    yield;
  }
  for (const each of suppressions.refused()) findings.report(each);
  // What was not checked, or checked in part, says nothing about a comment.
  const isWhole = options.policy === undefined && options.arches === undefined;
  if (isWhole && !findings.broken()) {
    for (const each of suppressions.unused()) if (each.span.source === main.source.name) findings.report(each);
  }
  const diagnostics = inTextOrder(findings.all, sources);
  return findings.broken()
    ? { diagnostics, sources, filters: [], tests: [] }
    : { diagnostics, sources, filters, tests };
}

/** The same policy for a launch: kill answered by a monitor, and the calls that the launcher itself still makes. */
export function specialise(
  filter: Filter,
  how: { readonly monitored: boolean; readonly tickets: readonly TicketedCall[] },
): Filter {
  const made = regenerated(filter, withTickets(how.monitored ? monitored(filter.model) : filter.model, how.tickets));
  if (made === undefined)
    throw new Bug("the launch program is too long or beyond proof, and that of its policy is not");
  return made;
}

/**
 * The same policy for an emitted sandbox_me_here(), which asks the canary whether the filter is really in. undefined: the
 * policy's program is so near the kernel's limit that the canary has no room.
 */
export function answeringCanary(filter: Filter): Filter | undefined {
  return regenerated(filter, withCanary(filter.model, CANARY_NR, CANARY_ERRNO, { span: filter.span, uses: [] }));
}

function regenerated(filter: Filter, model: Model): Filter | undefined {
  const generated = generate(model, filter.cost);
  const shown = generated.ok ? proved(model, generated) : undefined;
  return shown && { ...filter, model, ...shown };
}

/** File by file as they were read, then from top to bottom: parser and resolver see the same text at different times. */
function inTextOrder(diagnostics: readonly Diagnostic[], sources: readonly Source[]): Diagnostic[] {
  const file = (d: Diagnostic): number => sources.findIndex(source => source.name === d.span.source);
  return diagnostics.toSorted((a, b) => file(a) - file(b) || a.span.start - b.span.start || a.span.end - b.span.end);
}

interface Findings {
  readonly all: readonly Diagnostic[];
  readonly report: (diagnostic: Diagnostic) => void;
  readonly broken: () => boolean;
}

/**
 * Collects findings once each: a rule that is wrong on two targets is one mistake. What a comment answers for, or is set
 * otherwise, is settled here, so that every phase sees what counts.
 */
function collectFindings(first: readonly Diagnostic[], suppressions: Suppressions, severities: Severities): Findings {
  const found = new Map<string, Diagnostic>();
  const all: Diagnostic[] = [];
  const report = (finding: Diagnostic): void => {
    const diagnostic = suppressions.answers(finding) ? undefined : withSeverity(finding, severities);
    if (diagnostic === undefined) return;
    const { code, span, message } = diagnostic;
    const key = `${code} ${span.source} ${span.start} ${span.end} ${message}`;
    if (found.has(key)) return;
    found.set(key, diagnostic);
    all.push(diagnostic);
  };
  for (const diagnostic of first) report(diagnostic);
  return { all, report, broken: () => hasErrors(all) };
}

function choosePolicies(main: Module, name: string | undefined, findings: Findings): readonly Policy[] {
  const { policies, span } = main.file;
  if (name === undefined) {
    const isLibrary = main.file.groups.length > 0 || main.file.consts.length > 0;
    if (policies.length === 0 && !isLibrary && !findings.broken()) findings.report(noPolicy(span));
    return policies;
  }
  const chosen = policies.filter(policy => policy.name.text === name);
  const names = policies.map(policy => policy.name.text);
  if (chosen.length === 0)
    findings.report(unknownPolicy({ ...span, end: span.start }, name, names, nearest(name, names)));
  return chosen.slice(0, 1);
}

interface Resolved {
  readonly policy: ResolvedPolicy;
  readonly cell: Cell;
  readonly span: Span;
}

function* resolveTargets(policy: Policy, main: Module, findings: Findings): Generator<undefined, Resolved[]> {
  // Where the text did not parse, what seems to be missing or dead may be so for what was not understood.
  const torn = findings.all.some(d => d.severity === "error" && isWithin(d.span, policy.span));
  const cell = readCell(policy.sections, findings.report);
  const targets = targetsOf(policy, findings);
  const report: Findings["report"] = d => (torn && d.code === "missing-default" ? undefined : findings.report(d));
  const resolved: ResolvedPolicy[] = [];
  for (const target of targets) {
    const one = resolvePolicy(policy, main, target, targets, report);
    if (one !== undefined) resolved.push(one);
    yield;
  }
  if (!torn) yield* checkPolicy(resolved, findings.report);
  return resolved.map(each => ({ policy: each, cell, span: policy.name.span }));
}

function isWithin(inner: Span, outer: Span): boolean {
  return inner.source === outer.source && inner.start >= outer.start && inner.end <= outer.end;
}

function targetsOf(policy: Policy, findings: Findings): Arch[] {
  const targets = new Map<Arch, Span>();
  for (const { text, span } of policy.targets) {
    const first = isArch(text) ? targets.get(text) : undefined;
    if (!isArch(text)) findings.report(unknownArch(span, text, ARCHES, nearest(text, ARCHES)));
    else if (text === "x32") findings.report(x32Target(span));
    else if (first !== undefined) findings.report(duplicateTarget(span, text, first));
    else targets.set(text, span);
  }
  return [...targets.keys()];
}

function build({ policy, cell, span }: Resolved, options: CompileOptions, findings: Findings): Filter[] {
  const model = lower(policy);
  const cost = costOptions(options);
  const generated = generate(model, cost);
  if (!generated.ok) {
    const rules = generated.costliest.map(({ origin, instructions }) => ({ span: origin.span, instructions }));
    findings.report(tooLong(span, generated.length, rules));
    return [];
  }
  const { name, target, sections } = policy;
  const { length } = generated.program;
  const shown = proved(model, generated);
  if (shown === undefined) {
    findings.report(notProved(span, target));
    return [];
  }
  if (length > NEAR_LIMIT) findings.report(nearSizeLimit(span, target, length));
  return [{ policy: name, target, model, ...shown, cost, sections, cell, span }];
}

function costOptions({ optimise, kernel, profile }: CompileOptions): CostOptions {
  return {
    ...(optimise === undefined ? {} : { optimise }),
    ...(kernel === undefined ? {} : { kernel }),
    ...(profile === undefined ? {} : { profile }),
  };
}

/** Of 4096 (BPF_MAXINSNS, linux/bpf_common.h). */
const NEAR_LIMIT = 3500;

/**
 * The last gate: what the kernel would refuse, or what differs from the text on any input, never leaves the compiler.
 * undefined: the text is beyond what can be proved of any program.
 */
function proved(model: Model, generated: Pick<Filter, "program" | "slots" | "origins">) {
  const { program, slots, origins } = generated;
  const faults = verify(program);
  if (faults.length > 0) throw new Bug(`invalid program: ${faults[0]!.reason} at ${faults[0]!.pc}`);
  const proof = proveProgram(model, program, slots);
  if (!proof.proved && proof.exceeded) return undefined;
  if (!proof.proved)
    throw new Bug(`the program for ${model.policy} on ${model.target} is not what its text says: ${proof.reason}`);
  return { program, slots, origins };
}
