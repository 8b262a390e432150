// npm run peers -- DIR: other compilers' programs against our reading of the same policy. DIR holds NAME.policy, in our
// language, and beside it NAME.PEER.bpf files: raw sock_filter records that some peer made of the same policy. Each program
// is compared with our model on every input. Exits 1 when a program differs in a way that no row below explains.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { auditArch } from "../src/compiler/abi/arch.ts";
import { syscallByNr } from "../src/compiler/abi/syscalls.ts";
import { showRet } from "../src/compiler/bpf/action.ts";
import { decode } from "../src/compiler/bpf/encode.ts";
import { compile, type Filter } from "../src/compiler/index.ts";
import { type Diagram, restrict } from "../src/compiler/prove/diagram.ts";
import { type Difference, differences } from "../src/compiler/prove/difference.ts";
import { argWord, WORD_ARCH, WORD_NR } from "../src/compiler/prove/layout.ts";
import { compose } from "../src/compiler/prove/prove.ts";

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

function compareWith(filter: Filter, name: string, bytes: Uint8Array): boolean {
  const decoded = decode(bytes);
  if (!decoded.ok) {
    console.log(`${name}: ${decoded.reason}`);
    return false;
  }
  const start = performance.now();
  const composition = compose([{ model: filter.model }, { program: decoded.program }]);
  if (!composition.ok) {
    console.log(`${name}: not proved: ${composition.reason}`);
    return false;
  }
  const [text, theirs] = composition.diagrams as [Diagram, Diagram];
  const { relation, differences: found } = differences(text, theirs);
  const took = `${(performance.now() - start).toFixed(1)} ms`;
  const reasons = new Map<string, number>();
  const unexplained: Difference[] = [];
  for (const difference of found) {
    const width = onlyWidth(difference, filter, text, theirs)
      ? "whole registers compared where the kernel reads an int"
      : undefined;
    const reason = EXPLAINED.find(row => row.holds(difference, filter))?.why ?? width;
    if (reason === undefined) unexplained.push(difference);
    else reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  console.log(`${name}: ${decoded.program.length} instructions, ${relation} (${took})`);
  for (const [reason, count] of reasons) console.log(`    ${count} x ${reason}`);
  for (const { numbers, change, witness } of unexplained) {
    const call = syscallByNr(filter.target, numbers.first)?.name ?? "?";
    const args = witness.data.args.map(arg => `0x${arg.toString(16)}`).join(", ");
    const verdicts = `text ${showRet(witness.left)}, program ${showRet(witness.right)}`;
    console.log(`    NOT EXPLAINED, ${change}: ${call} [${numbers.first}..${numbers.last}] (${args}): ${verdicts}`);
  }
  return unexplained.length === 0;
}

function main(folder: string | undefined): number {
  if (folder === undefined) {
    console.error("usage: npm run peers -- DIR");
    return 2;
  }
  const names = readdirSync(folder).sort();
  let fine = true;
  let compared = 0;
  for (const file of names.filter(name => name.endsWith(".policy"))) {
    const stem = file.slice(0, -".policy".length);
    const { filters, diagnostics } = compile({ name: file, text: readFileSync(join(folder, file), "utf8") });
    for (const { severity, message } of diagnostics) if (severity === "error") console.log(`${file}: ${message}`);
    const filter = filters[0];
    for (const program of names.filter(name => name.startsWith(`${stem}.`) && name.endsWith(".bpf"))) {
      compared++;
      fine = filter !== undefined && compareWith(filter, program, readFileSync(join(folder, program))) && fine;
    }
  }
  console.log(`${compared} programs compared`);
  return fine && compared > 0 ? 0 : 1;
}

process.exitCode = main(process.argv[2]);
