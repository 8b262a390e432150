// The main thread's side of the monitor: starts the one Worker thread when the first sandbox needs it, hands sandboxes over,
// and passes on what it tells. If the monitor dies, every sandbox that it watched is told so and must be ended.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { SeccompData } from "../compiler/index.ts";
import type { LaunchFailure } from "./status.ts";

export type ToMonitor =
  /** A sandbox just spawned. Both descriptors are the monitor's from here on. */
  | { readonly kind: "watch"; readonly id: number; readonly status: number; readonly pidfd: number }
  /** The main process has ended: end what is left of its process group. */
  | { readonly kind: "end"; readonly id: number };

export type FromMonitor =
  | { readonly kind: "online" }
  /** The listener has arrived; from now until `gone` the monitor holds it. */
  | { readonly kind: "listening"; readonly id: number }
  | { readonly kind: "launched"; readonly id: number }
  | { readonly kind: "failed"; readonly id: number; readonly failure: LaunchFailure }
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
  launched(): void;
  failed(failure: LaunchFailure): void;
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
  running ??= start();
  return running;
}

function start(): Promise<Monitor> {
  const worker = new Worker(workerUrl(), { name: "policyc-monitor" });
  const sandboxes = new Map<number, Watched>();
  let lastId = 0;
  let lostAlready = false;

  const tell = (message: ToMonitor) => worker.postMessage(message);
  const watch: Monitor["watch"] = (sandbox, watched) => {
    const id = ++lastId;
    sandboxes.set(id, watched);
    worker.ref();
    tell({ kind: "watch", id, ...sandbox });
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
      reject(error);
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
    case "failed":
      watched?.failed(message.failure);
      return;
    case "violation":
      watched?.violation(message);
      return;
    case "listening":
    case "launched":
    case "gone":
      watched?.[message.kind]();
  }
}

/** Beside this file: the bundle has it as an entry of its own, the source tree as TypeScript. */
function workerUrl(): URL {
  const bundled = new URL("./monitor-worker.js", import.meta.url);
  return existsSync(fileURLToPath(bundled)) ? bundled : new URL("./monitor-worker.ts", import.meta.url);
}
