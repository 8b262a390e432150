// A forbidden call for people: what it was, the statement of the policy that forbids it, and the smallest rule that would allow
// it. What was read of the process is beside that and decides nothing.

import {
  type Arch,
  archOf,
  type Decision,
  decide,
  type Filter,
  type Source,
  showAction,
  syscallByNr,
} from "../compiler/index.ts";
import { describeCall, type SeenCall } from "./describe-call.ts";
import { describeHeld } from "./describe-held.ts";
import { escapeControls } from "./escape.ts";
import type { Held } from "./held-process.ts";
import { argumentsOf, place, type Suggestion, suggestRule } from "./suggest-rule.ts";

export interface Report {
  /** The calling thread as the monitor saw it; 0 where that cannot be told. */
  readonly tid: number;
  /** What the thread called itself: forgeable, and empty when it was gone already. */
  readonly program: string;
  readonly data: SeenCall;
  /** What the process looked like while the call was held. Untrusted; undefined where it could not be looked at. */
  readonly held?: Held;
}

export interface Violation extends Report {
  /** The ABI the call came through; undefined for a machine without a table. */
  readonly arch: Arch | undefined;
  /** The call's name on that ABI, where it has one. */
  readonly call: string | undefined;
  /** `[X86-32] getpid [20]() IP: 0x401682` */
  readonly description: string;
  /** `crc4.policy:5 default kill` */
  readonly because: string;
  /** What was seen of the process while the call was held, a line each, for people. As read: untrusted. */
  readonly details: readonly string[];
  readonly suggestion: Suggestion;
}

/** The policy a program ran under: as written, as launched (kills notified, guards added), and its siblings' targets. */
export interface Enforced {
  readonly written: Filter;
  readonly launched: Filter;
  readonly targets: readonly Arch[];
  readonly sources: readonly Source[];
}

export function describeViolation(enforced: Enforced, report: Report): Violation {
  const { data } = report;
  const arch = archOf(data.arch, data.nr);
  const decision = decideSeen(enforced, data);
  return {
    ...report,
    program: escapeControls(report.program),
    arch,
    call: arch && syscallByNr(arch, data.nr)?.name,
    description: describeCall(data),
    details: report.held === undefined ? [] : describeHeld(report.tid, report.held),
    because:
      decision === undefined
        ? "a rule on its arguments, which are not known"
        : describeDecision(decision, enforced.sources),
    suggestion:
      decision === undefined
        ? { kind: "none", why: "the arguments decide and are not known; run with the monitor to see them" }
        : suggestRule(enforced, decision, data),
  };
}

/** undefined when the arguments decide and were not seen. */
function decideSeen({ written, launched }: Enforced, { args, ...rest }: SeenCall): Decision | undefined {
  const data = { ...rest, args: args ?? ([0n, 0n, 0n, 0n, 0n, 0n] as const) };
  const guarded = decide(launched.model, data);
  if (guarded.by.kind === "guard") return guarded;
  const tested = written.model.abis.some(abi =>
    abi.rules.some(rule => rule.nr === data.nr && argumentsOf(rule.condition).length > 0),
  );
  return args === undefined && tested ? undefined : decide(written.model, data);
}

/** `crc4.policy:5 default kill`: where the statement stands, then what it says. */
export function describeDecision({ by, action }: Decision, sources: readonly Source[]): string {
  const verdict = showAction(action);
  switch (by.kind) {
    case "rule": {
      const name = syscallByNr(by.abi.arch, by.rule.nr)?.name ?? `syscall(${by.rule.nr})`;
      const uses = by.rule.origin.uses.map(use => `, used at ${place(use, sources)}`).join("");
      return `${place(by.rule.origin.span, sources)} ${verdict} ${name}${uses}`;
    }
    case "default":
    case "unknown":
    case "foreign": {
      const { origin } = by.fallback;
      return origin
        ? `${place(origin.span, sources)} ${by.kind} ${verdict}`
        : `${by.kind} ${verdict}, as no \`${by.kind}\` is written`;
    }
    case "guard":
      return "a program that answers to a monitor may not add filters of its own";
    case "ticket":
    case "no-call":
      return verdict;
  }
}
