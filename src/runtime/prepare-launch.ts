// From a policy and a command to the image of a launcher, or why there is none. Nothing is started here.

import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import {
  buildLauncher,
  type Filter,
  hasLauncher,
  type LaunchPlan,
  specialise,
  ticketedCalls,
} from "../compiler/index.ts";
import { filterForHost, uses } from "./compile-policy.ts";
import type { RunOptions } from "./run.ts";
import { type SetupError, setupError } from "./setup-error.ts";
import { type Stdio, statusFd } from "./spawn.ts";
import type { Enforced } from "./violation.ts";

export interface Prepared {
  readonly kind: "prepared";
  readonly enforced: Enforced;
  readonly monitored: boolean;
  readonly image: Uint8Array;
  readonly plan: LaunchPlan;
  /** The program's path, for messages. */
  readonly command: string;
  readonly stdio: readonly Stdio[];
}

/** What execvp(3) takes where PATH is not set. */
const DEFAULT_PATH = "/bin:/usr/bin";

export function prepareLaunch(options: RunOptions, monitored: boolean): Prepared | SetupError {
  const { filters, sources } = options.policy;
  const written = filterForHost(filters);
  if ("problem" in written) return setupError("choose the policy", written.problem, written.advice);
  const section = written.sections.find(({ kind }) => kind !== "program");
  if (section !== undefined) {
    return setupError(
      "read the policy",
      `the \`${section.kind}\` section of policy ${written.policy} cannot be enforced yet`,
      "remove it",
    );
  }
  if (!monitored && uses(written, "notify")) {
    return setupError(
      "read the policy",
      `policy ${written.policy} has \`notify\` rules, and without a monitor nobody answers them`,
    );
  }
  const path = findCommand(options.command, (options.env ?? process.env).PATH ?? DEFAULT_PATH, options.cwd ?? ".");
  if (path === undefined)
    return setupError("find the command", `${options.command}: no such program`, "give a path or a program in PATH");
  const { program } = written.cell;
  if (program !== undefined && !isSameFile(path, program)) {
    return setupError(
      "find the command",
      `policy ${written.policy} is for ${program}, and ${options.command} is another program`,
      `run ${program}, or change the policy's \`program\``,
    );
  }

  const { target } = written;
  if (!hasLauncher(target)) return setupError("build the launcher", `there is no launcher for ${target} yet`);
  const stdio = options.stdio ?? ["inherit", "inherit", "inherit"];
  const launched = forLaunch(written, target, monitored);
  const launcher = buildLauncher(target, launched, {
    command: { kind: "fixed", path, argv: [options.command] },
    monitored,
    report: { kind: "socket", fd: statusFd(stdio) },
    keepFds: stdio.length - 1,
    lifetime: { kind: "direct" },
    limits: [],
    session: true,
    landlock: "prefer",
    waitKillable: true,
  });
  if (!launcher.ok) return setupError("build the launcher", launcher.message, launcher.hint);
  const enforced = { written, launched, targets: filters.map(filter => filter.target), sources };
  return { kind: "prepared", enforced, monitored, image: launcher.image, plan: launcher.plan, command: path, stdio };
}

/** Generating and proving the program takes longer than the launch: a policy that is run again has its program already. */
const launchPrograms = { monitored: new WeakMap<Filter, Filter>(), hard: new WeakMap<Filter, Filter>() };

function forLaunch(written: Filter, target: Parameters<typeof ticketedCalls>[0], monitored: boolean): Filter {
  const known = launchPrograms[monitored ? "monitored" : "hard"];
  const launched =
    known.get(written) ?? specialise(written, { monitored, tickets: ticketedCalls(target, { monitored }) });
  known.set(written, launched);
  return launched;
}

/** As execvp(3) does: a name with a slash is a path, taken from the program's own folder. */
function findCommand(command: string, path: string, cwd: string): string | undefined {
  if (command.includes("/")) return command;
  const candidates = path.split(delimiter).map(folder => join(folder === "" ? "." : folder, command));
  return candidates.find(candidate => isProgram(join(candidate.startsWith("/") ? "" : cwd, candidate)));
}

/** /bin/wc and /usr/bin/wc are one program where the folders are. */
function isSameFile(path: string, program: string): boolean {
  try {
    return realpathSync(path) === realpathSync(program);
  } catch {
    return path === program;
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
