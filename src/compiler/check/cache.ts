// Tests that decide nothing and cost something: since Linux 5.11 a call whose verdict is `allow` whatever its arguments are
// never runs the filter (seccomp_cache_check_allow). A test that refuses only what the kernel refuses itself gives that up.
// Quiet on purpose: only descriptors that cannot exist, in calls that every program makes often.

import { syscall } from "../abi/syscalls.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { costsCache } from "../diagnostics/libraries.ts";
import { type Condition, not } from "../policy/condition.ts";
import { uncovered } from "../prove/overlap.ts";
import { type Abi, isOwn, isUnconditional, passes, passing } from "./verdicts.ts";

/** Not mmap, whose fd of -1 is a value. */
const CALLS = [
  "read",
  "write",
  "readv",
  "writev",
  "pread64",
  "pwrite64",
  "close",
  "fstat",
  "lseek",
  "epoll_wait",
  "recvfrom",
];

export function checkCache(abi: Abi, report: (diagnostic: Diagnostic) => void): void {
  for (const call of CALLS) {
    const rule = abi.calls.get(call)?.find(each => isOwn(each) && passes(each.action) && !isUnconditional(each));
    const index = syscall(abi.arch, call)?.args.findIndex(({ name }) => name === "fd") ?? -1;
    if (rule === undefined || index < 0) continue;
    // A descriptor is below INT_MAX (fs/file.c, sysctl_nr_open_max).
    const argument = { index, bits: 32, signed: false } as const;
    const noDescriptor: Condition = { kind: "masked", argument, mask: 0x80000000n, value: 0x80000000n };
    const refused = not(passing(abi, call));
    const isPointless = uncovered(refused, [noDescriptor]).kind === "covered";
    if (isPointless && uncovered(refused, []).kind === "open") report(costsCache(rule.origin.span, call, "fd"));
  }
}
