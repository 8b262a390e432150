// The monitor: one thread for all sandboxes of this process. It does nothing but wait, so that a forbidden call is received
// at once: the shorter a call waits unreceived, the less a program can withdraw it by a signal and try something else
// (attack 1). The waiting is libuv's epoll on this thread's own loop, so that the process can end while sandboxes live.

import { parentPort, workerData } from "node:worker_threads";
import { libc as loadLibc } from "./libc.ts";
import type { FromMonitor, ToMonitor } from "./monitor.ts";
import { type Parking, parkHere } from "./park.ts";
import { type SandboxWatch, watchSandbox } from "./watch-sandbox.ts";

const libc = loadLibc();
const watches = new Map<number, SandboxWatch>();

parentPort!.on("message", (message: ToMonitor) => {
  switch (message.kind) {
    case "watch":
      watch(message);
      return;
    case "adopt":
      // The sandbox may be gone by now, and its listener with nobody behind it.
      if (watches.has(message.id)) watches.get(message.id)!.adopt(message.listener);
      else libc.close(message.listener);
      return;
    case "kill":
      watches.get(message.id)?.kill();
      return;
    case "answer":
      watches.get(message.id)?.answer(message.call, message.answer);
      return;
    case "ask":
      void answer(message);
      return;
    case "park":
      libc.stopWatching();
      parkHere(workerData as Parking);
  }
});
// Whatever ends this thread: Node runs its loop once more, and koffi ends the whole process if it is called then.
process.on("exit", () => libc.stopWatching());
post({ kind: "online" });

function watch({ id, launch, watching }: Extract<ToMonitor, { kind: "watch" }>): void {
  const made = watchSandbox(libc, launch, watching, told => {
    if (told.event === "gone") watches.delete(id);
    post({ kind: "told", id, told });
  });
  watches.set(id, made);
}

async function answer({ id, request, question }: Extract<ToMonitor, { kind: "ask" }>): Promise<void> {
  const found = await watches.get(id)?.ask(question);
  post({ kind: "found", request, found });
}

function post(message: FromMonitor): void {
  parentPort!.postMessage(message);
}
