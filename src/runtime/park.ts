// Keeps the end of this process from meeting the monitor inside native code. Node ends a process by terminating its Workers
// wherever they are: a descriptor that turns readable then has libuv call koffi in an isolate that runs no JavaScript any
// more, koffi cannot make the callback's argument, and node-addon-api answers a failure to fail by abort(3): SIGABRT instead
// of the exit status. So at 'exit' this thread asks the Worker to stop polling and to wait in JavaScript, where termination is
// clean, and waits until it does.

import type { Worker } from "node:worker_threads";
import type { ToMonitor } from "./monitor.ts";

/** Int32 cells: whether the Worker is parked. */
const PARKED = 0;

/** A Worker that is still loading answers when it is done; one that hangs must not keep the process. */
const PATIENCE_MS = 2000;

/** What the Worker is given, as its workerData, to say that it is parked. */
export interface Parking {
  readonly parked: Int32Array;
}

export function newParking(): Parking {
  return { parked: new Int32Array(new SharedArrayBuffer(4)) };
}

/** On the main thread. The function that is returned undoes it, for a Worker that has ended. */
export function parkAtExit(worker: Worker, { parked }: Parking): () => void {
  const park = () => {
    worker.postMessage({ kind: "park" } satisfies ToMonitor);
    Atomics.wait(parked, PARKED, 0, PATIENCE_MS);
  };
  process.on("exit", park);
  return () => void process.off("exit", park);
}

/** In the Worker, with nothing left that polls. Only termination ends it. */
export function parkHere({ parked }: Parking): void {
  Atomics.store(parked, PARKED, 1);
  Atomics.notify(parked, PARKED);
  for (;;) Atomics.wait(parked, PARKED, 1);
}
