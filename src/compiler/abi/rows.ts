// One row of a generated table: a string of lines sorted by their first field. A binary search over the string itself, so that
// nothing has to be taken apart before the first lookup.

/** The line whose first field, up to the separator, is key; undefined if there is none. */
export function rowOf(table: string, key: string, separator: string): string | undefined {
  let low = 0; // both are starts of lines, or the end
  let high = table.length;
  while (low < high) {
    const start = table.lastIndexOf("\n", ((low + high) >> 1) - 1) + 1;
    const end = table.indexOf("\n", start);
    const row = end === -1 ? table.slice(start) : table.slice(start, end);
    const field = row.slice(0, row.indexOf(separator));
    if (field === key) return row;
    if (field < key) low = start + row.length + 1;
    else high = start;
  }
  return undefined;
}

/** The first field of every line. */
export function keysOf(table: string, separator: string): string[] {
  return table.split("\n").map(row => row.slice(0, row.indexOf(separator)));
}
