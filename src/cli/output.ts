// Where results go: files that appear whole or not at all, and a stdout that never gets binary on a terminal.

import {
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { failure, wrongUsage } from "./user-error.ts";

export interface OutputFile {
  readonly path: string;
  readonly content: Uint8Array | string;
  /** Before the umask. */
  readonly mode: number;
}

/** All of them or none: every file is complete beside its place before the first is renamed into it. */
export function writeFiles(files: readonly OutputFile[]): void {
  const staged: { readonly temporary: string; readonly path: string }[] = [];
  let current = "";
  try {
    for (const { path, content, mode } of files) {
      current = path;
      mkdirSync(dirname(path), { recursive: true });
      const target = resolved(path);
      if (target === undefined) {
        writeFileSync(path, content); // a device or pipe: there is nothing to replace
        continue;
      }
      const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
      const fd = openSync(temporary, "wx", mode);
      staged.push({ temporary, path: target });
      try {
        writeFileSync(fd, content);
      } finally {
        closeSync(fd);
      }
    }
    for (const { temporary, path } of staged) renameSync(temporary, path);
  } catch (error) {
    for (const { temporary } of staged) rmSync(temporary, { force: true });
    const { code, message } = error as NodeJS.ErrnoException;
    throw failure(`${current}: cannot be written (${code ?? message})`);
  }
}

/** What a write to path replaces, symbolic links followed; undefined where that is no regular file. */
function resolved(path: string): string | undefined {
  let target = path;
  try {
    if (lstatSync(path).isSymbolicLink()) target = realpathSync(path);
    return statSync(target).isFile() ? target : undefined;
  } catch {
    return target; // nothing there yet
  }
}

/** `what` names the content: "a program". */
export function writeBinary(content: Uint8Array, what: string): void {
  if (process.stdout.isTTY)
    throw wrongUsage(`${what} is binary and stdout is a terminal`, "use -o FILE, or pipe it somewhere");
  process.stdout.write(content);
}

export function useColor(stream: NodeJS.WriteStream): boolean {
  const { FORCE_COLOR, NO_COLOR, TERM } = process.env;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  return stream.isTTY === true && TERM !== "dumb";
}
