// A channel under test and its peer: a bare socket that says whatever it likes, by write(2) or with descriptors. Whatever
// happens on it, this process must have as many descriptors afterwards as before.

import { closeSync, openSync, read, readdirSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import * as assert from "uvu/assert";
import { type Channel, type CommsOptions, openChannel } from "../../../src/runtime/comms.ts";
import { CommsError, type CommsErrorReason } from "../../../src/runtime/comms-error.ts";
import { libc } from "../../../src/runtime/libc.ts";

const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;

export function socketpair(): [number, number] {
  const fds = new Int32Array(2);
  assert.is(libc().socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, fds), 0);
  return [fds[0]!, fds[1]!];
}

/** sendmsg(2) with any number of descriptors, in a buffer laid out by hand. */
export function sendRaw(socket: number, bytes: Uint8Array, fds: readonly number[], flags = 0): number {
  const control = Buffer.alloc(16 + 8 * Math.ceil(fds.length / 2));
  control.writeUInt32LE(16 + 4 * fds.length, 0);
  control.writeInt32LE(1, 8); // SOL_SOCKET
  control.writeInt32LE(1, 12); // SCM_RIGHTS
  for (const [i, fd] of fds.entries()) control.writeInt32LE(fd, 16 + 4 * i);
  const iovec = new BigUint64Array([libc().address(bytes), BigInt(bytes.length)]);
  const header = new BigUint64Array([0n, 0n, libc().address(new Uint8Array(iovec.buffer)), 1n, 0n, 0n, 0n]);
  if (fds.length > 0) header.set([libc().address(control), BigInt(control.length)], 4);
  const sent = libc().sendmsg(socket, new Uint8Array(header.buffer), flags);
  assert.ok(iovec.length + control.length > 0); // both live until here
  return sent;
}

/** On a thread of the pool: the other side may need the event loop to write. */
const readSome = promisify(read);

export interface Peer {
  readonly fd: number;
  write(bytes: Uint8Array): void;
  /** All these descriptors with the bytes, whatever a header in them says. */
  writeWith(bytes: Uint8Array, fds: readonly number[]): void;
  read(count: number): Promise<Buffer>;
  close(): void;
}

function makePeer(fd: number): Peer {
  let open = true;
  return {
    fd,
    write: bytes => assert.is(writeSync(fd, bytes), bytes.length),
    writeWith: (bytes, fds) => assert.is(sendRaw(fd, bytes, fds), bytes.length),
    read: async count => {
      const buffer = Buffer.alloc(count);
      for (let at = 0; at < count; ) at += (await readSome(fd, buffer, at, count - at, null)).bytesRead;
      return buffer;
    },
    close: () => {
      if (open) closeSync(fd);
      open = false;
    },
  };
}

/** The wire format once more, by hand. */
export function wire(tag: number, payload: Uint8Array | string = "", fds = 0, length = payload.length): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt32LE(tag, 0);
  header.writeUInt32LE(length, 4);
  header.writeUInt32LE(fds, 8);
  return Buffer.concat([header, Buffer.from(payload as Uint8Array)]);
}

export function openFds(): number {
  return readdirSync("/proc/self/fd").length;
}

/** A test's body with a channel and its bare peer, both closed at the end; it must leave no descriptor behind. */
export function withPeer(
  body: (channel: Channel, peer: Peer) => Promise<void>,
  options: CommsOptions = {},
): () => Promise<void> {
  return async () => {
    libc();
    const before = openFds();
    const [ours, theirs] = socketpair();
    const channel = openChannel(libc(), ours, options);
    const peer = makePeer(theirs);
    try {
      await body(channel, peer);
    } finally {
      channel.comms.close();
      peer.close();
    }
    await sleep(1);
    assert.is(openFds(), before, "descriptors were left open, or closed twice");
  };
}

/** A test's body with a channel at each end. */
export function withTwo(body: (one: Channel, other: Channel) => Promise<void>): () => Promise<void> {
  return async () => {
    libc();
    const before = openFds();
    const [one, other] = socketpair().map(fd => openChannel(libc(), fd)) as [Channel, Channel];
    await body(one, other);
    one.comms.close();
    other.comms.close();
    await sleep(1);
    assert.is(openFds(), before, "descriptors were left open, or closed twice");
  };
}

/** To be looked at later: a test that fails before it does must not end by this one's rejection instead. */
export function later<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

export async function failsBy(reason: CommsErrorReason, says: RegExp, promise: Promise<unknown>): Promise<void> {
  const error = await promise.then(
    value => assert.unreachable(`it succeeded: ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  assert.instance(error, CommsError, String(error));
  assert.is((error as CommsError).reason, reason, String(error));
  assert.match((error as CommsError).message, says);
}

/** The body with this many descriptors of /dev/null, closed afterwards. */
export async function withFds(count: number, body: (fds: readonly number[]) => Promise<void>): Promise<void> {
  const fds = Array.from({ length: count }, () => openSync("/dev/null", "r"));
  try {
    await body(fds);
  } finally {
    for (const fd of fds) closeSync(fd);
  }
}
