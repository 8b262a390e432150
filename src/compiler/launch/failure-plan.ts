// The end of every plan: where a failed step goes on. The launcher says which step and result, and exits; the program has not
// run. The handler serves before and after seccomp(2), so its calls carry the ticket, which an unfiltered kernel ignores.

import { text } from "./datum.ts";
import type { ErrnoName } from "./errnos.ts";
import { FRAME_FAILED_RESULT, FRAME_FAILED_STAGE } from "./interpreter-x86_64.gen.ts";
import type { LaunchOptions } from "./launch-options.ts";
import { FAILURE_SIZE } from "./messages.ts";
import { any, builtin, errno, fd, labelled, type Part, ticketed } from "./operation.ts";
import { address, type Datum, FRAME, type Operation, offset, word } from "./plan.ts";

/** What a launcher exits by when the sandbox could not be set up. Only a convenience: a program can exit by it too. */
const EXIT_SETUP_FAILED = 125;
const STDERR = 2;
const REPORT = "report the failure";

export const FAILURE_LABEL = "failed";

export function failurePlan(report: LaunchOptions["report"]): Part {
  return report.kind === "socket" ? socketReport(report.fd) : stderrReport();
}

/** Whatever a filter or a closed descriptor makes of these calls, the program is not run: halt is not a system call. */
export function leave(): Operation[] {
  return [ticketed(REPORT, "exit_group", [EXIT_SETUP_FAILED], [any()]), builtin(REPORT, "halt", [])];
}

/** The frame begins with the failure record. */
function socketReport(socket: number): Part {
  return {
    operations: [
      labelled(FAILURE_LABEL, ticketed(REPORT, "write", [socket, address(FRAME), FAILURE_SIZE], [any()])),
      ...leave(),
    ],
    data: [],
  };
}

/** A line: `policyc: open the program: errno 2 (ENOENT)`, or `policyc: draw the ticket: result 0`. */
function stderrReport(): Part {
  const append = (from: Parameters<typeof builtin>[2][number]) =>
    builtin(REPORT, "append", [address("line length"), address("line"), from]);
  const failedResult = word(FRAME, FRAME_FAILED_RESULT);
  const number = builtin(REPORT, "decimal", [address("line length"), address("line"), failedResult]);
  const names = NAMED.map(name => errno(name, name));
  return {
    operations: [
      labelled(FAILURE_LABEL, append(offset("policyc: "))),
      append(word(FRAME, FRAME_FAILED_STAGE)),
      builtin(REPORT, "value", [failedResult], [fd("result"), any()]),
      append(offset(": errno ")),
      number,
      builtin(REPORT, "value", [failedResult], [...names, any("end of line")]),
      ...NAMED.map(name => labelled(name, { ...append(offset(` (${name})`)), outcomes: [any("end of line")] })),
      labelled("result", append(offset(": result "))),
      number,
      labelled("end of line", append(offset("\n"))),
      ticketed(REPORT, "write", [STDERR, address("line"), word("line length")], [any()]),
      ...leave(),
    ],
    data: [
      ...["policyc: ", ": errno ", ": result ", "\n", ...NAMED.map(name => ` (${name})`)].map(textDatum),
      { name: "line length", bytes: new Uint8Array(8) },
      { name: "line", bytes: new Uint8Array(LINE_SIZE) },
    ],
  };
}

/** More than the longest step, a 20-digit number and the words around them. */
const LINE_SIZE = 160;

/** Those that a user meets; an operation has room for 15 outcomes. */
const NAMED: readonly ErrnoName[] = [
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

function textDatum(string: string): Datum {
  return { name: string, bytes: text(string), alignment: 1 };
}
