// What C libraries need besides the calls that a policy names: the other call that a function makes, the error that makes it
// fall back, and restart_syscall. Only the user's own rules are asked; a rule of their own on the sibling is their answer.

import { syscall } from "../abi/syscalls.ts";
import type { Diagnostic, Fix } from "../diagnostics/diagnostic.ts";
import { missingRestart, missingSibling, needsEnosys } from "../diagnostics/libraries.ts";
import { showAction } from "../policy/action.ts";
import type { Action } from "../policy/model.ts";
import type { ResolvedRule } from "../policy/resolve.ts";
import { PROBED, type Probed, RESUMED, SIBLINGS, type Sibling } from "./libc-facts.ts";
import { type Abi, fallbackFor, isOwn, isUnconditional, passes } from "./verdicts.ts";

export function checkLibraries(abis: readonly Abi[], report: (diagnostic: Diagnostic) => void): void {
  for (const abi of abis) {
    for (const sibling of SIBLINGS) checkSibling(abi, abis, sibling, report);
    for (const probed of PROBED) checkProbed(abi, probed, report);
  }
  checkRestart(abis, report);
}

/** all: the policy's ABIs, for a fix that holds on each. */
function checkSibling(abi: Abi, all: readonly Abi[], facts: Sibling, report: (diagnostic: Diagnostic) => void): void {
  const { call, sibling, how } = facts;
  const rule = ownPassing(abi, call).find(each => how !== "other-libc" || isUnconditional(each));
  const verdict = rule && denial(abi, sibling);
  if (rule === undefined || verdict === undefined || !breaks(how, verdict)) return;
  const isEverywhere = all.every(({ arch }) => syscall(arch, sibling) !== undefined);
  const fix = siblingFix(rule, facts, isEverywhere ? sibling : `${sibling}?`);
  report(missingSibling(rule.origin.span, { ...facts, verdict: showAction(verdict), fix }));
}

/** A guess: what the sibling may do is for a person to say. A condition on the one call need not make sense on the other. */
function siblingFix({ statement }: ResolvedRule, { sibling, how }: Sibling, name: string): Fix | undefined {
  if (how === "tried-first") {
    const text = `errno(ENOSYS) ${name}\n  `;
    const span = { ...statement.span, end: statement.span.start };
    return { title: `answer ${sibling} with ENOSYS`, guess: true, edits: [{ span, text }] };
  }
  const isUnconditionalText = [statement.guard, ...statement.targets.map(target => target.guard)].every(
    guard => guard.condition === undefined && guard.on === undefined,
  );
  return isUnconditionalText ? { ...allowBeside(statement, name), title: `allow ${sibling}`, guess: true } : undefined;
}

function breaks(how: Sibling["how"], verdict: Action): boolean {
  const isError = verdict.kind === "errno";
  switch (how) {
    case "replaced":
    case "other-libc":
      return true;
    case "tried-first":
      return !isError || verdict.errno !== ENOSYS;
    case "beside":
      return !isError;
  }
}

/** What the policy does with a call of which none passes; undefined where some may, or where own rules say what is meant. */
function denial(abi: Abi, call: string): Action | undefined {
  const fallback = fallbackFor(abi, call);
  const rules = abi.calls.get(call) ?? [];
  if (fallback === undefined || rules.some(isOwn)) return undefined;
  const actions = [...rules.map(({ action }) => action), ...(rules.some(isUnconditional) ? [] : [fallback])];
  return actions.every(({ kind }) => DENIES.includes(kind)) ? actions[0] : undefined;
}

const DENIES: readonly Action["kind"][] = ["kill", "kill-thread", "trap", "errno"];

const ENOSYS = 38; // asm-generic/errno.h

function ownPassing(abi: Abi, call: string): readonly ResolvedRule[] {
  return (abi.calls.get(call) ?? []).filter(rule => isOwn(rule) && passes(rule.action));
}

// --- ENOSYS -------------------------------------------------------------------------------------------------------

function checkProbed(abi: Abi, { call, how, by }: Probed, report: (diagnostic: Diagnostic) => void): void {
  for (const rule of abi.calls.get(call) ?? []) {
    // An error for some arguments only is meant for these, and the call itself is there.
    if (!isOwn(rule) || rule.action.kind !== "errno" || rule.action.errno === ENOSYS || !isUnconditional(rule))
      continue;
    const verdict = showAction(rule.action);
    report(needsEnosys(rule.origin.span, { call, verdict, how, by, fix: enosysInstead(rule) }));
  }
}

/** Where all calls of the statement are of this kind. */
function enosysInstead({ statement }: ResolvedRule): Fix | undefined {
  const { action, targets } = statement;
  const probed = targets.every(({ call }) => call.kind === "name" && PROBED.some(each => each.call === call.name.text));
  if (!probed || action.value === undefined) return undefined;
  return { title: "write errno(ENOSYS)", edits: [{ span: action.value.span, text: "ENOSYS" }] };
}

// --- restart_syscall ----------------------------------------------------------------------------------------------

/** Once a policy: one rule mends all of them. */
function checkRestart(abis: readonly Abi[], report: (diagnostic: Diagnostic) => void): void {
  for (const abi of abis) {
    const verdict = denial(abi, "restart_syscall");
    if (verdict === undefined) continue;
    const sleeping = RESUMED.flatMap(call => ownPassing(abi, call));
    const first = sleeping.toSorted((a, b) => a.origin.span.start - b.origin.span.start)[0];
    if (first === undefined) continue;
    report(
      missingRestart(
        first.origin.span,
        first.call,
        showAction(verdict),
        allowBeside(first.statement, "restart_syscall"),
      ),
    );
    return;
  }
}

/** Beside the call where that is the same rule for it, else a rule in front. */
function allowBeside(statement: ResolvedRule["statement"], call: string): Fix {
  const { targets, guard, action, span } = statement;
  const last = targets.at(-1)!;
  const isBare = guard.on === undefined && guard.condition === undefined && !statement.otherwise;
  const title = `allow ${call}`;
  if (isBare && targets.length > 1) {
    const end = { ...last.span, start: last.span.end };
    return { title, edits: [{ span: end, text: `, ${call}` }] };
  }
  const start = { ...span, end: span.start };
  return { title, edits: [{ span: start, text: `${action.name.text} ${call}\n  ` }] };
}
