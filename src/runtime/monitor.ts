// The main thread's side of the monitor: starts the one Worker thread when the first sandbox needs it, hands sandboxes over,
// and passes on what it tells. If the monitor dies, every sandbox that it watched is told so and must be ended.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { SeccompData } from "../compiler/index.ts";
import { SandboxError } from "./sandbox-error.ts";

export type ToMonitor =
  /** A sandbox just spawned. Both descriptors are the monitor's from here on. */
  | { readonly kind: "watch"; readonly id: number; readonly status: number; readonly pidfd: number }
  /** The main process has ended: end what is left of its process group. */
  | { readonly kind: "end"; readonly id: number };

export type FromMonitor =
  | { readonly kind: "online" }
  /** The listener has arrived; from now until `gone` the monitor holds it. */
  | { readonly kind: "listening"; readonly id: number }
  /** The status socket has ended, after these messages: the program runs, or the launch failed. */
  | { readonly kind: "launched"; readonly id: number; readonly messages: readonly Uint8Array[] }
  | {
      readonly kind: "violation";
      readonly id: number;
      readonly tid: number;
      readonly program: string;
      readonly data: SeccompData;
    }
  /** The last task of the sandbox has ended, the main process and every descendant. */
  | { readonly kind: "gone"; readonly id: number };

export interface Watched {
  listening(): void;
  launched(messages: readonly Uint8Array[]): void;
  /** The sandbox's main process is killed already. */
  violation(report: { readonly tid: number; readonly program: string; readonly data: SeccompData }): void;
  gone(): void;
  /** The monitor thread itself died: nobody watches any more. */
  lost(error: Error): void;
}

export interface Monitor {
  watch(sandbox: { readonly status: number; readonly pidfd: number }, watched: Watched): WatchedSandbox;
}

export interface WatchedSandbox {
  endGroup(): void;
  /** No more calls to Watched. The monitor still holds the listener of a sandbox whose tasks live on. */
  release(): void;
}

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

function start(): Promise<Monitor> {
  let worker: Worker;
  try {
    worker = startWorker();
  } catch (error) {
    return Promise.reject(notStarted(error as Error)); // EAGAIN: no more threads may be had
  }
  const sandboxes = new Map<number, Watched>();
  let lastId = 0;
  let lostAlready = false;

  const tell = (message: ToMonitor) => worker.postMessage(message);
  const watch: Monitor["watch"] = (sandbox, watched) => {
    const id = ++lastId;
    sandboxes.set(id, watched);
    worker.ref();
    tell({ kind: "watch", id, status: sandbox.status, pidfd: sandbox.pidfd });
    const release = () => {
      sandboxes.delete(id);
      if (sandboxes.size === 0) worker.unref();
    };
    return { endGroup: () => tell({ kind: "end", id }), release };
  };

  return new Promise((resolve, reject) => {
    const lost = (error: Error) => {
      if (lostAlready) return;
      lostAlready = true;
      running = undefined;
      reject(notStarted(error));
      for (const watched of sandboxes.values()) watched.lost(error);
      sandboxes.clear();
    };
    worker.on("error", lost);
    worker.on("exit", code => lost(new Error(`the monitor thread ended with status ${code}`)));
    worker.on("message", (message: FromMonitor) => {
      if (message.kind === "online") {
        worker.unref();
        resolve({ watch });
      } else {
        deliver(message, sandboxes.get(message.id));
      }
    });
  });
}

function deliver(message: Exclude<FromMonitor, { kind: "online" }>, watched: Watched | undefined): void {
  switch (message.kind) {
    case "launched":
      watched?.launched(message.messages);
      return;
    case "violation":
      watched?.violation(message);
      return;
    case "listening":
    case "gone":
      watched?.[message.kind]();
  }
}

/** Beside this file: the bundle has the Worker as an entry of its own, the source tree as TypeScript. */
function startWorker(): Worker {
  const bundled = new URL("./monitor-worker.js", import.meta.url);
  if (existsSync(fileURLToPath(bundled))) return new Worker(bundled, { name: "policyc-monitor" });
  const source = new URL("./monitor-worker.ts", import.meta.url);
  // tsx, under which the source tree runs, does not enter Workers by itself.
  const loader = import.meta.resolve("tsx/esm/api");
  const code = `import(${JSON.stringify(loader)}).then(tsx => { tsx.register(); return import(${JSON.stringify(source)}); })`;
  return new Worker(code, { eval: true, name: "policyc-monitor" });
}
