// Arguments of which the kernel reads 32 or 64 bits, as another argument says (fcntl.arg: an int for F_SETFL, a pointer for
// F_SETLK). Their tests look at all 64, so one that denies a value is passed by the same value with garbage above it. Decided
// exactly: a call that passes, and would not with its upper half zero.

import { auditArch } from "../abi/arch.ts";
import { showCall } from "../abi/show-call.ts";
import { syscall } from "../abi/syscalls.ts";
import { dodgedUpperHalf } from "../diagnostics/dangers.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { ALWAYS, and, type Condition, NEVER, not, or } from "../policy/condition.ts";
import { uncovered } from "../prove/overlap.ts";
import { WIDTH_DEPENDS } from "./libc-facts.ts";
import { type Abi, isOwn, passing } from "./verdicts.ts";

export function checkUpperHalf(abi: Abi, report: (diagnostic: Diagnostic) => void): void {
  for (const { call, args } of WIDTH_DEPENDS) {
    const rules = (abi.calls.get(call) ?? []).filter(isOwn);
    const facts = syscall(abi.arch, call);
    for (const [index, { name, bits }] of facts?.args.entries() ?? []) {
      if (bits !== 64 || !args.includes(name)) continue;
      const rule = rules.find(({ condition }) => reads(condition, index));
      if (rule === undefined) continue;
      const passes = passing(abi, call);
      const dodge = uncovered(and([passes, not(withoutUpperHalf(passes, index))]), []);
      if (dodge.kind !== "open") continue;
      const witness = showCall({ arch: auditArch(abi.arch), nr: rule.nr, args: dodge.data.args });
      report(dodgedUpperHalf(rule.origin.span, { call, argument: name, witness }));
    }
  }
}

function reads(condition: Condition, index: number): boolean {
  switch (condition.kind) {
    case "always":
    case "never":
      return false;
    case "not":
      return reads(condition.of, index);
    case "and":
    case "or":
      return condition.of.some(part => reads(part, index));
    case "masked":
    case "atMost":
      return condition.argument.index === index && condition.argument.bits === 64 && condition.mask > LOWER;
    case "same":
    case "less":
      return false; // against another argument: nothing that a constant was meant for
  }
}

const LOWER = 0xffffffffn;

/** The condition for a call whose upper half of the argument is zero. */
function withoutUpperHalf(condition: Condition, index: number): Condition {
  switch (condition.kind) {
    case "always":
    case "never":
    case "same":
    case "less":
      return condition;
    case "not":
      return not(withoutUpperHalf(condition.of, index));
    case "and":
      return and(condition.of.map(part => withoutUpperHalf(part, index)));
    case "or":
      return or(condition.of.map(part => withoutUpperHalf(part, index)));
    case "masked": {
      const { argument, mask, value } = condition;
      if (argument.index !== index) return condition;
      if (value > LOWER) return NEVER;
      return (mask & LOWER) === 0n ? ALWAYS : { ...condition, mask: mask & LOWER };
    }
    case "atMost":
      if (condition.argument.index !== index) return condition;
      return condition.limit < 0n ? NEVER : { ...condition, mask: condition.mask & LOWER };
  }
}
