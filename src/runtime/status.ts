// The status socket of a launch: reads what the launcher says until its end is closed, by execve or by death. It is a
// SOCK_SEQPACKET pair, so that a message is whole or not there, and a forged exit code can never look like a set-up failure.
// Whoever watches owns the socket, and gets exactly one of launched() and failed(), last.

import { readMessage } from "../compiler/index.ts";
import type { Libc } from "./libc.ts";

export type LaunchFailure =
  /** A step of the plan gave a result that is no good: -errno, or a value. The program was not run. */
  | { readonly kind: "step"; readonly stage: number; readonly result: number }
  /** The launcher died on the way, for instance by a signal from outside. */
  | { readonly kind: "died" };

export interface LaunchEvents {
  /** The descriptor is the receiver's. */
  readonly listener: (fd: number) => void;
  /** execve has succeeded. */
  readonly launched: () => void;
  readonly failed: (failure: LaunchFailure) => void;
}

const MSG_DONTWAIT = 0x40;
const MSG_CMSG_CLOEXEC = 0x40000000;
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const EAGAIN = 11;
const EINTR = 4;

export function watchStatus(libc: Libc, socket: number, events: LaunchEvents): void {
  const receiver = makeReceiver(libc);
  let ready = false;
  let failure: LaunchFailure | undefined;

  const handle = libc.watch(socket, () => {
    for (;;) {
      const datagram = receiver.receive(socket);
      if (datagram === "none") return;
      if (datagram === "end") break;
      if (datagram.fd !== undefined) events.listener(datagram.fd);
      const message = readMessage(datagram.bytes);
      if (message.kind === "ready") ready = true;
      if (message.kind === "failure") failure = { kind: "step", stage: message.stage, result: message.result };
    }
    handle.close();
    libc.close(socket);
    if (failure === undefined && ready) events.launched();
    else events.failed(failure ?? { kind: "died" });
  });
}

interface Datagram {
  readonly bytes: Uint8Array;
  readonly fd: number | undefined;
}

/** A struct msghdr with one iovec and room for one descriptor, laid out once and used for each message. */
function makeReceiver(libc: Libc): { receive(socket: number): Datagram | "none" | "end" } {
  const payload = new Uint8Array(64);
  const control = new Uint8Array(24); // CMSG_SPACE(sizeof(int))
  const iovec = new Uint8Array(16);
  const msghdr = new Uint8Array(56);
  new DataView(iovec.buffer).setBigUint64(0, libc.address(payload), true);
  new DataView(iovec.buffer).setBigUint64(8, BigInt(payload.length), true);
  const header = new DataView(msghdr.buffer);
  header.setBigUint64(16, libc.address(iovec), true);
  header.setBigUint64(24, 1n, true);
  header.setBigUint64(32, libc.address(control), true);

  const receive = (socket: number): Datagram | "none" | "end" => {
    header.setBigUint64(40, BigInt(control.length), true); // the kernel writes what it used
    // Without MSG_CMSG_CLOEXEC the listener would be inherited by every later child, another sandbox's program among them.
    const size = libc.recvmsg(socket, msghdr, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (size === -EAGAIN || size === -EINTR) return "none";
    if (size <= 0) return "end";
    return {
      bytes: payload.slice(0, size),
      fd: descriptor(new DataView(control.buffer), header.getBigUint64(40, true)),
    };
  };
  return { receive };
}

/** struct cmsghdr { size_t len; int level; int type; } and the descriptor. */
function descriptor(control: DataView, used: bigint): number | undefined {
  const given = used >= 20n && control.getInt32(8, true) === SOL_SOCKET && control.getInt32(12, true) === SCM_RIGHTS;
  return given ? control.getInt32(16, true) : undefined;
}
