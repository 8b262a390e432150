// The plan of a launch: from "just executed" to execve of the program, in an order that each step needs. Privileges go before
// no_new_privs, Landlock and seccomp, which then hold without them; the program is opened without privileges and inside the
// domain, as execve will see it; the ticket is drawn last, and no process is made after it; what follows seccomp(2) carries it.

import type { SockFilter } from "../bpf/instruction.ts";
import { CANARY_ERRNO } from "./calls.ts";
import { concatenate, littleEndian, structure, text } from "./datum.ts";
import { FAILURE_LABEL, failurePlan, leave } from "./failure-plan.ts";
import { FRAME_ARGC, FRAME_ARGV, FRAME_ENVP, FRAME_RESULT, FRAME_SIZE } from "./interpreter-x86_64.gen.ts";
import { landlockPlan } from "./landlock-plan.ts";
import type { LaunchOptions } from "./launch-options.ts";
import { TAG_FAILURE, TAG_LISTENER, TAG_READY } from "./messages.ts";
import { any, builtin, errno, fd, joinParts, labelled, type Part, result, system, ticketed } from "./operation.ts";
import { address, FRAME, type LaunchPlan, type Operation, word } from "./plan.ts";

/** A program with the k's that the launch fills by the halves of its ticket. */
export interface LaunchFilter {
  readonly program: readonly SockFilter[];
  readonly slots: readonly { readonly pc: number; readonly half: "lo" | "hi" }[];
}

export function defaultPlan(filter: LaunchFilter, options: LaunchOptions): LaunchPlan {
  const { operations, data } = joinParts([
    frame,
    command(options),
    inheritance(options),
    privileges,
    target,
    landlockPlan(options.landlock),
    install(filter, options),
    handOver(options),
    execute(options),
    failurePlan(options.report),
  ]);
  const stages = options.report.kind === "socket" ? "index" : "text";
  return { arch: "x86_64", operations, data, onFailure: FAILURE_LABEL, stages };
}

/** All that is zero: an empty signal set, a struct sigaction that says SIG_DFL, an rlimit of 0, no capabilities. */
const ZERO = "zero";

const frame: Part = {
  operations: [],
  data: [
    { name: FRAME, bytes: concatenate([littleEndian(TAG_FAILURE, 8), new Uint8Array(FRAME_SIZE - 8)]) },
    { name: ZERO, bytes: new Uint8Array(32) },
  ],
};

// What is run.

function command({ command }: LaunchOptions): Part {
  const step = "read the command line";
  const argv = address(FRAME, FRAME_ARGV);
  if (command.kind === "argv") {
    return {
      operations: [
        builtin(step, "value", [word(FRAME, FRAME_ARGC)], [result(0, "usage"), result(1, "usage"), any()]),
        builtin(step, "count", [argv, 8]),
        builtin(step, "load", [word(FRAME, FRAME_ARGV)]),
        builtin(step, "store", [address(PATH), word(FRAME, FRAME_RESULT)], [any("inheritance")]),
        labelled("usage", ticketed(step, "write", [STDERR, address("usage"), USAGE.length], [any()])),
        ...leave(),
      ],
      data: [
        { name: PATH, bytes: new Uint8Array(8) },
        { name: "usage", bytes: text(USAGE), alignment: 1 },
      ],
    };
  }
  // The prefix replaces argv[0] and grows downwards, over argc (in the frame by now) and into the room that the interpreter
  // leaves below the start-up stack.
  const strings = command.argv.map((string, index) => ({
    name: `argv[${index}]`,
    bytes: text(string),
    alignment: 1 as const,
  }));
  return {
    operations: [
      ...strings
        .toReversed()
        .flatMap(({ name }, index) => [
          ...(index === 0 ? [] : [builtin(step, "count", [argv, -8])]),
          builtin(step, "store", [word(FRAME, FRAME_ARGV), address(name)]),
        ]),
    ],
    data: [
      { name: "path text", bytes: text(command.path), alignment: 1 },
      { name: PATH, bytes: new Uint8Array(8), pointers: [{ at: 0, to: "path text" }] },
      ...strings,
    ],
  };
}

/** The word that holds the address of the program's path. */
const PATH = "path";
const STDERR = 2;
const USAGE = "usage: LAUNCHER PROGRAM [ARGUMENT...]   (PROGRAM is a path: PATH is not searched)\n";

// What a process gets from the one that started it, without asking.

const SIG_SETMASK = 2;
const SIGSET_SIZE = 8;
const RLIMIT_CORE = 4;
const F_SETFD = 2;
const FD_CLOEXEC = 1;

