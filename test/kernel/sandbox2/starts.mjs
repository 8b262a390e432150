// starts.mjs RUNTIME HOW MARK: a Node process whose sandbox sleeps, under the name of MARK seconds, when something happens to who
// started it. Prints how the sandbox ended, or that its Worker has.
//   group   SIGTERM to this process's own group, which this process ignores
//   worker  the Worker that started it is terminated

import { isMainThread, parentPort, Worker } from "node:worker_threads";

const [runtime, how, mark] = process.argv.slice(2);

async function started() {
  const { compilePolicy, Executor, Sandbox } = await import(runtime);
  const policy = compilePolicy({ source: "policy p for x86_64 { default allow  kill mkdir }" });
  const stdio = ["ignore", "ignore", "ignore"];
  const sandbox = new Sandbox(new Executor({ path: "/bin/sleep", args: [mark], stdio }), policy);
  await sandbox.runAsync();
  return sandbox;
}

if (!isMainThread) {
  await started();
  parentPort.postMessage("started");
} else if (how === "worker") {
  const worker = new Worker(new URL(import.meta.url), { argv: process.argv.slice(2) });
  worker.on("message", () => void worker.terminate());
  worker.on("exit", () => console.log("the Worker has ended"));
} else {
  process.on("SIGTERM", () => undefined);
  const sandbox = await started();
  process.kill(0, "SIGTERM");
  console.log(`${await sandbox.awaitResult()}`);
}
