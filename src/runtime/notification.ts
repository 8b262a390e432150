// Seccomp user notifications as bytes: struct seccomp_notif and the ioctls on a listener (linux/seccomp.h, seccomp_unotify(2)).

import type { SeccompData } from "../compiler/index.ts";
import type { Libc } from "./libc.ts";

export interface Notification {
  /** The kernel's cookie; only this, never pid, says whether the call is still waiting. */
  readonly id: bigint;
  /** The calling thread's id as this process sees it; 0 from a pid namespace beside ours. Never a target for a signal. */
  readonly tid: number;
  readonly data: SeccompData;
}

const SECCOMP_GET_NOTIF_SIZES = 3;
const SECCOMP_IOCTL_NOTIF_RECV = 0xc0502100;
const SECCOMP_IOCTL_NOTIF_ID_VALID = 0x40082102;
const SECCOMP_NOTIF_SIZE = 80;

/** A buffer that fits the running kernel's struct, which may be longer than ours. */
export function notificationBuffer(libc: Libc): Uint8Array {
  const sizes = new Uint8Array(6);
  const known = libc.seccomp(SECCOMP_GET_NOTIF_SIZES, 0, sizes) === 0;
  return new Uint8Array(
    known ? Math.max(SECCOMP_NOTIF_SIZE, new DataView(sizes.buffer).getUint16(0, true)) : SECCOMP_NOTIF_SIZE,
  );
}

/** The next waiting call, or undefined when it was withdrawn meanwhile (by a signal) or none waits. */
export function receive(libc: Libc, listener: number, buffer: Uint8Array): Notification | undefined {
  buffer.fill(0); // the kernel refuses a buffer that holds anything (EINVAL)
  if (libc.ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, buffer) < 0) return undefined;
  const view = new DataView(buffer.buffer, buffer.byteOffset);
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

/** Whether the call still waits, so that its thread has lived, and kept its tid, since the notification. */
export function isWaiting(libc: Libc, listener: number, notification: Notification): boolean {
  const id = new Uint8Array(8);
  new DataView(id.buffer).setBigUint64(0, notification.id, true);
  return libc.ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, id) === 0;
}
