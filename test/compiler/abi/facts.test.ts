// The tables hang together: what one says of a call, an argument or a constant, the others know; and they are what the generator
// makes of the facts.

import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { generateAbi } from "../../../scripts/generate-abi.ts";
import { ARCHES, wordBits } from "../../../src/compiler/abi/arch.ts";
import { argumentConstants, argumentsWithConstants } from "../../../src/compiler/abi/argument-constants.ts";
import { constant, constantArches, constantNames } from "../../../src/compiler/abi/constants.ts";
import { NARROWED } from "../../../src/compiler/abi/narrowed.ts";
import { archesWith, syscall, syscallByNr, syscallNames } from "../../../src/compiler/abi/syscalls.ts";

const root = new URL("../../../", import.meta.url);
const calls = ARCHES.flatMap(arch => syscallNames().flatMap(name => ({ arch, call: syscall(arch, name) }))).flatMap(
  ({ arch, call }) => (call === undefined ? [] : [{ arch, call }]),
);

test("the tables are what the generator makes of the facts, byte for byte", () => {
  for (const [path, text] of generateAbi()) assert.is(readFileSync(new URL(path, root), "utf8"), text, path);
});

test("no fact is lost on the way: numbers, arguments and values are those of facts/", () => {
  const facts = (name: string) =>
    JSON.parse(readFileSync(new URL(`src/compiler/abi/facts/${name}.json`, root), "utf8"));
  const { syscalls } = facts("syscalls");
  assert.equal(syscallNames(), Object.keys(syscalls).sort());
  for (const arch of ARCHES) {
    for (const name of syscallNames()) {
      const fact = syscalls[name];
      const call = syscall(arch, name);
      assert.is(call?.nr, fact.nr[arch], `${arch} ${name}`);
      if (call === undefined) continue;
      const args = (fact.args_by_arch?.[arch] ?? fact.args).map(
        (arg: { name: string; type: string }) => `${arg.type} ${arg.name}`,
      );
      assert.equal(
        call.args.map(arg => `${arg.type} ${arg.name}`),
        args,
        `${arch} ${name}`,
      );
      assert.is(call.unimplemented, fact.unimplemented?.includes(arch) ?? false, `${arch} ${name}`);
    }
  }
  const constants = facts("constants");
  assert.equal(constantNames(), Object.keys(constants).sort());
  for (const [name, fact] of Object.entries<{ value: number; archs?: string[]; by_arch?: Record<string, number> }>(
    constants,
  )) {
    for (const arch of ARCHES) {
      const value = fact.archs && !fact.archs.includes(arch) ? undefined : BigInt(fact.by_arch?.[arch] ?? fact.value);
      assert.is(constant(arch, name), value, `${arch} ${name}`);
    }
  }
});

test("a number names the call that has it", () => {
  for (const { arch, call } of calls) assert.is(syscallByNr(arch, call.nr), call);
});

test("within a call no two names mean different arguments, aliases included", () => {
  for (const { arch, call } of calls) {
    const names = call.args.flatMap(arg => [arg.name, ...arg.aliases]);
    assert.is(new Set(names).size, names.length, `${arch} ${call.name}: ${names.join(" ")}`);
  }
});

test("an alias is a name the language can write", () => {
  for (const { call } of calls) {
    for (const arg of call.args) {
      for (const name of [arg.name, ...arg.aliases]) assert.match(name, /^[a-z_][a-z0-9_]*$/, call.name);
    }
  }
});

test("no argument is wider than a register", () => {
  for (const { arch, call } of calls) {
    const register = arch === "x32" ? 64 : wordBits(arch);
    for (const arg of call.args) assert.ok(arg.bits <= register, `${arch} ${call.name}.${arg.name}`);
  }
});

test("argument constants belong to a call's argument and are constants", () => {
  const names = argumentsWithConstants();
  assert.ok(names.length > 250);
  for (const name of names) {
    const [call, arg] = name.split(".") as [string, string];
    const having = archesWith(call).filter(arch => syscall(arch, call)!.args.some(({ name }) => name === arg));
    assert.ok(having.length > 0, name);
    const { constants, modifiers } = argumentConstants(call, arg)!;
    for (const constant of [...constants, ...modifiers])
      assert.ok(constantArches(constant).length > 0, `${name}: ${constant}`);
  }
});

test("narrowed rows name arguments, and narrow them", () => {
  for (const { call, arg, bits } of NARROWED) {
    const arches = archesWith(call).filter(arch => syscall(arch, call)!.args.some(({ name }) => name === arg));
    assert.ok(arches.length > 0, `${call}.${arg}`);
    for (const arch of arches) {
      assert.is(syscall(arch, call)!.args.find(({ name }) => name === arg)!.bits, bits, `${arch} ${call}.${arg}`);
    }
  }
});

test.run();
