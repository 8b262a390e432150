// What random texts mean, judged by a second reader of them: rules are made together with a predicate over the registers,
// written in plain 64-bit arithmetic from the kernel's signatures. The resolver, which the model, the emulator, the prover and
// a running kernel all share, has no part in it; nor have the tables: widths, signs and numbers are stated here.

import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { decide } from "../../../src/compiler/policy/decide.ts";
import { data, modelOf } from "./resolved.ts";

type Registers = readonly bigint[];
interface Said {
  readonly text: string;
  readonly holds: (registers: Registers) => boolean;
}

interface Argument {
  readonly name: string;
  readonly index: number;
  readonly bits: number;
  readonly signed: boolean;
}

/** SYSCALL_DEFINEs of x86_64: what fs/, mm/, net/ and ipc/ read of each register. */
const CALLS: readonly { readonly name: string; readonly nr: number; readonly args: readonly Argument[] }[] = [
  {
    name: "read",
    nr: 0,
    args: [
      { name: "fd", index: 0, bits: 32, signed: false },
      { name: "count", index: 2, bits: 64, signed: false },
      { name: "raw[1]", index: 1, bits: 64, signed: false },
    ],
  },
  {
    name: "kill",
    nr: 62,
    args: [
      { name: "pid", index: 0, bits: 32, signed: true },
      { name: "sig", index: 1, bits: 32, signed: true },
    ],
  },
  {
    name: "fchmodat",
    nr: 268,
    args: [
      { name: "dirfd", index: 0, bits: 32, signed: true },
      { name: "mode", index: 2, bits: 16, signed: false },
    ],
  },
  { name: "lseek", nr: 8, args: [{ name: "offset", index: 1, bits: 64, signed: true }] },
  { name: "munmap", nr: 11, args: [{ name: "len", index: 1, bits: 64, signed: false }] },
];

const low = (register: bigint, bits: number) => ((register % 2n ** 64n) + 2n ** 64n) % 2n ** BigInt(bits);

/** The value of a register as C reads it, by division and not by the model's helpers. */
function typedValue({ index, bits, signed }: Argument, registers: Registers): bigint {
  const value = low(registers[index]!, bits);
  return signed && value >= 2n ** BigInt(bits - 1) ? value - 2n ** BigInt(bits) : value;
}

function interesting(bits: number, signed: boolean): fc.Arbitrary<bigint> {
  const half = 2n ** BigInt(bits - 1);
  const [from, to] = signed ? [-half, half - 1n] : [0n, 2n * half - 1n];
  return fc.oneof(
    fc.bigInt(from < -4n ? -4n : from, 12n),
    fc.constantFrom(from, from + 1n, to - 1n, to, half - 1n),
    fc.bigInt(from, to),
  );
}

const written = (value: bigint): fc.Arbitrary<string> =>
  value < 0n
    ? fc.constant(`${value}`)
    : fc.constantFrom(`${value}`, `0x${value.toString(16)}`, `0b${value.toString(2)}`);

function comparison(argument: Argument): fc.Arbitrary<Said> {
  const { name, bits, signed } = argument;
  const half = 2n ** BigInt(bits - 1);
  const [least, most] = signed ? [-half, half - 1n] : [0n, 2n * half - 1n];
  const value = interesting(bits, signed).chain(n => written(n).map(text => ({ n, text })));
  const mask = fc.bigInt(1n, 2n * half - 1n);
  const bitsOf = (registers: Registers) => low(registers[argument.index]!, bits);
  return fc.oneof(
    fc.tuple(fc.constantFrom("==", "!="), value, fc.boolean()).map(
      ([op, { n, text }, turned]): Said => ({
        text: turned ? `${text} ${op} ${name}` : `${name} ${op} ${text}`,
        holds: r => (typedValue(argument, r) === n) === (op === "=="),
      }),
    ),
    // What is always or never true is a finding of its own: the ends are left out.
    fc
      .tuple(fc.constantFrom("<", "<=", ">", ">="), value, fc.boolean())
      .filter(([, { n }]) => n > least && n < most)
      .map(
        ([op, { n, text }, turned]): Said => ({
          text: turned ? `${text} ${op} ${name}` : `${name} ${op} ${text}`,
          holds: r => {
            const v = typedValue(argument, r);
            const [a, b] = turned ? [n, v] : [v, n];
            return op === "<" ? a < b : op === "<=" ? a <= b : op === ">" ? a > b : a >= b;
          },
        }),
      ),
    fc.tuple(fc.constantFrom("in", "not in"), fc.array(value, { minLength: 1, maxLength: 4 })).map(
      ([op, all]): Said => ({
        text: `${name} ${op} {${all.map(({ text }) => text).join(", ")}}`,
        holds: r => all.some(({ n }) => n === typedValue(argument, r)) === (op === "in"),
      }),
    ),
    fc.tuple(fc.constantFrom("in", "not in"), value, value).map(([op, a, b]): Said => {
      const [from, to] = a.n <= b.n ? [a, b] : [b, a];
      return {
        text: `${name} ${op} ${from.text}..${to.text}`,
        holds: r => (typedValue(argument, r) >= from.n && typedValue(argument, r) <= to.n) === (op === "in"),
      };
    }),
    fc.tuple(fc.constantFrom("has", "has any", "lacks", "only"), mask).map(
      ([op, m]): Said => ({
        text: `${name} ${op} 0x${m.toString(16)}`,
        holds: r => {
          const v = bitsOf(r);
          return op === "has"
            ? (v & m) === m
            : op === "has any"
              ? (v & m) > 0n
              : op === "lacks"
                ? (v & m) === 0n
                : (v | m) === m;
        },
      }),
    ),
    fc.tuple(mask, fc.bigInt(0n, 2n * half - 1n), fc.constantFrom("==", "!=", "in")).map(
      ([m, any, op]): Said => ({
        text: op === "in" ? `${name} & ${m} in {${any & m}}` : `${name} & ${m} ${op} ${any & m}`,
        holds: r => ((bitsOf(r) & m) === (any & m)) === (op !== "!="),
      }),
    ),
  );
}

