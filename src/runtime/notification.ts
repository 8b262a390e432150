// Seccomp user notifications as bytes: struct seccomp_notif, struct seccomp_notif_resp and the ioctls on a listener
// (linux/seccomp.h, seccomp_unotify(2)). None of these calls waits.

import type { SeccompData } from "../compiler/index.ts";
import type { Libc } from "./libc.ts";
import type { Answer } from "./watched.ts";

export interface Notification {
  /** The kernel's cookie; only this, never tid, says whether the call is still waiting. */
  readonly id: bigint;
  /** The calling thread's id as this process sees it; 0 from a pid namespace beside ours. Never a target for a signal. */
  readonly tid: number;
  readonly data: SeccompData;
}

export interface Notifications {
  /** The next waiting call; "none" if none waits; "withdrawn" if a signal took it back just now, and another may wait. */
  receive(listener: number): Notification | "none" | "withdrawn" | "gone";
  /** Whether the call still waits, so that its thread has lived, and kept its tid, since the notification. */
  isWaiting(listener: number, id: bigint): boolean;
  /** 0, or -errno: ENOENT where the call waits no more, EINVAL for `allow` before 5.5. */
  answer(listener: number, id: bigint, answer: Answer): number;
  /**
   * Has the kernel wake this thread on the caller's CPU, and the caller on this one: each only waits for the other, so a call
   * takes a quarter of the time. Linux 6.6; older ones go on as they are.
   */
  wakeInTurns(listener: number): void;
  /** A received call stays held whatever signals its thread gets, but those that kill (WAIT_KILLABLE_RECV, 5.19). */
  readonly outlastsSignals: boolean;
}

const SECCOMP_SET_MODE_FILTER = 1;
const SECCOMP_FILTER_FLAG_NEW_LISTENER = 8;
const SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV = 32;
const EFAULT = 14;
const SECCOMP_GET_NOTIF_SIZES = 3;
const SECCOMP_IOCTL_NOTIF_RECV = 0xc0502100;
const SECCOMP_IOCTL_NOTIF_SEND = 0xc0182101;
const SECCOMP_IOCTL_NOTIF_ID_VALID = 0x40082102;
const SECCOMP_IOCTL_NOTIF_SET_FLAGS = 0x40082104;
const SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP = 1;
const SECCOMP_NOTIF_SIZE = 80;
const SECCOMP_NOTIF_RESP_SIZE = 24;
const SECCOMP_USER_NOTIF_FLAG_CONTINUE = 1;
const POLLIN = 1;
const POLLHUP = 16;

export function notifications(libc: Libc): Notifications {
  const sizes = new Uint8Array(6); // struct seccomp_notif_sizes: the running kernel's structs may be longer than ours
  const known = libc.seccomp(SECCOMP_GET_NOTIF_SIZES, 0, sizes) === 0;
  const size = (at: number, ours: number) => Math.max(ours, known ? new DataView(sizes.buffer).getUint16(at, true) : 0);
  const request = new Uint8Array(size(0, SECCOMP_NOTIF_SIZE));
  const response = new Uint8Array(size(2, SECCOMP_NOTIF_RESP_SIZE));
  const responseView = new DataView(response.buffer);
  const cookie = new Uint8Array(8);
  const pollfd = new Uint8Array(8);
  const flags = SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;

  return {
    // Known flags make it look at the filter, which is none.
    outlastsSignals: libc.seccomp(SECCOMP_SET_MODE_FILTER, flags, null) === -EFAULT,
    receive: listener => {
      // RECV waits where no call does, so it is asked first. A call withdrawn in between leaves its count in the listener's
      // semaphore, and RECV answers ENOENT at once (seccomp_notify_recv, kernel/seccomp.c).
      const events = pollOnce(libc, pollfd, listener);
      if ((events & POLLIN) === 0) return (events & POLLHUP) === 0 ? "none" : "gone";
      request.fill(0); // the kernel refuses a buffer that holds anything (EINVAL)
      return libc.ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, request) < 0 ? "withdrawn" : readNotification(request);
    },
    wakeInTurns: listener =>
      void libc.ioctlNumber(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP),
    isWaiting: (listener, id) => {
      new DataView(cookie.buffer).setBigUint64(0, id, true);
      return libc.ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, cookie) === 0;
    },
    answer: (listener, id, answer) => {
      responseView.setBigUint64(0, id, true);
      responseView.setBigInt64(8, answer.kind === "value" ? answer.value : 0n, true);
      responseView.setInt32(16, answer.kind === "errno" ? -answer.errno : 0, true);
      responseView.setUint32(20, answer.kind === "allow" ? SECCOMP_USER_NOTIF_FLAG_CONTINUE : 0, true);
      return libc.ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, response);
    },
  };
}

function readNotification(bytes: Uint8Array): Notification {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const arg = (index: number) => view.getBigUint64(32 + 8 * index, true);
  return {
    id: view.getBigUint64(0, true),
    tid: view.getUint32(8, true),
    data: {
      nr: view.getUint32(16, true),
      arch: view.getUint32(20, true),
      instruction_pointer: view.getBigUint64(24, true),
      args: [arg(0), arg(1), arg(2), arg(3), arg(4), arg(5)],
    },
  };
}

/** One struct pollfd {fd, events, revents}: libuv reports a hang-up as readable only, poll(2) tells them apart. */
function pollOnce(libc: Libc, pollfd: Uint8Array, fd: number): number {
  const view = new DataView(pollfd.buffer);
  view.setInt32(0, fd, true);
  view.setInt16(4, POLLIN, true);
  view.setInt16(6, 0, true);
  return libc.poll(pollfd, 1, 0) > 0 ? view.getInt16(6, true) : 0;
}
