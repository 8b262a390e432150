// socketcall and ipc: one call for many, its arguments in memory. A rule on `socket` decides nothing for a program that says
// socketcall(SYS_SOCKET, ...) instead, so the two must agree on every number that the policy has rules for.

import { auditArch } from "../abi/arch.ts";
import { showCall } from "../abi/show-call.ts";
import { syscall } from "../abi/syscalls.ts";
import { multiplexerBypass } from "../diagnostics/dangers.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { and, type Condition, fullMask } from "../policy/condition.ts";
import type { ResolvedRule } from "../policy/resolve.ts";
import { uncovered } from "../prove/overlap.ts";
import { MULTIPLEXERS } from "./libc-facts.ts";
import { type Abi, isOwn, passing } from "./verdicts.ts";

export function checkMultiplexers(abi: Abi, report: (diagnostic: Diagnostic) => void): void {
  for (const { call: multiplexer, arg, parts } of MULTIPLEXERS) {
    const facts = syscall(abi.arch, multiplexer);
    const index = facts?.args.findIndex(({ name }) => name === arg) ?? -1;
    if (facts === undefined || facts.unimplemented || index < 0) continue;
    const { bits, signed } = facts.args[index]!;
    const passes = passing(abi, multiplexer);
    const open = parts.flatMap(([number, call]) => {
      const rules = restricting(abi, call);
      if (rules.length === 0) return [];
      const argument = { index, bits, signed };
      const isPart: Condition = { kind: "masked", argument, mask: fullMask(bits), value: BigInt(number) };
      const left = uncovered(and([passes, isPart]), []);
      return left.kind === "open" ? [{ call, rules, args: left.data.args }] : [];
    });
    const [first] = open;
    if (first === undefined) continue;
    const rules = open.flatMap(each => each.rules);
    const at = [...(abi.calls.get(multiplexer) ?? []), ...rules].find(isOwn) ?? rules[0]!;
    report(
      multiplexerBypass(placeOf(at), {
        multiplexer,
        calls: open.map(({ call }) => call),
        arch: abi.arch,
        rules: rules.map(placeOf),
        witness: showCall({ arch: auditArch(abi.arch), nr: facts.nr, args: first.args }),
      }),
    );
  }
}

/** The rules of a call that does not pass as a whole; none where nothing but the default decides it. */
function restricting(abi: Abi, call: string): readonly ResolvedRule[] {
  const rules = abi.calls.get(call) ?? [];
  return passing(abi, call).kind === "always" ? [] : rules;
}

function placeOf({ origin }: ResolvedRule) {
  return origin.uses.at(-1) ?? origin.span;
}
