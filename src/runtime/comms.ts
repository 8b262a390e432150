// A channel of messages between two processes: one connected AF_UNIX stream socket, read and written on the event loop. A
// stream, not SOCK_SEQPACKET, because a datagram must fit the socket's buffer (208 KiB unless root raises it), and because
// every language can read a stream. The peer is taken for hostile: it can end the channel by what it sends, and nothing more.
// Nothing is read before somebody waits for it, so what a peer can make this process hold is bounded.

import { type Comms, makeComms } from "./comms-content.ts";
import { CommsError } from "./comms-error.ts";
import { createAssembler, encodeHeader, HEADER_SIZE, MAX_FDS, type Message } from "./comms-frame.ts";
import { createInbox } from "./comms-inbox.ts";
import { EAGAIN, EINTR, MSG_DONTWAIT, makeReceiver, makeSender, type Receiver } from "./comms-socket.ts";
import { type Libc, libc as loadLibc } from "./libc.ts";
import { showErrno } from "./setup-error.ts";

export type { Comms } from "./comms-content.ts";

export interface CommsOptions {
  /** The longest payload that is taken from the peer, in bytes; 16 MiB if left out. */
  readonly limit?: number;
}

/** The runtime's side of the same socket: messages with tags from RUNTIME_TAG up. One that nobody waits for ends the channel. */
export interface Control {
  send(tag: number, bytes?: Uint8Array): Promise<void>;
  /** undefined once the peer has closed the channel. */
  receive(): Promise<Message | undefined>;
  /** The same, blocking this thread in what `receiver` calls. Throws CommsError. */
  receiveNow(receiver: Receiver): Message | undefined;
  /** Neither side has closed it, as far as is known here: the descriptor is still the channel's. */
  open(): boolean;
  /** Nothing waits to be sent. */
  idle(): boolean;
  /** Resolves when all that waits now has been sent. */
  flushed(): Promise<void>;
}

export interface Channel {
  readonly fd: number;
  readonly comms: Comms;
  readonly control: Control;
}

const DEFAULT_LIMIT = 16 << 20;
/** What is handled in one turn of the event loop before others have theirs. */
const TURN_BYTES = 1 << 20;
const TURN_MESSAGES = 256;
/** Payloads up to this go with their header in one call. */
const JOINED = 16 << 10;
const EPIPE = 32;
const ECONNRESET = 104;

interface Outgoing {
  /** What is still to be sent, in order. */
  readonly parts: Uint8Array[];
  fds: readonly number[];
  readonly done: () => void;
  readonly failed: (error: CommsError) => void;
}

