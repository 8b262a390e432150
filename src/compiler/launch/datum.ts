// The bytes of a plan's data: C structures as the kernel reads them on a little-endian 64-bit machine.

/** The low `size` bytes of a number, two's complement. */
export function littleEndian(value: number | bigint, size: number): Uint8Array {
  const pattern = BigInt.asUintN(8 * size, BigInt(value));
  return Uint8Array.from({ length: size }, (_, i) => Number((pattern >> BigInt(8 * i)) & 0xffn));
}

/** Fields one after the other, as [value, size in bytes]: the padding of a C structure is a field too. */
export function structure(...fields: readonly (readonly [value: number | bigint, size: number])[]): Uint8Array {
  return concatenate(fields.map(([value, size]) => littleEndian(value, size)));
}

/** UTF-8 with the NUL that ends a C string. */
export function text(string: string): Uint8Array {
  return Uint8Array.from([...[...string].flatMap(character => utf8(character.codePointAt(0)!)), 0]);
}

/** RFC 3629; a lone surrogate has no encoding and becomes U+FFFD. */
function utf8(point: number): number[] {
  if (point < 0x80) return [point];
  if (point < 0x800) return [0xc0 | (point >> 6), 0x80 | (point & 0x3f)];
  if (point >= 0xd800 && point < 0xe000) return utf8(0xfffd);
  const tail = [0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f)];
  if (point < 0x10000) return [0xe0 | (point >> 12), ...tail];
  return [0xf0 | (point >> 18), 0x80 | ((point >> 12) & 0x3f), ...tail];
}

export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function alignTo(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment;
}
