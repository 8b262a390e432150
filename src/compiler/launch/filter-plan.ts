// The part of a launch that puts the filter in, with a ticket of this launch in its constants, and gives the filter's listener
// to the monitor. The ticket is in memory only between getrandom(2) and `take`, and in the constants until seccomp(2) has
// copied them; from then on it is in a register, and whatever is called carries it.

import type { SockFilter } from "../bpf/instruction.ts";
import { CANARY_ERRNO } from "./canary.ts";
import { concatenate, structure } from "./datum.ts";
import type { LaunchOptions } from "./launch-options.ts";
import { TAG_LISTENER } from "./messages.ts";
import { builtin, errno, labelled, notNegative, type Part, result, system, ticketed } from "./operation.ts";
import { address, FRAME, type Operation, type Outcome, word } from "./plan.ts";
import { FRAME_RESULT } from "./plan-format.gen.ts";
import { sendDescriptor, sendingData } from "./send-plan.ts";
import { STEP } from "./steps.ts";

/** A program with the k's that the launch fills by the halves of its ticket. */
export interface LaunchFilter {
  readonly program: readonly SockFilter[];
  readonly slots: readonly { readonly pc: number; readonly half: "lo" | "hi" }[];
}

const TICKET_SIZE = 8;

export function filterPlan(filter: LaunchFilter, options: LaunchOptions): Part {
  const k = (pc: number) => address("filter", 8 * pc + 4);
  return {
    operations: [
      // Exactly 8: an outer filter that answers by errno(0) would leave a ticket of zeros.
      system(STEP.ticket, "getrandom", [address("ticket"), TICKET_SIZE, 0], [result(TICKET_SIZE)]),
      ...filter.slots.map(({ pc, half }) =>
        builtin(STEP.ticket, "store32", [k(pc), word("ticket", half === "lo" ? 0 : 4)]),
      ),
      builtin(STEP.ticket, "take", [address("ticket")]),
      ...(options.monitored ? listening(options.waitKillable) : [seccomp([], [result(0)])]),
      ...filter.slots.map(({ pc }) => builtin(STEP.zero, "store32", [k(pc), 0])),
      // A positive proof: canary.ts.
      ticketed(STEP.canary, "canary", [], [result(-CANARY_ERRNO)]),
      ...(options.monitored && options.report.kind === "socket" ? handOver(options.report.fd) : []),
    ],
    data: [
      // Twice its size: the upper half is read as the lower half of a word.
      { name: "ticket", bytes: new Uint8Array(2 * TICKET_SIZE) },
      { name: "filter", bytes: concatenate(filter.program.map(sockFilter)) },
      {
        name: "sock_fprog",
        bytes: structure([filter.program.length, 2], [0, 6], [0, 8]),
        pointers: [{ at: 8, to: "filter" }],
      },
      ...(options.monitored ? [{ name: "listener", bytes: new Uint8Array(8) }] : []),
      ...(options.monitored && options.lifetime.kind === "direct" ? sendingData() : []),
    ],
  };
}

function seccomp(flags: readonly string[], outcomes: readonly Outcome[]): Operation {
  const args = ["SECCOMP_SET_MODE_FILTER", flags.length === 0 ? 0 : flags.join(" | "), address("sock_fprog")];
  return system(STEP.filter, "seccomp", args, outcomes);
}

/** EINVAL: the kernel (before 5.19) does not know the flag; a second EINVAL is the filter's own. */
function listening(waitKillable: boolean): Operation[] {
  const flags = ["SECCOMP_FILTER_FLAG_NEW_LISTENER"];
  const killable = [...flags, "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"];
  const keep = builtin(STEP.filter, "store", [address("listener"), word(FRAME, FRAME_RESULT)]);
  return [
    ...(waitKillable ? [seccomp(killable, [notNegative("installed"), errno("EINVAL")])] : []),
    seccomp(flags, [notNegative()]),
    labelled("installed", keep),
  ];
}

function sockFilter({ code, jt, jf, k }: SockFilter): Uint8Array {
  return structure([code, 2], [jt, 1], [jf, 1], [k, 4]);
}

/** To the monitor and nowhere else: a program that held its listener could answer its own violations. */
function handOver(socket: number): Operation[] {
  return [
    ...sendDescriptor(STEP.handOver, ticketed, { socket, tag: TAG_LISTENER, fd: word("listener") }),
    ticketed(STEP.closeListener, "close", [word("listener")], [result(0)]),
  ];
}
