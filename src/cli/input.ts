// Reads what operands name: policy texts with their imports, and files of unknown kind. `-` is stdin. What cannot be read is a
// diagnostic like any other, so that `check a b c` tells of all three.

import { closeSync, openSync, readdirSync, readSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { type Diagnostic, nearest, type Source } from "../compiler/index.ts";
import { failure, type UserError } from "./user-error.ts";

export type Input<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly diagnostic: Diagnostic };

/** The name that diagnostics give to stdin. */
const STDIN = "<stdin>";

/** Far above any policy, program or artefact; devices such as /dev/zero never end. */
const MOST_BYTES = 64 << 20;

export function readBytes(operand: string): Input<Uint8Array> {
  try {
    const value = readUpTo(operand, MOST_BYTES);
    if (value !== undefined) return { ok: true, value };
    const message = `has more than ${MOST_BYTES >> 20} MiB`;
    const hint = "no policy, program or artefact is that long";
    return { ok: false, diagnostic: fileDiagnostic("unreadable-file", sourceName(operand), message, hint) };
  } catch (error) {
    return { ok: false, diagnostic: unreadable(operand, error as NodeJS.ErrnoException) };
  }
}

/** undefined when there is more. */
function readUpTo(operand: string, most: number): Uint8Array | undefined {
  const fd = operand === "-" ? 0 : openSync(operand, "r");
  try {
    const chunks: Uint8Array[] = [];
    for (let size = 0; size <= most; ) {
      const chunk = new Uint8Array(1 << 16);
      const length = readSync(fd, chunk);
      if (length === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, length));
      size += length;
    }
    return undefined;
  } finally {
    if (fd !== 0) closeSync(fd);
  }
}

export function readSource(operand: string): Input<Source> {
  const bytes = readBytes(operand);
  if (!bytes.ok) return bytes;
  const text = textOf(bytes.value);
  const name = sourceName(operand);
  return text === undefined
    ? { ok: false, diagnostic: notText(name, bytes.value) }
    : { ok: true, value: { name, text } };
}

export function sourceName(operand: string): string {
  return operand === "-" ? STDIN : operand;
}

/** undefined unless the bytes are UTF-8 without NUL, as every text is and no compiled program. A byte order mark is dropped. */
export function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** By the magic number of ELF. */
export function isExecutable(bytes: Uint8Array): boolean {
  return [0x7f, 0x45, 0x4c, 0x46].every((byte, i) => bytes[i] === byte);
}

/** compile()'s reader: relative to the importing file; what stdin imports is relative to the current folder. */
export function readImport(specifier: string, from: string): Source | undefined {
  const folder = from === STDIN ? "." : dirname(from);
  const read = readSource(normalize(join(folder, specifier)));
  return read.ok ? read.value : undefined;
}

/** For commands that cannot go on without the file. */
export function asFailure({ span, message, hint }: Diagnostic): UserError {
  return failure(`${span.source}: ${message}`, hint);
}

const REASONS: { readonly [code: string]: string } = {
  ENOENT: "no such file",
  ENOTDIR: "a part of the path is not a folder",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "is a folder, not a file",
  ELOOP: "too many symbolic links",
  ENAMETOOLONG: "the name is too long",
};

function unreadable(operand: string, error: NodeJS.ErrnoException): Diagnostic {
  const message = REASONS[error.code ?? ""] ?? `cannot be read (${error.code ?? error.message})`;
  const similar = error.code === "ENOENT" ? similarFile(operand) : undefined;
  return fileDiagnostic("unreadable-file", sourceName(operand), message, similar && `did you mean ${similar}?`);
}

function similarFile(path: string): string | undefined {
  try {
    const similar = nearest(basename(path), readdirSync(dirname(path)));
    return similar === undefined ? undefined : join(dirname(path), similar);
  } catch {
    return undefined;
  }
}

function notText(name: string, bytes: Uint8Array): Diagnostic {
  const elf = bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
  const hint = elf
    ? "an executable; a policy is a text file"
    : "a policy is a UTF-8 text; `policyc disasm` lists compiled programs";
  return fileDiagnostic("not-text", name, "is not a text", hint);
}

function fileDiagnostic(code: string, source: string, message: string, hint: string | undefined): Diagnostic {
  const span = { source, start: 0, end: 0 };
  return { code, severity: "error", message, span, ...(hint === undefined ? {} : { hint }) };
}
