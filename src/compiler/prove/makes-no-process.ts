// Whether a filter keeps a program from ever making another process, so that to end its main process is to end it whole. In: a
// program; out: true when that is proved, for every machine and ABI that the target's CPU can run. Invariant: never true
// where some call that makes a process could run. A new thread is no process: clone(2) with CLONE_THREAD. Whoever holds a
// listener, traces or logs may let a call run, so notify, trace and log count as if they did. A filter as it is written is to
// be asked, not one whose kills are a monitor's to answer.

import { ARCHES, type Arch, auditArch, machineOf } from "../abi/arch.ts";
import { syscall } from "../abi/syscalls.ts";
import {
  SECCOMP_RET_ACTION_FULL,
  SECCOMP_RET_ERRNO,
  SECCOMP_RET_KILL_PROCESS,
  SECCOMP_RET_KILL_THREAD,
  SECCOMP_RET_TRAP,
  type SockFilter,
} from "../bpf/instruction.ts";
import { type Node, TERMINAL } from "./bdd.ts";
import type { Diagram } from "./diagram.ts";
import { argWord, WORD_ARCH, WORD_NR, type Word } from "./layout.ts";
import { compose } from "./prove.ts";
import type { TicketSlot } from "./steps.ts";

/** clone3(2) has its flags in memory, where no filter sees them. */
const MAKERS = ["fork", "vfork", "clone", "clone3"] as const;

/** kernel_clone() takes the flags of clone(2) from the lower half of the first argument, on every ABI here. */
const FLAGS = argWord(0, "lo");
const CLONE_THREAD_BIT = 16;

export function makesNoProcess(filter: {
  readonly target: Arch;
  readonly program: readonly SockFilter[];
  readonly slots?: readonly TicketSlot[];
}): boolean {
  const composition = compose([filter]);
  if (!composition.ok) return false;
  const diagram = composition.diagrams[0]!;
  const abis = ARCHES.filter(arch => machineOf(arch) === machineOf(filter.target));
  return abis.every(abi =>
    MAKERS.every(name => {
      const nr = syscall(abi, name)?.nr;
      return nr === undefined || neverRuns(diagram, abi, nr, name === "clone");
    }),
  );
}

function neverRuns(diagram: Diagram, abi: Arch, nr: number, isClone: boolean): boolean {
  const call = new Map([
    [WORD_ARCH, auditArch(abi)],
    [WORD_NR, nr],
  ]);
  const bitOf = (word: Word, bit: number): number | undefined => {
    const known = call.get(word);
    if (known !== undefined) return (known >>> bit) & 1;
    return isClone && word === FLAGS && bit === CLONE_THREAD_BIT ? 0 : undefined;
  };
  return [...reachable(diagram, bitOf)].every(isDenied);
}

/** What the diagram says of the calls whose bits are these; undefined stands for both. */
export function reachable(
  { manager, layout, root }: Diagram,
  bitOf: (word: Word, bit: number) => number | undefined,
): ReadonlySet<number> {
  const seen = new Set<Node>([root]);
  const values = new Set<number>();
  for (const node of seen) {
    const level = manager.level(node);
    if (level === TERMINAL) {
      values.add(manager.value(node));
      continue;
    }
    const place = layout.places[level]!;
    const bit = bitOf(place >>> 5, place & 31);
    if (bit !== 1) seen.add(manager.lo(node));
    if (bit !== 0) seen.add(manager.hi(node));
  }
  return values;
}

/** By the kernel itself, and for certain. */
export function isDenied(ret: number): boolean {
  switch ((ret & SECCOMP_RET_ACTION_FULL) >>> 0) {
    case SECCOMP_RET_KILL_PROCESS:
    case SECCOMP_RET_KILL_THREAD:
    case SECCOMP_RET_TRAP:
    case SECCOMP_RET_ERRNO:
      return true;
    default:
      return false;
  }
}
