// What guest/watch.c printed of a launch: its lines, and the messages of the status socket among them, read.

import { type LauncherMessage, readMessage } from "../../src/compiler/index.ts";
import type { Ended } from "./machine.ts";

export function watched({ stdout }: Ended): {
  readonly lines: readonly string[];
  readonly messages: readonly LauncherMessage[];
} {
  const lines = `${stdout}`.trimEnd().split("\n");
  const messages = lines
    .filter(line => line.startsWith("message "))
    .map(line => readMessage(Buffer.from(line.slice("message ".length), "hex")));
  return { lines, messages };
}
