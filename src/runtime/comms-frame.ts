// Messages as bytes of a stream. Each has a header { u32 tag, u32 length, u32 descriptors }, little-endian, then its payload;
// its descriptors travel with the header. In: what the socket gave, in pieces of any size; out: whole messages. The reader is
// told how much it may read next, never beyond the end of a message, so that descriptors cannot be taken for another's.

import { CommsError } from "./comms-error.ts";

export interface Message {
  readonly tag: number;
  readonly bytes: Uint8Array;
  /** The receiver's to close. All are close-on-exec. */
  readonly fds: readonly number[];
}

export const HEADER_SIZE = 12;
/** In one message. The kernel would take 253 (SCM_MAX_FD); a peer is to open few before it is caught. */
export const MAX_FDS = 16;
/** Tags from here up are the runtime's own. */
export const RUNTIME_TAG = 0x80000000;

export function encodeHeader(tag: number, length: number, fds: number): Uint8Array {
  const bytes = new Uint8Array(HEADER_SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, tag, true);
  view.setUint32(4, length, true);
  view.setUint32(8, fds, true);
  return bytes;
}

export interface Assembler {
  /** Where the next bytes go: at least one, none of the message after this. */
  room(): Uint8Array;
  /** `count` bytes were put there. Gives the message that is whole now; throws CommsError on one that cannot be. */
  accept(count: number, fds: readonly number[]): Message | undefined;
  /** Between two messages. */
  idle(): boolean;
  /** The descriptors of a message that will not become whole. */
  abandon(): readonly number[];
}

/** `limit` bounds a payload, and so what a peer can make this side allocate. */
export function createAssembler(limit: number): Assembler {
  const header = new Uint8Array(HEADER_SIZE);
  const view = new DataView(header.buffer);
  let filled = 0;
  let payload: Uint8Array | undefined;
  let fds: number[] = [];

  const accept = (count: number, received: readonly number[]): Message | undefined => {
    fds.push(...received);
    filled += count;
    if (payload === undefined) {
      if (filled < HEADER_SIZE) return undefined;
      payload = new Uint8Array(checkedLength(view, fds.length, limit));
      filled = 0;
    } else if (received.length > 0) {
      throw new CommsError("descriptors", "descriptors came in the middle of a message");
    }
    if (filled < payload.length) return undefined;
    const message = { tag: view.getUint32(0, true), bytes: payload, fds };
    payload = undefined;
    filled = 0;
    fds = [];
    return message;
  };

  return {
    room: () => (payload ?? header).subarray(filled),
    accept,
    idle: () => payload === undefined && filled === 0,
    abandon: () => fds.splice(0),
  };
}

function checkedLength(header: DataView, fds: number, limit: number): number {
  const length = header.getUint32(4, true);
  const announced = header.getUint32(8, true);
  if (length > limit) {
    throw new CommsError("too-long", `a message of ${length} bytes was announced, and ${limit} are the limit`);
  }
  if (announced !== fds) {
    throw new CommsError("descriptors", `a message announced ${announced} descriptors and came with ${fds}`);
  }
  return length;
}
