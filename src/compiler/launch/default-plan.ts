// The plan of a launch: from "just executed" to execve of the program, in an order that each step needs. What is inherited
// goes first; the program is opened as execve will see it, without privileges, and before the filter, so that a typo in its
// path is a set-up error whatever the policy says; the ticket is drawn last, and no process is made after it.

import { concatenate, littleEndian, text } from "./datum.ts";
import { endData } from "./end-plan.ts";
import { FAILURE_LABEL, failurePlan, leave, STDERR } from "./failure-plan.ts";
import { filterPlan, type LaunchFilter } from "./filter-plan.ts";
import {
  closeGaps,
  descriptors,
  emptySignalMask,
  inheritanceData,
  noCore,
  session,
  signalDispositions,
  ZERO,
} from "./inheritance-plan.ts";
import { initPlan, PROGRAM_PID } from "./init-plan.ts";
import { landlockPlan } from "./landlock-plan.ts";
import type { LaunchOptions } from "./launch-options.ts";
import { limitsPlan } from "./limits-plan.ts";
import { TAG_FAILURE, TAG_STARTED } from "./messages.ts";
import {
  any,
  builtin,
  errno,
  here,
  joinParts,
  labelled,
  notNegative,
  type Part,
  result,
  system,
  ticketed,
} from "./operation.ts";
import { address, FRAME, type LaunchPlan, word } from "./plan.ts";
import { FRAME_ARGC, FRAME_ARGV, FRAME_ENVP, FRAME_RESULT, FRAME_SIZE } from "./plan-format.gen.ts";
import { hideMemory, privileges, privilegesData } from "./privileges-plan.ts";
import { sendingData } from "./send-plan.ts";
import { findOneself, PROGRAM_LABEL, setStarted, sharePlan } from "./start-plan.ts";
import { STEP } from "./steps.ts";
import { joinCgroup, type Supervised, supervisorPlan, tieToSupervisor } from "./supervisor-plan.ts";
import type { LauncherArch } from "./target.ts";
import { composeMaps, mapsData } from "./user-map-plan.ts";

export function defaultPlan(arch: LauncherArch, filter: LaunchFilter | undefined, options: LaunchOptions): LaunchPlan {
  const { command, report, lifetime } = options;
  const { operations, data } = joinParts([
    frame(),
    command.kind === "argv" ? commandFromArgv() : fixedCommand(command.path, command.argv),
    { operations: [...signalDispositions(), ...descriptors(options)], data: inheritanceData() },
    ...(lifetime.kind === "supervised" && report.kind === "socket" ? supervised(lifetime, report.fd, options) : []),
    program(options),
    openProgram(),
    landlockPlan(options.landlock),
    limitsPlan(options),
    { operations: closeGaps(options), data: [] },
    ...(filter === undefined ? [] : [filterPlan(filter, options)]),
    execute(options),
    failurePlan(options),
  ]);
  return {
    arch,
    operations,
    data,
    onFailure: FAILURE_LABEL,
    stages: report.kind === "socket" ? "index" : "text",
  };
}

/** Everything that is not the program's process, one process after the other: each part ends with its process. */
function supervised(lifetime: Supervised, socket: number, options: LaunchOptions): Part[] {
  const namespaces = lifetime.by === "pid-namespace" ? lifetime : undefined;
  return [
    { operations: [hideMemory()], data: [...sendingData(), ...endData()] },
    sharePlan(),
    ...(namespaces?.user ? [{ operations: composeMaps(), data: mapsData() }] : []),
    supervisorPlan(lifetime, socket, options),
    ...(namespaces === undefined ? [] : [initPlan(namespaces, socket, options.keepFds)]),
  ];
}

/** The process of the program, from its first call on. In a pid namespace the init has dropped the privileges already. */
function program({ lifetime, limits, session: ownSession }: LaunchOptions): Part {
  const isNew = lifetime.kind === "supervised";
  const inNamespace = isNew && lifetime.by === "pid-namespace";
  const pid = inNamespace ? PROGRAM_PID : undefined;
  const alone = ownSession ? [session(pid ?? (isNew ? "cloned" : "spawned"))] : [];
  return {
    operations: [
      ...(isNew ? [here(PROGRAM_LABEL, STEP.findOneself), ...findOneself(pid)] : []),
      ...(isNew && lifetime.by === "cgroup" ? [joinCgroup(lifetime.procs)] : []),
      emptySignalMask(),
      ...(isNew && !inNamespace ? tieToSupervisor(alone) : alone),
      ...(limits.some(({ resource }) => resource === "RLIMIT_CORE") ? [] : [noCore()]),
      ...(inNamespace ? [] : privileges()),
    ],
    data: privilegesData(),
  };
}

