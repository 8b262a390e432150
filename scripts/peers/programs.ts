// Other compilers' programs against our reading of the same policy. In: NAME.policy in DIR, in our language, and beside it
// NAME.PEER.bpf, raw sock_filter records that some peer made of the same policy. Each program is compared with our model on
// every input; a difference passes only when a row below names its reason.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { auditArch } from "../../src/compiler/abi/arch.ts";
import { syscallByNr } from "../../src/compiler/abi/syscalls.ts";
import { showRet } from "../../src/compiler/bpf/action.ts";
import { decode } from "../../src/compiler/bpf/encode.ts";
import { compile, type Filter } from "../../src/compiler/index.ts";
import { type Diagram, restrict } from "../../src/compiler/prove/diagram.ts";
import { type Difference, differences } from "../../src/compiler/prove/difference.ts";
import { argWord, WORD_ARCH, WORD_NR } from "../../src/compiler/prove/layout.ts";
import { compose } from "../../src/compiler/prove/prove.ts";
import { count, openTally, type Tally } from "./report.ts";

export function programs(folder: string): readonly Tally[] {
  const tally = openTally("programs beside policies");
  const names = readdirSync(folder).sort();
  for (const file of names.filter(name => name.endsWith(".policy"))) {
    const stem = file.slice(0, -".policy".length);
    const { filters, diagnostics } = compile({ name: file, text: readFileSync(join(folder, file), "utf8") });
    const error = diagnostics.find(({ severity }) => severity === "error");
    for (const program of names.filter(name => name.startsWith(`${stem}.`) && name.endsWith(".bpf"))) {
      const reasons = new Set<string>();
      const failure = error?.message ?? compare(filters[0]!, readFileSync(join(folder, program)), reasons);
      if (failure !== undefined) tally.failures.push(`${program}: ${failure}`);
      else if (reasons.size > 0) count(tally.explained, [...reasons].sort().join("; "));
      else tally.passed++;
    }
  }
  if (tally.passed + tally.explained.size + tally.failures.length === 0)
    count(tally.skipped, "no DIR/NAME.policy with DIR/NAME.PEER.bpf");
  return [tally];
}

/** The first difference that nothing explains, in words. The reasons of the others are added. */
function compare(filter: Filter, bytes: Uint8Array, reasons: Set<string>): string | undefined {
  const decoded = decode(bytes);
  if (!decoded.ok) return decoded.reason;
  const composition = compose([{ model: filter.model }, { program: decoded.program }]);
  if (!composition.ok) return `not proved: ${composition.reason}`;
  const [text, theirs] = composition.diagrams as [Diagram, Diagram];
  for (const difference of differences(text, theirs).differences) {
    const reason =
      EXPLAINED.find(row => row.holds(difference, filter))?.why ??
      (onlyWidth(difference, filter, text, theirs)
        ? "whole registers compared where the kernel reads an int"
        : undefined);
    if (reason === undefined) return inWords(difference, filter);
    reasons.add(reason);
  }
  return undefined;
}

function inWords({ numbers, change, witness }: Difference, { target }: Filter): string {
  const call = syscallByNr(target, numbers.first)?.name ?? "?";
  const args = witness.data.args.map(arg => `0x${arg.toString(16)}`).join(", ");
  const verdicts = `text ${showRet(witness.left)}, program ${showRet(witness.right)}`;
  return `${change}: ${call} [${numbers.first}..${numbers.last}] (${args}): ${verdicts}`;
}

/** Where compilers differ by design: not the policy's text, but what surrounds it. First match names the difference. */
const EXPLAINED: readonly {
  readonly why: string;
  readonly holds: (difference: Difference, filter: Filter) => boolean;
}[] = [
  {
    why: "foreign architectures: another action",
    holds: ({ arches }, { target }) => arches.every(r => auditArch(target) < r.first || auditArch(target) > r.last),
  },
  {
    why: "nr -1 is no call: whatever a filter says, nothing runs",
    holds: ({ numbers }) => numbers.first === 0xffffffff,
  },
  { why: "x32 numbers: another action", holds: ({ numbers }) => numbers.first >= 0x40000000 },
  {
    why: "numbers that old kernels routed to x32",
    holds: ({ numbers }) => numbers.first >= 512 && numbers.last <= 547,
  },
  {
    why: "numbers without a call: `unknown` against the default",
    holds: ({ numbers }, { target }) => numbers.last < 0x40000000 && !namesACall(numbers.first, numbers.last, target),
  },
];

/** Whether the two sides agree once the halves that the kernel does not read are zero: the peer compares whole registers. */
function onlyWidth({ numbers, witness }: Difference, { target }: Filter, left: Diagram, right: Diagram): boolean {
  const args = numbers.first === numbers.last ? syscallByNr(target, numbers.first)?.args : undefined;
  if (args === undefined || witness.data.arch !== auditArch(target)) return false;
  const known = new Map([
    [WORD_ARCH, witness.data.arch],
    [WORD_NR, numbers.first],
  ]);
  args.forEach((arg, index) => {
    if (arg.bits < 64) known.set(argWord(index, "hi"), 0);
  });
  return restrict(left, known).root === restrict(right, known).root;
}

function namesACall(first: number, last: number, arch: Filter["target"]): boolean {
  for (let nr = first; nr <= Math.min(last, 1023); nr++) if (syscallByNr(arch, nr) !== undefined) return true;
  return false;
}