function inheritance({ report, keepFds }: LaunchOptions): Part {
  const signals = "reset the signal dispositions";
  const close = "close the descriptors that are not mapped";
  // Plain, not with CLOSE_RANGE_CLOEXEC: it needs 5.9 where the flag needs 5.11, and nothing is left open on the way.
  const closeRange = (first: number, last: number) =>
    first > last && last !== -1 ? [] : [system(close, "close_range", [first, last, 0], [result(0)])];
  const closing =
    report.kind === "stderr"
      ? closeRange(keepFds + 1, -1)
      : [
          ...closeRange(keepFds + 1, report.fd - 1),
          ...closeRange(report.fd + 1, -1),
          system("keep the status socket from the program", "fcntl", [report.fd, F_SETFD, FD_CLOEXEC], [result(0)]),
        ];
  return {
    operations: [
      labelled(
        "inheritance",
        system("reset the signal mask", "rt_sigprocmask", [SIG_SETMASK, address(ZERO), 0, SIGSET_SIZE], [result(0)]),
      ),
      // execve keeps what is ignored. EINVAL: SIGKILL and SIGSTOP, which have no other disposition.
      labelled(
        "next signal",
        system(signals, "rt_sigaction", [word("signal"), address(ZERO), 0, SIGSET_SIZE], [result(0), errno("EINVAL")]),
      ),
      builtin(signals, "count", [address("signal"), -1], [result(0), any("next signal")]),
      ...closing,
      // A new session has no controlling terminal, into which a program could push input (TIOCSTI), and is no part of the
      // caller's process group. EPERM: the launcher leads its process group, as it does when an interactive shell starts it
      // by itself; it then keeps the terminal, and only the policy stands before TIOCSTI.
      system("start a session", "setsid", [], [fd(), errno("EPERM")]),
      // A kill by the filter makes the kernel write a core file, which no rule on system calls sees. The hard limit too, or
      // the program raises the soft one.
      system("forbid core files", "prlimit64", [0, RLIMIT_CORE, address(ZERO), 0], [result(0)]),
    ],
    data: [{ name: "signal", bytes: littleEndian(64, 8) }],
  };
}

// What a process may do besides its own user's rights.

const PR_SET_DUMPABLE = 4;
const PR_CAPBSET_DROP = 24;
const PR_SET_SECUREBITS = 28;
const PR_SET_NO_NEW_PRIVS = 38;
const PR_GET_NO_NEW_PRIVS = 39;
const PR_CAP_AMBIENT = 47;
const PR_CAP_AMBIENT_CLEAR_ALL = 4;
const PR_SET_SPECULATION_CTRL = 53;
const PR_SPEC_STORE_BYPASS = 0;
const PR_SPEC_INDIRECT_BRANCH = 1;
const PR_SPEC_FORCE_DISABLE = 8;
/** NOROOT, NO_SETUID_FIXUP and NO_CAP_AMBIENT_RAISE, each locked, and KEEP_CAPS locked off (linux/securebits.h). */
const SECUREBITS = 0xef;
const LINUX_CAPABILITY_VERSION_3 = 0x20080522;

const privileges: Part = {
  operations: [
    // A uid of 0, in a user namespace too, gets every capability back at execve unless NOROOT is set. EPERM: no CAP_SETPCAP,
    // so there is nothing that could come back.
    system("lock the securebits", "prctl", [PR_SET_SECUREBITS, SECUREBITS], [result(0), errno("EPERM")]),
    system("clear the ambient capabilities", "prctl", [PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL], [result(0)]),
    // Until the kernel knows no further capability (EINVAL), or forbids it to the unprivileged (EPERM).
    labelled(
      "next capability",
      system(
        "drop the bounding set",
        "prctl",
        [PR_CAPBSET_DROP, word("capability")],
        [result(0), errno("EINVAL", "capabilities"), errno("EPERM", "capabilities")],
      ),
    ),
    builtin("drop the bounding set", "count", [address("capability"), 1], [any("next capability")]),
    labelled(
      "capabilities",
      system("drop the capabilities", "capset", [address("capset"), address(ZERO)], [result(0)]),
    ),
    system("set no_new_privs", "prctl", [PR_SET_NO_NEW_PRIVS, 1], [result(0)]),
    system("check no_new_privs", "prctl", [PR_GET_NO_NEW_PRIVS], [result(1)]),
    ...[PR_SPEC_STORE_BYPASS, PR_SPEC_INDIRECT_BRANCH].map(speculation =>
      // ENODEV, EINVAL: the kernel has no such control; ENXIO, EPERM: this CPU or its boot options leave none.
      system(
        "disable speculation",
        "prctl",
        [PR_SET_SPECULATION_CTRL, speculation, PR_SPEC_FORCE_DISABLE],
        [result(0), errno("ENXIO"), errno("ENODEV"), errno("EPERM"), errno("EINVAL")],
      ),
    ),
    // Until execve, /proc/PID of the launcher belongs to root. The program is dumpable again, as its monitor needs it.
    system("hide the launcher's memory", "prctl", [PR_SET_DUMPABLE, 0], [result(0)]),
  ],
  data: [
    { name: "capability", bytes: new Uint8Array(8) },
    { name: "capset", bytes: structure([LINUX_CAPABILITY_VERSION_3, 4], [0, 4]) },
  ],
};

// What would make execve fail is found out while an errno can still come back, whatever the filter says of the rest.

const AT_FDCWD = -100;
const O_PATH_CLOEXEC = 0x280000;
const AT_EMPTY_PATH_EACCESS = 0x1200;
const X_OK = 1;

