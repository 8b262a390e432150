// What this machine has for sandboxing, what it lacks, and what each means here: the data of `policyc doctor`. It only asks:
// nothing is installed, no setting is changed, and what can only be seen by trying is tried by tiny programs of their own.

import { release } from "node:os";
import { kernelFeatures } from "./kernel-features.ts";
import { type Libc, libc as loadLibc } from "./libc.ts";
import { machineSettings } from "./machine-settings.ts";
import { showErrno } from "./setup-error.ts";

export interface Finding {
  /** A stable key for programs: `tsync`, `landlock`, ... */
  readonly key: string;
  readonly subject: string;
  /** missing: something is less than it could be; blocked: nothing can be enforced. */
  readonly state: "found" | "missing" | "blocked" | "unknown";
  /** The Linux release that brought it; left out for what is no feature of a kernel. */
  readonly since?: string;
  /** What was seen. */
  readonly seen: string;
  /** What it means on this machine: what it is for, or what still works without it. */
  readonly means: string;
}

const SECCOMP_GET_ACTION_AVAIL = 2;
/** With the release that brought each. */
const ACTIONS: readonly (readonly [name: string, ret: number, since: string])[] = [
  ["kill_process", 0x80000000, "4.14"],
  ["kill_thread", 0, "3.5"],
  ["trap", 0x00030000, "3.5"],
  ["errno", 0x00050000, "3.5"],
  ["user_notif", 0x7fc00000, "5.0"],
  ["trace", 0x7ff00000, "3.5"],
  ["log", 0x7ffc0000, "4.14"],
  ["allow", 0x7fff0000, "3.5"],
];

export function doctor(): Finding[] {
  const machine = kernel();
  let libc: Libc;
  try {
    libc = loadLibc();
  } catch (error) {
    const seen = (error as Error).message;
    const means = "policies compile here, none can be enforced";
    return [machine, { key: "koffi", subject: "koffi", state: "blocked", seen, means }];
  }
  return [
    machine,
    { key: "koffi", subject: "koffi", state: "found", seen: "loads", means: "the kernel can be called" },
    actions(libc),
    ...kernelFeatures(libc),
    landlock(libc),
    ...machineSettings(libc),
  ];
}

function kernel(): Finding {
  const seen = `${process.platform} ${release()} ${process.arch}`;
  const means = "6.12 and later have everything that policyc uses; what counts is what follows";
  return { key: "kernel", subject: "kernel", state: "found", seen, means };
}

function actions(libc: Libc): Finding {
  const word = new Uint8Array(4);
  const lacking = ACTIONS.filter(([, ret]) => {
    new DataView(word.buffer).setUint32(0, ret, true);
    return libc.seccomp(SECCOMP_GET_ACTION_AVAIL, 0, word) !== 0;
  }).map(([name, , since]) => `${name} (Linux ${since})`);
  const found = { key: "actions", subject: "seccomp actions", since: "4.14" };
  if (lacking.length === 0)
    return { ...found, state: "found", seen: "all eight", means: "every policy can be enforced" };
  if (lacking.length === ACTIONS.length) {
    const means = "the kernel cannot say which it has (before 4.14), or a filter around this process hides seccomp(2)";
    return { ...found, state: "unknown", seen: "no answer", means };
  }
  const means = "a kernel that launches work on has them all; in one before 4.14 `kill` ends one thread only";
  return { ...found, state: "missing", seen: `without ${lacking.join(", ")}`, means };
}

/** ABI 6 is the first with scopes. A launcher counts ABI 1, in which no rename to another folder can be allowed, as none. */
function landlock(libc: Libc): Finding {
  const found = { key: "landlock", subject: "Landlock" };
  const abi = libc.landlockAbi();
  if (abi >= 6) {
    const means = "sandboxes cannot read or signal processes outside";
    return { ...found, state: "found", since: "6.12", seen: `ABI ${abi}`, means };
  }
  if (abi >= 2) {
    const means = "sandboxes cannot read processes outside; signals may leave a sandbox that has no pid namespace";
    return { ...found, state: "missing", since: "6.12", seen: `ABI ${abi}`, means };
  }
  const seen = abi < 0 ? `${showErrno(-abi)}: not built, off at boot, or hidden` : `ABI ${abi}`;
  const means = "what keeps sandboxes of one user apart is that launchers are not dumpable, and pid namespaces";
  return { ...found, state: "missing", since: "5.19", seen, means };
}
