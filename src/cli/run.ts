// policyc run FILE -- CMD ARG...: the command inside the policy's sandbox, its exit status passed on. Whatever keeps the sandbox
// from being set up ends with 125, errors in the policy included: any other status could be the command's own.

import { constants } from "node:os";
import { compile, hasErrors } from "../compiler/index.ts";
import { type Passed, type Result, runSandboxed, SandboxError, type Violation } from "../runtime/index.ts";
import type { Invocation } from "./arguments.ts";
import { asFailure, readImport, readSource } from "./input.ts";
import { printFindings } from "./report.ts";
import { NOT_SET_UP, UserError } from "./user-error.ts";

const VIOLATION = 128 + constants.signals.SIGSYS;
const NO_LOG = "no details without a monitor, as the kernel's log has none or cannot be read";

export async function run({ options, operands, command }: Invocation<"run">): Promise<number> {
  const policy = readPolicy(operands[0]!, options.policy);
  const [program, ...args] = command as readonly [string, ...string[]];
  try {
    const { permissive = false, cwd, wall, "allow-survivors": allowSurvivors = false } = options;
    const hard = options.hard || options["no-monitor"] || false;
    if (permissive && hard) throw new UserError(NOT_SET_UP, "--permissive needs the monitor: leave out --hard");
    const optional = {
      ...(cwd === undefined ? {} : { cwd }),
      ...(wall === undefined ? {} : { wallTime: timeOf(wall) }),
    };
    if (permissive) process.stderr.write("policyc: PERMISSIVE: NO SANDBOX, what the policy forbids is let pass\n");
    const how = { monitor: !hard, permissive, allowSurvivors, ...optional };
    const result = await runSandboxed({ policy, command: program, args, ...how });
    for (const note of result.notes) process.stderr.write(`policyc: ${note}\n`);
    if (result.passed !== undefined) process.stderr.write(listPassed(result.passed));
    return report(result);
  } catch (error) {
    if (error instanceof SandboxError) throw new UserError(NOT_SET_UP, error.message);
    throw error;
  }
}

/** In milliseconds: as a policy writes its times, `10s`. */
function timeOf(text: string): number {
  const units = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 } as const;
  const [, digits, unit] = /^(\d{1,9})(ms|s|min|h)$/.exec(text) ?? [];
  if (digits === undefined || Number(digits) === 0) {
    throw new UserError(NOT_SET_UP, `--wall ${text} is no time`, "give a number and a unit: 500ms, 10s, 5min, 1h");
  }
  return Number(digits) * units[unit as keyof typeof units];
}

function readPolicy(operand: string, policy: string | undefined) {
  const read = readSource(operand);
  if (!read.ok) throw notSetUp(asFailure(read.diagnostic));
  const result = compile(read.value, { read: readImport, ...(policy === undefined ? {} : { policy }) });
  if (hasErrors(result.diagnostics)) {
    const errors = result.diagnostics.filter(({ severity }) => severity === "error");
    printFindings({ ...result, diagnostics: errors }, "pretty", process.stderr);
    throw new UserError(NOT_SET_UP, `${read.value.name} has errors; nothing was run`);
  }
  const names = [...new Set(result.filters.map(filter => filter.policy))];
  if (names.length > 1)
    throw new UserError(
      NOT_SET_UP,
      `${read.value.name} has several policies`,
      `choose with --policy: ${names.join(", ")}`,
    );
  return result;
}

function notSetUp({ message, hint }: UserError): UserError {
  return new UserError(NOT_SET_UP, message, hint);
}

function report(result: Result): number {
  if (result.survivors) {
    process.stderr.write("policyc: processes that the command left behind are still running, under the same filter\n");
  }
  switch (result.status) {
    case "ok":
      return result.exitCode;
    case "signaled":
      return 128 + result.number;
    case "violation":
      process.stderr.write(describe(result.violation, result.violations));
      return VIOLATION;
    case "timeout":
    case "external-kill":
    case "internal-error":
      process.stderr.write(`policyc: ${result}\n`);
      return 128 + constants.signals.SIGKILL;
    case "setup-error":
      throw new UserError(NOT_SET_UP, result.message, result.advice);
  }
}

function describe(violation: Violation | undefined, violations: Result["violations"]): string {
  if (violation === undefined) {
    const who =
      violations === "every process" ? "no call reached the monitor: a `trap`, or a SIGSYS that was sent" : NO_LOG;
    return `violation: ended by SIGSYS; ${who}\n`;
  }
  const { description, because, details, suggestion } = violation;
  const advice =
    suggestion.kind === "none"
      ? suggestion.why
      : `to allow it: ${suggestion.rule}${suggestion.before === undefined ? "" : `, above ${suggestion.before}`}`;
  return `violation: ${description} (${because})\n${details.map(line => `  ${line}\n`).join("")}  ${advice}\n`;
}

/** One line for each shape of call. */
function listPassed({ calls, unlisted }: Passed): string {
  const lines = calls.map(
    ({ count, first }) => `policyc: let pass ${count} x ${first.description} (${first.because})\n`,
  );
  const rest = unlisted === 0 ? "" : `policyc: let pass ${unlisted} more, of kinds that are not listed\n`;
  return `${lines.join("")}${rest}`;
}
