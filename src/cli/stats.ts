// policyc stats FILE: what a policy's filters cost, beside what no program could be below, and what each rule adds to it.

import { type Filter, position, type RuleCost, type Source, type Stats, statsOf } from "../compiler/index.ts";
import type { Invocation } from "./arguments.ts";
import { costOptions } from "./cost.ts";
import { asFailure, readSource } from "./input.ts";
import { policyPrograms } from "./policy-programs.ts";
import { FINE } from "./user-error.ts";

export function run({ options, operands }: Invocation<"stats">): number {
  const read = readSource(operands[0]!);
  if (!read.ok) throw asFailure(read.diagnostic);
  const programs = policyPrograms(read.value, options, costOptions(options));
  const all = programs.map(({ origin }) => {
    const { filter, sources } = origin!;
    return { filter, sources, stats: statsOf(filter) };
  });
  process.stdout.write(options.format === "json" ? json(all) : all.map(pretty).join("\n"));
  return FINE;
}

interface Costs {
  readonly filter: Filter;
  readonly sources: readonly Source[];
  readonly stats: Stats;
}

function json(all: readonly Costs[]): string {
  const filters = all.map(({ filter, sources, stats }) => ({
    policy: filter.policy,
    arch: filter.target,
    length: stats.length,
    calls: stats.calls.length,
    cached: stats.calls.filter(call => call.cached).length,
    executed: { all: stats.all ?? null, uncached: stats.uncached ?? null },
    rules: stats.rules.map(rule => ({
      ...placeOf(rule, sources),
      instructions: rule.instructions,
      executed: rule.executed ?? null,
    })),
  }));
  return `${JSON.stringify({ filters }, undefined, 2)}\n`;
}

const MOST_RULES = 12;

function pretty({ filter, sources, stats }: Costs): string {
  const { calls, length, all, uncached, rules } = stats;
  const cached = calls.filter(call => call.cached).length;
  const head = `${filter.policy} for ${filter.target}: ${length} instructions\n`;
  const cache = `${cached} of the ${calls.length} calls that it lets pass never run it from Linux 5.11 on\n`;
  const costs = table([
    ["executed", "min", "mean", "bound", "weighted", "bound", "max"],
    ...(all === undefined ? [] : [["by these calls", ...executedRow(all)]]),
    ...(uncached === undefined || cached === 0 ? [] : [["by the others of them", ...executedRow(uncached)]]),
  ]);
  const dearest = rules.toSorted((a, b) => b.instructions - a.instructions).slice(0, MOST_RULES);
  const left = rules.length - dearest.length;
  const costOfRules = table([
    ["instructions", "executed", "rule"],
    ...dearest.map(rule => {
      const { source, line, text } = placeOf(rule, sources);
      const executed = rule.executed === undefined ? "-" : rule.executed.toFixed(2);
      return [`${rule.instructions}`, executed, `${source}:${line}  ${text}`];
    }),
  ]);
  return `${head}${cache}\n${costs}\n${costOfRules}${left === 0 ? "" : `and ${left} rules more, none longer; --format json has them all\n`}`;
}

function executedRow({ min, mean, weighted, max, bound }: NonNullable<Stats["all"]>): readonly string[] {
  const means = [mean, bound.mean, weighted, bound.weighted].map(each => each.toFixed(2));
  return [`${min}`, ...means, `${max}`];
}

/** Columns as wide as their widest word; numbers to the right, words to the left. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map(row => row[column]!.length)));
  const isNumber = rows[0]!.map((_, column) => rows.slice(1).every(row => /^(-|[\d.]+)$/.test(row[column]!)));
  const lines = rows.map(row =>
    row.map((word, column) => (isNumber[column] ? word.padStart(widths[column]!) : word.padEnd(widths[column]!))),
  );
  return lines.map(words => `${words.join("  ").trimEnd()}\n`).join("");
}

function placeOf({ origin: { span } }: RuleCost, sources: readonly Source[]) {
  const source = sources.find(({ name }) => name === span.source)!;
  const { line } = position(source, span.start);
  const text = source.text.slice(span.start, span.end).replace(/\s+/g, " ");
  return { source: span.source, line, text: text.length > 60 ? `${text.slice(0, 57)}...` : text };
}
