// What became of one corpus's rows: how many ran, passed, were skipped or differ for a named reason, and each failure in
// words. A row is one call put to one program, or one program put to the verifier. Every row is counted exactly once.

import { existsSync, readFileSync } from "node:fs";

export interface Tally {
  readonly corpus: string;
  passed: number;
  /** Rows that differ where they should, by reason. They count as run. */
  readonly explained: Map<string, number>;
  /** Rows that were not run, by reason. */
  readonly skipped: Map<string, number>;
  readonly failures: string[];
}

/** How many failures of a corpus are printed. */
const SHOWN = 20;

export function openTally(corpus: string): Tally {
  return { corpus, passed: 0, explained: new Map(), skipped: new Map(), failures: [] };
}

export function count(reasons: Map<string, number>, reason: string, rows = 1): void {
  reasons.set(reason, (reasons.get(reason) ?? 0) + rows);
}

/** The tests in a file that are not run, each a match of `pattern`, by the reason for it. */
export function leave(tally: Tally, file: string, pattern: RegExp, reason: string): void {
  if (!existsSync(file)) return;
  const tests = [...readFileSync(file, "utf8").matchAll(pattern)].length;
  if (tests > 0) count(tally.skipped, reason, tests);
}

/** A row passes when it gives what was wanted; `explain` may name why it rightly gives something else. */
export function judge(
  tally: Tally,
  title: string,
  got: string,
  wanted: string,
  explain?: () => string | undefined,
): void {
  if (got === wanted) {
    tally.passed++;
    return;
  }
  const reason = explain?.();
  if (reason === undefined) tally.failures.push(`${title}: ${got}, not ${wanted}`);
  else count(tally.explained, reason);
}

/** Prints all corpora; true when no row failed and at least one ran. */
export function report(tallies: readonly Tally[]): boolean {
  for (const { corpus, passed, explained, skipped, failures } of tallies) {
    const [differ, left] = [sum(explained), sum(skipped)];
    const run = passed + differ + failures.length;
    console.log(
      `${corpus}: ${run} run, ${passed} passed, ${differ} differ for a reason, ${left} skipped, ${failures.length} failed`,
    );
    for (const [reason, rows] of explained) console.log(`    ${rows} differ: ${reason}`);
    for (const [reason, rows] of skipped) console.log(`    ${rows} skipped: ${reason}`);
    for (const failure of failures.slice(0, SHOWN)) console.log(`    FAILED ${failure}`);
    if (failures.length > SHOWN) console.log(`    and ${failures.length - SHOWN} more`);
  }
  const ran = tallies.some(({ passed, explained, failures }) => passed + explained.size + failures.length > 0);
  return ran && tallies.every(({ failures }) => failures.length === 0);
}

function sum(reasons: ReadonlyMap<string, number>): number {
  return [...reasons.values()].reduce((total, rows) => total + rows, 0);
}
