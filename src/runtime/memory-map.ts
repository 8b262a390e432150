// Which file an address of a process belongs to, by the text of its /proc/PID/maps.

export interface Module {
  /** As the kernel names it: a path, maybe with ` (deleted)` behind it, or `[vdso]`, `[stack]`. Bytes as latin1. */
  readonly name: string;
  /** Into the file where there is one, else into the mapping. */
  readonly offset: bigint;
}

/** undefined where nothing is mapped, or memory without a name. */
export function moduleAt(maps: string, address: bigint): Module | undefined {
  for (const line of maps.split("\n")) {
    const [, start, end, offset, name] = /^([0-9a-f]+)-([0-9a-f]+) \S+ ([0-9a-f]+) \S+ \S+ *(.*)$/.exec(line) ?? [];
    if (name === undefined || address < hexadecimal(start!) || address >= hexadecimal(end!)) continue;
    return name === "" ? undefined : { name, offset: address - hexadecimal(start!) + hexadecimal(offset!) };
  }
  return undefined;
}

function hexadecimal(digits: string): bigint {
  return BigInt(`0x${digits}`);
}
