// The host's ends of the program's standard streams. They are there before the program is, and what it wrote waits in them:
// Node drops what nobody has asked for when a child ends, and a short program ends before its starter hears of it.

import type { ChildProcess } from "node:child_process";
import { PassThrough, type Readable, type Writable } from "node:stream";
import type { Stdio } from "./spawn.ts";

export interface Streams {
  readonly stdin: Writable | undefined;
  readonly stdout: Readable | undefined;
  readonly stderr: Readable | undefined;
  /** Joins them to a child's pipes; output at once. */
  attach(child: ChildProcess): void;
  /** Input once the program runs: a launcher that has to be started again must not have taken any. */
  feed(child: ChildProcess): void;
  /** Nothing more is started: where no program was, none will write. */
  abandon(): void;
}

export function createStreams(stdio: readonly Stdio[]): Streams {
  const [stdin, stdout, stderr] = [0, 1, 2].map(fd => (stdio[fd] === "pipe" ? new PassThrough() : undefined));
  const outputs = [stdout, stderr].filter(stream => stream !== undefined);
  const end = () => {
    for (const stream of outputs) stream.end();
  };
  /** The child that has the program, and whether its pipes have ended: a short one ends before it is heard of. */
  let fed: ChildProcess | undefined;
  let closed: ChildProcess | undefined;
  return {
    stdin,
    stdout,
    stderr,
    attach: child => {
      join(child.stdout, stdout);
      join(child.stderr, stderr);
      child.once("close", () => {
        closed = child;
        if (fed === child) end();
      });
    },
    feed: child => {
      fed = child;
      child.stdin?.on("error", () => undefined); // it ended before it had read everything
      if (child.stdin !== null) stdin?.pipe(child.stdin);
      if (closed === child) end();
    },
    abandon: () => {
      if (fed === undefined) end();
    },
  };
}

/** Without its end: a launcher that ended before the program was run is followed by another, or by abandon(). */
function join(from: Readable | null, to: PassThrough | undefined): void {
  if (to === undefined) return;
  from?.on("error", () => undefined);
  from?.pipe(to, { end: false });
}