function frame(): Part {
  const bytes = concatenate([littleEndian(TAG_FAILURE, 8), new Uint8Array(FRAME_SIZE - 8)]);
  return { operations: [], data: [{ name: FRAME, bytes }] };
}

/** The word that holds the address of the program's path. */
const PATH = "path";
const USAGE = "usage: LAUNCHER PROGRAM [ARGUMENT...]   (PROGRAM is a path: PATH is not searched)\n";

function commandFromArgv(): Part {
  return {
    operations: [
      builtin(STEP.command, "value", [word(FRAME, FRAME_ARGC)], [result(0, "usage"), result(1, "usage"), any()]),
      builtin(STEP.command, "count", [address(FRAME, FRAME_ARGV), 8]),
      builtin(STEP.command, "load", [word(FRAME, FRAME_ARGV)]),
      builtin(STEP.command, "store", [address(PATH), word(FRAME, FRAME_RESULT)], [any("inheritance")]),
      labelled("usage", ticketed(STEP.command, "write", [STDERR, address("usage"), USAGE.length], [any()])),
      ...leave(),
      labelled("inheritance", builtin(STEP.command, "value", [0])),
    ],
    data: [
      { name: PATH, bytes: new Uint8Array(8) },
      { name: "usage", bytes: text(USAGE), alignment: 1 },
    ],
  };
}

/**
 * The fixed arguments replace argv[0]. They are written downwards from there, over argc (the frame has it by now) and into the
 * room that the interpreter leaves below the start-up stack; the launcher's own arguments follow where they are.
 */
function fixedCommand(path: string, argv: readonly string[]): Part {
  const strings = argv.map((string, i) => ({ name: `argv[${i}]`, bytes: text(string), alignment: 1 as const }));
  return {
    operations: strings
      .toReversed()
      .flatMap(({ name }, i) => [
        ...(i === 0 ? [] : [builtin(STEP.command, "count", [address(FRAME, FRAME_ARGV), -8])]),
        builtin(STEP.command, "store", [word(FRAME, FRAME_ARGV), address(name)]),
      ]),
    data: [
      { name: "path text", bytes: text(path), alignment: 1 },
      { name: PATH, bytes: new Uint8Array(8), pointers: [{ at: 0, to: "path text" }] },
      ...strings,
    ],
  };
}

/** What would make execve fail is found out while an errno can still come back. */
function openProgram(): Part {
  return {
    operations: [
      system(STEP.open, "openat", ["AT_FDCWD", word(PATH), "O_PATH | O_CLOEXEC", 0], [notNegative()]),
      // ENOSYS: before 5.8; execve itself will tell.
      system(
        STEP.access,
        "faccessat2",
        [word(FRAME, FRAME_RESULT), address(ZERO), "X_OK", "AT_EMPTY_PATH | AT_EACCESS"],
        [result(0), errno("ENOSYS")],
      ),
    ],
    data: [],
  };
}

/** Who waits for the program in a supervised launch tells when it has started; a direct one can only tell that it is about to. */
function execute({ report, lifetime }: LaunchOptions): Part {
  const args = [word(PATH), word(FRAME, FRAME_ARGV), word(FRAME, FRAME_ENVP)];
  const execve = ticketed(STEP.execute, "execve", args, []);
  if (lifetime.kind === "supervised") return { operations: [setStarted(STEP.execute, 1), execve], data: [] };
  if (report.kind === "stderr") return { operations: [execve], data: [] };
  const started = ticketed(STEP.started, "write", [report.fd, address("started tag"), 1], [result(1)]);
  return {
    operations: [started, execve],
    data: [{ name: "started tag", bytes: littleEndian(TAG_STARTED, 1), alignment: 1 }],
  };
}
