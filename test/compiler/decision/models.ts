// Random models and the calls that tell them apart: numbers and values are few, so that rules collide, and calls sit on the
// borders of what the model compares.

import fc from "fast-check";
import type { Arch } from "../../../src/compiler/abi/arch.ts";
import type { SeccompData } from "../../../src/compiler/bpf/instruction.ts";
import type { Argument, Condition } from "../../../src/compiler/policy/condition.ts";
import type { AbiModel, Action, Model, Origin } from "../../../src/compiler/policy/model.ts";

export const TICKET = 0x0123456789abcdefn;

export function origin(start: number): Origin {
  return { span: { source: "test.policy", start, end: start + 1 }, uses: [] };
}

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.constantFrom("allow", "allow", "log", "notify", "kill", "kill-thread").map(kind => ({ kind }) as Action),
  fc.constantFrom(1, 38, 4095).map(errno => ({ kind: "errno", errno }) as const),
  fc.constantFrom(0, 7, 0xffff).map(data => ({ kind: "trap", data }) as const),
  fc.constantFrom(0, 7, 0xffff).map(data => ({ kind: "trace", data }) as const),
);

const argument: fc.Arbitrary<Argument> = fc.record(
  { index: fc.constantFrom(0, 0, 1, 5), bits: fc.constantFrom(16, 32, 64), signed: fc.boolean() },
  { noNullPrototype: true },
);

const EDGES = [0n, 1n, 2n, 3n, 4n, 7n, 8n, 0x7fffn, 0x8000n, 0xffffn, 0x10000n, 0x7fffffffn, 0x80000000n, 0xffffffffn];
const edge: fc.Arbitrary<bigint> = fc
  .tuple(fc.constantFrom(...EDGES), fc.constantFrom(0n, 0n, 1n, 0x7fffffffn, 0x80000000n, 0xffffffffn))
  .map(([lo, hi]) => (hi << 32n) | lo);

const masked = fc.tuple(argument, fc.oneof(edge, fc.constant(2n ** 64n - 1n)), edge).map(([argument, some, value]) => {
  const mask = BigInt.asUintN(argument.bits, some);
  return { kind: "masked", argument, mask, value: value & mask } as const;
});

/** One argument in a set of values: what rules mostly are. */
const oneOf = fc
  .tuple(argument, fc.array(edge, { minLength: 2, maxLength: 12 }))
  .map(([argument, values]): Condition => {
    const mask = 2n ** BigInt(argument.bits) - 1n;
    return { kind: "or", of: values.map(value => ({ kind: "masked", argument, mask, value: value & mask })) };
  });

const atMost = fc.tuple(argument, fc.boolean(), edge, edge).map(([argument, whole, some, limit]): Condition => {
  const all = 2n ** BigInt(argument.bits) - 1n;
  const mask = whole ? all : some & all;
  const typed = argument.signed && mask === all ? BigInt.asIntN(argument.bits, limit) : limit & all;
  return { kind: "atMost", argument, mask, limit: typed };
});

const pairwise = fc
  .tuple(argument, fc.constantFrom(0, 1, 2), fc.constantFrom("same", "less"))
  .map(([left, index, kind]): Condition => ({ kind, left, right: { ...left, index } }));

const condition: fc.Arbitrary<Condition> = fc.letrec<{ any: Condition; deep: Condition }>(tie => ({
  any: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom<Condition>({ kind: "always" }, { kind: "always" }, { kind: "never" }),
    masked,
    oneOf,
    atMost,
    pairwise,
    tie("deep"),
  ),
  deep: fc.oneof(
    tie("any").map((of): Condition => ({ kind: "not", of })),
    fc
      .tuple(fc.constantFrom("and", "or"), fc.array(tie("any"), { maxLength: 4 }))
      .map(([kind, of]): Condition => ({ kind, of })),
  ),
})).any;

/**
 * Rules of one call on the four low bits of two words, with overlapping masks: what is known, what A holds and which tests can be
 * dropped differs from path to path, and all 256 inputs can be tried.
 */
export const denseModel: fc.Arbitrary<Model> = fc
  .array(fc.tuple(denseCondition(), fc.constantFrom(1, 2, 3, 4)), { minLength: 1, maxLength: 12 })
  .map(rules => ({
    policy: "dense",
    target: "x86_64",
    abis: [
      {
        arch: "x86_64",
        rules: rules.map(([condition, errno], i) => ({
          nr: 1,
          condition,
          action: { kind: "errno", errno } as const,
          origin: origin(i),
        })),
        known: [1],
        default: { action: { kind: "kill" } },
        unknown: { action: { kind: "kill" } },
      },
    ],
    foreign: { action: { kind: "kill" } },
    guards: [],
    tickets: [],
  }));

export const denseCalls: readonly SeccompData[] = Array.from({ length: 256 }, (_, i) => ({
  nr: 1,
  arch: 0xc000003e,
  instruction_pointer: 0n,
  args: [BigInt(i & 15), BigInt(i >> 4), 0n, 0n, 0n, 0n],
}));

