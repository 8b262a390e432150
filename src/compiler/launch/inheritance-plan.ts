// What a launch gives up of that which a process gets, without asking, from the one that started it: signals, open descriptors,
// the terminal, core files. Privileges are privileges-plan.ts's.

import { littleEndian } from "./datum.ts";
import type { LaunchOptions } from "./launch-options.ts";
import { any, builtin, errno, labelled, notNegative, result, system } from "./operation.ts";
import { address, type Datum, type Operation, word } from "./plan.ts";
import { STEP } from "./steps.ts";

/** All that is zero: an empty signal set, a struct sigaction that says SIG_DFL, an rlimit of 0, no capabilities, "". */
export const ZERO = "zero";
const SIGNALS = 64;
export const SIGSET_SIZE = 8;

export function inheritanceData(): Datum[] {
  return [
    { name: ZERO, bytes: new Uint8Array(32) },
    { name: "signal", bytes: littleEndian(SIGNALS, 8) },
  ];
}

/** The program blocks no signal when it starts. */
export function emptySignalMask(): Operation {
  return system(STEP.signalMask, "rt_sigprocmask", ["SIG_SETMASK", address(ZERO), 0, SIGSET_SIZE], [result(0)]);
}

export function signalDispositions(): Operation[] {
  return [
    // execve keeps what is ignored. EINVAL: SIGKILL and SIGSTOP, which have no other disposition.
    labelled(
      "next signal",
      system(
        STEP.signals,
        "rt_sigaction",
        [word("signal"), address(ZERO), 0, SIGSET_SIZE],
        [result(0), errno("EINVAL")],
      ),
    ),
    builtin(STEP.signals, "count", [address("signal"), -1], [result(0), any("next signal")]),
  ];
}

/** Plain close_range, not with CLOSE_RANGE_CLOEXEC: it needs 5.9 where the flag needs 5.11, and nothing stays open on the way. */
export function descriptors(options: LaunchOptions): Operation[] {
  const own = ownDescriptors(options);
  const closing = own.flatMap((fd, i) => {
    const first = (own[i - 1] ?? options.keepFds) + 1;
    return first === fd ? [] : [closeRange(STEP.closeRange, first, fd - 1)];
  });
  return [
    ...closing,
    closeRange(STEP.closeRange, (own.at(-1) ?? options.keepFds) + 1, -1),
    ...own.map(fd => system(STEP.statusSocket, "fcntl", [fd, "F_SETFD", "FD_CLOEXEC"], [result(0)])),
  ];
}

/** What the launch has opened since, when it is no more needed. */
export function closeOpened(options: LaunchOptions): Operation {
  return closeRange(STEP.closeOpened, (ownDescriptors(options).at(-1) ?? options.keepFds) + 1, -1);
}

/** Before the filter, and after all else was opened: what is opened takes the lowest free number. */
export function closeGaps({ gaps = [] }: LaunchOptions): Operation[] {
  return gaps.map(([first, last]) => closeRange(STEP.closeRange, first, last));
}

function closeRange(step: string, first: number, last: number): Operation {
  return system(step, "close_range", [first, last, 0], [result(0)]);
}

/** What the launch itself was given, ascending. */
function ownDescriptors({ report, lifetime }: LaunchOptions): number[] {
  const cgroup = lifetime.kind === "supervised" && lifetime.by === "cgroup" ? [lifetime.procs, lifetime.kill] : [];
  return [...(report.kind === "socket" ? [report.fd] : []), ...cgroup].sort((a, b) => a - b);
}

/**
 * A new session has no controlling terminal, into which a program could push input (TIOCSTI), and is no part of the caller's
 * process group. EPERM: the launcher leads its process group, as it does when an interactive shell starts it by itself; it then
 * keeps the terminal, and only the policy stands before TIOCSTI. A process that was just cloned leads none; `pid` is its number,
 * where that is known.
 */
export function session(pid: number | "cloned" | "spawned"): Operation {
  const led = typeof pid === "number" ? result(pid) : notNegative();
  return system(STEP.session, "setsid", [], pid === "spawned" ? [led, errno("EPERM")] : [led]);
}

/**
 * A kill by the filter makes the kernel write a core file, which no rule on system calls sees. The hard limit too, or the program
 * raises the soft one.
 */
export function noCore(): Operation {
  return system(STEP.core, "prlimit64", [0, "RLIMIT_CORE", address(ZERO), 0], [result(0)]);
}
