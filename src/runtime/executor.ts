// What a sandbox runs and with what: program, arguments, environment, descriptors, limits. It is checked when it is made, and
// nothing is started here; an Executor serves one Sandbox, since it holds that one's descriptors and channel.

import { inspect } from "node:util";
import { createIpc, type Ipc, type OpenIpc } from "./ipc.ts";
import { checkLimits, type Limits } from "./limits.ts";
import { SandboxError } from "./sandbox-error.ts";
import type { Stdio } from "./spawn.ts";

export interface ExecutorOptions {
  /** A path, or a name that is looked up in the PATH of `env`. It is also the program's argv[0]. */
  readonly path: string;
  readonly args?: readonly string[];
  /** This process's own where left out. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** By descriptor number, at least 0 to 2, which are inherited where left out. Further ones: ipc.mapFd(). */
  readonly stdio?: readonly Stdio[];
  /** Of each of these and the policy's the stricter one holds. */
  readonly limits?: Limits;
  /** Milliseconds from the start until the sandbox is killed. Of this and the policy's `wall` the stricter one holds. */
  readonly wallTime?: number;
  /** Kills the sandbox when it is aborted. */
  readonly signal?: AbortSignal;
  /** false: the program starts without the filter and asks for it by Client.sandboxMeHere(). */
  readonly enableSandboxBeforeExec?: boolean;
  /** A channel to the program: Sandbox.comms here, Client.comms there. Always there where the program asks for its filter. */
  readonly comms?: boolean;
  /** The kernel itself kills: nothing can withdraw a call, but its arguments are not known, nor a child's violation. */
  readonly hard?: boolean;
  /** For policy development only: what the policy forbids is logged and passes. */
  readonly permissive?: boolean;
  /** Starts the program also where nothing on this machine could end all its processes. */
  readonly allowSurvivors?: boolean;
}

export class Executor {
  readonly options: ExecutorOptions;
  /** Descriptors that the program gets beside its standard streams. To be mapped before the start. */
  readonly ipc: Ipc;

  constructor(options: ExecutorOptions);
  constructor(path: string, args?: readonly string[], env?: NodeJS.ProcessEnv);
  constructor(first: ExecutorOptions | string, args: readonly string[] = [], env: NodeJS.ProcessEnv = process.env) {
    const options = typeof first === "string" ? { path: first, args, env } : first;
    checkOptions(options);
    this.options = { ...options };
    const ipc = createIpc();
    this.ipc = ipc;
    opened.set(this, ipc);
  }
}

const STANDARD: readonly Stdio[] = ["inherit", "inherit", "inherit"];
const MAX_FD = 0x7fffffff;

const opened = new WeakMap<Executor, OpenIpc>();

/** The sandbox's side of `executor.ipc`. */
export function openIpc(executor: Executor): OpenIpc {
  return opened.get(executor)!;
}

const SWITCHES = ["enableSandboxBeforeExec", "comms", "hard", "permissive", "allowSurvivors"] as const;

/** What types do not keep a caller from. A word where a switch belongs would be taken for true, "false" too. */
function checkOptions(options: ExecutorOptions): void {
  if (typeof options !== "object" || options === null) throw wrong(`${show(options)} is neither a path nor options`);
  const { path, args = [], env = {}, cwd = ".", stdio = STANDARD, wallTime = 0, signal, limits = {} } = options;
  if (path === "") throw wrong("the program's path is empty");
  for (const [option, value] of Object.entries({ args, stdio }))
    if (!Array.isArray(value)) throw wrong(`\`${option}\` is ${show(value)}, which is no array`);
  for (const [option, value] of Object.entries({ env, limits }))
    if (typeof value !== "object" || value === null) throw wrong(`\`${option}\` is ${show(value)}, which is no object`);
  const variables = Object.entries(env).filter(([, value]) => value !== undefined);
  for (const [option, values] of Object.entries({ path: [path], args, env: variables.flat(), cwd: [cwd] })) {
    const bad = [...values].findIndex(value => typeof value !== "string" || value.includes("\0"));
    if (bad >= 0) throw wrong(`\`${option}\` holds ${show(values[bad])}, and no program can be given that`);
  }
  if (stdio.length < 3) throw wrong("`stdio` has fewer than three descriptors");
  for (const each of stdio) {
    const known = each === "inherit" || each === "ignore" || each === "pipe";
    if (!known && !(Number.isInteger(each) && Number(each) >= 0 && Number(each) <= MAX_FD))
      throw wrong(`\`stdio\` holds ${show(each)}, which is neither a descriptor nor inherit, ignore, pipe`);
  }
  if (!(wallTime >= 0 && Number.isFinite(wallTime))) throw wrong(`\`wallTime\` is ${show(wallTime)}, which is no time`);
  if (signal !== undefined && typeof signal?.addEventListener !== "function")
    throw wrong(`\`signal\` is ${show(signal)}, which is no AbortSignal`);
  for (const option of SWITCHES) {
    const value: unknown = options[option];
    if (value !== undefined && typeof value !== "boolean")
      throw wrong(`\`${option}\` is ${show(value)}, and only true and false will do`);
  }
  if (options.hard && options.permissive) throw wrong("`hard` and `permissive` exclude each other");
  checkLimits(limits);
}

function wrong(problem: string): SandboxError {
  return new SandboxError("usage", problem);
}

function show(value: unknown): string {
  return typeof value === "string"
    ? JSON.stringify(value)
    : inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY });
}
