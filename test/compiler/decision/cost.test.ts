// What the choices of a caller do to a program: which calls get the short paths, and that meaning never depends on it.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { encode } from "../../../src/compiler/bpf/encode.ts";
import { type CompileOptions, compile } from "../../../src/compiler/compile.ts";
import { costOf } from "../../../src/compiler/decision/cost.ts";
import { makeDag } from "../../../src/compiler/decision/dag.ts";
import { equal } from "../../../src/compiler/prove/difference.ts";
import { compose } from "../../../src/compiler/prove/prove.ts";
import { statsOf } from "../../../src/compiler/stats/stats.ts";

const AUDIT = 0xc000003e;

const text = `policy p for x86_64 {
  default errno(EPERM)
  allow { read, write, close, fstat, mmap, brk, futex, getpid, clock_nanosleep, openat, statx, rseq }
  allow socket if family == 1
  allow fcntl if cmd in {1, 2, 3, 7, 9, 12}
  allow ioctl if cmd in {0x5401, 0x5413, 0x541b}
}
`;

function filter(options: CompileOptions = {}) {
  const { filters } = compile({ name: "p.policy", text }, options);
  return filters[0]!;
}

/** Instructions that a call executes on average. */
function executed(options: CompileOptions, nr: number): number {
  const { ways } = statsOf(filter(options)).calls.find(call => call.nr === nr)!;
  return ways.reduce((sum, way) => sum + way.executed, 0) / ways.length;
}

const [READ, IOCTL, STATX] = [0, 16, 332];

test("calls that the cache answers give way to the others, unless the kernel has no cache", () => {
  assert.ok(executed({}, IOCTL) < executed({ kernel: "5.10" }, IOCTL));
  assert.ok(executed({ kernel: "5.10" }, READ) < executed({}, READ));
  assert.equal(encode(filter({ kernel: "5.11" }).program), encode(filter().program));
  assert.equal(encode(filter({ kernel: "6.12" }).program), encode(filter().program));
});

test("a profile brings its commonest call to the front", () => {
  const profile = { statx: 1_000_000, read: 10 };
  assert.is(executed({ kernel: "5.10", profile }, STATX), 5);
  assert.ok(executed({ kernel: "5.10" }, STATX) > 5);
});

test("a profile's order and its names of other ABIs are of no account", () => {
  const one = filter({ profile: { read: 3, openat: 0.1, ioctl: 0.2, riscv_hwprobe: 9 } });
  const other = filter({ profile: { ioctl: 0.2, riscv_hwprobe: 9, openat: 0.1, read: 3 } });
  assert.equal(encode(one.program), encode(other.program));
});

test("size makes it shorter, speed faster, and both mean the same", () => {
  const [small, fast] = [filter({ optimise: "size" }), filter({ optimise: "speed", kernel: "5.10" })];
  assert.ok(small.program.length < fast.program.length);
  assert.ok(statsOf(fast).all!.mean < statsOf({ ...small, cost: { kernel: "5.10" } }).all!.mean);
  const composition = compose([{ program: small.program }, { program: fast.program }]);
  assert.ok(composition.ok && equal(composition.diagrams[0]!, composition.diagrams[1]!));
});

test("weights: what passes counts, what is denied or cached hardly does", () => {
  const { model } = filter();
  const dag = makeDag();
  const [allow, deny] = [dag.leaf(0x7fff0000), dag.leaf(0x00050001)];
  const tests = dag.branch({ kind: "word", offset: 16, mask: 0xffffffff, op: "jeq", k: 1 }, allow, deny);
  const weight = (kernel: string, node: typeof allow) => costOf(model, { kernel }).ofNumbers(AUDIT, 0, 3, node);
  assert.ok(weight("5.10", allow) > 3.9);
  assert.ok(weight("5.11", allow) < 0.01);
  assert.ok(weight("5.11", tests) > 3.9);
  assert.ok(weight("5.10", deny) < 0.01);
  // x32 shares the audit arch and has no cache.
  const x32 = { ...model, abis: [{ ...model.abis[0]!, arch: "x32" as const, known: [0x40000000], rules: [] }] };
  assert.ok(costOf(x32, {}).ofNumbers(AUDIT, 0x40000000, 0x40000000, allow) > 0.9);
});

test.run();
