// A launch as monitor.c sees it: what arrived on the status socket, read, and what else it and the program wrote, line by line.

import type { SpawnSyncOptions } from "node:child_process";
import { type LauncherMessage, readMessage } from "../../../src/compiler/launch/messages.ts";
import { compileC, run } from "./launchers.ts";

export type Line = string | LauncherMessage;

export function watch(path: string, command: readonly string[], options: SpawnSyncOptions = {}): Line[] {
  return readLines(run([compileC("monitor"), path, ...command], options).stdout);
}

export function readLines(output: string): Line[] {
  return output
    .trimEnd()
    .split("\n")
    .map(line => {
      const [key, value] = line.split(" ") as [string, string];
      return key === "message" ? readMessage(Uint8Array.from(Buffer.from(value, "hex"))) : line;
    });
}

export function messageOf<K extends LauncherMessage["kind"]>(
  lines: readonly Line[],
  kind: K,
): Extract<LauncherMessage, { kind: K }> | undefined {
  return lines.find(
    (line): line is Extract<LauncherMessage, { kind: K }> => typeof line === "object" && line.kind === kind,
  );
}

/** In the order in which it was told: a message by its kind, anything else as it was written. */
export function told(lines: readonly Line[]): string[] {
  return lines.map(line => (typeof line === "object" ? line.kind : line));
}
