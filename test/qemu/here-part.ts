// The emitted C, statically linked: every thread of a running program is sandboxed, or none and it is told.

import { dirname } from "node:path";
import { emitted, GUARDED, write } from "../kernel/emit/built.ts";
import { compileStatic, type Machine } from "./machine.ts";
import type { Part, Row } from "./part.ts";

const MODES = (mode: number) => `modes${` ${mode}`.repeat(11)}\n`;

export function herePart(machine: Machine): Part {
  const header = write("guarded.h", emitted(GUARDED, "h"));
  const here = compileStatic(machine, "here", "../kernel/emit/sandboxee.c", ["-I", dirname(header)]);
  const row = (title: string, scenario: string, expected: Row["expected"]): Row => ({
    title: `emitted C: ${title}`,
    argv: ["/here", scenario],
    expected,
  });
  const rows = [
    row("ten threads, one in a call, and one to come", "threads", {
      status: 0,
      stdout: `${MODES(0)}result 0 step  error 0 own 0\n${MODES(2)}${"mkdir EACCES\n".repeat(11)}`,
    }),
    row("a thread that cannot follow is named, and nothing is installed", "own-filter", {
      status: 0,
      stdout: /^result -3 step seccomp error 3 own 1$/m,
    }),
    row("a forbidden call", "forbidden", { signal: "SIGSYS" }),
    ...(machine === "x86_64" ? [row("int 0x80", "int80", { signal: "SIGSYS" })] : []),
  ];
  return { files: { here }, rows };
}
