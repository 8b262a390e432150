// What mutants there are, and what becomes of each: by hand, and against mutated policies proved as a whole.

import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { AbiModel, Fallback, Model } from "../../../src/compiler/policy/model.ts";
import { equal } from "../../../src/compiler/prove/difference.ts";
import { compose } from "../../../src/compiler/prove/prove.ts";
import type { Edit, Mutant } from "../../../src/compiler/testing/mutants.ts";
import { mutantsOf } from "../../../src/compiler/testing/mutants.ts";
import { mutate } from "../../../src/compiler/testing/mutation.ts";
import { meaningOf, proveClaim } from "../../../src/compiler/testing/prove-rows.ts";
import { reachOf } from "../../../src/compiler/testing/reach.ts";
import { createRandom, randomModel } from "../prove/random.ts";
import { compileText, FILE, randomClaim, testItems } from "./tested.ts";

/** The changes to the rules of a policy with `default kill`; fallbacks left out. */
function changesTo(items: string): readonly string[] {
  const { filters } = compileText(`policy t for x86_64 {\ndefault kill\n${items}\n}`);
  const mutants = mutantsOf(
    filters.map(({ model }) => model),
    FILE,
  );
  return mutants.filter(({ call }) => call !== undefined).map(({ call, change }) => `${call}: ${change}`);
}

const CHANGES: readonly { readonly items: string; readonly changes: readonly string[] }[] = [
  {
    items: "errno(EPERM) close",
    changes: ["close: the rule is left out", "close: `errno(EPERM)` becomes `allow`"],
  },
  {
    items: "allow read if fd == 2 and count <= 10",
    changes: [
      "read: the rule is left out",
      "read: `allow` becomes `kill`",
      "read: `fd == 2` is left out",
      "read: `fd == 2` becomes `fd != 2`",
      "read: `fd == 2` becomes `fd == 3`",
      "read: `count <= 10` is left out",
      "read: `count <= 10` becomes `count > 10`",
      "read: `count <= 10` becomes `count <= 9`",
      "read: `count <= 10` becomes `count <= 11`",
    ],
  },
  {
    items: "allow read if fd not in {1, 2}",
    changes: [
      "read: the rule is left out",
      "read: `allow` becomes `kill`",
      "read: `fd not in {1, 2}` is left out",
      "read: `fd == 1` becomes `fd != 1`",
      "read: `fd == 1` becomes `fd == 2`",
      "read: `fd == 2` becomes `fd != 2`",
      "read: `fd == 2` becomes `fd == 3`",
    ],
  },
  {
    items: "allow mprotect if prot lacks PROT_EXEC | PROT_WRITE",
    changes: [
      "mprotect: the rule is left out",
      "mprotect: `allow` becomes `kill`",
      "mprotect: `prot lacks 0x6` is left out",
      "mprotect: `prot lacks 0x6` becomes `prot has any 0x6`",
      "mprotect: `prot lacks 0x6` becomes `prot lacks 0x4`",
      "mprotect: `prot lacks 0x6` becomes `prot lacks 0x2`",
    ],
  },
  {
    items: "allow dup2 if oldfd < newfd",
    changes: [
      "dup2: the rule is left out",
      "dup2: `allow` becomes `kill`",
      "dup2: `oldfd < newfd` is left out",
      "dup2: `oldfd < newfd` becomes `oldfd >= newfd`",
      "dup2: `oldfd < newfd` becomes `newfd >= oldfd`",
    ],
  },
];

for (const { items, changes } of CHANGES)
  test(`the mutants of ${items}`, () => assert.equal(changesTo(items), changes));

interface Row {
  readonly rule: string;
  readonly items: string;
  readonly rows: string;
  readonly targets?: string;
  readonly survived: readonly string[];
  readonly equivalent?: number;
}

const FALLBACKS = "kill ptrace()  errno(ENOSYS) syscall(4000)()";
const HEAD = "default kill\nunknown errno(ENOSYS)\n";

const ROWS: readonly Row[] = [
  {
    rule: "rows on both sides of a bound kill every mutant of it",
    items: `${HEAD}allow read if count <= 10`,
    rows: `allow read(count: 10)  kill read(count: 11)  ${FALLBACKS}`,
    survived: [],
  },
  {
    rule: "a bound that is never met may be one off",
    items: `${HEAD}allow read if count <= 10`,
    rows: `allow read(count: 5)  kill read(count: 100)  ${FALLBACKS}`,
    survived: ["`count <= 10` becomes `count <= 9`", "`count <= 10` becomes `count <= 11`"],
  },
  {
    rule: "nobody asked whether the rule holds for others",
    items: `${HEAD}allow read if fd == 0 and count == 1`,
    rows: `allow read(0, count: 1)  kill read(1)  ${FALLBACKS}`,
    survived: ["`count == 1` is left out"],
  },
  {
    rule: "a rule without a row survives everything",
    items: `${HEAD}allow close`,
    rows: FALLBACKS,
    survived: ["the rule is left out", "`allow` becomes `kill`"],
  },
  {
    rule: "a mutant that decides every call alike is none",
    items: `${HEAD}allow read\nallow read if fd == 0`,
    rows: `allow read()  ${FALLBACKS}`,
    survived: [],
    // All five of the second rule: whatever becomes of it, the first decides.
    equivalent: 5,
  },
  {
    rule: "fallbacks that no row asks for",
    items: `${HEAD}foreign errno(EPERM)\nallow read`,
    rows: "allow read()",
    survived: ["`kill` becomes `allow`", "`errno(ENOSYS)` becomes `allow`", "`errno(EPERM)` becomes `allow`"],
  },
  {
    rule: "one target is enough to kill",
    items: `${HEAD}allow read`,
    targets: "x86_64, aarch64",
    rows: `allow aarch64 read()  ${FALLBACKS}`,
    survived: [],
  },
];

