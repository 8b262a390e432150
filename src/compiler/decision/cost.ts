// What a program costs, for all who choose between equal programs: how often each call is made, which calls the kernel's cache
// answers before the filter runs, and what a place in the program is worth against an instruction executed. In: the model
// and the caller's choice; out: weights, of which only the ratios count.
//
// Without a profile all calls that a policy lets pass weigh alike: which of them a program makes most is not in its text, and
// programs differ in that more than they agree (of six measured ones futex is a tenth of all calls, and one call of ls). What is
// denied is an accident under every profile.

import { auditArch, X32_SYSCALL_BIT } from "../abi/arch.ts";
import { compareVersions, syscall } from "../abi/syscalls.ts";
import { isDenial } from "../bpf/action.ts";
import { SECCOMP_RET_ALLOW } from "../bpf/instruction.ts";
import type { AbiModel, Model } from "../policy/model.ts";
import type { Node } from "./dag.ts";
import type { Effort } from "./dispatch.ts";

export interface CostOptions {
  /** What to spare: instructions executed, or length. speed if left out. */
  readonly optimise?: "speed" | "size";
  /** The oldest kernel to be fast on, as `5.10`; the newest if left out. */
  readonly kernel?: string;
  /** How often each call is made, by name; names that an ABI has not are of no account there. */
  readonly profile?: { readonly [call: string]: number };
}

export interface Cost {
  /** Of the calls with a number from first to last of an ABI with this audit arch, which come to `node`. */
  readonly ofNumbers: (audit: number, first: number, last: number, node: Node) => number;
  /** The numbers that mean a call on such ABIs, ascending. */
  readonly known: (audit: number) => readonly number[];
  /** How often one of them is called, 1 on average, whatever becomes of it. */
  readonly frequency: (audit: number, nr: number) => number;
  /** The price is what one test more in the program costs, in executions by a call of weight 1. */
  readonly effort: Effort;
}

/** What an accident weighs against a call that is let pass: next to nothing, but not nothing, or it would cost any length. */
export const ACCIDENT = 1 / 1024;

/**
 * What a call that the cache answers weighs: only other kernels and the cache's own making run the filter for it. With 1/64
 * the 305 such calls of Docker's profile would still outweigh the three that are left.
 */
const CACHED = 2 ** -16;

/** The release whose kernel/seccomp.c first has seccomp_cache_check_allow(). */
const CACHE_SINCE = "5.11";

/** speed: of equally fast programs the shorter. size: of equally short programs the faster. */
export const PRICES = { speed: 1e-6, size: 1e6 } as const;

export function costOf(model: Model, options: CostOptions = {}): Cost {
  const { optimise = "speed", kernel, profile } = options;
  const hasCache = kernel === undefined || compareVersions(kernel, CACHE_SINCE) >= 0;
  const tables = new Map<number, Table>();
  for (const abi of model.abis) {
    const audit = auditArch(abi.arch);
    const calls = callsOf(abi, profile);
    tables.set(audit, tableOf([...(tables.get(audit)?.calls ?? []), ...calls]));
  }
  return {
    ofNumbers: (audit, first, last, node) => {
      const weight = tables.get(audit)?.sum(first, last) ?? 0;
      const isCached = hasCache && first < X32_SYSCALL_BIT;
      return weight * factor(node, isCached) + ACCIDENT;
    },
    known: audit => tables.get(audit)?.calls.map(({ nr }) => nr) ?? [],
    frequency: (audit, nr) => tables.get(audit)?.sum(nr, nr) ?? 0,
    effort: { price: PRICES[optimise], ...(profile === undefined && optimise === "speed" ? QUICK : THOROUGH) },
  };
}

/** Enough for the least cost, or nearly, where calls weigh alike. */
const QUICK = { small: 12, window: 12, heaviest: 2 };

/** The weights of a profile differ by orders of magnitude; who gives one, or asks for the shortest, has a moment for the best. */
export const THOROUGH = { small: 16, window: Number.POSITIVE_INFINITY, heaviest: 4 };

function factor(node: Node, isCached: boolean): number {
  if (node.kind === "branch") return 1;
  if (isDenial(node.ret)) return ACCIDENT;
  return isCached && node.ret === SECCOMP_RET_ALLOW ? CACHED : 1;
}

interface WeighedCall {
  readonly nr: number;
  readonly weight: number;
}

/** Every number that means a call, ascending; 1 is the average weight. */
function callsOf({ arch, known, rules }: AbiModel, profile: CostOptions["profile"]): readonly WeighedCall[] {
  const numbers = [...new Set([...known, ...rules.map(rule => rule.nr)])].sort((a, b) => a - b);
  if (profile === undefined) return numbers.map(nr => ({ nr, weight: 1 }));
  const counts = new Map<number, number>();
  // Sorted: what a sum rounds to shall not depend on the order of somebody's file.
  for (const name of Object.keys(profile).sort()) {
    const nr = syscall(arch, name)?.nr;
    if (nr !== undefined) counts.set(nr, (counts.get(nr) ?? 0) + profile[name]!);
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const unit = total === 0 ? 1 : total / numbers.length;
  return numbers.map(nr => ({ nr, weight: (counts.get(nr) ?? 0) / unit + ACCIDENT }));
}

interface Table {
  readonly calls: readonly WeighedCall[];
  readonly sum: (first: number, last: number) => number;
}

function tableOf(unordered: readonly WeighedCall[]): Table {
  const calls = unordered.toSorted((a, b) => a.nr - b.nr);
  const sums = [0];
  for (const { weight } of calls) sums.push(sums.at(-1)! + weight);
  /** How many numbers are below nr. */
  const below = (nr: number): number => {
    let [low, high] = [0, calls.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (calls[middle]!.nr < nr) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return { calls, sum: (first, last) => sums[below(last + 1)]! - sums[below(first)]! };
}
