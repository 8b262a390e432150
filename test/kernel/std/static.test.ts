// The static example and what docs/static-and-dynamic.md says of it: the same program under a tight and a wider policy, the
// width of both, and which addresses a linking hides.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { isArch } from "../../../src/compiler/index.ts";
import { missingProgram, missingX86, unless } from "../../needs.ts";
import { runPolicy, temporaryFolder } from "./sandboxed.ts";
import { LINKINGS, type Linking, POLICY, SOURCE, widthOf } from "./static-rows.ts";

const folder = temporaryFolder();
test.after(folder.remove);
const buildTest = unless(missingX86() ?? missingProgram("gcc"), test);

function build(source: string, { name, options }: Linking): string {
  const path = join(folder.path, name);
  execFileSync("gcc", ["-w", "-O2", ...options, "-o", path, source], { stdio: "pipe" });
  return path;
}

/** The check value that every description of this CRC-32 gives. */
const INPUT = "123456789";
const CHECK_VALUE = "cbf43926\n";

function runExample(linking: Linking, policy: string) {
  return runPolicy({ ...POLICY, policy }, { command: build(SOURCE, linking), stdin: INPUT });
}

for (const linking of LINKINGS) {
  buildTest(`the ${linking.name} build lives under the ${linking.policy} policy`, async () => {
    const ended = await runExample(linking, linking.policy);
    assert.is(ended.how, "exited 0", ended.detail);
    assert.is(ended.stdout, CHECK_VALUE);
  });
}

buildTest("the dynamic build dies under the static policy on its loader's first mapping", async () => {
  const dynamic = LINKINGS.find(({ policy }) => policy === "dynamic")!;
  const ended = await runExample(dynamic, "static");
  assert.is(ended.how, "violation mmap", ended.detail);
  assert.is(ended.stdout, "");
});

test("the documented widths are those of the compiled policies", () => {
  const page = readFileSync(new URL("../../../docs/static-and-dynamic.md", import.meta.url), "utf8");
  const rows = [...page.matchAll(/^\| `(static|dynamic)` \| (\w+) \| (\d+) \| (\d+) \|$/gm)];
  assert.is(rows.length, 4);
  for (const [, policy, arch, calls, unconditional] of rows) {
    assert.ok(isArch(arch!));
    const documented = { calls: Number(calls), unconditional: Number(unconditional) };
    assert.equal(documented, widthOf(policy!, arch), `${policy} ${arch}`);
  }
});

// Addresses. So few starts cannot tell 18 bits from 17, but they tell a fixed address from a hidden one, and a heap that lies
// within a gigabyte from one that may be anywhere.

const STARTS = 40;
const WHERE = `#include <stdio.h>
#include <stdlib.h>
int main(void) { printf("%lu %lu\\n", (long)main, (long)malloc(1)); return 0; }
`;
const GIGABYTE = 2 ** 30;

const addresses: { readonly [linking: string]: { readonly code: "fixed" | "hidden"; readonly heap: "near" | "far" } } =
  {
    static: { code: "fixed", heap: "near" },
    "static-pie": { code: "hidden", heap: "near" },
    dynamic: { code: "hidden", heap: "far" },
  };

for (const linking of LINKINGS) {
  const { code, heap } = addresses[linking.name]!;
  const randomises = readFileSync("/proc/sys/kernel/randomize_va_space", "utf8").trim() === "2" ? undefined : "no ASLR";
  const title = `where a ${linking.name} program is: code ${code}, heap ${heap}`;
  unless(missingX86() ?? missingProgram("gcc") ?? randomises, test)(title, () => {
    const source = join(folder.path, "where.c");
    writeFileSync(source, WHERE);
    const path = build(source, linking);
    const starts = Array.from({ length: STARTS }, () =>
      execFileSync(path, { encoding: "utf8" }).split(" ").map(Number),
    );
    const codes = new Set(starts.map(([at]) => at));
    const heaps = starts.map(([, at]) => at!);
    assert.is(codes.size === 1 ? "fixed" : "hidden", code);
    assert.ok(new Set(heaps).size > STARTS / 2);
    assert.is(Math.max(...heaps) - Math.min(...heaps) <= GIGABYTE ? "near" : "far", heap);
  });
}

test.run();
