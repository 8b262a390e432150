// One run of one program under one policy. It is started once; its result comes when every process of it is gone. What the
// host does meanwhile goes through here: a kill, a wall clock that is set anew, signals, answers to `notify` calls.

import type { ChildProcess } from "node:child_process";
import { constants } from "node:os";
import type { Readable, Writable } from "node:stream";
import { type Channel, openChannel } from "./comms.ts";
import type { Comms } from "./comms-content.ts";
import { deferred } from "./deferred.ts";
import { type Executor, openIpc } from "./executor.ts";
import type { Follower, Program } from "./follow-launch.ts";
import { type AskedFor, awaitAsking } from "./late-filter.ts";
import { type LaunchEvents, type Launched, launch } from "./launch.ts";
import { type Libc, libc as loadLibc } from "./libc.ts";
import { messageOf } from "./message-of.ts";
import { answerCall } from "./notified-call.ts";
import { checkNotify, type Notify } from "./notify.ts";
import type { CompiledPolicy, Prepared } from "./prepare-launch.ts";
import { type Result, resultOf, type Seen, withNote } from "./result.ts";
import { SandboxError } from "./sandbox-error.ts";
import { seenOf } from "./seen.ts";
import { sendSignal, type WantedSignal } from "./send-signal.ts";
import { setupError } from "./setup-error.ts";
import { createStreams, type Streams } from "./streams.ts";
import { describeViolation } from "./violation.ts";
import { wallClock } from "./wall-clock.ts";

type Asked = Awaited<ReturnType<AskedFor["outcome"]>>;

/** Executors whose sandbox has been started. */
const used = new WeakSet<Executor>();

export class Sandbox {
  readonly #executor: Executor;
  readonly #policy: CompiledPolicy;
  readonly #notify: Notify;
  readonly #streams: Streams;
  readonly #clock = wallClock(milliseconds => this.#end({ timedOut: milliseconds }));
  readonly #notes: string[] = [];
  /** What the host brought about. */
  #done: Pick<Seen, "killed" | "timedOut" | "broken"> = {};
  #follower: Follower | undefined;
  #channel: Channel | undefined;
  /** Of a program that asks for its filter: what became of that. */
  #asked: AskedFor | undefined;
  #program: Program | undefined;
  /** The pid stays known when the program has ended. */
  #pid: number | undefined;
  /** Signals that came before the program. */
  #early: WantedSignal[] = [];
  #wallIsSet = false;
  readonly #begun = deferred<boolean>();
  #result: Promise<Result> | undefined;

  /** The policy is what compilePolicy() gave. Nothing is started yet. */
  constructor(executor: Executor, policy: CompiledPolicy, notify: Notify = {}) {
    checkNotify(notify);
    if (!Array.isArray(policy?.filters))
      throw new SandboxError("usage", "a Sandbox's policy is what compilePolicy() gives");
    this.#executor = executor;
    this.#policy = policy;
    this.#notify = notify;
    this.#streams = createStreams(notify.spawned === undefined ? (executor.options.stdio ?? []) : []);
  }

  /** Starts the program and waits for the result. Rejects only for a wrong use; whatever else goes wrong is a result. */
  run(): Promise<Result> {
    this.#start();
    return this.awaitResult();
  }

  /** Starts the program. True when it runs; false when it will not: the result says why. */
  runAsync(): Promise<boolean> {
    this.#start();
    return this.#begun.promise;
  }

