// The supervisor of a launch: the process that its caller spawned, and that stays. It starts the sandbox, lets go of all that is
// the program's, and then waits for one of two things: the end of the sandbox, or of its caller's interest, when the status
// socket hangs up; then it ends the sandbox. The program never gets hold of it: it is not dumpable, has no capabilities, and a
// pid namespace or the Landlock domain keeps signals from it.
//
// With a pid namespace it starts the init (init-plan.ts), which waits for the program; else the program itself.

import { concatenate, littleEndian, structure, text } from "./datum.ts";
import { exitAlike, hasEnded, tellEnd, wait } from "./end-plan.ts";
import { SIGSET_SIZE } from "./inheritance-plan.ts";
import type { LaunchOptions, Lifetime } from "./launch-options.ts";
import { any, builtin, errno, here, labelled, notNegative, type Part, result, system } from "./operation.ts";
import { address, type Datum, FRAME, type Operation, word } from "./plan.ts";
import { FRAME_RESULT } from "./plan-format.gen.ts";
import { dropCapabilities, prctl } from "./privileges-plan.ts";
import { CHILD, clone, INIT_LABEL, letGo, PROGRAM_LABEL, tellStarted } from "./start-plan.ts";
import { STEP } from "./steps.ts";
import { commonConstant } from "./target.ts";

export type Supervised = Extract<Lifetime, { readonly kind: "supervised" }>;

/** The supervisor's pidfd of itself, for those who must not outlive it. */
const SUPERVISOR = "supervisor";
const ALL_SIGNALS = "all signals";
const POLLFDS = "pollfds";
const POLLFD_SIZE = 8;
/** A struct timespec of 0. */
const NO_TIME = "no time";
const DEATH_SIGNAL = "death signal";
const SIGKILL = 9;
/** What is written to cgroup.procs and cgroup.kill. */
const JOIN = "0";
const KILL = "1";

/** Up to and with the clone, and all that the supervisor does after it; what the child does is another part. */
export function supervisorPlan(lifetime: Supervised, socket: number, options: LaunchOptions): Part {
  const pollfd = (fd: number, events: string) => structure([fd, 4], [commonConstant(events), 2], [0, 2]);
  return {
    operations: [
      ...prepare(),
      ...(lifetime.by === "pid-namespace" ? overInit(lifetime, options) : overProgram(lifetime, socket, options)),
    ],
    data: [
      { name: ALL_SIGNALS, bytes: littleEndian(-1, SIGSET_SIZE) },
      { name: SUPERVISOR, bytes: new Uint8Array(8) },
      { name: NO_TIME, bytes: new Uint8Array(16) },
      { name: DEATH_SIGNAL, bytes: new Uint8Array(8) },
      ...(lifetime.by === "cgroup" ? cgroupData() : []),
      // POLLRDHUP: the other end may be shut down for writing only, and then hears what becomes of the sandbox.
      { name: POLLFDS, bytes: concatenate([pollfd(socket, "POLLRDHUP"), pollfd(0, "POLLIN")]) },
    ],
  };
}

function cgroupData(): Datum[] {
  return [JOIN, KILL].map(name => ({ name, bytes: text(name), alignment: 1 }));
}

function prepare(): Operation[] {
  return [
    // What a terminal sends to the caller's process group must not end the supervisor.
    system(STEP.blockSignals, "rt_sigprocmask", ["SIG_SETMASK", address(ALL_SIGNALS), 0, SIGSET_SIZE], [result(0)]),
    system(STEP.supervisor, "getpid", [], [notNegative()]),
    system(STEP.supervisor, "pidfd_open", [word(FRAME, FRAME_RESULT), 0], [notNegative()]),
    builtin(STEP.supervisor, "store", [address(SUPERVISOR), word(FRAME, FRAME_RESULT)]),
  ];
}