/** `fd` is the channel's from here on; that it blocks or does not is no matter. */
export function openChannel(libc: Libc, fd: number, options: CommsOptions = {}): Channel {
  const limit = options.limit ?? DEFAULT_LIMIT;
  const assembler = createAssembler(limit);
  const inbox = createInbox(limit);
  const receiveSome = makeReceiver(libc);
  const sendSome = makeSender(libc);
  const outgoing: Outgoing[] = [];
  let lastSend: Promise<void> = Promise.resolve();
  let ended: CommsError | undefined;
  let turn = { bytes: 0, messages: 0 };

  const poller = libc.poller(fd, ({ readable, writable }) => {
    turn = { bytes: 0, messages: 0 };
    if (writable) write();
    if (readable) read();
    rearm();
  });

  const rearm = (): void => {
    if (ended === undefined) poller.want({ readable: inbox.wanted(), writable: outgoing.length > 0 });
  };

  /** By the peer's close, after which what has arrived can still be fetched, or by an error. */
  const end = (how: "closed by the peer" | CommsError): void => {
    const byPeer = how === "closed by the peer";
    if (!byPeer) for (const each of inbox.discard()) libc.close(each);
    if (ended !== undefined) return;
    ended = byPeer ? new CommsError("closed", "the peer has closed the channel") : how;
    poller.close();
    libc.close(fd);
    for (const each of assembler.abandon()) libc.close(each);
    for (const { failed } of outgoing.splice(0)) failed(ended);
    inbox.end(byPeer ? undefined : how);
  };

  /** One call of recvmsg(2) and what it completes. False when there is nothing more for now, or for ever. */
  const step = (receiver: Receiver, flags: number): boolean => {
    const got = receiver(fd, assembler.room(), flags);
    if (got.kind === "none") return false;
    // The peer's end was closed with something unread in it.
    const reset = got.kind === "failed" && got.errno === ECONNRESET;
    if (got.kind === "failed" && !reset) throw new CommsError("system", `recvmsg gave ${showErrno(got.errno)}`);
    if (got.kind !== "bytes") {
      if (!assembler.idle())
        throw new CommsError("truncated", "the peer closed the channel in the middle of a message");
      end("closed by the peer");
      return false;
    }
    turn.bytes += got.count;
    const message = assembler.accept(got.count, got.fds);
    // More than MAX_FDS there, or EMFILE here: the kernel does not say which.
    if (got.truncated) {
      if (message !== undefined) for (const each of message.fds) libc.close(each);
      throw new CommsError("descriptors", `more than ${MAX_FDS} descriptors came, or more than this process may open`);
    }
    if (message === undefined) return true;
    turn.messages++;
    try {
      inbox.deliver(message);
    } catch (error) {
      for (const each of message.fds) libc.close(each);
      throw error;
    }
    return true;
  };

  const read = (): void => {
    try {
      while (inbox.wanted() && ended === undefined && turn.bytes < TURN_BYTES && turn.messages < TURN_MESSAGES) {
        if (!step(receiveSome, MSG_DONTWAIT)) return;
      }
    } catch (error) {
      if (!(error instanceof CommsError)) throw error;
      end(error);
    }
  };

  const write = (): void => {
    while (ended === undefined && outgoing.length > 0) {
      const message = outgoing[0]!;
      const part = message.parts[0]!;
      const count = sendSome(fd, part, message.fds, MSG_DONTWAIT);
      if (count === -EINTR) continue;
      if (count === -EAGAIN) return;
      if (count < 0) {
        end(sendFailed(-count));
        return;
      }
      message.fds = []; // they have gone with the first byte
      if (count < part.length) message.parts[0] = part.subarray(count);
      else message.parts.shift();
      if (message.parts.length > 0) continue;
      outgoing.shift();
      message.done();
    }
  };

  const post = (tag: number, bytes: Uint8Array, fds: readonly number[]): Promise<void> => {
    const sent = new Promise<void>((done, failed) => {
      if (ended !== undefined) return failed(ended);
      outgoing.push({ parts: frame(tag, bytes, fds.length), fds, done, failed });
      if (outgoing.length === 1) write();
      rearm();
    });
    lastSend = sent.catch(() => undefined);
    return sent;
  };

  const receive = (kind: "user" | "runtime"): Promise<Message | undefined> => {
    const message = inbox.next(kind);
    if (ended === undefined) read();
    rearm();
    return message;
  };

  const receiveNow = (receiver: Receiver): Message | undefined => {
    let found: Message | undefined;
    inbox.expect(message => {
      found = message;
    });
    while (found === undefined && ended === undefined) step(receiver, 0);
    return found;
  };

  return {
    fd,
    comms: makeComms({
      send: post,
      receive: () => receive("user"),
      end: (error, fds) => {
        for (const each of fds) libc.close(each);
        end(error);
      },
    }),
    control: {
      send: (tag, bytes = new Uint8Array()) => post(tag, bytes, []),
      receive: () => receive("runtime"),
      receiveNow,
      open: () => ended === undefined,
      idle: () => outgoing.length === 0,
      flushed: () => lastSend,
    },
  };
}

/** A channel over any connected stream socket: what ipc.receiveFd() gives, and what Client.mappedFd() gives to the program. */
export function openComms(fd: number, options: CommsOptions = {}): Comms {
  return openChannel(loadLibc(), fd, options).comms;
}

function frame(tag: number, bytes: Uint8Array, fds: number): Uint8Array[] {
  const header = encodeHeader(tag, bytes.length, fds);
  if (bytes.length === 0) return [header];
  if (bytes.length > JOINED) return [header, bytes];
  const joined = new Uint8Array(HEADER_SIZE + bytes.length);
  joined.set(header);
  joined.set(bytes, HEADER_SIZE);
  return [joined];
}

function sendFailed(errno: number): CommsError {
  const gone = errno === EPIPE || errno === ECONNRESET;
  return gone
    ? new CommsError("closed", "the peer has closed the channel")
    : new CommsError("system", `sendmsg gave ${showErrno(errno)}`);
}
