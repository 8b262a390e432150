// The end of every plan: where a failed step goes on. The launcher says which step and result, and exits; the program has not
// run. The handler serves before and after seccomp(2), so its calls carry the ticket, which an unfiltered kernel ignores.

import { text } from "./datum.ts";
import type { LaunchOptions } from "./launch-options.ts";
import { FAILURE_SIZE } from "./messages.ts";
import { any, builtin, errno, labelled, notNegative, type Part, ticketed } from "./operation.ts";
import { address, type Datum, FRAME, type Operation, offset, type Value, word } from "./plan.ts";
import { FRAME_FAILED_RESULT, FRAME_FAILED_STAGE } from "./plan-format.gen.ts";
import { setStarted } from "./start-plan.ts";
import { STEP } from "./steps.ts";

/** What a launcher exits by when the sandbox could not be set up. Only a convenience: a program can exit by it too. */
const EXIT_SETUP_FAILED = 125;

export const STDERR = 2;
export const FAILURE_LABEL = "failed";

export function failurePlan({ report, lifetime }: LaunchOptions): Part {
  return report.kind === "socket" ? socketReport(report.fd, lifetime.kind === "supervised") : stderrReport();
}

/** Whatever a filter or a closed descriptor makes of these calls, the program is not run: halt is not a system call. */
export function leave(): Operation[] {
  return [ticketed(STEP.report, "exit_group", [EXIT_SETUP_FAILED], [any()]), builtin(STEP.report, "halt", [], [])];
}

/** The frame begins with the failure record. An execve that failed has started nothing. */
function socketReport(socket: number, supervised: boolean): Part {
  const send = ticketed(STEP.report, "write", [socket, address(FRAME), FAILURE_SIZE], [any()]);
  const [first, ...rest] = [...(supervised ? [setStarted(STEP.report, 0)] : []), send, ...leave()] as const;
  return { operations: [labelled(FAILURE_LABEL, first!), ...rest], data: [] };
}

/** A line: `policyc: cannot open the program: errno 2 (ENOENT)`, or `policyc: cannot draw the ticket: result 0`. */
function stderrReport(): Part {
  const append = (of: Value) => builtin(STEP.report, "append", [address("line length"), address("line"), of]);
  const failedResult = word(FRAME, FRAME_FAILED_RESULT);
  const number = builtin(STEP.report, "decimal", [address("line length"), address("line"), failedResult]);
  const branch = (outcomes: Operation["outcomes"]) => builtin(STEP.report, "value", [failedResult], [...outcomes]);
  return {
    operations: [
      labelled(FAILURE_LABEL, append(offset("cannot"))),
      append(word(FRAME, FRAME_FAILED_STAGE)),
      branch([notNegative("result"), any()]),
      append(offset("errno")),
      number,
      branch([...NAMED.map(name => errno(name, name)), any("end of line")]),
      ...NAMED.map(name => labelled(name, { ...append(offset(name)), outcomes: [any("end of line")] })),
      labelled("result", append(offset("result"))),
      number,
      labelled("end of line", append(offset("end"))),
      ticketed(STEP.report, "write", [STDERR, address("line"), word("line length")], [any()]),
      ...leave(),
    ],
    data: [
      textDatum("cannot", "policyc: cannot "),
      textDatum("errno", ": errno "),
      textDatum("result", ": result "),
      textDatum("end", "\n"),
      ...NAMED.map(name => textDatum(name, ` (${name})`)),
      { name: "line length", bytes: new Uint8Array(8) },
      { name: "line", bytes: new Uint8Array(LINE_SIZE) },
    ],
  };
}

/** More than the longest step, a number of 20 digits and the words around them. */
const LINE_SIZE = 128;

/** The errnos that a user meets; an operation has room for 15 outcomes. */
const NAMED = [
  "EPERM",
  "ENOENT",
  "E2BIG",
  "ENOEXEC",
  "ENOMEM",
  "EACCES",
  "ENOTDIR",
  "EINVAL",
  "ETXTBSY",
  "ENOSYS",
  "ELOOP",
  "EOPNOTSUPP",
];

function textDatum(name: string, string: string): Datum {
  return { name, bytes: text(string), alignment: 1 };
}
