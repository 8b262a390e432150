// What can be wrong with a rule that decides as written, and still lets more through than it seems to.

import type { Diagnostic, Span } from "./diagnostic.ts";
import { error, names, type Related, warning } from "./finding.ts";

export type DangerCode = "dangerous-call" | "new-namespace" | "terminal-injection" | "writable-code";

export function dangerous(
  span: Span,
  facts: {
    readonly code: DangerCode;
    readonly calls: readonly string[];
    readonly why: string;
    readonly instead: string;
    /** A dangerous call that the rule lets through; none where the whole call is. */
    readonly witness: string | undefined;
  },
): Diagnostic {
  const { code, calls, why, instead, witness } = facts;
  const shown = witness === undefined ? names(calls) : `${names(calls)} with dangerous arguments`;
  const hint = witness === undefined ? instead : `\`${witness}\` passes; ${instead}`;
  switch (code) {
    case "dangerous-call":
      return warning("dangerous-call", span, `this allows ${shown}: ${why}`, hint);
    case "new-namespace":
      return warning("new-namespace", span, `${names(calls)} can make namespaces here: ${why}`, hint);
    case "terminal-injection":
      return warning("terminal-injection", span, `${names(calls)} can write into the terminal's input: ${why}`, hint);
    case "writable-code":
      return warning("writable-code", span, `${names(calls)} can make written memory executable: ${why}`, hint);
  }
}

export function voidsRules(
  span: Span,
  call: string,
  facts: {
    readonly voids: readonly string[];
    readonly how: string;
    readonly rules: readonly Span[];
    readonly instead: string | undefined;
  },
): Diagnostic {
  return warning(
    "voids-rules",
    span,
    `\`${call}\` passes by what the policy says of ${names(facts.voids)}: ${facts.how}`,
    facts.instead ?? `deny \`${call}\`, or allow the others without conditions too`,
    passedBy(facts.rules),
  );
}

export function multiplexerBypass(
  span: Span,
  facts: {
    readonly multiplexer: string;
    readonly calls: readonly string[];
    readonly arch: string;
    readonly rules: readonly Span[];
    readonly witness: string;
  },
): Diagnostic {
  const { multiplexer, calls, arch, rules, witness } = facts;
  return error(
    "multiplexer-bypass",
    span,
    `on ${arch} \`${multiplexer}\` makes the same calls, so what the policy says of ${names(calls)} is passed by`,
    `\`${witness}\` is such a call and is allowed; deny \`${multiplexer}\` with \`errno(ENOSYS)\`, or the single number of \`call\``,
    passedBy(rules),
  );
}

export function defaultAllow(span: Span, action: string): Diagnostic {
  return warning(
    "default-allow",
    span,
    `\`default ${action}\` lets every call run that no rule names, those of later kernels that you never heard of included`,
    "write `default kill` or `default errno(EPERM)`, and allow what the program needs",
  );
}

export function compatWider(span: Span, compat: string, target: string, calls: readonly string[]): Diagnostic {
  return warning(
    "compat-wider",
    span,
    `through ${compat} every ${names(calls)} passes, and on ${target} only some or none`,
    `a program can switch to ${compat} at any time; give the rule for both, without \`on ${target}\``,
  );
}

export function dodgedUpperHalf(
  span: Span,
  facts: { readonly call: string; readonly argument: string; readonly witness: string },
): Diagnostic {
  const { call, argument, witness } = facts;
  return warning(
    "upper-half",
    span,
    `the kernel reads 32 or 64 bits of \`${call}\`'s \`${argument}\`, as another argument says: garbage in the upper half gets past this test`,
    `\`${witness}\` passes; test the lower half alone: \`${argument} & 0xffffffff == ...\``,
  );
}

const SHOWN = 3;

function passedBy(rules: readonly Span[]): Related {
  return rules.slice(0, SHOWN).map(span => ({ span, message: "passed by" }));
}
