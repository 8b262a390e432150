// Size and speed: long jumps, programs at the kernel's limit, what cannot fit, and what generating costs.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { isCached } from "../../../src/compiler/bpf/cache.ts";
import { emulate } from "../../../src/compiler/bpf/emulate.ts";
import { encode } from "../../../src/compiler/bpf/encode.ts";
import type { SeccompData } from "../../../src/compiler/bpf/instruction.ts";
import { verify } from "../../../src/compiler/bpf/verify.ts";
import { type Generated, generate } from "../../../src/compiler/decision/generate.ts";
import type { Condition } from "../../../src/compiler/policy/condition.ts";
import type { Action, Model, ModelRule } from "../../../src/compiler/policy/model.ts";
import { origin } from "./models.ts";
import { verdict } from "./reference.ts";

const ALLOW: Action = { kind: "allow" };
const KILL: Action = { kind: "kill" };

function equal(index: number, value: number | bigint, bits: 32 | 64 = 64): Condition {
  const mask = 2n ** BigInt(bits) - 1n;
  return { kind: "masked", argument: { index, bits, signed: false }, mask, value: BigInt(value) };
}

function rule(nr: number, condition: Condition, action: Action = ALLOW): Omit<ModelRule, "origin"> {
  return { nr, condition, action };
}

function modelOf(rules: readonly Omit<ModelRule, "origin">[], more: Partial<Model> = {}): Model {
  const known = [...new Set(rules.map(({ nr }) => nr))].sort((a, b) => a - b);
  const abi = {
    arch: "x86_64" as const,
    rules: rules.map((each, i) => ({ ...each, origin: origin(i) })),
    known,
    default: { action: KILL },
    unknown: { action: { kind: "errno", errno: 38 } as const },
  };
  return { policy: "big", target: "x86_64", abis: [abi], foreign: { action: KILL }, guards: [], tickets: [], ...more };
}

function data(nr: number, ...args: (number | bigint)[]): SeccompData {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = args;
  const six = [BigInt(a), BigInt(b), BigInt(c), BigInt(d), BigInt(e), BigInt(f)] as const;
  return { nr, arch: 0xc000003e, instruction_pointer: 0n, args: six };
}

function ok(generated: Generated): Extract<Generated, { ok: true }> {
  if (!generated.ok) throw new Error(`${generated.length} instructions`);
  return generated;
}

const always: Condition = { kind: "always" };

/** About Docker's default: 310 calls allowed, a few by argument. */
const docker = modelOf([
  ...Array.from({ length: 310 }, (_, i) => i).flatMap(nr => (nr % 29 === 7 ? [] : [rule(nr, always)])),
  rule(41, { kind: "not", of: equal(0, 40) }),
  ...[0, 8, 0x20000, 0x20008, 0xffffffff].map(persona => rule(7, equal(0, persona))),
  rule(36, { kind: "masked", argument: { index: 0, bits: 64, signed: false }, mask: 0x7e020000n, value: 0n }),
]);

/** A rule each for 2,400 values: 240 calls with ten values. */
const many = modelOf(Array.from({ length: 2400 }, (_, i) => rule(i % 240, equal(1, 3 * i + 1, i % 2 === 0 ? 32 : 64))));

test("2,400 rules fit, pass the verifier and mean what they say, over jumps longer than 255", () => {
  const { program } = ok(generate(many));
  assert.equal(verify(program), []);
  for (let i = 0; i < 2400; i += 7) {
    for (const off of [-1, 0, 1, 2 ** 32]) {
      const call = data(i % 240, 0, 3 * i + 1 + off);
      assert.is(emulate(program, call).ret, verdict(many, call, 0n), `${i} ${off}`);
    }
  }
});

test("one call with 1,000 values is searched, not walked", () => {
  const model = modelOf(Array.from({ length: 1000 }, (_, i) => rule(16, equal(1, 7 * i, 32))));
  const { program } = ok(generate(model));
  const longest = Math.max(...Array.from({ length: 7001 }, (_, v) => emulate(program, data(16, 0, v)).path.length));
  assert.ok(longest < 25, `${longest} instructions executed`);
  for (let v = 0; v < 7001; v++)
    assert.is(emulate(program, data(16, 0, v)).ret, v % 7 === 0 && v < 7000 ? 0x7fff0000 : 0x80000000);
});

test("values that fit as a chain only are still compiled", () => {
  // 3,000 values need 3,000 tests as a chain, 1.5 times as many as a tree.
  const model = modelOf(Array.from({ length: 3000 }, (_, i) => rule(16, equal(1, 7 * i, 32))));
  const { program } = ok(generate(model));
  assert.ok(program.length > 3000 && program.length <= 4096);
  assert.equal(verify(program), []);
  for (const v of [0, 7, 8, 7 * 2999, 7 * 3000, 7 * 1500, 7 * 1500 + 1]) {
    assert.is(emulate(program, data(16, 0, v)).ret, verdict(model, data(16, 0, v), 0n), String(v));
  }
});

