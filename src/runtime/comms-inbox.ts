// Messages between their arrival and whoever waits for them: the user's and the runtime's come through one socket and wait
// apart. The user's may arrive while only the runtime waits; they are kept up to `limit` bytes, then nothing more is read.

import { CommsError } from "./comms-error.ts";
import { type Message, RUNTIME_TAG } from "./comms-frame.ts";

export interface Inbox {
  /** The next message of this kind; undefined after the end. */
  next(kind: Kind): Promise<Message | undefined>;
  /** The same for the runtime's next message, by a call back in the turn in which it arrives; never after the end. */
  expect(arrived: (message: Message | undefined) => void): void;
  /** Whether reading on would help somebody. */
  wanted(): boolean;
  /** Throws CommsError on a message that nobody may get. */
  deliver(message: Message): void;
  /** No more will come: by an error, or because the peer has closed. What has arrived can still be had after the latter. */
  end(error: CommsError | undefined): void;
  /** Forgets what has arrived; its descriptors. */
  discard(): readonly number[];
}

type Kind = "user" | "runtime";

interface Waiter {
  readonly resolve: (message: Message | undefined) => void;
  readonly reject: (error: CommsError) => void;
}

/** What a kept message costs beside its payload: a flood of empty ones must have an end too. */
const OVERHEAD = 256;

export function createInbox(limit: number): Inbox {
  const waiting = { user: [] as Waiter[], runtime: [] as Waiter[] };
  const kept: Message[] = [];
  let keptBytes = 0;
  let ended: { readonly error: CommsError | undefined } | undefined;

  const next = (kind: Kind): Promise<Message | undefined> => {
    const message = kind === "user" ? kept.shift() : undefined;
    if (message !== undefined) {
      keptBytes -= message.bytes.length + OVERHEAD;
      return Promise.resolve(message);
    }
    if (ended === undefined) return new Promise((resolve, reject) => waiting[kind].push({ resolve, reject }));
    return ended.error === undefined ? Promise.resolve(undefined) : Promise.reject(ended.error);
  };

  const deliver = (message: Message): void => {
    const kind = message.tag >= RUNTIME_TAG ? "runtime" : "user";
    const waiter = waiting[kind].shift();
    if (waiter !== undefined) {
      waiter.resolve(message);
    } else if (kind === "runtime") {
      const tag = `0x${message.tag.toString(16)}`;
      throw new CommsError("tag", `a message of the runtime (tag ${tag}) came, and none was expected`);
    } else {
      kept.push(message);
      keptBytes += message.bytes.length + OVERHEAD;
    }
  };

  const end = (error: CommsError | undefined): void => {
    ended = { error };
    for (const { resolve, reject } of [...waiting.user.splice(0), ...waiting.runtime.splice(0)]) {
      if (error === undefined) resolve(undefined);
      else reject(error);
    }
  };

  return {
    next,
    expect: resolve => void waiting.runtime.push({ resolve, reject: () => undefined }),
    deliver,
    end,
    wanted: () => waiting.user.length > 0 || (waiting.runtime.length > 0 && keptBytes < limit),
    discard: () => {
      keptBytes = 0;
      return kept.splice(0).flatMap(({ fds }) => fds);
    },
  };
}
