// What a launcher says on its status socket, one datagram each; the runtime reads them here. The socket is CLOEXEC: its end of
// file after `ready` and without `failure` means that execve succeeded, before `ready` that the launcher died on the way.

import { Bug } from "../diagnostics/diagnostic.ts";
import { FRAME_FAILED_RESULT, FRAME_FAILED_STAGE, FRAME_TAG } from "./plan-format.gen.ts";

export type LauncherMessage =
  /** The listener of the filter comes with it, as SCM_RIGHTS. */
  | { readonly kind: "listener" }
  /** Everything is in place; execve is next. */
  | { readonly kind: "ready" }
  /** `stage` is what stageOf takes. `result` is what the call gave: -errno, or a value that it must not give. */
  | { readonly kind: "failure"; readonly stage: number; readonly result: number };

export const TAG_LISTENER = 0x4c;
export const TAG_READY = 0x52;
export const TAG_FAILURE = 0x46;

/** struct { u64 tag; s64 result; u64 stage; }: the first words of the interpreter's frame. */
export const FAILURE_SIZE = 24;

export function readMessage(bytes: Uint8Array): LauncherMessage {
  if (bytes.length === 1 && bytes[0] === TAG_LISTENER) return { kind: "listener" };
  if (bytes.length === 1 && bytes[0] === TAG_READY) return { kind: "ready" };
  if (bytes.length === FAILURE_SIZE && bytes[FRAME_TAG] === TAG_FAILURE) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const result = Number(view.getBigInt64(FRAME_FAILED_RESULT, true));
    return { kind: "failure", stage: view.getUint16(FRAME_FAILED_STAGE, true), result };
  }
  throw new Bug(`a launcher's message of ${bytes.length} bytes`);
}
