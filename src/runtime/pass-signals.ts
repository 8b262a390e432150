// Signals that this process gets are the sandboxed program's. It has a session of its own, so a terminal's signals reach it
// only through us; and as a terminal does, those go to its whole process group, which a shell that waits for a child relies on.

import type { ChildProcess } from "node:child_process";

/** What a terminal sends, Ctrl-C and Ctrl-\\ among them. Sent by kill(1) they are passed on in the same way: nobody can tell. */
const TO_GROUP: readonly NodeJS.Signals[] = ["SIGINT", "SIGQUIT", "SIGHUP", "SIGCONT", "SIGWINCH"];
const TO_PROGRAM: readonly NodeJS.Signals[] = ["SIGTERM", "SIGUSR1", "SIGUSR2"];

/** One entry a run; null until its program is there. One set of handlers serves all. */
const receivers = new Set<{ child: ChildProcess | null }>();

/** Before the spawn: a signal between that and the handlers would end this process and leave the program alone. */
export function passSignals(): { to(child: ChildProcess): void; stop(): void } {
  const receiver: { child: ChildProcess | null } = { child: null };
  if (receivers.size === 0) listen("on");
  receivers.add(receiver);
  const stop = () => {
    receivers.delete(receiver);
    if (receivers.size === 0) listen("off");
  };
  const to = (child: ChildProcess) => {
    receiver.child = child;
  };
  return { to, stop };
}

export function killGroup(child: ChildProcess): void {
  signalGroup(child, "SIGKILL");
}

function listen(how: "on" | "off"): void {
  for (const signal of TO_GROUP) process[how](signal, passToGroup);
  for (const signal of TO_PROGRAM) process[how](signal, passToProgram);
  process[how]("SIGTSTP", stopAll);
}

function passToGroup(signal: NodeJS.Signals): void {
  for (const { child } of receivers) if (child !== null) signalGroup(child, signal);
}

function passToProgram(signal: NodeJS.Signals): void {
  for (const { child } of receivers) child?.kill(signal);
}

/** Ctrl-Z. The program's group has no shell above it, so the kernel drops a SIGTSTP sent there; SIGSTOP it takes. */
function stopAll(): void {
  passToGroup("SIGSTOP");
  process.kill(process.pid, "SIGSTOP");
}

/** Until the child is reaped its pid, and the group of that number, are its own. Before setsid(2) there is no such group. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    child.kill(signal);
  }
}
