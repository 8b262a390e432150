// A histogram of system calls, as `strace -c` prints it or as JSON: text in, calls by name with how often each was made out,
// or the reason why the text is neither. Counts of one name are added up: strace prints a table for each ABI.

export type Profile = { readonly [call: string]: number };

export type ReadProfile =
  | { readonly ok: true; readonly profile: Profile }
  | { readonly ok: false; readonly reason: string };

export function readProfile(text: string): ReadProfile {
  return text.trimStart().startsWith("{") ? fromJson(text) : fromStrace(text);
}

function fromJson(text: string): ReadProfile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { ok: false, reason: `it is no JSON: ${(error as Error).message}` };
  }
  const entries = Object.entries(value as object);
  const wrong = entries.find(([, count]) => typeof count !== "number" || !Number.isFinite(count) || count < 0);
  if (wrong !== undefined) return { ok: false, reason: `${JSON.stringify(wrong[0])} has no count of 0 or more` };
  return checked(entries as [string, number][]);
}

/** `% time  seconds  usecs/call  calls  errors  syscall`, where errors may be blank. */
const ROW = /^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?([a-z_]\w*)\s*$/;

function fromStrace(text: string): ReadProfile {
  const rows = text.split("\n").flatMap((line): [string, number][] => {
    const [, count, name] = ROW.exec(line) ?? [];
    return count === undefined || name === undefined || name === "total" ? [] : [[name, Number(count)]];
  });
  return checked(rows);
}

function checked(rows: readonly (readonly [string, number])[]): ReadProfile {
  const counts = new Map<string, number>();
  for (const [name, count] of rows) counts.set(name, (counts.get(name) ?? 0) + count);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (total === 0) return { ok: false, reason: "it counts no call" };
  return { ok: true, profile: Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1))) };
}
