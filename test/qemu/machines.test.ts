// What is promised, on kernels that are not the running one: Debian's for aarch64, on an emulated CPU, and Debian's 6.1 for x86_64,
// which lacks what later kernels brought. One boot of each runs all its rows.

import { test } from "uvu";
import { herePart } from "./here-part.ts";
import { judgePart } from "./judge-part.ts";
import { launchPart } from "./launch-part.ts";
import { boot, compileStatic, type Machine, noMachine } from "./machine.ts";
import { otherAbiPart } from "./other-abi-part.ts";
import { type Part, testRow } from "./part.ts";
import { noRuntime, runtimePart } from "./runtime-part.ts";
import { supervisedPart } from "./supervised-part.ts";

/** Boots the machine and runs its rows; what is returned tests how each ended. */
async function tryMachine(machine: Machine, more: readonly Part[]): Promise<() => void> {
  const tools = { probe: compileStatic(machine, "probe"), watch: compileStatic(machine, "watch") };
  const parts = [
    { files: tools, rows: [] },
    ...[launchPart, supervisedPart, herePart, judgePart, otherAbiPart].map(part => part(machine)),
    ...more,
  ];
  const files = parts.flatMap(part => Object.entries(part.files).map(([path, bytes]) => ({ path, bytes })));
  const rows = parts.flatMap(part => part.rows);
  const ended = await boot(machine, files, rows);
  return () => {
    for (const [i, row] of rows.entries()) testRow(machine, row, ended[i]!);
  };
}

// Both at once: each emulates one CPU.
const tried = (["aarch64", "x86_64"] as const).map(machine => {
  const native = machine === "x86_64";
  const why = noMachine(machine) ?? (native ? noRuntime() : undefined);
  return why === undefined
    ? tryMachine(machine, native ? [runtimePart()] : [])
    : () => test.skip(`Debian's kernel for ${machine} (${why})`, () => {});
});
for (const testRows of await Promise.all(tried)) testRows();

test.run();
