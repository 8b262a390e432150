// A part of what one machine is tried for: files that it has, commands that it runs, and what each must give.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Command, Ended } from "./machine.ts";

export interface Part {
  /** By path without the leading slash. */
  readonly files: { readonly [path: string]: Uint8Array };
  readonly rows: readonly Row[];
}

export interface Row extends Command {
  readonly title: string;
  readonly expected: Expected;
  readonly check?: (ended: Ended) => void;
}

/** stdout and stderr: the whole text, or what it matches. */
export interface Expected {
  readonly status?: number;
  readonly signal?: string;
  readonly stdout?: string | RegExp;
  readonly stderr?: string | RegExp;
}

export function testRow(machine: string, { title, expected, check }: Row, ended: Ended): void {
  test(`${machine}: ${title}`, () => {
    meets(ended, expected);
    check?.(ended);
  });
}

function meets({ status, signal, stdout, stderr }: Ended, expected: Expected): void {
  const seen = `status ${status} ${signal}\n${stdout}\n${stderr}`;
  if (expected.status !== undefined) assert.is(status, expected.status, seen);
  if (expected.signal !== undefined) assert.is(signal, expected.signal, seen);
  for (const [text, wanted] of [
    [`${stdout}`, expected.stdout],
    [`${stderr}`, expected.stderr],
  ] as const) {
    if (typeof wanted === "string") assert.is(text, wanted, seen);
    else if (wanted !== undefined) assert.match(text, wanted, seen);
  }
}
