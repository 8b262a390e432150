// What the running kernel reads of an argument is what the table says: garbage in the bits above changes nothing, garbage in
// the upper half of an argument of 64 bits does. The compared calls differ in nothing else.

import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { NARROWED } from "../../../src/compiler/abi/narrowed.ts";
import { syscall } from "../../../src/compiler/abi/syscalls.ts";
import { declaredProbes, narrowedProbes, type Probe, refusingProbes } from "./probes.ts";
import { noCompiler, runC } from "./run-c.ts";

const reason = noCompiler();

if (reason !== undefined) {
  test.skip(`the kernel reads as many bits as the table says: skipped, ${reason}`, () => {});
} else {
  const probes = [...narrowedProbes, ...declaredProbes];
  const outcomes = run([...probes, ...refusingProbes]);
  refusingProbes.forEach((probe, i) => {
    test(`${probe.call}.${probe.arg}: where garbage is not ignored, it is refused`, () => {
      const [plain, , ...garbage] = outcomes[probes.length + i]!;
      assert.ok(Number(plain) >= 0);
      for (const other of garbage) assert.ok(Number(other) < 0, other);
    });
  });
  probes.forEach((probe, i) => {
    const { bits } = argument(probe);
    const outcome = outcomes[i]!;
    const [plain, seen, ...garbage] = outcome;
    const name = `${probe.call}.${probe.arg}`;
    if (bits === 64) {
      test(`${name} is read beyond 32 bits`, () =>
        assert.ok(
          garbage.some(other => other !== plain),
          outcome.join(" "),
        ));
    } else {
      test(`${name} is read no further than ${bits} bits`, () => {
        for (const other of garbage) assert.is(other, plain);
      });
    }
    if (probe.sees !== "0") test(`the probe of ${name} sees a change`, () => assert.is.not(seen, plain));
  });
}

test("every narrowed argument has a probe, and only those", () => {
  const name = ({ call, arg }: { call: string; arg: string }) => `${call}.${arg}`;
  assert.equal(narrowedProbes.map(name).sort(), NARROWED.map(name).sort());
});

test.run();

function argument(probe: Probe) {
  const call = syscall(probe.i386 ? "i386" : "x86_64", probe.call);
  const arg = call?.args.find(arg => arg.name === probe.arg);
  if (call === undefined || arg === undefined) throw new Error(`the table lacks ${probe.call}.${probe.arg}`);
  return { nr: call.nr, bits: arg.bits };
}

/** Per probe: the outcome without garbage, the one that must differ, those with garbage. */
function run(probes: readonly Probe[]): string[][] {
  const functions = probes.map((probe, i) => {
    const { nr } = argument(probe);
    const enter = probe.i386 ? "int80" : "raw";
    return `#define CALL(...) PAD(${enter}, ${nr}, __VA_ARGS__, 0, 0, 0, 0, 0, 0)\nstatic long probe${i}(long x) { ${probe.body}; }\n#undef CALL\n`;
  });
  const calls = probes.map((probe, i) => {
    const { bits } = argument(probe);
    const above = bits === 16 ? ["0x10000L", "0x80000000L", "0xffff0000L"] : [];
    const upper = probe.i386 ? [] : ["1L << 32", "1L << 63", "~0xffffffffL"];
    const list = ["0", probe.sees, ...above, ...upper];
    return `  { long list[] = {${list.join(", ")}}; run(probe${i}, list, ${list.length}); }`;
  });
  const prelude = readFileSync(new URL("prelude.c", import.meta.url), "utf8");
  const source = `${prelude}\n${functions.join("")}\nint main(void) {\n${calls.join("\n")}\n}\n`;
  return runC(source)
    .trim()
    .split("\n")
    .map(line => line.split(" "));
}
