// The smallest rule that would allow a call that a policy forbids, and where it has to stand; or why no rule can.

import {
  type Arch,
  archOf,
  type Condition,
  type Decision,
  position,
  type Source,
  type Span,
  syscall,
  syscallByNr,
} from "../compiler/index.ts";
import { asRead, type SeenCall } from "./describe-call.ts";
import type { Enforced } from "./violation.ts";

/** rule: add this text, above the statement that decides now where `before` names one. none: no rule can, and why. */
export type Suggestion =
  | { readonly kind: "rule"; readonly rule: string; readonly before: string | undefined }
  | { readonly kind: "none"; readonly why: string };

/** The rule names the arguments that the policy already tests for this call, at the values seen, and no others. */
export function suggestRule({ written, targets, sources }: Enforced, { by }: Decision, data: SeenCall): Suggestion {
  if (by.kind === "foreign") return { kind: "none", why: whyForeign(written.target, archOf(data.arch, data.nr)) };
  if (by.kind === "guard")
    return { kind: "none", why: "no rule can: the newest filter is asked first, so this would be an escape" };
  if (!("abi" in by)) return { kind: "none", why: "the policy lets it pass" };

  const { abi } = by;
  const call = syscallByNr(abi.arch, data.nr);
  const target = call ? `${call.name}${onlyOn(call.name, abi.arch, targets)}` : `syscall(${data.nr})`;
  const tested = new Set(abi.rules.filter(rule => rule.nr === data.nr).flatMap(rule => argumentsOf(rule.condition)));
  const terms = (call?.args ?? []).flatMap((arg, index) => {
    const register = data.args?.[index];
    return register === undefined || arg.pointer || !tested.has(index)
      ? []
      : [`${arg.name} == ${asRead(arg, register)}`];
  });
  const guard = terms.length === 0 ? "" : ` if ${terms.join(" and ")}`;
  const before = by.kind === "rule" ? place(by.rule.origin.uses.at(-1) ?? by.rule.origin.span, sources) : undefined;
  return { kind: "rule", rule: `allow ${target}${guard}`, before };
}

function whyForeign(target: Arch, came: Arch | undefined): string {
  if (came === undefined) return "no rule can: the call came through an ABI that policyc has no table for";
  const compat = came === "x32" ? "" : `; only \`compat ${came}\`, with rules \`on ${came}\`, opens that way in`;
  return `no rule for ${target} can: the call came through ${came}, whose numbers mean other calls${compat}`;
}

/** A name that another target lacks, or a second ABI's own call, must say where it holds. */
function onlyOn(name: string, arch: Arch, targets: readonly Arch[]): string {
  return targets.every(target => syscall(target, name) !== undefined) && targets.includes(arch) ? "" : ` on ${arch}`;
}

/** Indices of the arguments that a condition looks at. */
export function argumentsOf(condition: Condition): number[] {
  switch (condition.kind) {
    case "always":
    case "never":
      return [];
    case "not":
      return argumentsOf(condition.of);
    case "and":
    case "or":
      return condition.of.flatMap(argumentsOf);
    case "masked":
    case "atMost":
      return [condition.argument.index];
    case "same":
    case "less":
      return [condition.left.index, condition.right.index];
  }
}

/** `crc4.policy:5` */
export function place(span: Span, sources: readonly Source[]): string {
  const source = sources.find(({ name }) => name === span.source);
  return source ? `${span.source}:${position(source, span.start).line}` : span.source;
}
