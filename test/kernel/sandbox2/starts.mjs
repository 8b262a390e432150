// starts.mjs RUNTIME HOW MARK: a Node process whose sandbox sleeps, under the name of MARK seconds, when something happens to who
// started it. Prints how the sandbox ended.
//   group   SIGTERM to this process's own group, which this process ignores
//   worker  the Worker that started it is terminated    hard  the same without a monitor

import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { isMainThread, parentPort, Worker } from "node:worker_threads";

const [runtime, how, mark] = process.argv.slice(2);

async function started() {
  const { compilePolicy, Executor, Sandbox } = await import(runtime);
  const policy = compilePolicy({ source: "policy p for x86_64 { default allow  kill mkdir }" });
  const stdio = ["ignore", "ignore", "ignore"];
  const sandbox = new Sandbox(new Executor({ path: "/bin/sleep", args: [mark], stdio, hard: how === "hard" }), policy);
  await sandbox.runAsync();
  return sandbox;
}

if (!isMainThread) {
  parentPort.postMessage((await started()).pid);
} else if (how === "worker" || how === "hard") {
  const worker = new Worker(new URL(import.meta.url), { argv: process.argv.slice(2) });
  worker.on("message", async pid => {
    await worker.terminate();
    for (let wait = 0; existsSync(`/proc/${pid}`) && wait < 250; wait++) await sleep(20);
    console.log(existsSync(`/proc/${pid}`) ? "it lives on" : "it has ended with its Worker");
  });
} else {
  process.on("SIGTERM", () => undefined);
  const sandbox = await started();
  process.kill(0, "SIGTERM");
  console.log(`${await sandbox.awaitResult()}`);
}
