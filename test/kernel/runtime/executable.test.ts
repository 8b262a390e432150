// What a launcher is executed from: sealed or private, and unreadable for its own user, so that no neighbour reads a ticket.

import { spawnSync } from "node:child_process";
import { existsSync, readlinkSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { fileExecutable, memfdExecutable } from "../../../src/runtime/executable.ts";
import { libc } from "../../../src/runtime/libc.ts";
import { elf64, exit64 } from "./elf-programs.ts";

const image = elf64(exit64(7));

test("a memfd runs, has mode 0111, stands above the descriptors asked for, and takes no more writes", () => {
  const executable = memfdExecutable(libc(), image, 200)!;
  assert.is(spawnSync(executable.path).status, 7);
  assert.is(statSync(executable.path).mode & 0o7777, 0o111);
  assert.ok(Number(executable.path.split("/").at(-1)) >= 200);
  assert.throws(() => writeSync(Number(executable.path.split("/").at(-1)), "x"), /EPERM/);
  executable.close();
  assert.throws(() => readlinkSync(executable.path), /ENOENT/);
});

test("a file runs, has mode 0111 in a folder of mode 0700, and is gone with its folder afterwards", () => {
  const executable = fileExecutable(image);
  assert.is(spawnSync(executable.path).status, 7);
  assert.is(statSync(executable.path).mode & 0o7777, 0o111);
  assert.is(statSync(dirname(executable.path)).mode & 0o7777, 0o700);
  executable.close();
  assert.not.ok(existsSync(dirname(executable.path)));
});

test.run();
