// What a user of a channel sees: messages as bytes, text, JSON or descriptors. A message of another tag or content than the
// one expected ends the channel, since the two sides no longer agree on what comes next.

import { CommsError } from "./comms-error.ts";
import { MAX_FDS, type Message, RUNTIME_TAG } from "./comms-frame.ts";

/** Every failure rejects with CommsError; after any of them but `usage` the channel is closed. */
export interface Comms {
  /**
   * Resolves when the socket has taken all of it: until then the bytes must not change and the descriptors stay open, which
   * remain the caller's. `tag` is below 2^31: the ones above are the runtime's.
   */
  send(tag: number, bytes?: Uint8Array, fds?: readonly number[]): Promise<void>;
  sendText(tag: number, text: string): Promise<void>;
  sendJson(tag: number, value: unknown): Promise<void>;
  /** The next message, in the order of the calls; undefined once the peer has closed the channel after a whole message. */
  receive(): Promise<Message | undefined>;
  /** The payload of the next message, which must have this tag and no descriptors. */
  receiveBytes(tag: number): Promise<Uint8Array>;
  receiveText(tag: number): Promise<string>;
  receiveJson(tag: number): Promise<unknown>;
  /** The descriptors of the next message, which must have this tag, no payload, and exactly this many. */
  receiveFds(tag: number, count: number): Promise<readonly number[]>;
  /** Ends the channel for both sides. Descriptors of messages that nobody fetched are closed. */
  close(): void;
}

export interface Transport {
  send(tag: number, bytes: Uint8Array, fds: readonly number[]): Promise<void>;
  receive(): Promise<Message | undefined>;
  /** Closes the channel, and these descriptors. */
  end(error: CommsError, fds: readonly number[]): void;
}

export function makeComms(transport: Transport): Comms {
  const send = async (
    tag: number,
    bytes: Uint8Array = new Uint8Array(),
    fds: readonly number[] = [],
  ): Promise<void> => {
    checkOutgoing(tag, bytes, fds);
    return transport.send(tag, bytes, fds);
  };

  const refuse = (message: Message, reason: "tag" | "content" | "descriptors", problem: string): never => {
    const error = new CommsError(reason, `message with tag ${message.tag}: ${problem}`);
    transport.end(error, message.fds);
    throw error;
  };

  const expect = async (tag: number, fds: number): Promise<Message> => {
    const message = await transport.receive();
    if (message === undefined) {
      throw new CommsError("closed", `the peer closed the channel; a message with tag ${tag} was expected`);
    }
    if (message.tag !== tag) refuse(message, "tag", `one with tag ${tag} was expected`);
    if (message.fds.length !== fds) {
      refuse(message, "descriptors", `${fds} descriptors were expected, and ${message.fds.length} came`);
    }
    return message;
  };

  const receiveText = async (tag: number): Promise<string> => {
    const message = await expect(tag, 0);
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(message.bytes);
    } catch {
      return refuse(message, "content", "it is not UTF-8");
    }
  };

  const receiveJson = async (tag: number): Promise<unknown> => {
    const text = await receiveText(tag);
    try {
      return JSON.parse(text);
    } catch {
      return refuse({ tag, bytes: new Uint8Array(), fds: [] }, "content", "it is not JSON");
    }
  };

  const receiveFds = async (tag: number, count: number): Promise<readonly number[]> => {
    const message = await expect(tag, count);
    if (message.bytes.length > 0) refuse(message, "content", "only descriptors were expected");
    return message.fds;
  };

  return {
    send,
    sendText: (tag, text) => send(tag, new TextEncoder().encode(text)),
    sendJson: async (tag, value) => send(tag, new TextEncoder().encode(jsonOf(value))),
    receive: () => transport.receive(),
    receiveBytes: async tag => (await expect(tag, 0)).bytes,
    receiveText,
    receiveJson,
    receiveFds,
    close: () => transport.end(new CommsError("closed", "this side has closed the channel"), []),
  };
}

/** The length travels as 32 bits; this many a peer with the default limit would refuse long before. */
const MAX_LENGTH = 2 ** 31 - 1;

function checkOutgoing(tag: number, bytes: Uint8Array, fds: readonly number[]): void {
  if (!Number.isInteger(tag) || tag < 0 || tag >= RUNTIME_TAG) {
    throw new CommsError("usage", `${tag} is no tag for a message: whole numbers from 0 to 2^31 - 1 are`);
  }
  if (bytes.length > MAX_LENGTH) throw new CommsError("usage", `a message has at most ${MAX_LENGTH} bytes`);
  if (fds.length > MAX_FDS) throw new CommsError("usage", `a message takes at most ${MAX_FDS} descriptors along`);
  const wrong = fds.find(fd => !Number.isInteger(fd) || fd < 0);
  if (wrong !== undefined) throw new CommsError("usage", `${wrong} is no descriptor`);
}

function jsonOf(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new CommsError("usage", "this value has no JSON");
  return text;
}
