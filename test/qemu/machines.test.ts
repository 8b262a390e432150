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

async function testMachine(machine: Machine, more: readonly Part[]): Promise<void> {
  const tools = { probe: compileStatic(machine, "probe"), watch: compileStatic(machine, "watch") };
  const parts = [
    { files: tools, rows: [] },
    ...[launchPart, supervisedPart, herePart, judgePart, otherAbiPart].map(part => part(machine)),
    ...more,
  ];
  const files = parts.flatMap(part => Object.entries(part.files).map(([path, bytes]) => ({ path, bytes })));
  const rows = parts.flatMap(part => part.rows);
  const ended = await boot(machine, files, rows);
  for (const [i, row] of rows.entries()) testRow(machine, row, ended[i]!);
}

for (const machine of ["aarch64", "x86_64"] as const) {
  const why = noMachine(machine) ?? (machine === "x86_64" ? noRuntime() : undefined);
  if (why !== undefined) test.skip(`Debian's kernel for ${machine} (${why})`, () => {});
  else await testMachine(machine, machine === "x86_64" ? [runtimePart()] : []);
}

test.run();
