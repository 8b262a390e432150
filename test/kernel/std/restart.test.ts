// A program that was stopped and continued while it slept goes on sleeping by restart_syscall, which the kernel makes in its
// name: the groups of sleeping calls hold it, and without it the program dies.

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { missingProgram, missingX86, unless } from "../../needs.ts";
import { runUnder, temporaryFolder } from "./sandboxed.ts";

const folder = temporaryFolder();
test.after(folder.remove);

const SOURCE = `
#define _GNU_SOURCE
#include <linux/futex.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
static struct timespec while_ = {0, 400000000};
int main(int argc, char **argv) {
  int word = 0;
  switch (atoi(argv[1])) {
    case 0: syscall(SYS_nanosleep, &while_, 0); break;
    case 1: poll(0, 0, 400); break;
    case 2: syscall(SYS_futex, &word, FUTEX_WAIT, 0, &while_); break;
  }
  return write(1, "woke\\n", 5) != 5;
}`;

let path: string | undefined;

function program(): string {
  if (path !== undefined) return path;
  const source = join(folder.path, "sleeper.c");
  path = join(folder.path, "sleeper");
  writeFileSync(source, SOURCE);
  execFileSync("gcc", ["-w", "-static", "-o", path, source], { stdio: "pipe" });
  return path;
}

async function stopAndContinue(pid: number): Promise<void> {
  await after(150);
  process.kill(pid, "SIGSTOP");
  await after(50);
  process.kill(pid, "SIGCONT");
}

/** What starts it has no restart_syscall of its own: no group of the row is spliced elsewhere. */
const BASE = ["use glibc_static_startup except { restart_syscall }", "allow write if fd == 1", "allow exit_group"];
const restartTest = unless(missingX86() ?? missingProgram("gcc"), test);

for (const [index, group] of ["sleep", "poll", "futex_op(FUTEX_WAIT)"].entries()) {
  const run = (use: string) =>
    runUnder([...BASE, use], { command: program(), args: [String(index)], started: pid => void stopAndContinue(pid) });

  restartTest(`${group}: a program that is stopped while it waits goes on`, async () => {
    const ended = await run(`use ${group}`);
    assert.is(ended.how, "exited 0", ended.detail);
    assert.is(ended.stdout, "woke\n");
  });

  restartTest(`${group}: and dies without restart_syscall`, async () => {
    const ended = await run(`use ${group} except { restart_syscall }`);
    assert.is(ended.how, "violation restart_syscall", ended.detail);
  });
}

test.run();
