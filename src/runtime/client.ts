// The program's side of an executor: the channel, the descriptors that were mapped for it by name, and the moment at which it
// asks for its policy. From that moment it is watched like any program that was sandboxed before it started.

import { randomFillSync } from "node:crypto";
import { auditArch } from "../compiler/index.ts";
import { type Channel, type Comms, type CommsOptions, openChannel } from "./comms.ts";
import { CommsError } from "./comms-error.ts";
import { decodeProgram, encodeAsk, type InstallableProgram, TAG } from "./comms-protocol.ts";
import { handOver, tellFailure } from "./hand-over.ts";
import { describeFailure, die, refuseDiverged, refuseWhatEscapes, refuseWithoutTsync } from "./here-checks.ts";
import { hostArch } from "./host-arch.ts";
import { installOnAllThreads, listenerFlags, probeTsync, SECCOMP_FILTER_FLAG_TSYNC } from "./install.ts";
import { COMMS_VARIABLE, FDS_VARIABLE } from "./ipc.ts";
import { type Libc, libc as loadLibc } from "./libc.ts";
import { type OpenFd, readProcessState } from "./process-state.ts";
import { SandboxError } from "./sandbox-error.ts";

export interface SandboxedByExecutor {
  /** False: the kernel itself kills, because a filter around this process has the one listener there can be, or it is too old. */
  readonly monitored: boolean;
  /** Threads that lived when the filter went in; later ones inherit it. */
  readonly threads: number;
  /** Descriptors that were open: what they lead to stays reachable. */
  readonly fds: readonly OpenFd[];
  /** Child processes outside the filter; empty without allowChildren. */
  readonly children: readonly number[];
  /** False where a filter around this process forbids asking whether others run on its memory. */
  readonly memoryChecked: boolean;
}

export interface Client {
  /** Throws SandboxError where the executor opened no channel. */
  readonly comms: Comms;
  /** The descriptor that the executor mapped under this name, for the one who asks first. Throws SandboxError after that. */
  mappedFd(name: string): number;
  /**
   * Puts the executor's policy on every thread of this process, for good, and resolves when the executor watches. Rejects with
   * SandboxError when nothing has been changed; later failures abort the process with the reason, which the executor is told.
   */
  sandboxMeHere(options?: { readonly allowChildren?: boolean }): Promise<SandboxedByExecutor>;
}

export const Client = {
  /**
   * Takes over what the executor left in the environment: the variables are deleted and the descriptors made close-on-exec, so
   * that no child has them. One client a process.
   */
  fromEnvironment(options: CommsOptions = {}): Client {
    const libc = loadLibc();
    const fd = process.env[COMMS_VARIABLE];
    const mapped = parseMappings(process.env[FDS_VARIABLE] ?? "");
    delete process.env[COMMS_VARIABLE];
    delete process.env[FDS_VARIABLE];
    const channel = fd === undefined ? undefined : openChannel(libc, keep(libc, COMMS_VARIABLE, fd), options);
    for (const [name, number] of mapped) keep(libc, name, String(number));
    return makeClient(libc, channel, mapped);
  },
};

function makeClient(libc: Libc, channel: Channel | undefined, mapped: Map<string, number>): Client {
  let asking = false;
  const needChannel = (): Channel => {
    if (channel !== undefined) return channel;
    throw new SandboxError("usage", `there is no ${COMMS_VARIABLE} in the environment: no executor opened a channel`);
  };
  return {
    get comms() {
      return needChannel().comms;
    },
    mappedFd: name => {
      const fd = mapped.get(name);
      if (fd === undefined) throw new SandboxError("usage", `no descriptor is mapped as ${name}, or it has been taken`);
      mapped.delete(name);
      return fd;
    },
    sandboxMeHere: async ({ allowChildren = false } = {}) => {
      if (asking) throw new SandboxError("usage", "this process is sandboxed already, or about to be");
      asking = true;
      try {
        return await sandbox(libc, needChannel(), allowChildren);
      } catch (error) {
        asking = false;
        throw error;
      }
    },
  };
}

