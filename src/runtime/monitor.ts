// The main thread's side of the monitor: starts the one Worker thread when the first sandbox needs it, hands sandboxes over,
// and passes on what it tells. If the monitor dies, every sandbox that it watched is killed here and told so: a call that
// nobody receives must never be answered by the kernel's ENOSYS to a program that lives on.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { ReadArgument } from "./call-arguments.ts";
import { killSandbox } from "./kill-sandbox.ts";
import { libc as loadLibc } from "./libc.ts";
import { newParking, type Parking, parkAtExit } from "./park.ts";
import { SandboxError } from "./sandbox-error.ts";
import type { Answer, Launch, Told, Watched, Watching } from "./watched.ts";

export interface Monitor {
  watch(launch: Launch, watching: Watching, watched: Watched): WatchedSandbox;
}

export interface WatchedSandbox {
  /** SIGKILL to the child, the program, their process groups, and the cgroup. */
  kill(): void;
  /** Another listener of this sandbox: of a program that sandboxed itself. It is the monitor's from here on. */
  adopt(listener: number): void;
  answer(call: bigint, answer: Answer): void;
  /** Memory of the process that makes a held call; undefined where it cannot be read, or the call waits no more. */
  read(call: bigint, address: bigint, length: number): Promise<Uint8Array | undefined>;
  /** What the arguments of a held call refer to; undefined where the call waits no more. */
  look(call: bigint): Promise<readonly ReadArgument[] | undefined>;
  /** No more calls to Watched. The monitor still holds the listener of a sandbox whose tasks live on. */
  release(): void;
}

export type ToMonitor =
  | { readonly kind: "watch"; readonly id: number; readonly launch: Launch; readonly watching: Watching }
  | { readonly kind: "adopt"; readonly id: number; readonly listener: number }
  | { readonly kind: "kill"; readonly id: number }
  | { readonly kind: "answer"; readonly id: number; readonly call: bigint; readonly answer: Answer }
  | { readonly kind: "ask"; readonly id: number; readonly request: number; readonly question: Question }
  /** This process ends: touch no native code any more. */
  | { readonly kind: "park" };

/** About a held call. */
export type Question =
  | { readonly kind: "read"; readonly call: bigint; readonly address: bigint; readonly length: number }
  | { readonly kind: "look"; readonly call: bigint };

export type Found = Uint8Array | readonly ReadArgument[] | undefined;

export type FromMonitor =
  | { readonly kind: "online" }
  | { readonly kind: "told"; readonly id: number; readonly told: Told }
  | { readonly kind: "found"; readonly request: number; readonly found: Found };

let running: Promise<Monitor> | undefined;

/** The process's monitor, once it is ready to receive. Call it early: the thread takes some milliseconds to start. */
export function monitor(): Promise<Monitor> {
  if (running === undefined) {
    running = start();
    running.catch(() => {
      running = undefined;
    });
  }
  return running;
}

function notStarted(error: Error): SandboxError {
  return new SandboxError("unsupported", `the monitor thread does not start: ${error.message}`);
}

/** What the main thread keeps of a sandbox: whom to tell, and what it needs to end it without the monitor. */
interface Entry {
  watched: Watched | undefined;
  readonly pidfd: number;
  readonly cgroupKill: number | undefined;
}

function start(): Promise<Monitor> {
  const libc = loadLibc();
  const parking = newParking();
  let worker: Worker;
  try {
    worker = startWorker(parking);
  } catch (error) {
    return Promise.reject(notStarted(error as Error)); // EAGAIN: no more threads may be had
  }
  const stopParking = parkAtExit(worker, parking);
  const sandboxes = new Map<number, Entry>();
  const questions = new Map<number, (found: never) => void>();
  let lastId = 0;
  let lastRequest = 0;
  let lostAlready: Error | undefined;

  const post = (message: ToMonitor) => worker.postMessage(message);

  const ask = <T extends Found>(id: number, question: Question) => {
    if (lostAlready !== undefined) return Promise.resolve(undefined);
    const request = ++lastRequest;
    post({ kind: "ask", id, request, question });
    return new Promise<T | undefined>(resolve => questions.set(request, resolve));
  };

  const watch: Monitor["watch"] = (launch, watching, watched) => {
    const id = ++lastId;
    const entry: Entry = { watched, pidfd: libc.duplicate(launch.pidfd, 0), cgroupKill: launch.cgroupKill };
    sandboxes.set(id, entry);
    worker.ref();
    post({ kind: "watch", id, launch, watching });
    if (lostAlready !== undefined) queueMicrotask(() => giveUp(id, entry, lostAlready!));
    return {
      kill: () => post({ kind: "kill", id }),
      adopt: listener => post({ kind: "adopt", id, listener }),
      answer: (call, answer) => post({ kind: "answer", id, call, answer }),
      read: (call, address, length) => ask<Uint8Array>(id, { kind: "read", call, address, length }),
      look: call => ask<readonly ReadArgument[]>(id, { kind: "look", call }),
      release: () => {
        entry.watched = undefined;
        if (![...sandboxes.values()].some(({ watched }) => watched !== undefined)) worker.unref();
      },
    };
  };

  const forget = (id: number, entry: Entry) => {
    sandboxes.delete(id);
    libc.close(entry.pidfd);
  };

  // The descriptors that the Worker had stay open: a call that nobody receives waits, where the kernel would answer it.
  const giveUp = (id: number, entry: Entry, error: Error) => {
    killSandbox(libc, [entry.pidfd], entry.cgroupKill);
    forget(id, entry);
    entry.watched?.lost(error);
  };

  return new Promise((resolve, reject) => {
    const lost = (error: Error) => {
      if (lostAlready !== undefined) return;
      lostAlready = error;
      running = undefined;
      stopParking();
      reject(notStarted(error));
      for (const [id, entry] of sandboxes) giveUp(id, entry, error);
      for (const resolve of questions.values()) resolve(undefined as never);
    };
    worker.on("error", lost);
    worker.on("exit", code => lost(new Error(`the monitor thread ended with status ${code}`)));
    worker.on("message", (message: FromMonitor) => {
      switch (message.kind) {
        case "online":
          worker.unref();
          resolve({ watch });
          return;
        case "found":
          questions.get(message.request)?.(message.found as never);
          questions.delete(message.request);
          return;
        case "told": {
          const entry = sandboxes.get(message.id);
          if (entry === undefined) return;
          if (message.told.event === "gone") forget(message.id, entry);
          deliver(entry.watched, message.told);
        }
      }
    });
  });
}

function deliver(watched: Watched | undefined, { event, args }: Told): void {
  (watched?.[event] as ((...args: unknown[]) => void) | undefined)?.(...args);
}

/** Beside this file: the bundle has the Worker as an entry of its own, the source tree as TypeScript. */
function startWorker(workerData: Parking): Worker {
  const bundled = new URL("./monitor-worker.js", import.meta.url);
  if (existsSync(fileURLToPath(bundled))) return new Worker(bundled, { name: "policyc-monitor", workerData });
  const source = new URL("./monitor-worker.ts", import.meta.url);
  // tsx, under which the source tree runs, does not enter Workers by itself.
  const loader = import.meta.resolve("tsx/esm/api");
  const code = `import(${JSON.stringify(loader)}).then(tsx => { tsx.register(); return import(${JSON.stringify(source)}); })`;
  return new Worker(code, { eval: true, name: "policyc-monitor", workerData });
}
