// What filters cost, in instructions: every policy under each cost model, ours beside libseccomp's program for the same rules,
// the best of other compilers where there are figures, and the bound. Counted, not timed: the same on every machine.

import { isCached } from "../src/compiler/bpf/cache.ts";
import { emulate } from "../src/compiler/bpf/emulate.ts";
import type { SockFilter } from "../src/compiler/bpf/instruction.ts";
import { type Filter, specialise } from "../src/compiler/compile.ts";
import type { CostOptions } from "../src/compiler/decision/cost.ts";
import { type CallCost, type Stats, statsOf } from "../src/compiler/stats/stats.ts";
import type { Level, Libseccomp } from "./libseccomp.ts";
import { PEERS, type PeerFigures } from "./peer-figures.ts";
import { type Benched, HISTOGRAM } from "./policies.ts";

export interface Cell {
  readonly ours: number;
  /** Of all that are known, the least. */
  readonly peer: { readonly best: number; readonly by: string } | undefined;
  readonly bound: number | undefined;
}

/** A column under the cost model that it belongs to. */
export interface Column {
  readonly title: string;
  readonly options: CostOptions;
  readonly key: Exclude<keyof PeerFigures, "compilers"> | undefined;
  readonly measure: (costs: Costs) => number;
  readonly bound: (stats: Stats) => number | undefined;
}

/** Of one program, by our calls and weights. */
export interface Costs {
  readonly length: number;
  readonly calls: readonly (Pick<CallCost, "weight" | "cached"> & { readonly executed: number })[];
}

export const COLUMNS: readonly Column[] = [
  {
    title: "length",
    options: { optimise: "size" },
    key: "length",
    measure: costs => costs.length,
    bound: () => undefined,
  },
  {
    title: "executed, 5.10",
    options: { kernel: "5.10" },
    key: "mean",
    measure: ({ calls }) => mean(calls, () => 1),
    bound: ({ all }) => all?.bound.mean,
  },
  {
    title: "executed, 5.10, histogram",
    options: { kernel: "5.10", profile: HISTOGRAM },
    key: "weighted",
    measure: ({ calls }) => mean(calls, call => call.weight),
    bound: ({ all }) => all?.bound.weighted,
  },
  {
    title: "executed, not cached",
    options: {},
    key: undefined,
    measure: ({ calls }) => mean(late(calls), () => 1),
    bound: ({ uncached }) => uncached?.bound.mean ?? 0,
  },
  {
    title: "executed a call, histogram",
    options: { profile: HISTOGRAM },
    key: "uncached",
    measure: ({ calls }) => mean(late(calls), call => call.weight) * share(calls),
    bound: ({ uncached, calls }) => (uncached?.bound.weighted ?? 0) * share(calls),
  },
];

/** The column that the plot shows. */
const PLOTTED = 1;

function mean(calls: Costs["calls"], weightOf: (call: Costs["calls"][number]) => number): number {
  const total = calls.reduce((sum, call) => sum + weightOf(call), 0);
  return total === 0 ? 0 : calls.reduce((sum, call) => sum + weightOf(call) * call.executed, 0) / total;
}

function late<C extends Pick<CallCost, "cached">>(calls: readonly C[]): readonly C[] {
  return calls.filter(call => !call.cached);
}

/** Of all calls made, those that the cache does not answer. */
function share(calls: readonly Pick<CallCost, "weight" | "cached">[]): number {
  const sum = (of: readonly Pick<CallCost, "weight">[]) => of.reduce((total, { weight }) => total + weight, 0);
  return sum(late(calls)) / sum(calls);
}

export interface Row {
  readonly name: string;
  readonly cells: readonly Cell[];
  /** Executed over all calls that pass, where every call runs the filter, by compiler. */
  readonly compilers: { readonly [name: string]: number };
}

export function measureFilters(policies: readonly Benched[], libseccomp: Libseccomp | undefined): readonly Row[] {
  return policies.map(({ name, filter }) => {
    const theirs = ([1, 2] as const).flatMap(level => theirProgram(libseccomp, filter, level));
    const cells = COLUMNS.map(column => cellOf(name, filter, column, theirs));
    const plotted = COLUMNS[PLOTTED]!;
    const stats = statsOf(filter);
    const counted = theirs.map(({ by, program }) => [by, plotted.measure(costsOf(stats, program))] as const);
    const compilers = { policyc: cells[PLOTTED]!.ours, ...PEERS[name]?.compilers, ...Object.fromEntries(counted) };
    return { name, cells, compilers };
  });
}

interface Theirs {
  readonly by: string;
  readonly program: readonly SockFilter[];
}

function theirProgram(libseccomp: Libseccomp | undefined, filter: Filter, level: Level): readonly Theirs[] {
  const program = libseccomp?.compile(filter, level);
  return program === undefined ? [] : [{ by: `libseccomp ${level}`, program }];
}

function cellOf(name: string, filter: Filter, column: Column, theirs: readonly Theirs[]): Cell {
  const ours = specialise({ ...filter, cost: column.options }, { monitored: false, tickets: [] });
  const stats = statsOf(ours);
  const known = column.key === undefined ? undefined : PEERS[name]?.[column.key];
  const peers = [
    ...theirs.map(({ by, program }) => ({ by, best: column.measure(costsOf(stats, program)) })),
    ...(known === undefined ? [] : [known]),
  ].sort((a, b) => a.best - b.best);
  return {
    ours: column.measure(costsOf(stats, ours.program)),
    peer: peers[0],
    bound: lesser(column.bound(stats), known),
  };
}

function lesser(ours: number | undefined, known: object | undefined): number | undefined {
  const theirs = known !== undefined && "bound" in known ? Number(known.bound) : undefined;
  return ours === undefined || theirs === undefined ? ours : Math.min(ours, theirs);
}

/** The same calls by another program. */
function costsOf({ calls }: Stats, program: readonly SockFilter[]): Costs {
  return {
    length: program.length,
    calls: calls.map(({ nr, ways, weight }) => {
      const counts = ways.map(({ data }) => emulate(program, data).path.length);
      const executed = counts.reduce((sum, count) => sum + count, 0) / counts.length;
      return { weight, executed, cached: isCached(program, ways[0]!.data.arch, nr) };
    }),
  };
}

/** Whether a cell keeps its two bars: no worse than the best peer, and within 2 % of the bound. Figures of others are rounded. */
export function missed({ ours, peer, bound }: Cell): string | undefined {
  if (peer !== undefined && ours > peer.best + 0.005) return `${peer.by} has ${peer.best.toFixed(3)}`;
  if (bound !== undefined && ours > bound * 1.02 + 0.0005)
    return `${((ours / bound - 1) * 100).toFixed(1)} % over the bound`;
  return undefined;
}
