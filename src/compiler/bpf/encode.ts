// A program as the bytes of struct sock_filter[] and back: u16 code, u8 jt, u8 jf, u32 k, little-endian like every ABI we
// know. encode takes what verify() takes; decode reads any bytes and does not judge the instructions.

import { Bug } from "../diagnostics/diagnostic.ts";
import { BPF_MAXINSNS, type SockFilter } from "./instruction.ts";

/** sizeof(struct sock_filter). */
const SIZE = 8;

export type Decoded =
  | { readonly ok: true; readonly program: readonly SockFilter[] }
  | { readonly ok: false; readonly reason: string };

export function encode(program: readonly SockFilter[]): Uint8Array {
  const bytes = new Uint8Array(program.length * SIZE);
  const view = new DataView(bytes.buffer);
  program.forEach(({ code, jt, jf, k }, pc) => {
    view.setUint16(pc * SIZE, code, true);
    view.setUint8(pc * SIZE + 2, jt);
    view.setUint8(pc * SIZE + 3, jf);
    view.setUint32(pc * SIZE + 4, k, true);
    // DataView cuts silently, and a jump cut to 8 bits is another program.
    if (view.getUint16(pc * SIZE, true) !== code || bytes[pc * SIZE + 2] !== jt || bytes[pc * SIZE + 3] !== jf) {
      throw new Bug(`encode: a field of instruction ${pc} is out of range`);
    }
    if (view.getUint32(pc * SIZE + 4, true) !== k) throw new Bug(`encode: k of instruction ${pc} is not a u32`);
  });
  return bytes;
}

export function decode(bytes: Uint8Array): Decoded {
  if (bytes.length === 0) return { ok: false, reason: "no instructions: the input is empty" };
  if (bytes.length % SIZE !== 0) {
    return { ok: false, reason: `${bytes.length} bytes are not a whole number of ${SIZE}-byte instructions` };
  }
  const count = bytes.length / SIZE;
  if (count > BPF_MAXINSNS) {
    return { ok: false, reason: `${count} instructions, the kernel takes at most ${BPF_MAXINSNS}` };
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const program = Array.from({ length: count }, (_, pc) => ({
    code: view.getUint16(pc * SIZE, true),
    jt: view.getUint8(pc * SIZE + 2),
    jf: view.getUint8(pc * SIZE + 3),
    k: view.getUint32(pc * SIZE + 4, true),
  }));
  return { ok: true, program };
}
