// Whether a filter keeps a program's hands off the processes that it can name, where no namespace hides them: off their limits,
// priorities and CPUs, which the kernel grants to every process of the same user. In: a filter as it is written; out: true when
// that is proved, for every ABI of the machine. Memory and tracing are not asked about: Landlock denies them in any domain.

import { ARCHES, type Arch, machineOf } from "../abi/arch.ts";
import { syscall } from "../abi/syscalls.ts";
import type { SockFilter } from "../bpf/instruction.ts";
import type { Diagram } from "./diagram.ts";
import { argWord, type Word } from "./layout.ts";
import { type KnownBit, neverRuns } from "./never-runs.ts";
import { compose } from "./prove.ts";
import type { TicketSlot } from "./steps.ts";

/**
 * Calls by the argument that is a pid, 0 being the caller itself, and the one that must not be null for anything to change.
 * Without a pid: whatever the arguments, since `which` may mean all processes of a user.
 */
const CHANGERS: readonly { readonly name: string; readonly pid?: number; readonly pointer?: number }[] = [
  { name: "prlimit64", pid: 0, pointer: 2 },
  { name: "sched_setaffinity", pid: 0 },
  { name: "sched_setattr", pid: 0 },
  { name: "sched_setparam", pid: 0 },
  { name: "sched_setscheduler", pid: 0 },
  { name: "setpriority" },
  { name: "ioprio_set" },
];

/** Kept inside by a Landlock domain that scopes signals (Linux 6.12). */
const SIGNALLERS = ["kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_send_signal"];

export function reachesNoProcess(
  filter: { readonly target: Arch; readonly program: readonly SockFilter[]; readonly slots?: readonly TicketSlot[] },
  { signalsScoped }: { readonly signalsScoped: boolean },
): boolean {
  const composition = compose([filter]);
  if (!composition.ok) return false;
  const diagram = composition.diagrams[0]!;
  const changers = signalsScoped ? CHANGERS : [...CHANGERS, ...SIGNALLERS.map(name => ({ name }))];
  return ARCHES.filter(arch => machineOf(arch) === machineOf(filter.target)).every(abi =>
    changers.every(({ name, ...rest }) => {
      const nr = syscall(abi, name)?.nr;
      return nr === undefined || neverReaches(diagram, abi, nr, rest);
    }),
  );
}

/** A number is not zero where some bit of it is set: each bit is tried. */
function neverReaches(
  diagram: Diagram,
  abi: Arch,
  nr: number,
  { pid, pointer }: { readonly pid?: number; readonly pointer?: number },
): boolean {
  const denied = (known: readonly KnownBit[]): boolean => neverRuns(diagram, abi, nr, known);
  const bits = (word: Word) => Array.from({ length: 32 }, (_, bit): KnownBit => ({ word, bit, value: 1 }));
  if (denied([])) return true;
  if (pid === undefined) return false;
  // The kernel reads a pid from the lower half.
  const others = bits(argWord(pid, "lo"));
  if (pointer === undefined) return others.every(one => denied([one]));
  const given = [...bits(argWord(pointer, "lo")), ...bits(argWord(pointer, "hi"))];
  return others.every(one => given.every(other => denied([one, other])));
}