  /** The result; with a time in milliseconds, undefined if it is not there by then. The sandbox goes on. */
  awaitResult(): Promise<Result>;
  awaitResult(milliseconds: number): Promise<Result | undefined>;
  async awaitResult(milliseconds?: number): Promise<Result | undefined> {
    if (this.#result === undefined)
      throw new SandboxError("usage", "the sandbox has not been started: call run() or runAsync()");
    if (milliseconds === undefined) return this.#result;
    checkTime(milliseconds);
    const late = deferred<undefined>();
    const timer = wallClock(() => late.resolve(undefined));
    timer.set(Math.max(milliseconds, 1));
    timer.start();
    return Promise.race([this.#result, late.promise]).finally(timer.stop);
  }

  /** Ends all of it. Before the start: there will be none. */
  kill(): void {
    this.#end({ killed: "kill" });
  }

  /** Sends the main process a signal, or its process group too: what it started and did not put elsewhere. */
  signal(signal: NodeJS.Signals, { group = false }: { readonly group?: boolean } = {}): void {
    if (!Object.hasOwn(constants.signals, signal))
      throw new SandboxError("usage", `there is no signal ${JSON.stringify(signal)}`, "give a name: SIGTERM");
    const wanted = { signal, group };
    if (this.#program !== undefined) sendSignal(loadLibc(), this.#program, wanted);
    else if (this.#pid === undefined) this.#early.push(wanted); // else it has ended
  }

  /** Milliseconds from now until the sandbox is killed; 0: never. Takes the place of the policy's `wall` and of wallTime. */
  setWallTime(milliseconds: number): void {
    checkTime(milliseconds);
    this.#wallIsSet = true;
    this.#clock.set(milliseconds);
  }

  /** Of the main process, as this process sees it; undefined until it runs. */
  get pid(): number | undefined {
    return this.#pid;
  }

  /** What the program reads as its standard input, where `stdio` says "pipe". */
  get stdin(): Writable | undefined {
    return this.#streams.stdin;
  }

  get stdout(): Readable | undefined {
    return this.#streams.stdout;
  }

  get stderr(): Readable | undefined {
    return this.#streams.stderr;
  }

  /** The channel to the program, from the start on; undefined unless the executor's options ask for one. */
  get comms(): Comms | undefined {
    return this.#channel?.comms;
  }

  #start(): void {
    if (used.has(this.#executor)) {
      const problem = "this Executor has started its sandbox already";
      throw new SandboxError("usage", problem, "an Executor serves one Sandbox and a Sandbox runs once: make new ones");
    }
    used.add(this.#executor);
    this.#result = this.#go();
  }

  async #go(): Promise<Result> {
    const { signal } = this.#executor.options;
    const abort = () => this.#end({ killed: "abort-signal" });
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort, { once: true });
    const result = await this.#launched().finally(() => {
      this.#clock.stop();
      signal?.removeEventListener("abort", abort);
      this.#streams.abandon();
      openIpc(this.#executor).close();
      this.#begun.resolve(false);
    });
    return this.#finish(result);
  }

  async #launched(): Promise<Result> {
    try {
      const libc = loadLibc();
      const { options } = this.#executor;
      const asks = options.enableSandboxBeforeExec === false;
      const inherited = ["inherit", "inherit", "inherit"] as const;
      const {
        stdio,
        env: fds,
        comms,
      } = openIpc(this.#executor).layout(options.stdio ?? inherited, options.comms ?? asks);
      this.#channel = comms === undefined ? undefined : openChannel(libc, comms);
      const own = options.env ?? process.env;
      const env = Object.keys(fds).length === 0 ? own : { ...own, ...fds };
      const job = { policy: this.#policy, options, stdio, env, answers: this.#notify.call !== undefined };
      const launched = await launch(libc, job, this.#events(libc, asks));
      return this.#judge(launched, await seenOf(launched), await this.#asked?.outcome());
    } catch (error) {
      if (!(error instanceof SandboxError)) throw error;
      const failure = setupError("prepare the runtime", error.message);
      const circumstances = {
        usage: undefined,
        violations: "main process only",
        survivors: false,
        limits: [],
        passed: undefined,
      } as const;
      return resultOf({ failure }, { ...circumstances, notes: this.#notes });
    }
  }

  #judge({ circumstances, seen: facts }: Launched, seen: Seen, asked: Asked | undefined): Result {
    const stopped = Object.keys(this.#done).length > 0 && facts?.failure !== undefined; // a launch that we ended
    // A program that was killed before it asked for its policy is not to blame.
    const failure = stopped
      ? undefined
      : (seen.failure ?? (this.#done.killed === undefined ? asked?.failure : undefined));
    const violations = asked?.hard ? "main process only" : circumstances.violations;
    const notes = [...circumstances.notes, ...this.#notes];
    return resultOf({ ...seen, failure, ...this.#done }, { ...circumstances, violations, notes });
  }

  #events(libc: Libc, asks: boolean): LaunchEvents {
    let enforced: Prepared["enforced"];
    let child: ChildProcess;
    return {
      cancelled: () => this.#done.killed !== undefined,
      spawned: spawned => {
        child = spawned;
        if (this.#notify.spawned === undefined) this.#streams.attach(child);
        else this.#guarded("spawned", () => this.#notify.spawned?.(child));
      },
      following: (follower, limits, prepared) => {
        enforced = prepared.enforced;
        this.#follower = follower;
        if (!this.#wallIsSet) this.#clock.set(limits.wall ?? 0);
        this.#clock.start();
        if (Object.keys(this.#done).length > 0) follower.kill();
      },
      started: program => {
        this.#program = program;
        this.#pid = program.pid;
        for (const wanted of this.#early.splice(0)) sendSignal(libc, program, wanted);
        openIpc(this.#executor).close(); // the end of the channel is the program's end of it
        this.#streams.feed(child);
        if (asks) this.#asked = awaitAsking(libc, this.#channel!, enforced.written, this.#follower!);
        this.#guarded("started", () => this.#notify.started?.(program.pid, this.comms));
        this.#begun.resolve(true);
      },
      violation: report => {
        try {
          this.#notify.violation?.(describeViolation(enforced, report));
        } catch (error) {
          this.#notes.push(`the \`violation\` callback threw: ${messageOf(error)}`);
        }
      },
      notified: notification => {
        const { sandbox } = this.#follower!;
        const { call, answerWithin: within } = this.#notify;
        // Calls by the thousand give few different notes, and each is told once.
        const note = (text: string) => void (this.#notes.includes(text) || this.#notes.push(text));
        void answerCall(sandbox!, notification, call!, { note, ...(within === undefined ? {} : { within }) });
      },
      ended: () => {
        this.#program = undefined;
      },
    };
  }

  /** A callback that throws where the host has no other way to say that it does not want to go on. */
  #guarded(name: string, callback: () => void): void {
    try {
      callback();
    } catch (error) {
      this.#end({ broken: { reason: "callback", message: `the \`${name}\` callback threw: ${messageOf(error)}` } });
    }
  }

  /** The first cause is told. */
  #end(cause: Pick<Seen, "killed" | "timedOut" | "broken">): void {
    if (Object.keys(this.#done).length === 0) this.#done = cause;
    this.#follower?.kill();
  }

  #finish(result: Result): Result {
    try {
      this.#notify.finished?.(result);
      return result;
    } catch (error) {
      return withNote(result, `the \`finished\` callback threw: ${messageOf(error)}`);
    }
  }
}

function checkTime(milliseconds: number): void {
  if (!(milliseconds >= 0)) throw new SandboxError("usage", `${milliseconds} is no time in milliseconds`);
}
