// How a program asks its executor for the policy: the runtime's messages on a channel, written and read here for both sides,
// and byte by byte in docs/comms.md for programs in other languages. All numbers are u32, little-endian.

import { CommsError } from "./comms-error.ts";
import { RUNTIME_TAG } from "./comms-frame.ts";

export const TAG = {
  /** Program: { version, AUDIT_ARCH_*, flags }: send me the policy. */
  ask: RUNTIME_TAG + 1,
  /** Executor: the policy's program, as encodeProgram() writes it. */
  program: RUNTIME_TAG + 2,
  /** Executor: text; there is no program for the asker. */
  refused: RUNTIME_TAG + 3,
  /** Program: the filter is in; its listener comes along. */
  listener: RUNTIME_TAG + 4,
  /** Program: the filter is in, and has no listener. */
  installed: RUNTIME_TAG + 5,
  /** Executor: every call from here on is watched. */
  watching: RUNTIME_TAG + 6,
  /** Program: text; the filter could not be put in, and the program ends itself. */
  failed: RUNTIME_TAG + 7,
} as const;

export const PROTOCOL_VERSION = 1;
/** Of `ask`: the program can hand over a listener. Of `program`: it must. */
export const FLAG_LISTENER = 1;

export interface Ask {
  readonly auditArch: number;
  readonly listens: boolean;
}

/** A filter as its installer needs it. */
export interface InstallableProgram {
  readonly auditArch: number;
  /** Install with SECCOMP_FILTER_FLAG_NEW_LISTENER and hand the listener over. */
  readonly listens: boolean;
  /** A call with this number and the ticket in args[5] gives this errno when the filter is in. */
  readonly canary: { readonly nr: number; readonly errno: number };
  /** Instructions whose k takes one half of a ticket that the installer draws. */
  readonly slots: readonly { readonly pc: number; readonly half: "lo" | "hi" }[];
  /** struct sock_filter[]. */
  readonly records: Uint8Array;
}

const WORDS = 7;
const RECORD_SIZE = 8;

export function encodeAsk({ auditArch, listens }: Ask): Uint8Array {
  return words([PROTOCOL_VERSION, auditArch, listens ? FLAG_LISTENER : 0]);
}

export function decodeAsk(bytes: Uint8Array): Ask {
  const word = reader(bytes, 3);
  if (bytes.length !== 12) throw malformed("ask");
  return { auditArch: word(1), listens: (word(2) & FLAG_LISTENER) !== 0 };
}

/** { version, arch, flags, canary nr, canary errno, slots, instructions }, then { pc, 0 lo | 1 hi } a slot, then the records. */
export function encodeProgram({ auditArch, listens, canary, slots, records }: InstallableProgram): Uint8Array {
  const flags = listens ? FLAG_LISTENER : 0;
  const head = [
    PROTOCOL_VERSION,
    auditArch,
    flags,
    canary.nr,
    canary.errno,
    slots.length,
    records.length / RECORD_SIZE,
  ];
  const start = words([...head, ...slots.flatMap(({ pc, half }) => [pc, half === "lo" ? 0 : 1])]);
  const bytes = new Uint8Array(start.length + records.length);
  bytes.set(start);
  bytes.set(records, start.length);
  return bytes;
}

export function decodeProgram(bytes: Uint8Array): InstallableProgram {
  const word = reader(bytes, WORDS);
  const [slotCount, instructions] = [word(5), word(6)];
  const recordsAt = 4 * WORDS + 8 * slotCount;
  if (bytes.length !== recordsAt + RECORD_SIZE * instructions) throw malformed("program");
  const slots = Array.from({ length: slotCount }, (_, i) => {
    const [pc, half] = [word(WORDS + 2 * i), word(WORDS + 2 * i + 1)];
    if (pc >= instructions || half > 1) throw malformed("program");
    return { pc, half: half === 0 ? ("lo" as const) : ("hi" as const) };
  });
  return {
    auditArch: word(1),
    listens: (word(2) & FLAG_LISTENER) !== 0,
    canary: { nr: word(3), errno: word(4) },
    slots,
    records: bytes.slice(recordsAt),
  };
}

function words(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    view.setUint32(4 * i, value, true);
  });
  return bytes;
}

/** Of a message that starts by the version and has at least `least` words. */
function reader(bytes: Uint8Array, least: number): (index: number) => number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 4) throw malformed("message");
  const version = view.getUint32(0, true);
  if (version !== PROTOCOL_VERSION) {
    throw new CommsError(
      "content",
      `the peer speaks version ${version} of the protocol, this side ${PROTOCOL_VERSION}`,
    );
  }
  if (bytes.length < 4 * least) throw malformed("message");
  return index => view.getUint32(4 * index, true);
}

function malformed(what: string): CommsError {
  return new CommsError("content", `a malformed ${what} came from the peer`);
}
