// The name that was probably meant: smallest Damerau-Levenshtein distance (a swap of neighbours counts as one), no more
// than a third of the name's length, so that `xyz` suggests nothing. A name that differs only in case wins at once. Ties go
// to the candidate of the nearest length, then to the alphabet: the order of the candidates does not matter.

export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  const limit = Math.max(1, Math.floor(name.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    if (candidate === name || Math.abs(candidate.length - name.length) > bestDistance) continue;
    const found = distance(wanted, candidate.toLowerCase(), bestDistance);
    if (found > limit || found >= wanted.length) continue;
    if (found < bestDistance || (found === bestDistance && best !== undefined && closer(candidate, best, name))) {
      best = candidate;
      bestDistance = found;
    }
  }
  return best;
}

function closer(candidate: string, best: string, name: string): boolean {
  const byLength = Math.abs(candidate.length - name.length) - Math.abs(best.length - name.length);
  return byLength !== 0 ? byLength < 0 : candidate < best;
}

/** Optimal string alignment, row by row; gives up with limit + 1 as soon as no cell of a row is within the limit. */
function distance(from: string, to: string, limit: number): number {
  if (from === to) return 0;
  let before: number[] = [];
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    let smallest = row;
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let cell = Math.min(above[column]! + 1, current[column - 1]! + 1, above[column - 1]! + (same ? 0 : 1));
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        cell = Math.min(cell, before[column - 2]! + 1);
      }
      current.push(cell);
      if (cell < smallest) smallest = cell;
    }
    if (smallest > limit) return limit + 1;
    before = above;
    above = current;
  }
  return above[to.length]!;
}