function overInit({ user }: { readonly user: boolean }, { keepFds }: LaunchOptions): Operation[] {
  const flags = `${user ? "CLONE_NEWUSER | " : ""}CLONE_NEWPID | CLONE_NEWNS`;
  return [
    clone(STEP.namespaces, flags, [result(0, INIT_LABEL), notNegative()]),
    dropCapabilities(),
    letGo(keepFds),
    ...watch([kill(0)]),
    ...exitAlike("leave"),
  ];
}

/** CLONE_VFORK: goes on when the child has executed the program, or died. */
function overProgram(lifetime: Exclude<Supervised, { by: "pid-namespace" }>, socket: number, options: LaunchOptions) {
  const killCgroup =
    lifetime.by === "cgroup" ? [system(STEP.end, "write", [lifetime.kill, address(KILL), 1], [result(1)])] : [];
  return [
    clone(STEP.cloneProgram, "CLONE_VFORK", [result(0, PROGRAM_LABEL), notNegative()]),
    dropCapabilities(),
    letGo(options.keepFds),
    ...tellStarted(socket, "not started"),
    here("not started", STEP.watch),
    // A session of its own is a process group of its own. EINVAL: the kernel cannot, before 6.9.
    ...watch([...(options.session ? [kill("PIDFD_SIGNAL_PROCESS_GROUP")] : []), kill(0), ...killCgroup]),
    ...tellEnd(socket),
    ...killCgroup,
    ...exitAlike("leave"),
  ];
}

/** Goes on when the child has ended; `end` is what ends it when nobody is interested any more. */
function watch(end: readonly Operation[]): Operation[] {
  const child = ["P_PIDFD", word(CHILD)] as const;
  return [
    builtin(STEP.watch, "store32", [address(POLLFDS, POLLFD_SIZE), word(CHILD)]),
    labelled(
      "watch",
      system(STEP.watch, "ppoll", [address(POLLFDS), 2, 0, 0, SIGSET_SIZE], [notNegative(), errno("EINTR", "watch")]),
    ),
    wait("look", child, "WEXITED | WNOHANG"),
    hasEnded(result(0, "end")),
    builtin(STEP.watch, "value", [0], [any("ended")]),
    here("end", STEP.end),
    ...end,
    wait("wait", child, "WEXITED"),
    hasEnded(),
    here("ended", STEP.watch),
  ];
}

/** ESRCH: it has ended in the meantime. */
function kill(flags: number | string): Operation {
  const outcomes = [result(0), errno("ESRCH"), ...(flags === 0 ? [] : [errno("EINVAL")])];
  return system(STEP.end, "pidfd_send_signal", [word(CHILD), "SIGKILL", 0, flags], outcomes);
}

/** In the program's process: everything it makes is in the cgroup as well. 0 is the writer itself. */
export function joinCgroup(procs: number): Operation {
  return system(STEP.joinCgroup, "write", [procs, address(JOIN), 1], [result(1)]);
}

/**
 * In a child: from here on it dies with the supervisor, which has one thread, so that the signal is not tied to another. `then`
 * is a call that takes the kernel's tasklist_lock, under which exit_notify() runs: a supervisor that has ended too early to
 * send the signal is seen to have ended.
 */
export function tieToSupervisor(then: readonly Operation[]): Operation[] {
  const pollfd = address(POLLFDS, POLLFD_SIZE);
  const timeout = address(NO_TIME);
  return [
    prctl(STEP.tie, ["PR_SET_PDEATHSIG", "SIGKILL"], [result(0)]),
    prctl(STEP.tie, ["PR_GET_PDEATHSIG", address(DEATH_SIGNAL)], [result(0)]),
    builtin(STEP.tie, "value", [word(DEATH_SIGNAL)], [result(SIGKILL)]),
    ...then,
    builtin(STEP.supervisorLives, "store32", [pollfd, word(SUPERVISOR)]),
    system(STEP.supervisorLives, "ppoll", [pollfd, 1, timeout, 0, SIGSET_SIZE], [result(0)]),
  ];
}