for (const { rule, items, rows, targets, survived, equivalent = 0 } of ROWS) {
  test(rule, () => {
    const { mutation } = testItems(items, rows, { mutation: true }, targets);
    assert.equal(
      mutation!.survived.map(({ change }) => change),
      survived,
    );
    assert.is(mutation!.equivalent, equivalent);
    assert.is(mutation!.notDecided + mutation!.notTried, 0);
  });
}

test("mutants are not tried while a row fails", () => {
  assert.is(testItems("default kill", "allow read()", { mutation: true }).mutation, undefined);
});

test("the budget stops in the order of the text, and says how much is left", () => {
  const items = `${HEAD}allow read if count <= 10\nallow close`;
  const all = testItems(items, FALLBACKS, { mutation: true }).mutation!;
  const some = testItems(items, FALLBACKS, { mutation: true, mutationBudget: 6 }).mutation!;
  assert.is(some.notTried, all.killed + all.survived.length - 6);
  assert.equal(some.survived, all.survived.slice(0, some.survived.length));
});

/** The model with a mutant's edits, rebuilt as a whole. */
function edited(model: Model, edits: readonly Edit[]): Model {
  const changes = (kind: Edit["kind"], abi?: AbiModel): boolean =>
    edits.some(edit => edit.kind === kind && edit.abi === abi);
  const verdict = (fallback: Fallback, isChanged: boolean): Fallback =>
    isChanged ? { action: opposite(fallback.action.kind) } : fallback;
  const replaced = new Map(edits.flatMap(edit => (edit.kind === "rules" ? [...edit.replaced] : [])));
  return {
    ...model,
    foreign: verdict(model.foreign, changes("foreign")),
    abis: model.abis.map(abi => ({
      ...abi,
      rules: abi.rules.flatMap(rule => (replaced.has(rule) ? (replaced.get(rule) ?? []) : rule)),
      default: verdict(abi.default, changes("default", abi)),
      unknown: verdict(abi.unknown, changes("unknown", abi)),
    })),
  };
}

function opposite(kind: string) {
  const denies = ["kill", "kill-thread", "trap", "errno"].includes(kind);
  return { kind: denies ? "allow" : "kill" } as const;
}

/** Rules get places, some of them one together: a statement may have several rules for a number, behind two `use` of its group. */
function placed(model: Model): Model {
  let at = 0;
  const origin = () => ({ span: { source: FILE, start: at++, end: at }, uses: [] });
  const shared = origin();
  return {
    ...model,
    tickets: [],
    foreign: { ...model.foreign, origin: origin() },
    abis: model.abis.map(abi => ({
      ...abi,
      rules: abi.rules.map((rule, i) => ({ ...rule, origin: i % 2 === 0 ? shared : origin() })),
      default: { ...abi.default, origin: origin() },
      unknown: { ...abi.unknown, origin: origin() },
    })),
  };
}

test("what becomes of a mutant is what becomes of the whole mutated policy", () => {
  const seen = { killed: 0, survived: 0, equivalent: 0 };
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), seed => {
      const random = createRandom(seed);
      const random_ = randomModel(random, 10);
      // One fallback of a kind: those of several ABIs are one statement in a policy.
      const model = placed({ ...random_, abis: random_.abis.slice(0, 1) });
      const meaning = meaningOf(model);
      const claims = Array.from({ length: 4 }, () => randomClaim(random, model)).filter(
        claim => proveClaim(meaning, claim).kind === "proved",
      );
      const survived = new Set<string>();
      const killed = new Set<string>();
      const key = ({ span, call, change }: Mutant): string => `${span.start} ${call} ${change}`;
      let equivalent = 0;
      for (const mutant of mutantsOf([model], FILE)) {
        const other = edited(model, mutant.edits);
        const composed = compose([{ model }, { model: other }]);
        if (!composed.ok) return;
        if (equal(composed.diagrams[0]!, composed.diagrams[1]!)) {
          equivalent++;
          continue;
        }
        const changed = meaningOf(other);
        const proofs = claims.map(claim => proveClaim(changed, claim).kind);
        if (proofs.includes("not-decided")) return;
        (proofs.includes("broken") ? killed : survived).add(key(mutant));
      }
      const told = mutate([model], claims, reachOf(model, claims), FILE);
      if (told.notDecided > 0) return;
      assert.equal(new Set(told.survived.map(key)), survived);
      assert.is(told.equivalent, equivalent);
      assert.is(told.killed, killed.size);
      seen.killed += told.killed;
      seen.survived += told.survived.length;
      seen.equivalent += told.equivalent;
    }),
    { numRuns: 60 },
  );
  assert.ok(Math.min(...Object.values(seen)) > 30, JSON.stringify(seen));
});

test.run();