function condition(args: readonly Argument[]): fc.Arbitrary<Said> {
  const { tree } = fc.letrec<{ tree: Said }>(tie => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(...args).chain(comparison),
      fc.tuple(fc.constantFrom("and", "or"), tie("tree"), tie("tree")).map(
        ([op, a, b]): Said => ({
          text: `(${a.text} ${op} ${b.text})`,
          holds: r => (op === "and" ? a.holds(r) && b.holds(r) : a.holds(r) || b.holds(r)),
        }),
      ),
      // `and` binds tighter than `or`, `not` looser than a comparison.
      fc.tuple(tie("tree"), tie("tree"), fc.constantFrom(...args).chain(comparison)).map(
        ([a, b, c]): Said => ({
          text: `(${a.text} or not ${c.text} and ${b.text})`,
          holds: r => a.holds(r) || (!c.holds(r) && b.holds(r)),
        }),
      ),
      tie("tree").map((a): Said => ({ text: `not (${a.text})`, holds: r => !a.holds(r) })),
    ),
  }));
  return tree;
}

interface Rule {
  readonly action: string;
  readonly otherwise: boolean;
  readonly said: Said;
  /** By which of the language's means the rule comes in. */
  readonly by: "text" | "group" | "parameter" | "constant";
}

function policyOf(call: string, rules: readonly Rule[]): { outer: string; items: string } {
  const parts = rules.map((rule, i) => partsOf(call, rule, i));
  return { outer: parts.map(([outer]) => outer).join("\n"), items: parts.map(([, item]) => item).join("\n") };
}

/** What stands outside the policy, and in it. */
function partsOf(call: string, { action, otherwise, said: { text }, by }: Rule, i: number): readonly [string, string] {
  const rule = (guard: string) => `${otherwise ? "otherwise " : ""}${action} ${call} if ${guard}`;
  switch (by) {
    case "text":
      return ["", rule(text)];
    case "constant":
      return [`const TEST_${i} = ${text}`, rule(`TEST_${i}`)];
    case "group":
      return [`group g${i} { ${rule(text)} }`, `use g${i}`];
    case "parameter": {
      const inner = `group inner${i}($a) { ${rule("not $a")} }`;
      return [`${inner}\ngroup g${i}($a) { use inner${i}(not ($a)) }`, `use g${i}(${text})`];
    }
  }
}

test("a text means what its words say, for every width and sign and by every way of writing it", () => {
  const policy = fc.constantFrom(...CALLS).chain(call =>
    fc.record({
      call: fc.constant(call),
      rules: fc.array(
        fc.record({
          action: fc.constantFrom("allow", "errno(EPERM)", "log", "trap(7)"),
          otherwise: fc.boolean(),
          said: condition(call.args),
          by: fc.constantFrom("text" as const, "group" as const, "parameter" as const, "constant" as const),
        }),
        { minLength: 1, maxLength: 4 },
      ),
    }),
  );
  const register = fc.oneof(
    interesting(64, true),
    interesting(32, true),
    interesting(16, false),
    fc.tuple(interesting(32, false), fc.constantFrom(1n, 0xdeadbeefn, 0xffffffffn)).map(([l, h]) => (h << 32n) | l),
  );
  let judged = 0;
  fc.assert(
    fc.property(
      policy,
      fc.array(fc.tuple(register, register, register), { minLength: 12, maxLength: 12 }),
      ({ call, rules }, calls) => {
        const { outer, items } = policyOf(call.name, rules);
        let model: ReturnType<typeof modelOf>;
        try {
          model = modelOf(items, "x86_64", outer);
        } catch (error) {
          // Dead rules and tests that are never true are refused, and rightly.
          if (/^(impossible-condition|shadowed)/m.test((error as Error).message)) return;
          throw error;
        }
        const tried = [...rules.filter(rule => !rule.otherwise), ...rules.filter(rule => rule.otherwise)];
        for (const registers of calls) {
          const { action } = decide(model, data("x86_64", call.nr, ...registers));
          const want = tried.find(({ said }) => said.holds(registers))?.action ?? "kill";
          assert.is(action.kind, want.replace(/\(.*/, ""), `${outer}\n${items}\non ${registers.join(", ")}`);
          judged++;
        }
      },
    ),
    { numRuns: 400 },
  );
  assert.ok(judged > 2000, `only ${judged} calls were judged`);
});

test.run();
