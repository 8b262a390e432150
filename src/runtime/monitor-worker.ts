// The monitor: one thread for all sandboxes of this process. It does nothing but wait, so that a forbidden call is received
// at once: the shorter a call waits unreceived, the less a program can withdraw it by a signal and try something else
// (attack 1). On a notification it first kills, then looks, then tells. The waiting is libuv's epoll on this thread's own
// loop; unlike a blocking epoll_wait it lets the process end while sandboxes live.

import { readFileSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import { libc as loadLibc } from "./libc.ts";
import type { FromMonitor, ToMonitor } from "./monitor.ts";
import { isWaiting, type Notification, notificationBuffer, receive } from "./notification.ts";
import { watchStatus } from "./status.ts";

const SIGKILL = 9;
const PIDFD_SIGNAL_PROCESS_GROUP = 4;
const POLLIN = 1;
const POLLHUP = 16;

const libc = loadLibc();
const buffer = notificationBuffer(libc);

function tell(message: FromMonitor): void {
  parentPort!.postMessage(message);
}

/** The pidfd of each sandbox whose tasks may live. */
const pidfds = new Map<number, number>();

parentPort!.on("message", (message: ToMonitor) => {
  if (message.kind === "watch") watchSandbox(message.id, message.status, message.pidfd);
  else libc.pidfdSendSignal(pidfds.get(message.id) ?? -1, SIGKILL, PIDFD_SIGNAL_PROCESS_GROUP);
});
tell({ kind: "online" });

/** Owns the descriptors from here on. Without a listener (the launch failed before it had one) there is no task to wait for. */
function watchSandbox(id: number, status: number, pidfd: number): void {
  let listening = false;
  pidfds.set(id, pidfd);
  watchStatus(libc, status, {
    listener: listener => {
      listening = true;
      watchListener(id, pidfd, listener);
      tell({ kind: "listening", id });
    },
    ended: messages => {
      if (!listening) forget(id, pidfd);
      tell({ kind: "launched", id, messages });
    },
  });
}

function watchListener(id: number, pidfd: number, listener: number): void {
  const handle = libc.watch(listener, () => {
    const events = pollOnce(listener);
    if ((events & POLLIN) !== 0) {
      const notification = receive(libc, listener, buffer);
      if (notification === undefined) return;
      endSandbox(pidfd, listener, notification);
      const { tid, data } = notification;
      tell({ kind: "violation", id, tid, program: programOf(tid), data });
    } else if ((events & POLLHUP) !== 0) {
      handle.close();
      libc.close(listener);
      forget(id, pidfd);
      tell({ kind: "gone", id });
    }
  });
}

function forget(id: number, pidfd: number): void {
  pidfds.delete(id);
  libc.close(pidfd);
}

/**
 * Kills the main process by the pidfd kept from its spawn, whatever became of the notification; then its process group,
 * which is the sandbox's own (kernel 6.9; older ones answer EINVAL); then the caller, where it is a descendant that left
 * the group. The call is never answered and the listener stays open, so that it never runs and nobody gets ENOSYS back.
 */
function endSandbox(pidfd: number, listener: number, notification: Notification): void {
  libc.pidfdSendSignal(pidfd, SIGKILL, 0);
  libc.pidfdSendSignal(pidfd, SIGKILL, PIDFD_SIGNAL_PROCESS_GROUP);
  killCaller(listener, notification);
}

/**
 * A tid is not a process and may be another's by now. So: look up its process, take hold of that by a pidfd, and only then
 * ask whether the call still waits. If so the thread lived all the while and the pidfd is its process's.
 */
function killCaller(listener: number, notification: Notification): void {
  if (notification.tid === 0) return;
  const tgid = Number(/^Tgid:\s*(\d+)$/m.exec(proc(notification.tid, "status"))?.[1] ?? 0);
  if (tgid === 0) return;
  const pidfd = libc.pidfdOpen(tgid);
  if (pidfd < 0) return;
  if (isWaiting(libc, listener, notification)) libc.pidfdSendSignal(pidfd, SIGKILL, 0);
  libc.close(pidfd);
}

/** The caller's own name for itself: forgeable, and empty when it is gone already. */
function programOf(tid: number): string {
  return tid === 0 ? "" : proc(tid, "comm").replace(/\n$/, "");
}

function proc(tid: number, file: string): string {
  try {
    return readFileSync(`/proc/${tid}/${file}`, "latin1");
  } catch {
    return "";
  }
}

/** One struct pollfd {fd, events, revents}: libuv reports a hang-up as readable only, poll(2) tells them apart. */
function pollOnce(fd: number): number {
  const pollfd = new Int16Array(4);
  new Int32Array(pollfd.buffer)[0] = fd;
  pollfd[2] = POLLIN;
  const bytes = new Uint8Array(pollfd.buffer);
  return libc.poll(bytes, 1, 0) > 0 ? pollfd[3]! : 0;
}
