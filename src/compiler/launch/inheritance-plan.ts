// The first part of a launch: what a process got, without asking, from the one that started it, is given up. Signals, open
// descriptors, the terminal; then privileges, which have to go before no_new_privs, Landlock and seccomp, as dropping the
// bounding set takes a capability itself.

import { littleEndian, structure } from "./datum.ts";
import type { LaunchOptions } from "./launch-options.ts";
import { any, builtin, errno, labelled, notNegative, type Part, result, system } from "./operation.ts";
import { address, type Operation, word } from "./plan.ts";
import { STEP } from "./steps.ts";

/** All that is zero: an empty signal set, a struct sigaction that says SIG_DFL, an rlimit of 0, no capabilities, "". */
export const ZERO = "zero";

const SIGNALS = 64;
const SIGSET_SIZE = 8;

/** NOROOT, NO_SETUID_FIXUP and NO_CAP_AMBIENT_RAISE, each locked, and KEEP_CAPS locked off (linux/securebits.h). */
const SECUREBITS = 0xef;
const CAPABILITIES = 64;
const LINUX_CAPABILITY_VERSION_3 = 0x20080522;

export function inheritancePlan(options: LaunchOptions): Part {
  return {
    operations: [...signals(), ...descriptors(options), ...session(), ...privileges()],
    data: [
      { name: ZERO, bytes: new Uint8Array(32) },
      { name: "signal", bytes: littleEndian(SIGNALS, 8) },
      { name: "capability", bytes: new Uint8Array(8) },
      { name: "capset", bytes: structure([LINUX_CAPABILITY_VERSION_3, 4], [0, 4]) },
    ],
  };
}

function signals(): Operation[] {
  return [
    system(STEP.signalMask, "rt_sigprocmask", ["SIG_SETMASK", address(ZERO), 0, SIGSET_SIZE], [result(0)]),
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
function descriptors({ report, keepFds }: LaunchOptions): Operation[] {
  const close = (first: number, last: number) => system(STEP.closeRange, "close_range", [first, last, 0], [result(0)]);
  if (report.kind === "stderr") return [close(keepFds + 1, -1)];
  return [
    ...(report.fd === keepFds + 1 ? [] : [close(keepFds + 1, report.fd - 1)]),
    close(report.fd + 1, -1),
    system(STEP.statusSocket, "fcntl", [report.fd, "F_SETFD", "FD_CLOEXEC"], [result(0)]),
  ];
}

function session(): Operation[] {
  return [
    // A new session has no controlling terminal, into which a program could push input (TIOCSTI), and is no part of the
    // caller's process group. EPERM: the launcher leads its process group, as it does when an interactive shell starts it by
    // itself; it then keeps the terminal, and only the policy stands before TIOCSTI.
    system(STEP.session, "setsid", [], [notNegative(), errno("EPERM")]),
    // A kill by the filter makes the kernel write a core file, which no rule on system calls sees. The hard limit too, or the
    // program raises the soft one.
    system(STEP.core, "prlimit64", [0, "RLIMIT_CORE", address(ZERO), 0], [result(0)]),
  ];
}

function privileges(): Operation[] {
  const prctl = (step: string, args: Parameters<typeof system>[2], outcomes: Operation["outcomes"]) =>
    system(step, "prctl", args, outcomes);
  return [
    // A uid of 0, in a user namespace too, gets every capability back at execve unless NOROOT is set. EPERM: no CAP_SETPCAP,
    // so there is nothing that could come back.
    prctl(STEP.securebits, ["PR_SET_SECUREBITS", SECUREBITS], [result(0), errno("EPERM")]),
    prctl(STEP.ambient, ["PR_CAP_AMBIENT", "PR_CAP_AMBIENT_CLEAR_ALL"], [result(0)]),
    // Until the kernel knows no further capability (EINVAL), or forbids it to the unprivileged (EPERM). There are 64 at most:
    // an outer filter that answers 0 for ever must not hang the launch.
    labelled(
      "next capability",
      prctl(
        STEP.bounding,
        ["PR_CAPBSET_DROP", word("capability")],
        [result(0), errno("EINVAL", "capabilities"), errno("EPERM", "capabilities")],
      ),
    ),
    builtin(
      STEP.bounding,
      "count",
      [address("capability"), 1],
      [result(CAPABILITIES, "capabilities"), any("next capability")],
    ),
    labelled("capabilities", system(STEP.capabilities, "capset", [address("capset"), address(ZERO)], [result(0)])),
    prctl(STEP.noNewPrivs, ["PR_SET_NO_NEW_PRIVS", 1], [result(0)]),
    prctl(STEP.noNewPrivsCheck, ["PR_GET_NO_NEW_PRIVS"], [result(1)]),
    ...["PR_SPEC_STORE_BYPASS", "PR_SPEC_INDIRECT_BRANCH"].map(speculation =>
      // ENODEV, EINVAL: the kernel has no such control; ENXIO, EPERM: this CPU or its boot options leave none.
      prctl(
        STEP.speculation,
        ["PR_SET_SPECULATION_CTRL", speculation, "PR_SPEC_FORCE_DISABLE"],
        [result(0), errno("ENXIO"), errno("ENODEV"), errno("EPERM"), errno("EINVAL")],
      ),
    ),
    // Until execve, /proc/PID of the launcher belongs to root. The program is dumpable again, as its monitor needs it.
    prctl(STEP.dumpable, ["PR_SET_DUMPABLE", 0], [result(0)]),
  ];
}