test("neighbouring values become ranges", () => {
  const model = modelOf(Array.from({ length: 3000 }, (_, i) => rule(16, equal(1, i, 32))));
  assert.ok(ok(generate(model)).program.length < 15);
});

test("what does not fit is refused, with its length and the rules that cost most", () => {
  const set: Condition = { kind: "or", of: Array.from({ length: 3000 }, (_, i) => equal(2, 5 * i, 32)) };
  const rules = Array.from({ length: 2000 }, (_, i) =>
    rule(i % 100, equal(1, 3 * i), { kind: "errno", errno: i % 50 }),
  );
  const generated = generate(modelOf([...rules, rule(16, set, { kind: "errno", errno: 77 })]));
  assert.not(generated.ok);
  if (generated.ok) return;
  assert.ok(generated.length > 4096);
  assert.is(generated.costliest[0]?.origin.span.start, 2000);
  // A test a value, the leaf, and the trampolines of tests that lie too far from where they lead.
  const cost = generated.costliest[0]?.instructions ?? 0;
  assert.ok(cost > 3000 && cost < 3030, String(cost));
  assert.is(generated.costliest.length, 10);
});

test("a chain deeper than any call stack is compiled or refused, not crashed on", () => {
  const model = modelOf(Array.from({ length: 12000 }, (_, i) => rule(1, equal(i % 6, 3 * i))));
  assert.not(generate(model).ok);
});

test("the same model gives the same bytes", () => {
  for (const model of [docker, many]) {
    const copy = structuredClone(model);
    assert.equal(encode(ok(generate(model)).program), encode(ok(generate(copy)).program));
  }
});

test("a constant ALLOW is in the kernel's action cache, and nothing else is", () => {
  const { program } = ok(generate(docker));
  for (let nr = 0; nr < 600; nr++) {
    const constant = docker.abis[0]!.rules.find(each => each.nr === nr)?.condition.kind === "always";
    assert.is(isCached(program, 0xc000003e, nr), constant, String(nr));
    assert.not(isCached(program, 0x40000003, nr));
  }
});

const ticketed = modelOf([rule(0, always), rule(1, equal(0, 1)), rule(2, always, { kind: "errno", errno: 1 })], {
  tickets: [0, 1, 2, 3].map(nr => ({ nr, action: ALLOW, name: `call ${nr}` })),
});

test("ticket code stands on the leaves of planned calls that deny, and compares without a branch", () => {
  const { program, slots } = ok(generate(ticketed));
  assert.ok(isCached(program, 0xc000003e, 0));
  // An allowed write(1) loads the ticket's argument nowhere on its path.
  const allowed = emulate(program, data(1, 1)).path.map(pc => program[pc]!);
  assert.not(allowed.some(({ code, k }) => code === 0x20 && k >= 56));
  assert.is(slots.length % 2, 0);
  for (let i = 0; i < slots.length; i += 2) {
    const [lo, hi] = [slots[i]!, slots[i + 1]!];
    assert.equal([lo.half, hi.half], ["lo", "hi"]);
    const codes = program.slice(lo.pc - 1, lo.pc + 6).map(({ code, k }) => [code, k]);
    assert.equal(codes, [
      [0x20, 56],
      [0xa4, 0],
      [0x07, 0],
      [0x20, 60],
      [0xa4, 0],
      [0x4c, 0],
      [0x15, 0],
    ]);
  }
});

test("each instruction names the rules it serves", () => {
  const { program, origins } = ok(generate(ticketed));
  assert.is(origins.length, program.length);
  const starts = origins.map(list => list.map(({ span }) => span.start));
  const of = (code: number, k: number): number[][] =>
    starts.filter((_, pc) => program[pc]!.code === code && program[pc]!.k === k);
  assert.equal(of(0x20, 4), [[]]);
  assert.equal(of(0x20, 16), [[1]]);
  assert.equal(of(0x06, 0x00050001), [[2]]);
  assert.equal(of(0x06, 0x7fff0000), [[0, 1]]);
});

test("a call in two ABIs with the same rules shares its code", () => {
  const one = modelOf([rule(5, { kind: "or", of: [3, 9, 27, 81, 243].map(value => equal(0, value)) })]);
  const both = { ...one, abis: [one.abis[0]!, { ...one.abis[0]!, arch: "i386" as const }] };
  // The other ABI's own arch check and dispatch, and no second copy of the condition.
  assert.ok(ok(generate(both)).program.length <= ok(generate(one)).program.length + 8);
});

test("a policy of Docker's size and 2,400 rules fit", () => {
  assert.ok(ok(generate(docker)).program.length < 400);
  assert.ok(ok(generate(many)).program.length <= 4096);
});

test.run();
