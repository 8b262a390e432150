// From a policy and an executor's options to what is launched: the program's path and the filter that goes in with it, or why
// there is none. Nothing is started here.

import { type CompileResult, type Filter, hasLauncher, specialise, ticketedCalls } from "../compiler/index.ts";
import { filterForHost, uses } from "./compile-policy.ts";
import type { ExecutorOptions } from "./executor.ts";
import { findProgram } from "./find-program.ts";
import { type SetupError, setupError } from "./setup-error.ts";
import type { Enforced } from "./violation.ts";

/** What compilePolicy() gives: one policy, with a program for this machine. */
export type CompiledPolicy = Pick<CompileResult, "filters" | "sources">;

export interface Prepared {
  readonly kind: "prepared";
  readonly target: Parameters<typeof ticketedCalls>[0];
  /** The program's path. */
  readonly path: string;
  /** The filter that the launcher puts in; undefined where the program asks for it later. */
  readonly launched: Filter | undefined;
  /** The launched filter answers to a monitor. */
  readonly monitored: boolean;
  readonly enforced: Enforced;
}

/** Sections that a launch enforces; any other would be dropped silently. */
const ENFORCED = ["program", "limits"];

export function prepareLaunch(
  policy: CompiledPolicy,
  options: ExecutorOptions,
  { monitored, answers }: { readonly monitored: boolean; readonly answers: boolean },
): Prepared | SetupError {
  const { filters, sources } = policy;
  const written = filterForHost(filters);
  if ("problem" in written) return setupError("choose the policy", written.problem, written.advice);
  const section = written.sections.find(({ kind }) => !ENFORCED.includes(kind));
  if (section !== undefined) {
    const problem = `the \`${section.kind}\` section of policy ${written.policy} cannot be enforced yet`;
    return setupError("read the policy", problem, "remove it");
  }
  if (!(monitored && answers) && uses(written, "notify")) {
    const who = monitored ? "this host has no callback that" : "without a monitor nobody";
    return setupError("read the policy", `policy ${written.policy} has \`notify\` rules, and ${who} answers them`);
  }
  const { target } = written;
  if (!hasLauncher(target)) return setupError("build the launcher", `there is no launcher for ${target} yet`);
  const { path: command, env = process.env, cwd = "." } = options;
  const fixed = { policy: written.policy, fixed: written.cell.program };
  const path = findProgram(command, env, cwd, fixed);
  if (typeof path !== "string") return path;

  const launched = forLaunch(written, monitored);
  const enforced = { written, launched, targets: filters.map(filter => filter.target), sources };
  const before = options.enableSandboxBeforeExec ?? true;
  return {
    kind: "prepared",
    target,
    path,
    launched: before ? launched : undefined,
    monitored: monitored && before,
    enforced,
  };
}

/** Generating and proving the program takes longer than the launch: a policy that is run again has its program already. */
const launchPrograms = { monitored: new WeakMap<Filter, Filter>(), hard: new WeakMap<Filter, Filter>() };

function forLaunch(written: Filter, monitored: boolean): Filter {
  const known = launchPrograms[monitored ? "monitored" : "hard"];
  const launched =
    known.get(written) ?? specialise(written, { monitored, tickets: ticketedCalls(written.target, { monitored }) });
  known.set(written, launched);
  return launched;
}
