// scripts/facts/systemd-groups.json -> policies/std/systemd.policy: systemd's call groups in our language. The facts are what
// `systemd-analyze syscall-filter` prints, nested groups resolved, less the names that no ABI of ours has. A group that lists
// whole other groups uses them; the rest is named, with `?` where an ABI lacks the call, so that no target gets a finding.

import { readFileSync } from "node:fs";
import { ARCHES } from "../src/compiler/abi/arch.ts";
import { syscall } from "../src/compiler/abi/syscalls.ts";
import { format } from "../src/compiler/format/format.ts";

interface Facts {
  /** Of systemd. */
  readonly version: string;
  /** Group -> the groups that it lists, by direct nesting. */
  readonly includes: { readonly [group: string]: string };
  /** Group -> every call of it. */
  readonly groups: { readonly [group: string]: string };
}

const WIDTH = 120;

/** In @default, but the kernel runs it before any filter: a rule on it would decide nothing. */
const NEVER_FILTERED = "uretprobe";

const HEAD = (
  version: string,
) => `// The call groups of systemd ${version}, for those who know SystemCallFilter=: \`@basic-io\` is \`basic_io\` here. They are lists of
// names without conditions, so each allows more than an intent needs: the other files of the standard library are tighter.
// Import this one by a name, since both have a \`chown\`: import "std/systemd" as systemd  use systemd.basic_io
//
// Made by scripts/generate-systemd.ts.
`;

/** What each grants. */
const DOCS: { readonly [group: string]: string } = {
  "@default":
    "@default, under another name because `default` is a word: what systemd allows to every service, such as exit, futex, memory and reading clocks. It includes execve, mmap and mprotect to executable.",
  "@aio": "Asynchronous input and output, io_uring included: operations of a ring are never seen by a filter.",
  "@basic-io": "Reads, writes and moves in descriptors that are open, duplicates and closes them. Opens none.",
  "@chown": "Changes who owns files.",
  "@clock": "Sets and adjusts the system's clocks. Reading them is in `defaults`.",
  "@cpu-emulation": "Virtual 8086 mode and descriptor tables of the CPU.",
  "@debug": "Looks into other processes and measures them: ptrace, perf, lookup of cookies. Not a way to be contained.",
  "@file-system": "Everything on files and folders: opens, makes, renames, removes, links, looks, changes attributes.",
  "@io-event": "Waits for events: poll, select, epoll, eventfd.",
  "@ipc":
    "Talks to other processes by pipes, System V and POSIX queues, semaphores, shared memory, and by their memory itself (process_vm_readv and process_vm_writev).",
  "@keyring": "The kernel's keys: adds them, asks for them, and reads those that the user may.",
  "@memlock": "Keeps memory from being swapped.",
  "@module": "Loads and unloads kernel modules.",
  "@mount": "Mounts, unmounts and changes the root of the file system.",
  "@network-io":
    "Sockets of every family: makes, connects, binds, sends and receives. On i386 through socketcall too, whose arguments no filter sees.",
  "@obsolete": "Calls that are unusual, unimplemented or gone.",
  "@pkey": "Protection keys for memory.",
  "@privileged": "What demands privileges: clocks, modules, raw devices, reboot, swap, owners, roots, quotas, bpf.",
  "@process": "Makes processes and threads, runs programs, sends signals, enters namespaces.",
  "@raw-io": "Ports and PCI configuration of devices.",
  "@reboot": "Reboots, and loads the kernel to boot next.",
  "@resources": "Sets limits, priorities, scheduling, CPU and memory affinity.",
  "@sandbox": "Narrows what the process itself may do: seccomp and Landlock.",
  "@setuid": "Changes users and groups of the process.",
  "@signal": "Handles, blocks and sends itself signals.",
  "@swap": "Swap devices on and off.",
  "@sync": "Waits until data is on the disk, of a file, a file system or all.",
  "@system-service":
    "What an ordinary system service needs, as systemd sees it: all of the groups below. A start to subtract from, not a tight policy.",
  "@timer": "Alarms, interval and POSIX timers, timers as descriptors.",
  "@known": "Every call that systemd of this version knows. It makes a filter that stops the unknown alone.",
};

/** Path from the root of the repository -> text. */
export function generateSystemd(): Map<string, string> {
  const facts: Facts = JSON.parse(readFileSync(new URL("facts/systemd-groups.json", import.meta.url), "utf8"));
  const groups = Object.keys(facts.groups).map(group => printGroup(group, facts));
  const path = "policies/std/systemd.policy";
  const { text, diagnostics } = format({ name: path, text: [HEAD(facts.version), ...groups].join("\n") });
  if (diagnostics.length > 0) throw new Error(`${path}: ${diagnostics[0]!.message}`);
  return new Map([[path, text]]);
}

/** `@basic-io` -> `basic_io`. */
export function systemdName(group: string): string {
  return group === "@default" ? "defaults" : group.slice(1).replaceAll("-", "_");
}

function printGroup(group: string, { includes, groups }: Facts): string {
  const used = words(includes[group] ?? "");
  const elsewhere = new Set(used.flatMap(each => words(groups[each]!)));
  const own = words(groups[group]!).filter(call => !elsewhere.has(call) && call !== NEVER_FILTERED);
  const doc = DOCS[group];
  if (doc === undefined) throw new Error(`${group} has no description`);
  return [
    ...commentOf(doc),
    `group ${systemdName(group)} {`,
    ...used.map(each => `  use ${systemdName(each)}`),
    ...(own.length === 0 ? [] : [`  allow { ${own.map(optional).join(", ")} }`]),
    "}\n",
  ].join("\n");
}

function optional(call: string): string {
  const everywhere = ARCHES.every(arch => syscall(arch, call) !== undefined);
  return everywhere ? call : `${call}?`;
}

function words(text: string): readonly string[] {
  return text.split(" ").filter(word => word !== "");
}

function commentOf(doc: string): string[] {
  const lines: string[] = [];
  for (const word of words(doc)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`// ${word}`);
  }
  return lines;
}