const target: Part = {
  operations: [
    system("open the program", "openat", [AT_FDCWD, word(PATH), O_PATH_CLOEXEC, 0], [fd()]),
    // ENOSYS: before 5.8; execve itself will tell.
    system(
      "check that the program may be executed",
      "faccessat2",
      [word(FRAME, FRAME_RESULT), address(ZERO), X_OK, AT_EMPTY_PATH_EACCESS],
      [result(0), errno("ENOSYS")],
    ),
  ],
  data: [],
};

// The filter.

const SECCOMP_SET_MODE_FILTER = 1;
const SECCOMP_FILTER_FLAG_NEW_LISTENER = 1 << 3;
const SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV = 1 << 5;
const TICKET_SIZE = 8;

function install(filter: LaunchFilter, options: LaunchOptions): Part {
  const draw = "draw the ticket";
  const step = "install the filter";
  const zeroing = "zero the ticket";
  const k = (pc: number) => address("filter", 8 * pc + 4);
  const seccomp = (flags: number, outcomes: Operation["outcomes"]) =>
    system(step, "seccomp", [SECCOMP_SET_MODE_FILTER, flags, address("sock_fprog")], outcomes);
  return {
    operations: [
      // Exactly 8: an outer filter that answers by errno(0) would leave a ticket of zeros.
      system(draw, "getrandom", [address("ticket"), TICKET_SIZE, 0], [result(TICKET_SIZE)]),
      ...filter.slots.map(({ pc, half }) => builtin(draw, "store32", [k(pc), word("ticket", half === "lo" ? 0 : 4)])),
      builtin(draw, "take", [address("ticket")]),
      ...(options.monitored ? listening(seccomp, options.waitKillable) : [seccomp(0, [result(0)])]),
      ...filter.slots.map(({ pc }) => builtin(zeroing, "store32", [k(pc), 0])),
      // A positive proof that the filter is in: an outer filter can answer seccomp(2) by 0, not this by a filter's own errno.
      ticketed("find the filter in place", "canary", [], [result(-CANARY_ERRNO)]),
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
    ],
  };
}

function sockFilter({ code, jt, jf, k }: SockFilter): Uint8Array {
  return structure([code, 2], [jt, 1], [jf, 1], [k, 4]);
}

/** EINVAL: the kernel (before 5.19) does not know the flag; a second EINVAL is the filter's own. */
function listening(
  seccomp: (flags: number, outcomes: Operation["outcomes"]) => Operation,
  waitKillable: boolean,
): Operation[] {
  const flags = SECCOMP_FILTER_FLAG_NEW_LISTENER;
  const killable = seccomp(flags | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, [fd("installed"), errno("EINVAL")]);
  const listener = builtin("install the filter", "store", [address("listener"), word(FRAME, FRAME_RESULT)]);
  return [...(waitKillable ? [killable] : []), seccomp(flags, [fd()]), labelled("installed", listener)];
}

// The listener goes to the monitor and nowhere else: a program that held it could answer its own violations.

const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const MSG_NOSIGNAL = 0x4000;
const CMSG_LEN_OF_FD = 20;
const CMSG_SPACE_OF_FD = 24;

function handOver({ monitored, report }: LaunchOptions): Part {
  if (!monitored || report.kind !== "socket") return { operations: [], data: [] };
  const step = "hand over the listener";
  return {
    operations: [
      builtin(step, "store32", [address("cmsghdr", 16), word("listener")]),
      ticketed(step, "sendmsg", [report.fd, address("msghdr"), MSG_NOSIGNAL], [result(1)]),
      ticketed("close the listener", "close", [word("listener")], [result(0)]),
    ],
    data: [
      { name: "listener", bytes: new Uint8Array(8) },
      { name: "listener tag", bytes: littleEndian(TAG_LISTENER, 1), alignment: 1 },
      { name: "cmsghdr", bytes: structure([CMSG_LEN_OF_FD, 8], [SOL_SOCKET, 4], [SCM_RIGHTS, 4], [0, 4], [0, 4]) },
      { name: "iovec", bytes: structure([0, 8], [1, 8]), pointers: [{ at: 0, to: "listener tag" }] },
      {
        name: "msghdr",
        bytes: structure([0, 8], [0, 4], [0, 4], [0, 8], [1, 8], [0, 8], [CMSG_SPACE_OF_FD, 8], [0, 4], [0, 4]),
        pointers: [
          { at: 16, to: "iovec" },
          { at: 32, to: "cmsghdr" },
        ],
      },
    ],
  };
}

function execute({ report }: LaunchOptions): Part {
  const args = [word(PATH), word(FRAME, FRAME_ARGV), word(FRAME, FRAME_ENVP)];
  const execve = ticketed("execute the program", "execve", args, []);
  if (report.kind !== "socket") return { operations: [execve], data: [] };
  return {
    operations: [
      ticketed("tell that all is ready", "write", [report.fd, address("ready tag"), 1], [result(1)]),
      execve,
    ],
    data: [{ name: "ready tag", bytes: littleEndian(TAG_READY, 1), alignment: 1 }],
  };
}
