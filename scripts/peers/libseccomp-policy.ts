// The filter that a libseccomp test made, said in our language: recorded calls and one architecture in, policy text out, or
// the reason why there is none. libseccomp compares whole registers, so every condition is on raw[i]; of the rules of one
// syscall an unconditional one stands alone, because the library drops the others.

import { type Arch, auditArch } from "../../src/compiler/abi/arch.ts";
import { syscall, syscallByNr } from "../../src/compiler/abi/syscalls.ts";
import {
  SECCOMP_RET_ACTION_FULL,
  SECCOMP_RET_TRACE,
  SECCOMP_RET_USER_NOTIF,
} from "../../src/compiler/bpf/instruction.ts";
import { actionText } from "./action-text.ts";

interface Rule {
  readonly action: number;
  /** As x86_64 numbers it: what the test programs, which run there, give to the library. */
  readonly nr: number;
  readonly when: readonly string[];
  /** Where it tests one argument for being greater than a number: that number. The other conditions of a call are apart. */
  readonly above: bigint | undefined;
}

interface Recorded {
  readonly action: number;
  readonly arches: readonly number[];
  readonly rules: readonly Rule[];
}

/** Somebody outside answers these: a filter of the program's own must not come before him. */
const ESCAPABLE: ReadonlySet<number> = new Set([SECCOMP_RET_USER_NOTIF, SECCOMP_RET_TRACE]);

export type PolicyText =
  | { readonly ok: true; readonly text: string; readonly notifies: boolean; readonly action: number }
  | { readonly ok: false; readonly reason: string };

export function policyOf(calls: readonly string[], arch: Arch): PolicyText {
  if (calls.some(call => call === "merge")) return { ok: false, reason: "one filter merged of two" };
  const { action, arches, rules } = replay(calls);
  if (!arches.includes(auditArch(arch))) {
    return { ok: false, reason: "the filter does not name the row's architecture" };
  }
  const lines: string[] = [];
  const unconditional = new Map(
    rules
      .filter(({ when }) => when.length === 0)
      .map(rule => [rule.nr, rule] as const)
      .reverse(),
  );
  // The library asks for the greater number first, in whatever order the rules were added.
  const ordered = rules.toSorted(
    (a, b) => a.nr - b.nr || (a.above === undefined || b.above === undefined ? 0 : Number(b.above - a.above)),
  );
  for (const rule of ordered) {
    const alone = unconditional.get(rule.nr);
    if (alone !== undefined && alone !== rule) continue;
    const nr = numberOn(arch, rule.nr);
    if (nr === "rewritten") return { ok: false, reason: "libseccomp adds the old multiplexer, socketcall or ipc" };
    // A rule on a call that this architecture lacks says nothing here; nr -1 is no call in our language.
    if (nr === undefined) continue;
    lines.push(
      `  ${actionText(rule.action)} syscall(${nr})${rule.when.length > 0 ? ` if ${rule.when.join(" and ")}` : ""}`,
    );
  }
  const text = [`policy p for ${arch} {`, `  default ${actionText(action)}`, ...lines, "}", ""].join("\n");
  const notifies = rules.some(({ action }) => ESCAPABLE.has((action & SECCOMP_RET_ACTION_FULL) >>> 0));
  return { ok: true, text, notifies, action };
}

/** The state of the filter at the moment of its export. */
function replay(calls: readonly string[]): Recorded {
  let state: Recorded = { action: 0, arches: [], rules: [] };
  const before: Recorded[] = [];
  for (const call of calls) {
    const [name, ...words] = call.split(" ");
    const value = Number.parseInt(words[0] ?? "", 16);
    if (name === "export") break;
    else if (name === "init") state = { action: value, arches: [auditArch("x86_64")], rules: [] };
    else if (name === "arch") state = { ...state, arches: [...state.arches, value] };
    else if (name === "without") state = { ...state, arches: state.arches.filter(arch => arch !== value) };
    else if (name === "start") before.push(state);
    else if (name === "commit") before.pop();
    else if (name === "reject") state = before.pop() ?? state;
    else if (name === "rule") {
      const nr = Number.parseInt(words[1]!, 16) | 0;
      state = {
        ...state,
        rules: [
          ...state.rules,
          { action: value, nr, when: words.slice(2).map(condition), above: above(words.slice(2)) },
        ],
      };
    }
  }
  return state;
}

/** One scmp_arg_cmp as `index:operator:datum_a:datum_b`; the operators are numbered as enum scmp_compare has them. */
function condition(comparison: string): string {
  const [index, operator, a, b] = comparison.split(":") as [string, string, string, string];
  if (operator === "7") return `raw[${index}] & 0x${a} == 0x${(BigInt(`0x${a}`) & BigInt(`0x${b}`)).toString(16)}`;
  return `raw[${index}] ${["", "!=", "<", "<=", "==", ">=", ">"][Number(operator)]} 0x${a}`;
}

function above(comparisons: readonly string[]): bigint | undefined {
  const [, operator, a] = comparisons.length === 1 ? comparisons[0]!.split(":") : [];
  return operator === "5" || operator === "6" ? BigInt(`0x${a}`) : undefined;
}

/** Rules carry x86_64's numbers; libseccomp carries them over by name, and what has no name by number. */
function numberOn(arch: Arch, nr: number): number | "rewritten" | undefined {
  if (nr < 0) return undefined;
  const name = syscallByNr("x86_64", nr)?.name;
  if (name === undefined || arch === "x86_64") return nr;
  if (arch === "i386" && MULTIPLEXED.test(name)) return "rewritten";
  return syscall(arch, name)?.nr;
}

const MULTIPLEXED =
  /^(socket|bind|connect|listen|accept4?|getsockname|getpeername|socketpair|send|recv|sendto|recvfrom|shutdown|[gs]etsockopt|sendm?msg|recvm?msg|sem|msg|shm)/;