function denseCondition(): fc.Arbitrary<Condition> {
  const argument = fc.constantFrom(0, 0, 0, 1).map(index => ({ index, bits: 32, signed: false }) as const);
  const mask = fc.constantFrom(0xffffffffn, 0xffffffffn, 15n, 14n, 12n, 7n, 6n, 3n, 5n, 9n, 1n, 8n);
  const value = fc.bigInt({ min: 0n, max: 15n });
  const one = fc
    .tuple(fc.boolean(), argument, mask, value)
    .map(
      ([order, argument, mask, value]): Condition =>
        order
          ? { kind: "atMost", argument, mask, limit: value & mask }
          : { kind: "masked", argument, mask, value: value & mask },
    );
  const many = fc.array(fc.tuple(fc.boolean(), one), { minLength: 1, maxLength: 3 });
  return fc.tuple(fc.constantFrom("and", "or"), many).map(([kind, parts]): Condition => {
    return { kind, of: parts.map(([negated, of]): Condition => (negated ? { kind: "not", of } : of)) };
  });
}

const NUMBERS = [0, 1, 2, 3, 5, 59, 335, 511, 512, 520, 547, 548, 600, 0x3fffffff];

function numbersFor(arch: Arch): readonly number[] {
  return arch === "x32" ? NUMBERS.map(nr => (nr | 0x40000000) >>> 0) : NUMBERS;
}

function abi(arch: Arch): fc.Arbitrary<AbiModel> {
  const nr = fc.constantFrom(...numbersFor(arch));
  return fc
    .record({
      rules: fc.array(fc.record({ nr, condition, action }), { maxLength: 14 }),
      known: fc.uniqueArray(nr, { maxLength: 10 }),
      fallback: action,
      unknown: action,
    })
    .map(({ rules, known, fallback, unknown }) => ({
      arch,
      rules: rules.map((rule, i) => ({ ...rule, origin: origin(i) })),
      known: known.sort((a, b) => a - b),
      default: { action: fallback, origin: origin(1000) },
      unknown: { action: unknown },
    }));
}

const ABIS: readonly (readonly Arch[])[] = [
  ["x86_64"],
  ["x86_64", "i386"],
  ["x86_64", "x32"],
  ["x86_64", "x32", "i386"],
  ["aarch64", "arm"],
  ["i386"],
  ["x32"],
  ["riscv64"],
];

export const model: fc.Arbitrary<Model> = fc.constantFrom(...ABIS).chain(arches =>
  fc
    .record({
      abis: fc.tuple(...arches.map(abi)),
      foreign: action,
      guards: fc.array(
        fc.record({ arch: fc.constantFrom(...arches), nr: fc.constantFrom(...numbersFor(arches[0]!)), condition }),
        { maxLength: 2 },
      ),
      tickets: fc.array(
        fc.record({ nr: fc.constantFrom(...numbersFor(arches[0]!)), action, name: fc.constant("call") }),
        {
          maxLength: 3,
        },
      ),
    })
    .map(({ abis, foreign, guards, tickets }) => ({
      policy: "random",
      target: arches[0]!,
      abis,
      foreign: { action: foreign },
      guards,
      tickets,
    })),
);

const interesting: fc.Arbitrary<bigint> = fc.oneof(
  fc.tuple(edge, fc.constantFrom(-1n, 0n, 0n, 0n, 1n)).map(([value, off]) => BigInt.asUintN(64, value + off)),
  fc.nat({ max: 63 }).map(bit => 1n << BigInt(bit)),
  fc.constant(TICKET),
);

const AUDITS = [0xc000003e, 0xc000003e, 0x40000003, 0xc00000b7, 0x40000028, 0xc00000f3, 0];

/** Calls of every kind; half of the argument words are equal to others, so that pairs meet. */
export const call: fc.Arbitrary<SeccompData> = fc
  .record({
    nr: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...NUMBERS) },
      { weight: 2, arbitrary: fc.constantFrom(...NUMBERS.map(nr => (nr | 0x40000000) >>> 0)) },
      {
        weight: 2,
        arbitrary: fc.constantFrom(0xffffffff, 0xfffffffe, 0x80000000, 0x40000200, 4, 546, 513, 0x7fffffff),
      },
    ),
    audit: fc.nat({ max: 20 }),
    args: fc.tuple(interesting, interesting, interesting, interesting, interesting, interesting),
    ticketed: fc.nat({ max: 3 }),
    copy: fc.boolean(),
  })
  .map(({ nr, audit, args, ticketed, copy }) => {
    const [a, b, c, d, e, f] = args;
    return {
      nr,
      arch: AUDITS[audit] ?? 0,
      instruction_pointer: 0x7fff12345678n,
      args: [
        a,
        copy ? a : b,
        copy ? (a & 0xffffffffn) | ((b << 32n) % 2n ** 64n) : c,
        d,
        e,
        ticketed === 0 ? TICKET : f,
      ],
    };
  });
