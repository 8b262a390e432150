// Static ELF programs of a few bytes, written here so that no 32-bit toolchain is needed: each is a list of instructions.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

type Code = readonly number[];

const le32 = (value: number): Code => [value, value >> 8, value >> 16, value >> 24].map(byte => byte & 0xff);

export const movEax = (value: number): Code => [0xb8, ...le32(value)];
export const movEbx = (value: number): Code => [0xbb, ...le32(value)];
export const movEcx = (value: number): Code => [0xb9, ...le32(value)];
export const movEdi = (value: number): Code => [0xbf, ...le32(value)];
export const int80: Code = [0xcd, 0x80];
/** 64-bit only. */
export const syscall: Code = [0x0f, 0x05];

/** exit_group(status) the 64-bit way. */
export const exit64 = (status: number): Code => [...movEdi(status), ...movEax(231), ...syscall];

/** A place to start the code: where elf64() and elf32() load the first instruction. */
export const ENTRY64 = 0x400000 + 64 + 56;
export const ENTRY32 = 0x08048000 + 52 + 32;

/** Elf64_Ehdr, one readable and executable PT_LOAD, the code (elf(5)). */
export function elf64(code: Code): Uint8Array {
  const image = new Uint8Array(64 + 56 + code.length);
  const view = new DataView(image.buffer);
  image.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 2, true); // ET_EXEC
  view.setUint16(18, 62, true); // EM_X86_64
  view.setUint32(20, 1, true);
  view.setBigUint64(24, BigInt(ENTRY64), true);
  view.setBigUint64(32, 64n, true); // e_phoff
  view.setUint16(52, 64, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, 1, true); // one program header
  view.setUint32(64, 1, true); // PT_LOAD
  view.setUint32(68, 5, true); // R+X
  view.setBigUint64(80, 0x400000n, true);
  view.setBigUint64(88, 0x400000n, true);
  view.setBigUint64(96, BigInt(image.length), true);
  view.setBigUint64(104, BigInt(image.length), true);
  view.setBigUint64(112, 0x1000n, true);
  image.set(code, 120);
  return image;
}

/** Elf32_Ehdr, one readable and executable PT_LOAD, the code. */
export function elf32(code: Code): Uint8Array {
  const image = new Uint8Array(52 + 32 + code.length);
  const view = new DataView(image.buffer);
  image.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  view.setUint16(16, 2, true);
  view.setUint16(18, 3, true); // EM_386
  view.setUint32(20, 1, true);
  view.setUint32(24, ENTRY32, true);
  view.setUint32(28, 52, true);
  view.setUint16(40, 52, true);
  view.setUint16(42, 32, true);
  view.setUint16(44, 1, true);
  view.setUint32(52, 1, true);
  view.setUint32(60, 0x08048000, true);
  view.setUint32(64, 0x08048000, true);
  view.setUint32(68, image.length, true);
  view.setUint32(72, image.length, true);
  view.setUint32(76, 5, true);
  view.setUint32(80, 0x1000, true);
  image.set(code, 84);
  return image;
}

/** A folder for programs that ends with the test run. */
export function programFolder(): {
  write(name: string, bytes: Uint8Array | string, mode?: number): string;
  remove(): void;
} {
  const folder = mkdtempSync(join(tmpdir(), "policyc-test-"));
  const write = (name: string, bytes: Uint8Array | string, mode = 0o755) => {
    const path = join(folder, name);
    writeFileSync(path, bytes, { mode });
    return path;
  };
  return { write, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
