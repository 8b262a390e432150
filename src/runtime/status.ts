// The status socket of a launch: hears what the launcher says until its end is closed, by execve or by death. It is a
// SOCK_SEQPACKET pair, so that a message is whole or not there, and a forged exit code can never look like a set-up failure.
// What the messages mean is launch-report.ts's matter: this file runs in the monitor too, which needs no compiler.

import type { Libc } from "./libc.ts";
import { tieToThread } from "./tie-to-thread.ts";

export interface StatusEvents {
  /** The descriptor that came with it is the receiver's. */
  message(bytes: Uint8Array, fd: number | undefined): void;
  /** Nobody holds the other end any more. The socket is closed too. */
  end(): void;
}

export function followStatus(libc: Libc, socket: number, events: StatusEvents): void {
  const receiver = makeReceiver(libc);
  const tied = tieToThread(libc, socket);
  const handle = libc.watch(tied.fd, () => {
    for (;;) {
      const datagram = receiver.receive(tied.fd);
      if (datagram === "none") return;
      if (datagram === "end") break;
      events.message(datagram.bytes, datagram.fd);
    }
    handle.close();
    tied.close();
    events.end();
  });
}

const MSG_DONTWAIT = 0x40;
const MSG_CMSG_CLOEXEC = 0x40000000;
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const EAGAIN = 11;
const EINTR = 4;

interface Datagram {
  readonly bytes: Uint8Array;
  readonly fd: number | undefined;
}

// One buffer for all of struct msghdr, its iovec, the payload and room for one descriptor: the kernel is given addresses,
// and what nothing in JavaScript refers to any more would be collected under its hands.
const MSGHDR = 0;
const IOVEC = 56;
const PAYLOAD = 72;
const PAYLOAD_SIZE = 256; // more than the longest, `ended`
const CONTROL = PAYLOAD + PAYLOAD_SIZE;
const CONTROL_SIZE = 24; // CMSG_SPACE(sizeof(int))

function makeReceiver(libc: Libc): { receive(socket: number): Datagram | "none" | "end" } {
  const bytes = new Uint8Array(CONTROL + CONTROL_SIZE);
  const view = new DataView(bytes.buffer);
  const base = libc.address(bytes);
  view.setBigUint64(MSGHDR + 16, base + BigInt(IOVEC), true);
  view.setBigUint64(MSGHDR + 24, 1n, true);
  view.setBigUint64(MSGHDR + 32, base + BigInt(CONTROL), true);
  view.setBigUint64(IOVEC, base + BigInt(PAYLOAD), true);
  view.setBigUint64(IOVEC + 8, BigInt(PAYLOAD_SIZE), true);

  const receive = (socket: number): Datagram | "none" | "end" => {
    view.setBigUint64(MSGHDR + 40, BigInt(CONTROL_SIZE), true); // the kernel writes what it used
    // Without MSG_CMSG_CLOEXEC the listener would be inherited by every later child, another sandbox's program among them.
    const size = libc.recvmsg(socket, bytes, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (size === -EAGAIN || size === -EINTR) return "none";
    if (size <= 0) return "end";
    const used = Number(view.getBigUint64(MSGHDR + 40, true));
    return { bytes: bytes.slice(PAYLOAD, PAYLOAD + size), fd: used === 0 ? undefined : descriptor(view) };
  };
  return { receive };
}

/** struct cmsghdr { size_t len; int level; int type; } and the descriptor. */
function descriptor(view: DataView): number | undefined {
  const rights = view.getInt32(CONTROL + 8, true) === SOL_SOCKET && view.getInt32(CONTROL + 12, true) === SCM_RIGHTS;
  return rights ? view.getInt32(CONTROL + 16, true) : undefined;
}
