// sendmsg(2) and recvmsg(2) with descriptors, on buffers laid out here: struct msghdr, its iovec and one control message.
// Both CPUs have the same layout. Descriptors are close-on-exec from the moment they arrive: without that every later child
// would inherit them, another sandbox's program among them (attack 11).

import { MAX_FDS } from "./comms-frame.ts";
import type { Libc } from "./libc.ts";

/** sendmsg(2) or recvmsg(2), or the same with an exec ticket. Gives a count or -errno. */
export type MessageCall = (fd: number, msghdr: Uint8Array, flags: number) => number;

export type Received =
  | { readonly kind: "bytes"; readonly count: number; readonly fds: readonly number[]; readonly truncated: boolean }
  | { readonly kind: "none" | "end" }
  | { readonly kind: "failed"; readonly errno: number };

export const MSG_DONTWAIT = 0x40;
export const MSG_NOSIGNAL = 0x4000;
const MSG_CMSG_CLOEXEC = 0x40000000;
const MSG_CTRUNC = 0x8;
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
export const EAGAIN = 11;
export const EINTR = 4;

// struct msghdr { name*, u32 namelen, iov*, iovlen, control*, controllen, flags }, then one iovec, then a cmsghdr and its data.
const IOV = 16;
const IOV_COUNT = 24;
const CONTROL_AT = 32;
const CONTROL_LENGTH = 40;
const FLAGS = 48;
const IOVEC = 56;
const CONTROL = 72;
const CMSG_HEADER = 16;
const CONTROL_ROOM = CMSG_HEADER + 4 * MAX_FDS;

interface Buffer {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** The kernel is given addresses: `payload` must stay referenced until the call is done. */
function prepare(libc: Libc, buffer: Buffer, payload: Uint8Array, control: number): void {
  const { view } = buffer;
  view.setBigUint64(IOVEC, payload.length === 0 ? 0n : libc.address(payload), true);
  view.setBigUint64(IOVEC + 8, BigInt(payload.length), true);
  view.setBigUint64(CONTROL_LENGTH, BigInt(control), true);
  view.setInt32(FLAGS, 0, true);
}

function makeBuffer(libc: Libc): Buffer {
  const bytes = new Uint8Array(CONTROL + CONTROL_ROOM);
  const view = new DataView(bytes.buffer);
  const base = libc.address(bytes);
  view.setBigUint64(IOV, base + BigInt(IOVEC), true);
  view.setBigUint64(IOV_COUNT, 1n, true);
  view.setBigUint64(CONTROL_AT, base + BigInt(CONTROL), true);
  return { bytes, view };
}

export type Sender = (socket: number, payload: Uint8Array, fds: readonly number[], flags: number) => number;

/** A function that sends as much as the socket takes: a count of bytes, or -errno. `fds` go with the first byte. */
export function makeSender(libc: Libc, sendmsg: MessageCall = libc.sendmsg): Sender {
  const buffer = makeBuffer(libc);
  const { bytes, view } = buffer;
  return (socket, payload, fds, flags) => {
    const length = fds.length === 0 ? 0 : CMSG_HEADER + 4 * fds.length;
    prepare(libc, buffer, payload, length === 0 ? 0 : Math.ceil(length / 8) * 8);
    view.setBigUint64(CONTROL, BigInt(length), true);
    view.setInt32(CONTROL + 8, SOL_SOCKET, true);
    view.setInt32(CONTROL + 12, SCM_RIGHTS, true);
    fds.forEach((fd, i) => {
      view.setInt32(CONTROL + CMSG_HEADER + 4 * i, fd, true);
    });
    return sendmsg(socket, bytes, flags | MSG_NOSIGNAL);
  };
}

export type Receiver = (socket: number, room: Uint8Array, flags: number) => Received;

/** A function that fills `room` as far as there is something. Descriptors beyond MAX_FDS are dropped by the kernel. */
export function makeReceiver(libc: Libc, recvmsg: MessageCall = libc.recvmsg): Receiver {
  const buffer = makeBuffer(libc);
  const { bytes, view } = buffer;
  return (socket, room, flags) => {
    prepare(libc, buffer, room, CONTROL_ROOM);
    const count = recvmsg(socket, bytes, flags | MSG_CMSG_CLOEXEC);
    if (count === -EAGAIN || count === -EINTR) return { kind: "none" };
    if (count < 0) return { kind: "failed", errno: -count };
    const fds = descriptors(view);
    if (count === 0 && fds.length === 0) return { kind: "end" };
    return { kind: "bytes", count, fds, truncated: (view.getInt32(FLAGS, true) & MSG_CTRUNC) !== 0 };
  };
}

/** Of every struct cmsghdr { size_t len; int level; int type; } that the kernel wrote. */
function descriptors(view: DataView): number[] {
  const used = Number(view.getBigUint64(CONTROL_LENGTH, true));
  const fds: number[] = [];
  for (let at = 0; at + CMSG_HEADER <= used; ) {
    const length = Number(view.getBigUint64(CONTROL + at, true));
    const rights =
      view.getInt32(CONTROL + at + 8, true) === SOL_SOCKET && view.getInt32(CONTROL + at + 12, true) === SCM_RIGHTS;
    if (rights) {
      for (let i = CMSG_HEADER; i + 4 <= length; i += 4) fds.push(view.getInt32(CONTROL + at + i, true));
    }
    at += Math.max(CMSG_HEADER, Math.ceil(length / 8) * 8);
  }
  return fds;
}
