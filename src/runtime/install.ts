// Puts a filter on every thread of this process: no_new_privs, seccomp(2) with TSYNC, then the canary, and with a listener its
// hand-over. Synchronous calls on one thread with everything they need made beforehand, because after the second one a call
// that the policy denies, even one of V8's own, ends the process. It fails closed: it never tries again with fewer flags.

import { CANARY_ERRNO, CANARY_NR, type TicketedCall } from "../compiler/index.ts";
import type { InstallableProgram } from "./comms-protocol.ts";
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
  /** A thread's own filters diverge, and nothing is installed on any. With a listener the kernel does not say which (ESRCH). */
  | { readonly kind: "diverged"; readonly tid: number | undefined }
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
export const SECCOMP_FILTER_FLAG_TSYNC = 1;
const SECCOMP_FILTER_FLAG_NEW_LISTENER = 8;
const SECCOMP_FILTER_FLAG_TSYNC_ESRCH = 16;
const SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV = 32;
const ESRCH = 3;
const EFAULT = 14;
const EINVAL = 22;
const ENOSYS = 38;

/** The call that only our filter answers, by its private errno. */
export const CANARY = { nr: CANARY_NR, errno: CANARY_ERRNO } as const;
export const CANARY_CALL: TicketedCall = {
  nr: CANARY.nr,
  name: "canary",
  action: { kind: "errno", errno: CANARY.errno },
};
/** No call at all: every program of ours lets it pass, and the kernel answers ENOSYS. */
const NO_CALL = -1;

/** Asks for TSYNC with a NULL filter: the kernel checks the flags first, then stumbles over the pointer. Changes nothing. */
export function probeTsync(libc: Libc): TsyncProbe {
  const result = probe(libc, SECCOMP_FILTER_FLAG_TSYNC);
  if (result === -EFAULT) return { kind: "known" };
  if (result === -EINVAL) return { kind: "unknown-flag" };
  if (result === -ENOSYS) return { kind: "no-seccomp" };
  return { kind: "unsupported", result };
}

/**
 * The flags that give all threads one filter with a listener, undefined where the kernel lacks them: before 5.7 TSYNC and
 * NEW_LISTENER exclude each other, since both answer by a number.
 */
export function listenerFlags(libc: Libc): number | undefined {
  const flags = SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_TSYNC_ESRCH;
  const killable = flags | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV; // 5.19
  return [killable, flags].find(each => probe(libc, each) === -EFAULT);
}

function probe(libc: Libc, flags: number): number {
  return libc.seccomp(SECCOMP_SET_MODE_FILTER, flags, null);
}

export type Ticketed = (nr: number, args: readonly [bigint, bigint, bigint]) => number;

/** What is done when the filter is in, before anything else runs on this thread. It calls the kernel by `call` only. */
export interface HandOver {
  readonly flags: number;
  /** `listener` counts where the flags ask for one. */
  readonly run: (listener: number, call: Ticketed) => void;
}

/** `ticket` fills the program's slots for this once, and is zeroed: what handOver.run() calls is the last that can use it. */
export function installOnAllThreads(
  libc: Libc,
  filter: Omit<InstallableProgram, "auditArch" | "listens">,
  ticket: Uint8Array,
  handOver?: HandOver,
): Installed {
  const program = withTicket(filter, ticket);
  const fprog = sockFprog(libc, program);
  const flags = handOver?.flags ?? SECCOMP_FILTER_FLAG_TSYNC;
  const none = [0n, 0n, 0n] as const;
  const call: Ticketed = (nr, args) => libc.ticketed(nr, args, ticket);
  // Each function once before it counts: what is bound, compiled or grown on first use is so now.
  libc.prctl(PR_GET_NO_NEW_PRIVS, 0);
  probe(libc, flags);
  libc.ticketed(filter.canary.nr, none, new Uint8Array(8));

  const privileges = libc.prctl(PR_SET_NO_NEW_PRIVS, 1);
  if (privileges !== 0) return { kind: "refused", step: "PR_SET_NO_NEW_PRIVS", errno: -privileges };
  // As root seccomp(2) would succeed without the bit, and a filter further out could have faked setting it.
  const bit = libc.prctl(PR_GET_NO_NEW_PRIVS, 0);
  if (bit !== 1) return { kind: "refused", step: "PR_GET_NO_NEW_PRIVS", errno: bit < 0 ? -bit : 0 };

  const result = libc.seccomp(SECCOMP_SET_MODE_FILTER, flags, fprog);
  const listens = (flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) !== 0;
  const succeeded = listens ? result >= 0 : result === 0;
  const canary = succeeded ? call(filter.canary.nr, none) : 0;
  const answered = canary === -filter.canary.errno;
  if (answered) handOver?.run(result, call);

  program.fill(0);
  ticket.fill(0);
  libc.ticketed(NO_CALL, none, ticket); // over what the last call left on koffi's stack
  if (listens && result === -ESRCH) return { kind: "diverged", tid: undefined };
  if (result < 0) return { kind: "refused", step: "seccomp", errno: -result };
  if (!succeeded) return { kind: "diverged", tid: result };
  return answered ? { kind: "installed" } : { kind: "faked", result: canary };
}

function withTicket({ records, slots }: Pick<InstallableProgram, "records" | "slots">, ticket: Uint8Array): Uint8Array {
  const bytes = records.slice();
  for (const { pc, half } of slots) bytes.set(half === "lo" ? ticket.subarray(0, 4) : ticket.subarray(4), pc * 8 + 4);
  return bytes;
}

/** struct sock_fprog: u16 len, padding, pointer. */
function sockFprog(libc: Libc, program: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, program.length / 8, true);
  view.setBigUint64(8, libc.address(program), true);
  return bytes;
}
