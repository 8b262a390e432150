// Reading a process gives up what does not come, and what cannot be had.

import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { PATIENCE_MS, readLink, readMemory, readProc, within } from "../../src/runtime/process-memory.ts";
import { missingX86, unless } from "../needs.ts";

const linux = unless(missingX86(), test);

test("what never arrives is given up", async () => {
  const before = performance.now();
  assert.is(await within(() => new Promise(() => undefined)), undefined);
  const took = performance.now() - before;
  assert.ok(took >= PATIENCE_MS - 5 && took < 100 * PATIENCE_MS, `${took} ms`);
});

test("what fails later than that disturbs nobody", async () => {
  const late = () => new Promise<number>((_, reject) => setTimeout(reject, PATIENCE_MS + 20, new Error("late")));
  assert.is(await within(late), undefined);
  await new Promise(done => setTimeout(done, 50));
});

linux("memory at an address that the process has, and none where it has not", async () => {
  const line = readFileSync("/proc/self/maps", "latin1").split("\n")[0]!;
  const bytes = await readMemory(process.pid, BigInt(`0x${line.split("-")[0]}`), 4);
  assert.equal([...bytes!], [0x7f, 0x45, 0x4c, 0x46]); // the ELF header of node
  assert.is(await readMemory(process.pid, 1n, 4), undefined);
  assert.is(await readMemory(process.pid, (1n << 64n) - 4096n, 4), undefined);
});

linux("a process that is not there", async () => {
  assert.equal(
    [await readMemory(0, 1n, 4), await readProc(0, "comm"), await readLink(0, "exe")],
    [undefined, undefined, undefined],
  );
  assert.is(await readLink(process.pid, "exe"), process.execPath);
});

test.run();
