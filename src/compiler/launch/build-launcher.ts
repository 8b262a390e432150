// A filter and the caller's options -> the bytes of a launcher, or why there is none. The plan comes with it: it names the
// step of a failure report (stageOf) and prints as strace would (printPlan).

import type { Arch } from "../abi/arch.ts";
import { BPF_MAXINSNS } from "../bpf/instruction.ts";
import { Bug } from "../diagnostics/diagnostic.ts";
import type { TicketedCall } from "../policy/model.ts";
import { CANARY_ERRNO, CANARY_NR } from "./canary.ts";
import { text } from "./datum.ts";
import { defaultPlan } from "./default-plan.ts";
import { launcherImage } from "./elf.ts";
import type { LaunchFilter } from "./filter-plan.ts";
import type { LaunchOptions } from "./launch-options.ts";
import type { LaunchPlan } from "./plan.ts";
import { ARGV_ROOM } from "./plan-format.gen.ts";
import { callNumber, hasLauncher, LAUNCHER_ARCHES } from "./target.ts";

export type Launcher =
  | { readonly ok: true; readonly image: Uint8Array; readonly plan: LaunchPlan }
  | { readonly ok: false; readonly message: string; readonly hint: string };

/** The calls that the plan makes after seccomp(2): a filter for buildLauncher comes from a model whose `tickets` these are. */
export function ticketedCalls(target: Arch, { monitored }: { readonly monitored: boolean }): readonly TicketedCall[] {
  const plan = defaultPlan("x86_64", { program: [], slots: [] }, { ...ANY_LAUNCH, monitored });
  const names = plan.operations.flatMap(({ call, ticketed }) =>
    ticketed && call.kind === "system" ? [call.name] : [],
  );
  return [...new Set(names)].map(name => ticketedCall(target, name));
}

/** The calls after the filter are the same in every launch that reports on a socket, and fewer without one. */
const ANY_LAUNCH = {
  command: { kind: "argv" },
  report: { kind: "socket", fd: 3 },
  lifetime: { kind: "direct" },
  keepFds: 2,
  limits: [],
  session: true,
  landlock: "prefer",
  waitKillable: true,
} as const;

function ticketedCall(target: Arch, name: string): TicketedCall {
  const nr = callNumber(target, name);
  return { nr, name, action: nr === CANARY_NR ? { kind: "errno", errno: CANARY_ERRNO } : { kind: "allow" } };
}

/** What is left of the 64 KB of a data segment beside the longest filter. */
const COMMAND_ROOM = 0x4000;

/** Without a filter the program is started as in any launch and runs unfiltered: it is to sandbox itself. */
export function buildLauncher(target: Arch, filter: LaunchFilter | undefined, options: LaunchOptions): Launcher {
  if (!hasLauncher(target)) {
    return refusal(
      `there is no launcher for ${target} yet`,
      `build the filter alone, or target ${LAUNCHER_ARCHES.join(" or ")}`,
    );
  }
  const wrong = refuse(options, filter !== undefined) ?? refuseCommand(options.command);
  if (wrong !== undefined) return wrong;
  if (filter !== undefined) checkFilter(filter);
  const plan = defaultPlan(target, filter, options);
  checkTickets(plan);
  return { ok: true, image: launcherImage(plan), plan };
}

function refuse(options: LaunchOptions, filtered: boolean): Launcher | undefined {
  const { monitored, report, lifetime, keepFds, limits } = options;
  const alone = report.kind !== "socket";
  if (monitored && alone) {
    return refusal("a launcher on its own has no monitor", "use a policy without notify and compile kills as hard");
  }
  if (lifetime.kind === "supervised" && alone) {
    return refusal("a launcher on its own has nobody to supervise for", "let it become the program: a direct launch");
  }
  if (monitored && !filtered) return refusal("without a filter there is nothing to monitor", "launch unmonitored");
  const own = descriptorsOf(options);
  const low = own.find(({ fd }) => fd <= keepFds);
  if (low !== undefined) {
    return refusal(`${low.name} ${low.fd} is among the descriptors of the program`, `put it above ${keepFds}`);
  }
  if (new Set(own.map(({ fd }) => fd)).size < own.length) {
    return refusal("two of the launch's own descriptors are one", "give each a number of its own");
  }
  const wrong = limits.find(({ value }) => value < 0n || value > RLIM_INFINITY);
  if (wrong !== undefined) return refusal(`${wrong.resource} cannot be ${wrong.value}`, "give a 64-bit number");
  const twice = limits.find(({ resource }, i) => limits.findIndex(limit => limit.resource === resource) !== i);
  if (twice !== undefined) return refusal(`${twice.resource} is limited twice`, "give the stricter limit alone");
  return undefined;
}

const RLIM_INFINITY = 0xffff_ffff_ffff_ffffn;

function descriptorsOf({ report, lifetime }: LaunchOptions): readonly { readonly name: string; readonly fd: number }[] {
  const cgroup = lifetime.kind === "supervised" && lifetime.by === "cgroup" ? lifetime : undefined;
  return [
    ...(report.kind === "socket" ? [{ name: "the status socket", fd: report.fd }] : []),
    ...(cgroup === undefined ? [] : [cgroup.procs, cgroup.kill].map(fd => ({ name: "the cgroup's file", fd }))),
  ];
}

function refuseCommand(command: LaunchOptions["command"]): Launcher | undefined {
  if (command.kind !== "fixed") return undefined;
  if (command.argv.length === 0) return refusal("the command has no argv[0]", "give the program's name as argv[0]");
  if (command.argv.length > ARGV_ROOM) {
    return refusal(`the command has ${command.argv.length} fixed arguments`, `give at most ${ARGV_ROOM}`);
  }
  const size = [command.path, ...command.argv].reduce((sum, string) => sum + text(string).length, 0);
  if (size > COMMAND_ROOM) {
    return refusal(`the command has ${size} bytes of fixed arguments`, `give at most ${COMMAND_ROOM}`);
  }
  if ([command.path, ...command.argv].some(string => string.includes("\0"))) {
    return refusal("the command has a NUL character in it", "no path or argument can have one");
  }
  return undefined;
}

function refusal(message: string, hint: string): Launcher {
  return { ok: false, message, hint };
}

/** What the code generator must have seen to. Without a ticket in the filter any later execve would pass as the first does. */
function checkFilter({ program, slots }: LaunchFilter): void {
  if (program.length === 0 || program.length > BPF_MAXINSNS)
    throw new Bug(`a filter of ${program.length} instructions`);
  if (slots.some(({ pc }) => program[pc] === undefined)) throw new Bug("a ticket slot outside of the filter");
  if (!slots.some(slot => slot.half === "lo") || !slots.some(slot => slot.half === "hi")) {
    throw new Bug("a filter for a launcher without both halves of a ticket");
  }
}

/** From seccomp(2) on, a system call without the ticket would be judged as the program's own. */
function checkTickets({ operations }: LaunchPlan): void {
  const installed = operations.findLastIndex(({ call }) => call.name === "seccomp");
  if (installed === -1) return;
  const bare = operations.slice(installed + 1).find(({ call, ticketed }) => call.kind === "system" && !ticketed);
  if (bare !== undefined) throw new Bug(`${bare.call.name} after the filter, without the ticket`);
}
