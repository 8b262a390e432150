// exits.mjs RUNTIME PHASE DELAY [MARK]: starts a sandbox that keeps the monitor busy and ends this process in the midst of it. The
// status must be 9, whatever the monitor's thread is doing.
//   killed   SIGKILL to this process DELAY ms after it began to start the sandbox; the status is no matter
//   exit     process.exit() DELAY ms after the start     loaded  the same, counted from the beginning, the thread still loading
//   throw    an exception nobody catches                 idle    the end of the event loop, right after the result

const [runtime, phase, delay, mark = "mark"] = process.argv.slice(2);
const { compilePolicy, Executor, Sandbox } = await import(runtime);
process.on("exit", () => {
  process.exitCode = 9;
});
if (phase === "loaded") setTimeout(() => process.exit(9), Number(delay));

const policy = compilePolicy({ source: "policy p for x86_64 { default allow  kill getppid  kill newfstatat }" });
const command = phase === "idle" ? ["-c", "exit 0"] : ["-e", "for (;;) { stat '/' }", mark];
const executor = new Executor({
  path: phase === "idle" ? "/bin/sh" : "/usr/bin/perl",
  args: command,
  stdio: ["ignore", "ignore", "ignore"],
  permissive: true,
});
const sandbox = new Sandbox(executor, policy);
if (phase === "killed") setTimeout(() => process.kill(process.pid, "SIGKILL"), Number(delay));
if (phase === "idle") await sandbox.run();
else {
  await sandbox.runAsync();
  setTimeout(() => {
    if (phase === "throw") throw new Error("on purpose");
    process.exit(9);
  }, Number(delay));
}
