// A filter as text for people: who it is for, then each instruction with names and the lines of the rules it serves.

import { disassemble } from "../bpf/disassemble.ts";
import type { Filter } from "../compile.ts";
import type { Source } from "../diagnostics/diagnostic.ts";
import { position } from "../diagnostics/frame.ts";

export function listing(filter: Filter, sources: readonly Source[]): string {
  const { policy, target, program, origins } = filter;
  const note = (pc: number): string | undefined => {
    const places = (origins[pc] ?? []).map(({ span }) => {
      const source = sources.find(({ name }) => name === span.source);
      return source === undefined ? span.source : `${span.source}:${position(source, span.start).line}`;
    });
    return shorten(places);
  };
  return `; ${policy} for ${target}, ${program.length} instructions\n${disassemble(program, { note })}`;
}

/** Each place once; an instruction shared by many rules names the first three. */
export function shorten(places: readonly string[]): string | undefined {
  const all = [...new Set(places)];
  if (all.length === 0) return undefined;
  return all.length <= 3 ? all.join(", ") : `${all.slice(0, 3).join(", ")} and ${all.length - 3} more`;
}