/** `name:number,name:number` */
function parseMappings(text: string): Map<string, number> {
  const pairs = text === "" ? [] : text.split(",");
  return new Map(
    pairs.map(pair => {
      const [, name, fd] = /^([^:]+):(\d+)$/.exec(pair) ?? [];
      if (name === undefined)
        throw new SandboxError("usage", `${FDS_VARIABLE} is malformed at ${JSON.stringify(pair)}`);
      return [name, Number(fd)];
    }),
  );
}

function keep(libc: Libc, what: string, text: string): number {
  const fd = /^\d+$/.test(text) ? Number(text) : -1;
  if (libc.setCloseOnExec(fd) === 0) return fd;
  throw new SandboxError("usage", `${what} names descriptor ${JSON.stringify(text)}, which is not open`);
}

const EBUSY = 16;

async function sandbox(libc: Libc, channel: Channel, allowChildren: boolean): Promise<SandboxedByExecutor> {
  const sandboxed = await attempt(libc, channel, allowChildren, listenerFlags(libc));
  if (sandboxed !== "no listener") return sandboxed;
  try {
    const hard = await attempt(libc, channel, allowChildren, undefined);
    if (hard !== "no listener") return hard;
  } catch (error) {
    // no_new_privs is set by now, on this thread.
    giveUp(libc, channel, (error as Error).message);
  }
  return giveUp(libc, channel, "the executor's program needs a listener, and there is none to be had");
}

/** no listener: the kernel takes one a process, and a filter around this one has it. Then the kernel is to kill by itself. */
async function attempt(
  libc: Libc,
  channel: Channel,
  allowChildren: boolean,
  flags: number | undefined,
): Promise<SandboxedByExecutor | "no listener"> {
  const { control } = channel;
  const program = await ask(control, flags !== undefined);
  while (!control.idle()) await control.flushed(); // what is half sent must not have the hand-over in its middle
  if (!control.open()) throw new SandboxError("policy", "the channel to the executor was closed");
  // From here to the end of the hand-over nothing else of this process runs on this thread.
  const state = readProcessState(libc);
  refuseWhatEscapes(state, allowChildren);
  refuseWithoutTsync(probeTsync(libc), state.tids.length);
  refuseDiverged(state);
  const ticket = randomFillSync(new Uint8Array(8));
  const run = handOver(libc, channel, program.listens, reason => die(libc, reason));
  const how = { flags: (program.listens ? flags : undefined) ?? SECCOMP_FILTER_FLAG_TSYNC, run };
  const installed = installOnAllThreads(libc, program, ticket, how);
  if (installed.kind === "installed") {
    const { tids, fds, children, sharers } = state;
    return { monitored: program.listens, threads: tids.length, fds, children, memoryChecked: sharers !== undefined };
  }
  const taken = program.listens && installed.kind === "refused" && installed.errno === EBUSY;
  return taken ? "no listener" : giveUp(libc, channel, describeFailure(installed));
}

function giveUp(libc: Libc, { fd, control }: Channel, reason: string): never {
  // Last: an executor that hears of it may end this process before it has said anything.
  return die(libc, reason, () => {
    if (control.open()) tellFailure(libc, fd, reason);
  });
}

/** Rejects with SandboxError: nothing has been changed. */
async function ask(control: Channel["control"], listens: boolean): Promise<InstallableProgram> {
  const host = hostArch();
  if (host === undefined) throw new SandboxError("unsupported", "policies are enforced on x86_64 and aarch64 only");
  try {
    await control.send(TAG.ask, encodeAsk({ auditArch: auditArch(host), listens }));
    const answer = await control.receive();
    if (answer === undefined) throw new CommsError("closed", "the executor closed the channel");
    if (answer.tag === TAG.refused) throw new SandboxError("policy", new TextDecoder().decode(answer.bytes));
    if (answer.tag !== TAG.program) throw new CommsError("tag", "the executor sent no policy");
    const program = decodeProgram(answer.bytes);
    if (program.auditArch !== auditArch(host) || (program.listens && !listens)) {
      throw new CommsError("content", "the executor sent a program that this process cannot install");
    }
    return program;
  } catch (error) {
    if (!(error instanceof CommsError)) throw error;
    throw new SandboxError("policy", `the policy did not come from the executor: ${error.message}`);
  }
}
