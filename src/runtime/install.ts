// Puts a filter on every thread of this process: no_new_privs, seccomp(2) with TSYNC, then the canary. Three synchronous calls
// on one thread with everything they need made beforehand, because after the second one a call that the policy denies, even
// one of V8's own, ends the process. It fails closed: it never tries again with fewer flags.

import { encode, type Filter } from "../compiler/index.ts";
import type { Libc } from "./libc.ts";

/** What came of it, kept apart: the kernel's refusal, one thread that could not follow, and a success that is none. */
export type Installed =
  | { readonly kind: "installed" }
  /** Nothing is installed; step says which call gave errno. PR_GET_NO_NEW_PRIVS stands for a bit that did not stick. */
  | {
      readonly kind: "refused";
      readonly step: "PR_SET_NO_NEW_PRIVS" | "PR_GET_NO_NEW_PRIVS" | "seccomp";
      readonly errno: number;
    }
  /** seccomp(2) answers with the tid of a thread whose own filters diverge; nothing is installed on any thread. */
  | { readonly kind: "diverged"; readonly tid: number }
  /** seccomp(2) reported success, but our filter does not answer: a filter further out answered in the kernel's place. */
  | { readonly kind: "faked"; readonly result: number };

export type TsyncProbe =
  | { readonly kind: "known" }
  /** Kernel 3.17 brought both seccomp(2) and the flag; these can only be older, patched, or hidden by an outer filter. */
  | { readonly kind: "unknown-flag" | "no-seccomp" }
  | { readonly kind: "unsupported"; readonly result: number };

const PR_SET_NO_NEW_PRIVS = 38;
const PR_GET_NO_NEW_PRIVS = 39;
const SECCOMP_SET_MODE_FILTER = 1;
const SECCOMP_FILTER_FLAG_TSYNC = 1;
const EFAULT = 14;
const EINVAL = 22;
const ENOSYS = 38;

/** The number and the private errno of the call that only our filter answers; no kernel assigns either. */
export const CANARY_NR = 4059;
export const CANARY_ERRNO = 4059;

/** Asks for TSYNC with a NULL filter: the kernel checks the flags first, then stumbles over the pointer. Changes nothing. */
export function probeTsync(libc: Libc): TsyncProbe {
  const result = libc.seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, null);
  if (result === -EFAULT) return { kind: "known" };
  if (result === -EINVAL) return { kind: "unknown-flag" };
  if (result === -ENOSYS) return { kind: "no-seccomp" };
  return { kind: "unsupported", result };
}

/** Installs a filter whose tickets hold the canary; its slots are filled with `ticket` for this once. */
export function installOnAllThreads(libc: Libc, filter: Filter, ticket: Uint8Array): Installed {
  const program = withTicket(filter, ticket);
  const fprog = sockFprog(libc, program, filter.program.length);
  // Each function once before it counts: what is bound, compiled or grown on first use is so now.
  libc.prctl(PR_GET_NO_NEW_PRIVS, 0);
  libc.seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, null);
  libc.ticketed(CANARY_NR, [0n, 0n, 0n], new Uint8Array(8));

  const privileges = libc.prctl(PR_SET_NO_NEW_PRIVS, 1);
  if (privileges !== 0) return { kind: "refused", step: "PR_SET_NO_NEW_PRIVS", errno: -privileges };
  // As root seccomp(2) would succeed without the bit, and a filter further out could have faked setting it.
  const bit = libc.prctl(PR_GET_NO_NEW_PRIVS, 0);
  if (bit !== 1) return { kind: "refused", step: "PR_GET_NO_NEW_PRIVS", errno: bit < 0 ? -bit : 0 };

  const result = libc.seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, fprog);
  const canary = result === 0 ? libc.ticketed(CANARY_NR, [0n, 0n, 0n], ticket) : 0;

  program.fill(0);
  ticket.fill(0);
  if (result < 0) return { kind: "refused", step: "seccomp", errno: -result };
  if (result > 0) return { kind: "diverged", tid: result };
  return canary === -CANARY_ERRNO ? { kind: "installed" } : { kind: "faked", result: canary };
}

function withTicket({ program, slots }: Filter, ticket: Uint8Array): Uint8Array {
  const bytes = encode(program);
  for (const { pc, half } of slots) bytes.set(half === "lo" ? ticket.subarray(0, 4) : ticket.subarray(4), pc * 8 + 4);
  return bytes;
}

/** struct sock_fprog: u16 len, padding, pointer. */
function sockFprog(libc: Libc, program: Uint8Array, length: number): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, length, true);
  view.setBigUint64(8, libc.address(program), true);
  return bytes;
}
