// What was read of a process while a call of it was held, in lines for people. All of it is the process's own to forge, so it is
// escaped, and said to be as read.

import { escapeControls, quote } from "./escape.ts";
import type { Held } from "./held-process.ts";

export function describeHeld(tid: number, { pid, name, executable, module, arguments: args }: Held): string[] {
  const thread = tid === pid ? "" : `, thread ${tid}`;
  const where = module === undefined ? "" : `, at ${escapeControls(module.name)}+0x${module.offset.toString(16)}`;
  const program = executable === undefined ? "" : `, ${escapeControls(executable)}`;
  const own = executable?.endsWith(`/${name}`) ? "" : `, calls itself ${quote(name)}`;
  const shown = (source: "registers" | "process") =>
    args
      .filter(arg => arg.source === source)
      .map(arg => `${arg.name} = ${arg.text}`)
      .join(", ");
  const [certain, read] = [shown("registers"), shown("process")];
  return [
    `pid ${pid}${thread}${program}${own}${where}`,
    ...(certain === "" ? [] : [certain]),
    ...(read === "" ? [] : [`as read, untrusted: ${read}`]),
  ];
}
