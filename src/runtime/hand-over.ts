// What a program does on its channel right after its filter is in, with the ticket on every call, because its policy may allow
// none of them: it sends the listener, or that there is none, closes the listener, and waits until the executor watches. A
// program that kept its listener could answer its own violations; the ticket dies with the last of these calls.

import { syscall } from "../compiler/index.ts";
import type { Channel } from "./comms.ts";
import { CommsError } from "./comms-error.ts";
import { encodeHeader } from "./comms-frame.ts";
import { TAG } from "./comms-protocol.ts";
import { EINTR, type MessageCall, MSG_NOSIGNAL, makeReceiver, makeSender, type Receiver } from "./comms-socket.ts";
import { hostArch } from "./host-arch.ts";
import type { HandOver, Ticketed } from "./install.ts";
import type { Libc } from "./libc.ts";

/** `fail` ends the process. */
export function handOver(
  libc: Libc,
  { fd, control }: Pick<Channel, "fd" | "control">,
  listens: boolean,
  fail: (reason: string) => never,
): HandOver["run"] {
  const number = (name: string) => syscall(hostArch()!, name)!.nr;
  const [sendmsg, recvmsg, close] = [number("sendmsg"), number("recvmsg"), number("close")];
  const hello = encodeHeader(listens ? TAG.listener : TAG.installed, 0, listens ? 1 : 0);
  // All made before the filter is in: what is left to do then are the calls.
  let ticketed: Ticketed;
  const withTicket =
    (nr: number): MessageCall =>
    (socket, msghdr, flags) =>
      uninterrupted(() => ticketed(nr, [BigInt(socket), libc.address(msghdr), BigInt(flags)]));
  const send = makeSender(libc, withTicket(sendmsg));
  const receive = makeReceiver(libc, withTicket(recvmsg));

  return (listener, call) => {
    ticketed = call;
    const sent = send(fd, hello, listens ? [listener] : [], MSG_NOSIGNAL);
    if (sent !== hello.length) fail(`the filter is in, and the executor cannot be told (sendmsg: ${sent})`);
    // Not tried again after EINTR: the descriptor is closed all the same.
    if (listens) call(close, [BigInt(listener), 0n, 0n]);
    if (answer(control, receive) !== TAG.watching) fail("the filter is in, and the executor does not watch");
  };
}

/** The tag of the runtime's next message; undefined where the channel ends. */
function answer(control: Channel["control"], receive: Receiver): number | undefined {
  try {
    return control.receiveNow(receive)?.tag;
  } catch (error) {
    if (error instanceof CommsError) return undefined;
    throw error;
  }
}

/** A timer's signal may come at any time. */
function uninterrupted(call: () => number): number {
  for (;;) {
    const result = call();
    if (result !== -EINTR) return result;
  }
}

/** Says on a channel, before any filter is in, why there will be none. A peer that does not listen is no matter. */
export function tellFailure(libc: Libc, fd: number, reason: string): void {
  const text = new TextEncoder().encode(reason);
  const header = encodeHeader(TAG.failed, text.length, 0);
  const send = makeSender(libc);
  if (send(fd, header, [], 0) === header.length) send(fd, text, [], 0);
}
