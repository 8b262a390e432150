// What another pin changes, against the programs of both: the listed calls get the listed verdicts, and no other call differs.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { TABLE_VERSION } from "../../../src/compiler/abi/syscalls.ts";
import { upgradeChanges } from "../../../src/compiler/check/upgrade.ts";
import { compile } from "../../../src/compiler/compile.ts";
import type { Model } from "../../../src/compiler/policy/model.ts";

function modelAfter(release: string, items = "allow mseal\nallow statmount if flags == 0"): Model {
  const text = `policy p for x86_64, i386 {\n  default kill\n  unknown errno(ENOSYS) after ${release}\n${items}\n}`;
  return compile({ name: "p.policy", text }).filters[0]!.model;
}

test("a call that came between the releases goes from unknown to default, one that a rule decides stays", () => {
  const changes = upgradeChanges(modelAfter("6.6"), "6.10");
  const calls = changes.map(({ call, before, after, hasRules }) => `${call} ${before} ${after} ${hasRules}`);
  assert.ok(calls.includes("statmount errno(ENOSYS) kill true"), calls.join("\n"));
  assert.ok(calls.includes("lsm_get_self_attr errno(ENOSYS) kill false"));
  assert.not.ok(calls.some(each => each.startsWith("mseal")));
});

test("the way back is the reverse", () => {
  const there = upgradeChanges(modelAfter("6.6"), "6.10").map(({ nr, before, after }) => [nr, before, after]);
  const back = upgradeChanges(modelAfter("6.10"), "6.6").map(({ nr, before, after }) => [nr, after, before]);
  assert.equal(there, back);
});

test("the same pin, and a policy whose two verdicts agree, change nothing", () => {
  assert.equal(upgradeChanges(modelAfter(TABLE_VERSION), TABLE_VERSION), []);
  const text = "policy p for x86_64 { default kill  unknown kill after 5.10  allow read }";
  assert.equal(upgradeChanges(compile({ name: "p.policy", text }).filters[0]!.model, "6.10"), []);
});

test("known numbers that are listed are the ones whose verdict moves, by the models of both pins", () => {
  const [old, now] = [modelAfter("5.10"), modelAfter("6.10")];
  const moved = now.abis[0]!.known.filter(nr => !old.abis[0]!.known.includes(nr));
  const listed = upgradeChanges(old, "6.10").map(({ nr }) => nr);
  const ruled = now.abis[0]!.rules.filter(({ condition }) => condition.kind === "always").map(({ nr }) => nr);
  assert.equal(
    listed,
    moved.filter(nr => !ruled.includes(nr)),
  );
});

test.run();
