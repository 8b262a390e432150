// What a system call is for, in a word or two: to sort long lists of calls for readers. In: a call's name; out: its purpose. Taken
// from the groups of the standard library, the first that names the call; nothing is decided by it.

import { STANDARD_LIBRARY } from "../policy/std.gen.ts";
import type { Item } from "../syntax/ast.ts";
import { parseFile } from "../syntax/parse.ts";

/** Tried from top to bottom: the narrow ones first. Without groups, all of the module's. */
const PURPOSES: readonly (readonly [purpose: string, module: string, groups?: readonly string[]])[] = [
  ["open descriptors", "std/systemd", ["basic_io", "sync"]],
  ["clocks and timers", "std/systemd", ["clock", "timer"]],
  ["signals", "std/systemd", ["signal"]],
  ["user and group ids", "std/systemd", ["setuid"]],
  ["processes", "std/systemd", ["process"]],
  ["network", "std/systemd", ["network_io"]],
  ["memory", "std/systemd", ["memlock", "pkey"]],
  ["memory", "std/memory"],
  ["threads and futexes", "std/threads"],
  ["kernel and devices", "std/systemd", ["module", "raw_io", "reboot", "swap", "cpu_emulation"]],
  ["mounts", "std/systemd", ["mount"]],
  ["tracing and profiling", "std/systemd", ["debug"]],
  ["waiting for events", "std/systemd", ["io_event", "aio"]],
  ["clocks and timers", "std/time"],
  ["queues and shared memory", "std/systemd", ["ipc"]],
  ["keys", "std/systemd", ["keyring"]],
  ["priorities and limits", "std/systemd", ["resources"]],
  ["files and folders", "std/systemd", ["file_system", "chown"]],
  ["sandboxing", "std/systemd", ["sandbox"]],
  ["obsolete calls", "std/systemd", ["obsolete"]],
  ["privileges", "std/systemd", ["privileged"]],
  ["about the process itself", "std/systemd", ["defaults"]],
  ["system services", "std/systemd", ["system_service"]],
];

const OTHER = "other calls";

export function purposeOf(call: string): string {
  purposes ??= loadPurposes();
  return purposes.get(call) ?? OTHER;
}

/** In the order in which readers are shown them. */
export function purposeRank(purpose: string): number {
  const rank = PURPOSES.findIndex(([name]) => name === purpose);
  return rank < 0 ? PURPOSES.length : rank;
}

let purposes: ReadonlyMap<string, string> | undefined;

function loadPurposes(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [purpose, module, groups] of PURPOSES) {
    const { file } = parseFile({ name: module, text: STANDARD_LIBRARY[module]! });
    for (const { name, items } of file.groups) {
      if (groups !== undefined && !groups.includes(name.text)) continue;
      for (const call of items.flatMap(namedIn)) if (!found.has(call)) found.set(call, purpose);
    }
  }
  return found;
}

function namedIn(item: Item): readonly string[] {
  if (item.kind !== "rule") return [];
  return item.targets.flatMap(({ call }) => (call.kind === "name" ? [call.name.text] : []));
}
