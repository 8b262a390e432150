// Faults around a launch: each ends in a clear result, and never in a program without its sandbox.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Result } from "../../../src/runtime/result.ts";
import { runFixture } from "./bundled.ts";

const asRoot = process.getuid?.() === 0;
const rooted = asRoot ? test : test.skip;
const FREE = "policy free for x86_64 { default allow kill { mkdir, mkdirat } }";

interface Fault {
  readonly preparation?: string;
  readonly options?: object;
  readonly wrap?: readonly string[];
}

function execute({ preparation = "nothing", options = {}, wrap = [] }: Fault): Result {
  // What must not be seen where the result is no `ok`.
  const args = [preparation, FREE, JSON.stringify(options), "/bin/sh", "-c", "echo RAN"];
  const ran = runFixture("executor", args, { wrap });
  assert.match(ran.stdout, /\{.*\}\n$/, JSON.stringify(ran));
  const result = JSON.parse(ran.stdout.trimEnd().split("\n").at(-1)!).result as Result;
  if (result.status !== "ok") assert.not.match(ran.stdout, /RAN/);
  return result;
}

const noexec = (mount: string) => [
  "unshare",
  "--pid",
  "--mount",
  "--fork",
  "sh",
  "-c",
  `mount -t proc proc /proc && echo 2 > /proc/sys/vm/memfd_noexec && ${mount} && TMPDIR=/mnt exec "$@"`,
  "sh",
];

for (const monitor of [true, false]) {
  const mode = monitor ? "with the monitor" : "without a monitor";

  test(`no descriptor is free here (EMFILE), ${mode}`, () => {
    const result = execute({ preparation: "few-descriptors", options: { monitor } });
    assert.is(result.status, "setup-error", JSON.stringify(result));
    assert.match(JSON.stringify(result), /EMFILE|RLIMIT_NOFILE/);
  });

  rooted(`the disk is full where the launcher has to be a file (needs root), ${mode}`, () => {
    const wrap = noexec(
      "mount -t tmpfs -o size=4k,nr_inodes=3 none /mnt && { head -c 4096 /dev/zero > /mnt/full; true; }",
    );
    const result = execute({ wrap, options: { monitor } });
    assert.is(result.status, "setup-error", JSON.stringify(result));
    assert.match(JSON.stringify(result), /ENOSPC/);
  });

  test(`the program has no memory to start in (ENOMEM), ${mode}`, () => {
    const result = execute({ options: { monitor, limits: { memory: 4096 } } });
    // execve itself fails, or past its point of no return the kernel kills.
    assert.ok(result.status === "setup-error" || result.status === "signaled", JSON.stringify(result));
  });

  test(`the program may not even have the descriptors of its launch, ${mode}`, () => {
    const result = execute({ options: { monitor, limits: { files: 0 } } });
    assert.is.not(result.status, "internal-error", JSON.stringify(result));
  });
}

rooted("a program that may have no processes is there, and can start none (needs root)", () => {
  const wrap = ["setpriv", "--reuid=54323", "--regid=54323", "--clear-groups"];
  const result = execute({ wrap, options: { limits: { processes: 0 } } });
  // What it is itself was there before the limit, and echo is a builtin.
  assert.is(result.status, "ok", JSON.stringify(result));
});

test.run();
