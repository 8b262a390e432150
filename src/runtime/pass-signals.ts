// Signals that this process gets are the sandboxed program's. It has a session of its own, so a terminal's signals reach it
// only through us; and as a terminal does, those go to its whole process group, which a shell that waits for a child relies on.

import type { Sandbox } from "./sandbox.ts";

/** What a terminal sends, Ctrl-C and Ctrl-\\ among them. Sent by kill(1) they are passed on in the same way: nobody can tell. */
const TO_GROUP: readonly NodeJS.Signals[] = ["SIGINT", "SIGQUIT", "SIGHUP", "SIGCONT", "SIGWINCH"];
const TO_PROGRAM: readonly NodeJS.Signals[] = ["SIGTERM", "SIGUSR1", "SIGUSR2"];

/** One entry a run. One set of handlers serves all. */
const receivers = new Set<Sandbox>();

/** Before the start: a signal before the handlers are there would end this process and the program with it. Returns an undo. */
export function passSignals(sandbox: Sandbox): () => void {
  if (receivers.size === 0) listen("on");
  receivers.add(sandbox);
  return () => {
    receivers.delete(sandbox);
    if (receivers.size === 0) listen("off");
  };
}

function listen(how: "on" | "off"): void {
  for (const signal of TO_GROUP) process[how](signal, passToGroup);
  for (const signal of TO_PROGRAM) process[how](signal, passToProgram);
  process[how]("SIGTSTP", stopAll);
}

function passToGroup(signal: NodeJS.Signals): void {
  for (const sandbox of receivers) sandbox.signal(signal, { group: true });
}

function passToProgram(signal: NodeJS.Signals): void {
  for (const sandbox of receivers) sandbox.signal(signal);
}

/** Ctrl-Z. The program's group has no shell above it, so the kernel drops a SIGTSTP sent there; SIGSTOP it takes. */
function stopAll(): void {
  passToGroup("SIGSTOP");
  process.kill(process.pid, "SIGSTOP");
}
