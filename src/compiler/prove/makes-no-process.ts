// Whether a filter keeps a program from ever making another process, so that to end its main process is to end it whole. In: a
// program; out: true when that is proved, for every machine and ABI that the target's CPU can run. Invariant: never true
// where some call that makes a process could run. A new thread is no process: clone(2) with CLONE_THREAD. Whoever holds a
// listener, traces or logs may let a call run, so notify, trace and log count as if they did. A filter as it is written is to
// be asked, not one whose kills are a monitor's to answer.

import { ARCHES, type Arch, machineOf } from "../abi/arch.ts";
import { syscall } from "../abi/syscalls.ts";
import type { SockFilter } from "../bpf/instruction.ts";
import { argWord } from "./layout.ts";
import { type KnownBit, neverRuns } from "./never-runs.ts";
import { compose } from "./prove.ts";
import type { TicketSlot } from "./steps.ts";

/** clone3(2) has its flags in memory, where no filter sees them. */
const MAKERS = ["fork", "vfork", "clone", "clone3"] as const;

/** kernel_clone() takes the flags of clone(2) from the lower half of the first argument, on every ABI here. */
const NEW_PROCESS: KnownBit = { word: argWord(0, "lo"), bit: 16, value: 0 }; // CLONE_THREAD

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
      return nr === undefined || neverRuns(diagram, abi, nr, name === "clone" ? [NEW_PROCESS] : []);
    }),
  );
}
