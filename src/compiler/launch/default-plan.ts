// The plan of a launch: from "just executed" to execve of the program, in an order that each step needs. What is inherited
// goes first; the program is opened as execve will see it, without privileges, and before the filter, so that a typo in its
// path is a set-up error whatever the policy says; the ticket is drawn last, and no process is made after it.

import { concatenate, littleEndian, text } from "./datum.ts";
import { FAILURE_LABEL, failurePlan, leave, STDERR } from "./failure-plan.ts";
import { filterPlan, handOverPlan, type LaunchFilter } from "./filter-plan.ts";
import { inheritancePlan, ZERO } from "./inheritance-plan.ts";
import { landlockPlan } from "./landlock-plan.ts";
import type { LaunchOptions } from "./launch-options.ts";
import { TAG_FAILURE, TAG_STARTED } from "./messages.ts";
import {
  any,
  builtin,
  errno,
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
import { STEP } from "./steps.ts";
import type { LauncherArch } from "./target.ts";

export function defaultPlan(arch: LauncherArch, filter: LaunchFilter, options: LaunchOptions): LaunchPlan {
  const { command, monitored, report, landlock } = options;
  const { operations, data } = joinParts([
    frame(),
    command.kind === "argv" ? commandFromArgv() : fixedCommand(command.path, command.argv),
    inheritancePlan(options),
    openProgram(),
    landlockPlan(landlock),
    filterPlan(filter, options),
    ...(monitored && report.kind === "socket" ? [handOverPlan(report.fd)] : []),
    execute(report),
    failurePlan(report),
  ]);
  return {
    arch,
    operations,
    data,
    onFailure: FAILURE_LABEL,
    stages: report.kind === "socket" ? "index" : "text",
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

function execute(report: LaunchOptions["report"]): Part {
  const args = [word(PATH), word(FRAME, FRAME_ARGV), word(FRAME, FRAME_ENVP)];
  const execve = ticketed(STEP.execute, "execve", args, []);
  if (report.kind === "stderr") return { operations: [execve], data: [] };
  const started = ticketed(STEP.started, "write", [report.fd, address("started tag"), 1], [result(1)]);
  return {
    operations: [started, execve],
    data: [{ name: "started tag", bytes: littleEndian(TAG_STARTED, 1), alignment: 1 }],
  };
}
