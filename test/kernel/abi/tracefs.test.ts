// Signatures against the trace event formats of the running kernel, which it derives from its own definitions: order, names and
// C types of the arguments of every call that has an event.

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { syscall } from "../../../src/compiler/abi/syscalls.ts";

const tracefs = "/sys/kernel/tracing";
const events = `${tracefs}/events/syscalls`;
const reason = unavailable();

// Names in the kernel's definitions that are not those of the numbers.
const DEFINED_AS: { readonly [event: string]: string } = {
  newfstat: "fstat",
  newlstat: "lstat",
  newstat: "stat",
  newuname: "uname",
  sendfile64: "sendfile",
  umount: "umount2",
};

if (reason !== undefined) {
  test.skip(`arguments are those of the trace events: skipped, ${reason}`, () => {});
} else {
  test("arguments are those of the trace events", () => {
    let compared = 0;
    for (const event of readdirSync(events)) {
      if (!event.startsWith("sys_enter_")) continue;
      const defined = event.slice("sys_enter_".length);
      const call = syscall("x86_64", DEFINED_AS[defined] ?? defined);
      if (call === undefined) continue; // entry points of other ABIs, and calls newer than the table
      const declared = fields(readFileSync(`${events}/${event}/format`, "utf8"));
      const ours = call.args.map(arg => `${plain(arg.type)} ${arg.name}`);
      assert.equal(ours, declared, call.name);
      compared++;
    }
    assert.ok(compared > 300, `only ${compared} calls compared`);
  });
}

test.run();

function unavailable(): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64") return "needs Linux on x86-64";
  if (!existsSync(events)) spawnSync("mount", ["-t", "tracefs", "tracefs", tracefs]);
  return existsSync(events) ? undefined : "needs tracefs (root) and CONFIG_FTRACE_SYSCALLS";
}

/** `type name` of each argument: the fields after the number, without the copies that newer kernels take of strings. */
function fields(format: string): string[] {
  const all = [...format.matchAll(/^\tfield:(.+?)(\w+);\toffset/gm)].map(([, type, name]) => ({
    type: type!,
    name: name!,
  }));
  const first = all.findIndex(({ name }) => name === "__syscall_nr") + 1;
  return all
    .slice(first)
    .filter(({ type }) => !type.startsWith("__data_loc"))
    .map(({ type, name }) => `${plain(type)} ${name}`);
}

/** A C type as the events print it, less __user and the const of the argument itself (const cap_user_data_t, void *const). */
function plain(type: string): string {
  return type
    .replace(/__user/g, "")
    .replace(/\s+/g, " ")
    .replace(/ ?\* ?/g, " *")
    .trim()
    .replace(/^const (?!.*\*)/, "")
    .replace(/\*const$/, "*");
}
